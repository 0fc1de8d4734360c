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
	app     string
	envFile string
	format  string
	dryRun  bool
}

func newKeyCreate(deps *cli.Deps) *cobra.Command {
	var opts keyOptions
	cmd := &cobra.Command{
		Use: "create", Short: "Create an access key; its secret is shown once, or written to an env file",
		Example: "orkesctl app key create --env-file .env\norkesctl app key create --app billing --format json",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.format != "env" && opts.format != "json" {
				return cli.Usage("One of: env, json", "--format %s: unknown format", opts.format)
			}
			if opts.envFile == "" && !opts.dryRun && deps.Globals.Format.Output == "name" {
				return cli.Usage("Example: orkesctl app key create --env-file .env -o name", "-o name would lose the secret, which is shown only once")
			}
			return withApp(cmd.Context(), deps, opts.app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				return runKeyCreate(ctx, deps, client, app.Value, opts)
			})
		},
	}
	bindApp(cmd, deps, &opts.app)
	cmd.Flags().StringVar(&opts.envFile, "env-file", "", "write the server's URL, the key and the secret to this `FILE` (mode 0600), and print no secret")
	cmd.Flags().StringVar(&opts.format, "format", "env", "how to print them without --env-file: env|json")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "show what would change, send nothing")
	return cmd
}

func runKeyCreate(ctx context.Context, deps *cli.Deps, client *conductor.Client, app conductor.Application, opts keyOptions) error {
	if opts.dryRun {
		return deps.Printer().Changes([]render.Change{{Kind: "key", ID: "(new)", Action: render.Created, Word: "would be created", Detail: "for application " + app.Name}})
	}
	path := opts.envFile
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(deps.Dir, path)
	}
	if path != "" {
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
		return printKey(deps, key, variables, opts.format)
	}
	if err := project.WriteEnv(path, variables); err != nil {
		// The secret can be had only once: without the file the key is of no use.
		hint := "The new key was deleted again. Name another file: --env-file FILE"
		if client.Applications.DeleteKey(context.WithoutCancel(ctx), app.ID, key.ID) != nil {
			hint = fmt.Sprintf("Delete the key that nobody can use: orkesctl app key delete %s --app %s", key.ID, app.ID)
		}
		return cli.Hint(err, "%s", hint)
	}
	return wroteKey(ctx, deps, app, key, path, opts.envFile)
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
	deps.Note("The secret is shown this once and cannot be had again.")
	if deps.Globals.Format.Structured() {
		return deps.Globals.Format.Document(deps.Term, key)
	}
	if format == "json" {
		enc := json.NewEncoder(deps.Term.Out)
		enc.SetEscapeHTML(false)
		return enc.Encode(key) //nolint:gosec // G117: the one time that the secret is shown, as asked
	}
	_, err := fmt.Fprint(deps.Term.Out, project.SetEnv("", variables))
	return err
}

// wroteKey reports the file, and sees to it that git leaves it out.
func wroteKey(ctx context.Context, deps *cli.Deps, app conductor.Application, key conductor.NewAccessKey, path, shown string) error {
	ignored := project.Ignored(path)
	if !ignored && deps.Term.CanAsk() {
		// The key exists and is written: whatever becomes of the question, it is reported.
		if yes, err := deps.Term.Confirm(ctx, "Add "+filepath.Base(path)+" to .gitignore?"); err == nil && yes {
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

func newKeyList(deps *cli.Deps) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "list", Short: "List the access keys of an application, without their secrets",
		Example: "orkesctl app key list",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd.Context(), deps, app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				keys, err := client.Applications.Keys(ctx, app.Value.ID)
				if err != nil {
					return err
				}
				return render.List(deps.Printer(), render.View[conductor.AccessKey]{
					Kind: "key", Name: func(k conductor.AccessKey) string { return k.ID },
					Columns: []render.Column[conductor.AccessKey]{
						{Title: "key", Value: func(k conductor.AccessKey) any { return k.ID }},
						{Title: "status", Value: func(k conductor.AccessKey) any { return render.State(k.Status) }},
						{Title: "created", Value: func(k conductor.AccessKey) any { return render.Millis(k.CreatedAt) }},
					},
				}, keys)
			})
		},
	}
	bindApp(cmd, deps, &app)
	return cmd
}

// key finds one of an application's keys.
func key(ctx context.Context, client *conductor.Client, app conductor.Application, id string) (conductor.AccessKey, error) {
	keys, err := client.Applications.Keys(ctx, app.ID)
	if err != nil {
		return conductor.AccessKey{}, err
	}
	for _, k := range keys {
		if k.ID == id {
			return k, nil
		}
	}
	return conductor.AccessKey{}, cli.NotFound("See them: orkesctl app key list --app "+app.Name, "application %s has no key %q", app.Name, id)
}

// newKeySwitch makes enable and disable. The server only toggles, so the key's status is read first.
func newKeySwitch(deps *cli.Deps, on bool) *cobra.Command {
	verb, wanted, short := "disable", "INACTIVE", "Disable an access key: it gives no tokens, and its tokens are refused"
	if on {
		verb, wanted, short = "enable", "ACTIVE", "Enable an access key again"
	}
	var app string
	var dryRun bool
	cmd := &cobra.Command{
		Use: verb + " KEY", Short: short,
		Example: "orkesctl app key " + verb + " 4f1c0d7e",
		Args:    cli.Args("KEY"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd.Context(), deps, app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				k, err := key(ctx, client, app.Value, args[0])
				if err != nil {
					return err
				}
				change := render.Change{Kind: "key", ID: k.ID, Action: render.Unchanged, Detail: wanted}
				if k.Status != wanted {
					change.Action = render.Updated
					if dryRun {
						change.Word = "would be updated"
					} else if _, err := client.Applications.ToggleKey(ctx, app.Value.ID, k.ID); err != nil {
						return err
					}
				}
				return deps.Printer().Changes([]render.Change{change})
			})
		},
	}
	bindApp(cmd, deps, &app)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would change, send nothing")
	return cmd
}

func newKeyDelete(deps *cli.Deps) *cobra.Command {
	var app string
	var dryRun bool
	cmd := &cobra.Command{
		Use: "delete KEY", Short: "Delete an access key",
		Example: "orkesctl app key delete 4f1c0d7e --yes",
		Args:    cli.Args("KEY"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd.Context(), deps, app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				k, err := key(ctx, client, app.Value, args[0])
				if err != nil {
					return err
				}
				change := render.Change{Kind: "key", ID: k.ID, Action: render.Deleted}
				if dryRun {
					change.Word = "would be deleted"
					return deps.Printer().Changes([]render.Change{change})
				}
				if err := deps.Confirm(ctx, "Delete key %s of application %s?", k.ID, app.Value.Name); err != nil {
					return err
				}
				if err := client.Applications.DeleteKey(ctx, app.Value.ID, k.ID); err != nil {
					return err
				}
				return deps.Printer().Changes([]render.Change{change})
			})
		},
	}
	bindApp(cmd, deps, &app)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would change, send nothing")
	return cmd
}
