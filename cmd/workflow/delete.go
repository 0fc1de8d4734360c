package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type deleteOptions struct {
	version int
	all     bool
	dryRun  bool
}

func newDelete(deps *cli.Deps) *cobra.Command {
	var opts deleteOptions
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Delete a version of a workflow definition, or all of them",
		Long: `Delete a workflow definition. Its executions stay. Where it has several versions, --version or --all-versions says
which.`,
		Example: "orkesctl workflow delete order --version 2\norkesctl workflow delete order --all-versions --yes",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runDelete(cmd.Context(), deps, args[0], opts) },
	}
	bindVersion(cmd, &opts.version, "the `VERSION` to delete")
	cmd.Flags().BoolVar(&opts.all, "all-versions", false, "delete every version")
	cli.BindDryRun(cmd, &opts.dryRun)
	return cmd
}

func runDelete(ctx context.Context, deps *cli.Deps, name string, opts deleteOptions) error {
	if opts.all && opts.version != 0 {
		return cli.Usage("Leave one of them out.", "--version and --all-versions cannot be used together")
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	versions, err := chosen(ctx, client, name, opts)
	if err != nil {
		return err
	}
	if !opts.dryRun {
		if err := deps.Confirm(ctx, "Delete workflow %s %s?", name, named(versions)); err != nil {
			return err
		}
	}
	changes := make([]render.Change, 0, len(versions))
	for _, version := range versions {
		changes = append(changes, render.Change{Kind: kind, ID: name, Version: version, Action: render.Deleted})
	}
	return deps.ChangeAll("delete", opts.dryRun, changes, func(i int) error {
		return client.WorkflowDefs.Delete(ctx, name, versions[i])
	})
}

// chosen returns the versions to delete. Without a flag there must be only one.
func chosen(ctx context.Context, client *conductor.Client, name string, opts deleteOptions) ([]int, error) {
	defs, err := client.WorkflowDefs.List(ctx)
	if err != nil {
		return nil, err
	}
	var versions []int
	for _, def := range defs {
		if def.Value.Name == name {
			versions = append(versions, def.Value.Version)
		}
	}
	slices.Sort(versions)
	switch {
	case len(versions) == 0, opts.version != 0 && !slices.Contains(versions, opts.version):
		return nil, missing(ctx, client, name, opts.version, "delete")
	case opts.version != 0:
		return []int{opts.version}, nil
	case len(versions) > 1 && !opts.all:
		return nil, cli.Usage(fmt.Sprintf("Say which: %s, or --all-versions", joined(versions, "--version %d")),
			"workflow %q has %d versions", name, len(versions))
	default:
		return versions, nil
	}
}

func named(versions []int) string {
	word := "version "
	if len(versions) > 1 {
		word = "versions "
	}
	return word + joined(versions, "%d")
}
