package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type keyOptions struct {
	envFile string
	format  string
	dryRun  bool
}

func newKeyCreate(deps *cli.Deps) *cobra.Command {
	var opts keyOptions
	cmd := &cobra.Command{
		Use: "create", Short: "Create an access key; its secret is shown once, or written to an env file",
		Example: "orkesctl app key create --env-file .env\norkesctl app key create --app billing --format json",
		PreRunE: func(*cobra.Command, []string) error { return opts.check(deps.Globals.Format) },
	}
	cmd.Flags().StringVar(&opts.envFile, "env-file", "", "write the server's URL, the key and the secret to this `FILE` (mode 0600), and print no secret")
	cmd.Flags().StringVar(&opts.format, "format", "env", "how to print them without --env-file: env|json")
	cli.BindDryRun(cmd, &opts.dryRun)
	return onApp(deps, cmd, func(ctx context.Context, client *conductor.Client, app conductor.Application, _ []string) error {
		return runKeyCreate(ctx, deps, client, app, opts)
	})
}

func (o keyOptions) check(output render.Format) error {
	if o.format != "env" && o.format != "json" {
		return cli.Usage("One of: env, json", "--format %s: unknown format", o.format)
	}
	if o.envFile == "" && !o.dryRun && output.Output == "name" {
		return cli.Usage("Example: orkesctl app key create --env-file .env -o name", "-o name would lose the secret, which is shown only once")
	}
	return nil
}

func runKeyCreate(ctx context.Context, deps *cli.Deps, client *conductor.Client, app conductor.Application, opts keyOptions) error {
	if opts.dryRun {
		return deps.Printer().Changes([]render.Change{{Kind: "key", ID: "(new)", Action: render.Created, Word: "would create", Detail: "for application " + app.Name}})
	}
	path := opts.envFile
	if path != "" {
		path = deps.Absolute(path)
		if err := writable(path); err != nil {
			return cli.Hint(err, "No key was created. Name another file: --env-file FILE")
		}
	}
	key, err := client.Applications.CreateKey(ctx, app.ID)
	if err != nil {
		return cli.Needs(err, needsManager)
	}
	variables := []project.Variable{
		{Name: "CONDUCTOR_SERVER_URL", Value: client.BaseURL()}, {Name: "CONDUCTOR_AUTH_KEY", Value: key.ID}, {Name: "CONDUCTOR_AUTH_SECRET", Value: key.Secret},
	}
	if path == "" {
		if err := printKey(deps, key, variables, opts.format); err != nil {
			return takeBack(ctx, client, app, key, "write it to a file: --env-file FILE", err)
		}
		return nil
	}
	if err := project.WriteEnv(path, variables); err != nil {
		return takeBack(ctx, client, app, key, "name another file: --env-file FILE", err)
	}
	return wroteKey(ctx, deps, app, key, path, opts.envFile)
}

// takeBack deletes a key whose secret nobody got: it can be had only once, and without it the key is of no use. A reader that has
// gone is a failure here, not the quiet end that it is for other output.
func takeBack(ctx context.Context, client *conductor.Client, app conductor.Application, key conductor.NewAccessKey, next string, err error) error {
	hint := fmt.Sprintf("The new key %s was deleted again. Instead, %s", key.ID, next)
	if client.Applications.DeleteKey(context.WithoutCancel(ctx), app.ID, key.ID) != nil {
		hint = fmt.Sprintf("Delete the key that nobody can use: orkesctl app key delete %s --app %s", key.ID, app.ID)
	}
	return cli.Failed(hint, "the secret could not be written: %v", err)
}

// writable tries the file before the key is made, so that nothing is left half done.
func writable(path string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".orkesctl-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_ = temp.Close()
	if err := os.Remove(temp.Name()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = project.ReadEnv(path)
	return err
}

func printKey(deps *cli.Deps, key conductor.NewAccessKey, variables []project.Variable, format string) error {
	var err error
	switch {
	case deps.Globals.Format.Structured():
		err = deps.Globals.Format.Document(deps.Term, key)
	case format == "json":
		enc := json.NewEncoder(deps.Term.Out)
		enc.SetEscapeHTML(false)
		err = enc.Encode(key) //nolint:gosec // G117: the one time that the secret is shown, as asked
	default:
		_, err = fmt.Fprint(deps.Term.Out, project.SetEnv("", variables))
	}
	if err == nil {
		deps.Note("The secret is shown this once and cannot be had again.")
	}
	return err
}

// wroteKey reports the file, and sees to it that git leaves it out.
func wroteKey(ctx context.Context, deps *cli.Deps, app conductor.Application, key conductor.NewAccessKey, path, shown string) error {
	ignored := project.Ignored(path)
	if !ignored && (deps.Globals.Yes || deps.Term.CanAsk()) {
		// The key exists and is written: whatever becomes of the question, it is reported.
		if deps.Confirm(ctx, "Add %s to .gitignore?", filepath.Base(path)) == nil {
			ignored = project.Ignore(path) == nil
		}
	}
	state := "ignored by git"
	if !ignored {
		state = "NOT ignored by git: add it to .gitignore"
	}
	err := deps.Printer().Changes([]render.Change{{Kind: "key", ID: key.ID, Action: render.Created, Detail: "for application " + app.Name}})
	deps.Note("Wrote CONDUCTOR_SERVER_URL, CONDUCTOR_AUTH_KEY and CONDUCTOR_AUTH_SECRET to %s (mode 0600, %s). The secret is not shown again.", shown, state)
	return err
}
