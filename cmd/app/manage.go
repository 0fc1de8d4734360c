package app

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[conductor.Document[conductor.Application]]{
		Short: "List applications", Example: "orkesctl app list", View: view(), Read: list,
		Nothing: "No applications are visible. Create one: orkesctl app create NAME --role worker",
	}.Command(deps)
}

func newGet(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "get [NAME|ID]", Short: "Show an application with its roles",
		Example: "orkesctl app get get-inventory-worker",
		Args:    cli.Args("[NAME|ID]"), ValidArgsFunction: cli.CompleteFirst(completeApps(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withApp(cmd.Context(), deps, first(args), func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				v := view()
				if names, err := roles(ctx, client, app.Value); err == nil {
					v.Columns = append(v.Columns, render.Column[conductor.Document[conductor.Application]]{
						Title: "roles", Value: func(conductor.Document[conductor.Application]) any { return names },
					})
				}
				return render.One(deps.Printer(), v, app)
			})
		},
	}
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// withApp finds the application that a command works on and hands it to f.
func withApp(ctx context.Context, deps *cli.Deps, word string,
	f func(context.Context, *conductor.Client, conductor.Document[conductor.Application]) error,
) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	app, err := choose(ctx, deps, client, word)
	if err != nil {
		return err
	}
	return f(ctx, client, app)
}

func newRename(deps *cli.Deps) *cobra.Command {
	return newChange(deps, &cobra.Command{
		Use: "rename NAME|ID NEW", Short: "Rename an application; its id, keys and grants stay",
		Example: "orkesctl app rename billing billing-eu", Args: cli.Args("NAME|ID", "NEW"),
	}, func(app conductor.Application, args []string) render.Change {
		if app.Name == args[1] {
			return render.Change{Kind: kind, ID: args[1], Action: render.Unchanged}
		}
		return render.Change{Kind: kind, ID: args[1], Action: render.Updated, Detail: "was " + app.Name}
	}, func(ctx context.Context, client *conductor.Client, app conductor.Application, args []string) error {
		_, err := client.Applications.Rename(ctx, app.ID, args[1])
		return err
	})
}

func newDelete(deps *cli.Deps) *cobra.Command {
	return newChange(deps, &cobra.Command{
		Use: "delete NAME|ID", Short: "Delete an application with its keys and grants",
		Example: "orkesctl app delete billing --yes", Args: cli.Args("NAME|ID"),
	}, func(app conductor.Application, _ []string) render.Change {
		return render.Change{Kind: kind, ID: app.Name, Action: render.Deleted}
	}, func(ctx context.Context, client *conductor.Client, app conductor.Application, _ []string) error {
		return client.Applications.Delete(ctx, app.ID)
	})
}

// newChange makes a command that changes the application that its first argument names. change says what becomes of it; before a
// deletion, people are asked.
func newChange(
	deps *cli.Deps, cmd *cobra.Command, change func(app conductor.Application, args []string) render.Change,
	do func(ctx context.Context, client *conductor.Client, app conductor.Application, args []string) error,
) *cobra.Command {
	var dryRun bool
	cli.BindDryRun(cmd, &dryRun)
	cmd.ValidArgsFunction = cli.CompleteFirst(completeApps(deps))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withApp(cmd.Context(), deps, args[0], func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
			made := change(app.Value, args)
			if made.Action == render.Deleted && !dryRun {
				if err := deps.Confirm(ctx, "Delete application %s (%s) with its keys and grants?", app.Value.Name, app.Value.ID); err != nil {
					return err
				}
			}
			return deps.ChangeAll(cmd.Name(), dryRun, []render.Change{made}, func(int) error { return do(ctx, client, app.Value, args) })
		})
	}
	return cmd
}
