package workflow

import (
	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func newDefine(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "define [FILE|DIR|GLOB|-…]", Short: "Define workflows from files or standard input",
		Long: `Define workflows on the server: create those that are missing, update those that differ, leave the others alone.
A definition without a version is version 1.

Without arguments the definitions of the project's folder are used (orkesctl.yaml, definitions: FOLDER); else standard
input, where that is not a terminal. Files are YAML or JSON with Conductor's field names, several documents or an array
per file. All of them are checked before the first is sent, and sent in one request.`,
		Example: "orkesctl workflow define order.workflow.yaml\norkesctl workflow define\norkesctl workflow define definitions/ --dry-run",
		Args:    cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			source := define.Source{Kind: definition.KindWorkflowDef, Args: args, Usage: cli.UsageHint(cmd)}
			return define.FromFiles(cmd.Context(), deps, source, target, dryRun)
		},
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}
