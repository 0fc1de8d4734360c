package task

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

type defineOptions struct {
	flags  definitionFlags
	save   string
	dryRun bool
}

func newDefine(deps *cli.Deps) *cobra.Command {
	var opts defineOptions
	cmd := &cobra.Command{
		Use: "define [FILE|DIR|GLOB|-…]", Short: "Define tasks from files, from standard input or from flags",
		Long: `Define tasks on the server: create those that are missing, update those that differ, leave the others alone.

Without arguments the definitions of the project's folder are used (orkesctl.yaml, definitions: FOLDER); else standard
input, where that is not a terminal. Files are YAML or JSON with Conductor's field names, several documents or an array
per file. All of them are checked before the first is sent, and sent in one request.

A single task can be given as flags. What is not given has the server's default, also where the task exists already.`,
		Example: `orkesctl task define definitions/
orkesctl task define
orkesctl task define --name get-inventory --retry-count 5 --input-keys product_id --save get-inventory.task.yaml
curl -s https://example.com/tasks.yaml | orkesctl task define -`,
		Args: cli.Args("[FILE…]"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.flags.set = cmd.Flags().Changed
			return runDefine(cmd.Context(), deps, opts, args, cli.UsageHint(cmd))
		},
	}
	opts.flags.bind(cmd.Flags())
	cmd.Flags().StringVar(&opts.save, "save", "", "also write the definition made from the flags to this `FILE`")
	cli.BindDryRun(cmd, &opts.dryRun)
	for name, values := range enums() {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	return cmd
}

func runDefine(ctx context.Context, deps *cli.Deps, opts defineOptions, args []string, usage string) error {
	documents, err := documents(ctx, deps, opts, args, usage)
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	return define.Write(ctx, deps, target(client), documents, opts.dryRun)
}

func documents(ctx context.Context, deps *cli.Deps, opts defineOptions, args []string, usage string) ([]*manifest.Document, error) {
	given := opts.flags.given()
	switch {
	case given == "" && opts.save != "":
		return nil, cli.Usage(usage, "--save writes a definition made from flags: at least --name is needed")
	case given == "":
		return define.Read(deps, define.Source{Kind: definition.KindTaskDef, Args: args, Usage: usage})
	case len(args) > 0:
		return nil, cli.Usage(usage, "--%s and files cannot be used together: a definition comes from one of them", given)
	}
	document, err := opts.flags.document()
	if err == nil && opts.save != "" {
		err = save(ctx, deps, opts.save, document)
	}
	return []*manifest.Document{document}, err
}

// save writes the definition as YAML; also with --dry-run, which is about the server. Another text is replaced only when the
// person says so.
func save(ctx context.Context, deps *cli.Deps, path string, document *manifest.Document) error {
	text, err := manifest.FromJSON(document.JSON)
	if err != nil {
		return fmt.Errorf("--save %s: %w", path, err)
	}
	full := deps.Absolute(path)
	if old, err := os.ReadFile(full); err == nil && !bytes.Equal(old, text) { //nolint:gosec // the path is the user's own
		if err := deps.Confirm(ctx, "Replace %s?", path); err != nil {
			return err
		}
	}
	if err := file.Write(full, text, 0o644); err != nil {
		return fmt.Errorf("--save %s: %w", path, err)
	}
	deps.Note("Wrote %s.", path)
	document.File = path
	return nil
}
