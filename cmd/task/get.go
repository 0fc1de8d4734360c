package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newGet(deps *cli.Deps) *cobra.Command {
	return cli.Showing[taskDef]{
		Argument: "NAME", Short: "Show a task definition",
		Example: "orkesctl task get get-inventory\norkesctl task get get-inventory -o yaml > get-inventory.task.yaml",
		Names:   completeNames(deps), View: view(),
		Find: func(ctx context.Context, client *conductor.Client, name string) (taskDef, error) {
			def, err := client.TaskDefs.Get(ctx, name)
			return def, notFound(ctx, client, name, "get", err)
		},
	}.Command(deps)
}
