package vault

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
)

// maxValue is the longest value that Orkes takes, in bytes.
const maxValue = 65535

type setOptions struct {
	fromFile string
	dryRun   bool
}

func newSecretSet(deps *cli.Deps) *cobra.Command {
	var opts setOptions
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Make a secret, or give it another value",
		Long: `Make a secret, or give it another value. The value is asked for and not shown, or read from standard input, where one line break
at its end is left out; it is never an argument. With --from-file it is the file's text to the byte.`,
		Example: "orkesctl secret set db-password\norkesctl secret set db-password < password.txt\norkesctl secret set tls-key --from-file key.pem",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, secrets().names)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSecretSet(cmd.Context(), deps, args[0], opts) },
	}
	cmd.Flags().StringVar(&opts.fromFile, "from-file", "", "take the value from this `FILE`, as it is")
	cli.BindDryRun(cmd, &opts.dryRun)
	return cmd
}

// runSecretSet asks the server before the person: nobody types a secret for a server that does not take it.
func runSecretSet(ctx context.Context, deps *cli.Deps, name string, opts setOptions) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	exists, err := client.Secrets.Exists(ctx, name)
	if err != nil {
		return noSecrets(err)
	}
	change := render.Change{Kind: "secret", ID: name, Action: render.Created}
	if exists {
		change.Action = render.Updated
	}
	var value string
	if !opts.dryRun {
		if value, err = opts.value(ctx, deps, name); err != nil {
			return err
		}
	}
	return deps.ChangeAll("set", opts.dryRun, []render.Change{change}, func(int) error {
		return noSecrets(client.Secrets.Put(ctx, name, value))
	})
}

// value is the secret's value, from where it was said to be.
func (o setOptions) value(ctx context.Context, deps *cli.Deps, name string) (value string, err error) {
	switch {
	case o.fromFile != "":
		value, err = readFile(deps, o.fromFile)
	case deps.Term.InTTY():
		value, err = deps.Term.AskSecret(ctx, "Value of "+name)
		if err != nil && ctx.Err() == nil {
			err = cli.Hint(err, "Give it instead: --from-file FILE, or on standard input")
		}
	default:
		value, err = read(deps.Term.In, "standard input")
		value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
	}
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", cli.Usage("Example: orkesctl secret set "+cli.ShellWord(name)+" < password.txt", "the value is empty")
	case len(value) > maxValue:
		return "", cli.Usage("Nothing was stored.", "the value is longer than %d bytes, the most that a server takes", maxValue)
	}
	return value, nil
}

func readFile(deps *cli.Deps, path string) (string, error) {
	path = deps.Absolute(path)
	file, err := os.Open(path) //nolint:gosec // G304: the file that the person names
	if err != nil {
		return "", cli.Usage("Nothing was stored.", "--from-file: %w", err)
	}
	defer func() { _ = file.Close() }()
	return read(file, path)
}

// read takes one byte more than a value may have, so that a longer one is noticed.
func read(from io.Reader, name string) (string, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxValue+3))
	if err != nil {
		return "", fmt.Errorf("read the value from %s: %w", name, err)
	}
	return string(data), nil
}
