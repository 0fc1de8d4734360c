package event

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func newDefine(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "define [FILE|DIR|GLOB|-…]", Short: "Define event handlers from files or from standard input",
		Long: `Define event handlers on the server: create those that are missing, update those that differ, leave the others alone.

A handler listens to one event, which an EVENT task makes: to the sink conductor:NAME of workflow W belongs the event
conductor:W:NAME. What it does, it does with your rights. Without "active: true" it does nothing.

Without arguments the definitions of the project's folder are used (orkesctl.yaml, definitions: FOLDER); else standard
input, where that is not a terminal. All files are checked before the first handler is sent.`,
		Example: "orkesctl event define order-ready.event.yaml\norkesctl event define definitions/ --dry-run",
		Args:    cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			source := define.Source{Kind: definition.KindEventHandler, Args: args, Usage: cli.UsageHint(cmd)}
			return define.FromFiles(cmd.Context(), deps, source, target, dryRun)
		},
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func newDelete(deps *cli.Deps) *cobra.Command {
	return cli.Deleting{
		Argument: "NAME…", Short: "Delete event handlers", Example: "orkesctl event delete order-ready",
		Kind: kind, Noun: "event handler", Names: completeNames(deps),
		Find: func(ctx context.Context, client *conductor.Client, name string) (cli.Found, error) {
			_, err := find(ctx, client, name, "delete")
			return cli.Found{Name: name}, err
		},
		Delete: func(ctx context.Context, client *conductor.Client, f cli.Found) error {
			return client.Events.Delete(ctx, f.Name)
		},
	}.Command(deps)
}
