package app

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

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
		Args:    cli.Args("KEY"), ValidArgsFunction: completeKeys(deps, &app),
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
		Args:    cli.Args("KEY"), ValidArgsFunction: completeKeys(deps, &app),
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
