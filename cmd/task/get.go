package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

func newGet(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "get NAME", Short: "Show a task definition",
		Example: "orkesctl task get get-inventory\norkesctl task get get-inventory -o yaml > get-inventory.task.yaml",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runGet(cmd.Context(), deps, args[0]) },
	}
}

func runGet(ctx context.Context, deps *cli.Deps, name string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	def, err := client.TaskDefs.Get(ctx, name)
	if err != nil {
		return notFound(ctx, client, name, "get", err)
	}
	return render.One(deps.Printer(), view(), def)
}
