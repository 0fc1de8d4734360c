package event

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/render"
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
			return runDefine(cmd.Context(), deps, args, dryRun, cli.UsageHint(cmd))
		},
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runDefine(ctx context.Context, deps *cli.Deps, args []string, dryRun bool, usage string) error {
	documents, err := define.Read(deps, define.Source{Kind: definition.KindEventHandler, Args: args, Usage: usage})
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	return define.Write(ctx, deps, target(client), documents, dryRun)
}

func newDelete(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "delete NAME…", Short: "Delete event handlers", Example: "orkesctl event delete order-ready",
		Args: cli.Args("NAME…"), ValidArgsFunction: completeNames(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return runDelete(cmd.Context(), deps, args, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

// runDelete looks all of them up first: a wrong name among many stops them all.
func runDelete(ctx context.Context, deps *cli.Deps, names []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	changes := make([]render.Change, 0, len(names))
	for _, name := range names {
		if _, err := find(ctx, client, name, "delete"); err != nil {
			return err
		}
		changes = append(changes, render.Change{Kind: kind, ID: name, Action: render.Deleted})
	}
	return deps.DeleteAll(ctx, "event handler", dryRun, changes, func(i int) error { return client.Events.Delete(ctx, names[i]) })
}
