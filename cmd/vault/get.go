package vault

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/file"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type getOptions struct {
	reveal bool
	toFile string
}

func newSecretGet(deps *cli.Deps) *cobra.Command {
	var opts getOptions
	cmd := &cobra.Command{
		Use: "get NAME", Short: "Read a secret's value: shown with --reveal, or written to a file",
		Long: `Read a secret's value. It is shown only with --reveal; --to-file writes it to a file that only you can read (mode 0600).
Whether there is such a secret says: orkesctl secret exists.`,
		Example: "orkesctl secret get db-password --to-file password.txt\norkesctl secret get db-password --reveal",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, secrets().names)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.reveal == (opts.toFile != "") {
				return cli.Usage(cli.UsageHint(cmd), "say where the value is to go: --reveal shows it, --to-file FILE writes it")
			}
			return runSecretGet(cmd.Context(), deps, args[0], opts)
		},
	}
	cmd.Flags().BoolVar(&opts.reveal, "reveal", false, "print the value on standard output")
	cmd.Flags().StringVar(&opts.toFile, "to-file", "", "write the value to this `FILE` (mode 0600), and print nothing of it")
	return cmd
}

func runSecretGet(ctx context.Context, deps *cli.Deps, name string, opts getOptions) error {
	return secrets().on(ctx, deps, name, func(client *conductor.Client) error {
		value, err := client.Secrets.Get(ctx, name)
		switch {
		case err != nil:
			return err
		case opts.reveal:
			return show(deps, name, value)
		}
		if err := file.WriteSecret(deps.Absolute(opts.toFile), []byte(value)); err != nil {
			return cli.Hint(err, "Name another file: --to-file FILE")
		}
		deps.Note("Wrote secret %s to %s (mode 0600).", name, opts.toFile)
		return nil
	})
}

// show prints a value alone, or with its name for programs.
func show(deps *cli.Deps, name, value string) error {
	if deps.Globals.Format.Structured() {
		return deps.Globals.Format.Document(deps.Term, conductor.Variable{Name: name, Value: value})
	}
	_, err := fmt.Fprintln(deps.Term.Out, value)
	return err
}
