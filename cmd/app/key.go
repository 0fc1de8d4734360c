package app

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newKeyList(deps *cli.Deps) *cobra.Command {
	return onApp(deps, &cobra.Command{
		Use: "list", Short: "List the access keys of an application, without their secrets", Example: "orkesctl app key list",
	}, func(ctx context.Context, client *conductor.Client, app conductor.Application, _ []string) error {
		keys, err := client.Applications.Keys(ctx, app.ID)
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

// onKey makes a command that changes one key of an application. change says what becomes of it.
func onKey(
	deps *cli.Deps, verb, short string, change func(k conductor.AccessKey) render.Change,
	do func(ctx context.Context, client *conductor.Client, app conductor.Application, k conductor.AccessKey) error,
) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: verb + " KEY", Short: short, Example: "orkesctl app key " + verb + " 4f1c0d7e",
		Args: cli.Args("KEY"), ValidArgsFunction: completeKeys(deps),
	}
	cli.BindDryRun(cmd, &dryRun)
	return onApp(deps, cmd, func(ctx context.Context, client *conductor.Client, app conductor.Application, args []string) error {
		k, err := key(ctx, client, app, args[0])
		if err != nil {
			return err
		}
		if verb == "delete" && !dryRun {
			if err := deps.Confirm(ctx, "Delete key %s of application %s?", k.ID, app.Name); err != nil {
				return err
			}
		}
		return deps.ChangeAll(verb, dryRun, []render.Change{change(k)}, func(int) error { return do(ctx, client, app, k) })
	})
}

// newKeySwitch makes enable and disable. The server only toggles, so the key's status is read first.
func newKeySwitch(deps *cli.Deps, verb, wanted, short string) *cobra.Command {
	change := func(k conductor.AccessKey) render.Change {
		change := render.Change{Kind: "key", ID: k.ID, Action: render.Updated, Detail: wanted}
		if k.Status == wanted {
			change.Action = render.Unchanged
		}
		return change
	}
	return onKey(deps, verb, short, change, func(ctx context.Context, client *conductor.Client, app conductor.Application, k conductor.AccessKey) error {
		_, err := client.Applications.ToggleKey(ctx, app.ID, k.ID)
		return err
	})
}

func newKeyDelete(deps *cli.Deps) *cobra.Command {
	change := func(k conductor.AccessKey) render.Change {
		return render.Change{Kind: "key", ID: k.ID, Action: render.Deleted}
	}
	return onKey(deps, "delete", "Delete an access key", change,
		func(ctx context.Context, client *conductor.Client, app conductor.Application, k conductor.AccessKey) error {
			return client.Applications.DeleteKey(ctx, app.ID, k.ID)
		})
}
