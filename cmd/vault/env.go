package vault

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const needsEnv = "Writing environment variables needs the role METADATA_MANAGER, METADATA_API or ADMIN."

// NewEnv returns the command `orkesctl env`.
func NewEnv(deps *cli.Deps) *cobra.Command {
	return cli.Group("env", "Environment variables, which definitions name as ${workflow.env.NAME} (Orkes)",
		newEnvList(deps),
		newEnvGet(deps),
		newEnvSet(deps),
		newDelete(deps, variables()),
	)
}

// variables says how environment variables are found and deleted.
func variables() values {
	return values{
		noun: "env", example: "region", needs: needsEnv, explain: noVariables,
		names: func(ctx context.Context, client *conductor.Client) ([]string, error) {
			list, err := client.Environment.List(ctx)
			names := make([]string, len(list))
			for i, variable := range list {
				names[i] = variable.Name
			}
			return names, err
		},
		exists: func(ctx context.Context, client *conductor.Client, name string) (bool, error) {
			list, err := client.Environment.List(ctx)
			return slices.ContainsFunc(list, func(v conductor.Variable) bool { return v.Name == name }), err
		},
		remove: func(ctx context.Context, client *conductor.Client, name string) error {
			return client.Environment.Delete(ctx, name)
		},
	}
}

// noVariables explains a server that lets nobody write any.
func noVariables(err error) error {
	if cli.LacksRoute(err) {
		return cli.NotFound("Set CONDUCTOR_ENV_NAME where that server runs. With variables of its own: orkesctl dev start",
			"this server's variables cannot be written: it is open-source Conductor, which takes them from its own environment")
	}
	return cli.Needs(err, needsEnv)
}

func newEnvList(deps *cli.Deps) *cobra.Command {
	type variable = conductor.Variable
	return cli.Listing[variable]{
		Short: "List the environment variables", Example: "orkesctl env list",
		Nothing: "There are no environment variables. Make one: orkesctl env set NAME VALUE",
		View: render.View[variable]{
			Kind: "env", Name: func(v variable) string { return v.Name },
			Columns: []render.Column[variable]{
				{Title: "name", Value: func(v variable) any { return v.Name }},
				{Title: "value", Value: func(v variable) any { return v.Value }},
			},
		},
		Read: func(ctx context.Context, client *conductor.Client) ([]variable, error) {
			return client.Environment.List(ctx)
		},
		Order: func(a, b variable) int { return strings.Compare(a.Name, b.Name) },
	}.Command(deps)
}

func newEnvGet(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "get NAME", Short: "Show the value of an environment variable", Example: "orkesctl env get region",
		Args: cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, variables().names)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return variables().on(ctx, deps, args[0], func(client *conductor.Client) error {
				value, err := client.Environment.Get(ctx, args[0])
				if err != nil {
					return err
				}
				return show(deps, args[0], value)
			})
		},
	}
}

func newEnvSet(deps *cli.Deps) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "set NAME VALUE", Short: "Make an environment variable, or give it another value",
		Long: `Make an environment variable, or give it another value. Everybody on the server can read it: what nobody may see is a secret
(orkesctl secret set).`,
		Example: "orkesctl env set region eu-west-1",
		Args:    cli.Args("NAME", "VALUE"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, variables().names)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEnvSet(cmd.Context(), deps, args[0], args[1], dryRun)
		},
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

func runEnvSet(ctx context.Context, deps *cli.Deps, name, value string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	list, err := client.Environment.List(ctx)
	if err != nil {
		return err
	}
	change := render.Change{Kind: "env", ID: name, Action: render.Created}
	if i := slices.IndexFunc(list, func(v conductor.Variable) bool { return v.Name == name }); i >= 0 {
		change.Action = render.Updated
		if list[i].Value == value {
			change.Action = render.Unchanged
		}
	}
	return deps.ChangeAll("set", dryRun, []render.Change{change}, func(int) error {
		return noVariables(client.Environment.Put(ctx, name, value))
	})
}
