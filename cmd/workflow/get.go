package workflow

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

func newGet(deps *cli.Deps) *cobra.Command {
	var version int
	cmd := &cobra.Command{
		Use: "get NAME", Short: "Show a workflow definition, the latest version or another",
		Example: "orkesctl workflow get order\norkesctl workflow get order --version 2 -o yaml > order.workflow.yaml",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGet(cmd.Context(), deps, args[0], version)
		},
	}
	bindVersion(cmd, &version, "the `VERSION` to show; the latest where none is given")
	return cmd
}

func bindVersion(cmd *cobra.Command, version *int, help string) {
	cmd.Flags().IntVar(version, "version", 0, help)
	_ = cmd.RegisterFlagCompletionFunc("version", cobra.NoFileCompletions)
}

func runGet(ctx context.Context, deps *cli.Deps, name string, version int) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	def, err := lookup(ctx, client, name, version, "get")
	if err != nil {
		return err
	}
	return render.One(deps.Printer(), view(), def)
}
