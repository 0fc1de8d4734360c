package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

func newDelete(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "delete NAME…", Short: "Delete task definitions",
		Long: `Delete task definitions. Executions and workflows that use them stay; their tasks then run on the server's
default settings.`,
		Example: "orkesctl task delete get-inventory\norkesctl task delete get-inventory ship-order --yes",
		Args:    cli.Args("NAME…"), ValidArgsFunction: completeNames(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return runDelete(cmd.Context(), deps, args, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runDelete(ctx context.Context, deps *cli.Deps, names []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	for _, name := range names { // before anything is deleted: a wrong name among many stops them all
		if _, err := client.TaskDefs.Get(ctx, name); err != nil {
			return notFound(ctx, client, name, "delete", err)
		}
	}
	changes := make([]render.Change, 0, len(names))
	for _, name := range names {
		changes = append(changes, render.Change{Kind: kind, ID: name, Action: render.Deleted})
	}
	return deps.DeleteAll(ctx, "task", dryRun, changes, func(i int) error {
		return notFound(ctx, client, names[i], "delete", client.TaskDefs.Delete(ctx, names[i]))
	})
}
