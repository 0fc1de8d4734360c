package app

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type createOptions struct {
	name   string
	roles  []string
	dryRun bool
}

func newCreate(deps *cli.Deps) *cobra.Command {
	var opts createOptions
	cmd := &cobra.Command{
		Use: "create [NAME]", Short: "Create an application, if there is none of that name",
		Example: "orkesctl app create --role worker\norkesctl app create billing --role worker --role metadata-api",
		Args:    cli.Args("[NAME]"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				opts.name = args[0]
			}
			return runCreate(cmd.Context(), deps, opts)
		},
	}
	cmd.Flags().StringArrayVar(&opts.roles, "role", nil, "a `ROLE` to give it: worker, metadata-api, unrestricted-worker, … (repeatable)")
	cli.BindDryRun(cmd, &opts.dryRun)
	_ = cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roleWords(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runCreate(ctx context.Context, deps *cli.Deps, opts createOptions) error {
	if err := checkRoles(opts.roles); err != nil {
		return err
	}
	name, err := nameOrProject(deps, opts.name)
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	apps, err := list(ctx, client)
	if err != nil {
		return err
	}
	same := slices.DeleteFunc(slices.Clone(apps), func(app conductor.Document[conductor.Application]) bool { return app.Value.Name != name })
	if len(same) > 1 {
		return cli.Failed(candidates(same)+"Work on one by its id: orkesctl app get "+same[0].Value.ID, "%d applications are called %q already", len(same), name)
	}
	action := render.Unchanged
	var app conductor.Document[conductor.Application]
	switch {
	case len(same) == 1:
		app = same[0]
	case opts.dryRun:
		return deps.Printer().Changes([]render.Change{{Kind: kind, ID: name, Action: render.Created, Word: "would create"}})
	default:
		if app, err = client.Applications.Create(ctx, name); err != nil {
			return cli.Needs(err, "Creating applications needs APPLICATION_CREATOR or ADMIN.")
		}
		action = render.Created
	}
	added, err := addRoles(ctx, client, app.Value, opts)
	if err != nil {
		return err
	}
	if added && action == render.Unchanged {
		action = render.Updated
	}
	return printCreated(deps, app, action, opts.dryRun)
}

// printCreated says what was done, and to programs the application itself, which they go on with.
func printCreated(deps *cli.Deps, app conductor.Document[conductor.Application], action string, dryRun bool) error {
	if deps.Globals.Format.Structured() {
		return render.One(deps.Printer(), view(), app)
	}
	change := render.Change{Kind: kind, ID: app.Value.Name, Action: action}
	if dryRun && action != render.Unchanged {
		change.Word = "would update"
	}
	return deps.Printer().Changes([]render.Change{change})
}

func nameOrProject(deps *cli.Deps, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	p, err := deps.Project()
	if err != nil {
		return "", err
	}
	if p == nil || p.Application == "" {
		return "", cli.Usage("Example: orkesctl app create billing --role worker", "missing argument: NAME (no orkesctl.yaml here names an application)")
	}
	return p.Application, nil
}

// addRoles gives the application the roles that it does not have, and says whether there were any.
func addRoles(ctx context.Context, client *conductor.Client, app conductor.Application, opts createOptions) (bool, error) {
	if len(opts.roles) == 0 {
		return false, nil
	}
	has, err := roles(ctx, client, app)
	if err != nil {
		has = nil // who may not read roles may still give them
	}
	added := false
	for _, word := range opts.roles {
		role := roleName(word)
		if slices.Contains(has, role) {
			continue
		}
		added = true
		if opts.dryRun {
			continue
		}
		if err := client.Applications.AddRole(ctx, app.ID, role); err != nil {
			return added, cli.Needs(err, needsManager)
		}
	}
	return added, nil
}
