package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newDelete(deps *cli.Deps) *cobra.Command {
	return cli.Deleting{
		Argument: "NAME…", Short: "Delete task definitions",
		Long: `Delete task definitions. Executions and workflows that use them stay; their tasks then run on the server's
default settings.`,
		Example: "orkesctl task delete get-inventory\norkesctl task delete get-inventory ship-order --yes",
		Kind:    kind, Noun: "task", Names: completeNames(deps),
		Find: func(ctx context.Context, client *conductor.Client, name string) (cli.Found, error) {
			_, err := client.TaskDefs.Get(ctx, name)
			return cli.Found{Name: name}, notFound(ctx, client, name, "delete", err)
		},
		Delete: func(ctx context.Context, client *conductor.Client, f cli.Found) error {
			return notFound(ctx, client, f.Name, "delete", client.TaskDefs.Delete(ctx, f.Name))
		},
	}.Command(deps)
}
