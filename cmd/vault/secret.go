// Package vault holds the nouns `secret` and `env`: the values that definitions name and executions do not hold.
package vault

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const needsSecret = "Making a secret needs the role USER, METADATA_MANAGER or ADMIN; reading, changing or deleting one needs the right for it (SECRET_NAME)."

// NewSecret returns the command `orkesctl secret`.
func NewSecret(deps *cli.Deps) *cobra.Command {
	return cli.Group("secret", "Secrets, which definitions name as ${workflow.secrets.NAME} (Orkes)",
		newSecretList(deps),
		newSecretGet(deps),
		newSecretSet(deps),
		newSecretExists(deps),
		newDelete(deps, secrets()),
	)
}

// secrets says how secrets are found and deleted.
func secrets() values {
	return values{
		noun: "secret", example: "db-password", needs: needsSecret, explain: noSecrets,
		names: func(ctx context.Context, client *conductor.Client) ([]string, error) {
			return client.Secrets.Names(ctx)
		},
		exists: func(ctx context.Context, client *conductor.Client, name string) (bool, error) {
			return client.Secrets.Exists(ctx, name)
		},
		remove: func(ctx context.Context, client *conductor.Client, name string) error {
			return client.Secrets.Delete(ctx, name)
		},
	}
}

// noSecrets explains a server that keeps none. A secret that is not there is no error of the routes that are asked first.
func noSecrets(err error) error {
	if cli.LacksRoute(err) {
		return cli.NotFound("Set CONDUCTOR_SECRET_NAME where that server runs. With secrets of its own: orkesctl dev start",
			"this server keeps no secrets: it is open-source Conductor, which takes them from its own environment")
	}
	return cli.Needs(err, needsSecret)
}

func newSecretList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[name]{
		Short: "List the names of the secrets", Example: "orkesctl secret list\norkesctl secret list -o name",
		Nothing: "There are no secrets. Make one: orkesctl secret set NAME",
		View: render.View[name]{
			Kind: "secret", Name: func(n name) string { return n.Name },
			Columns: []render.Column[name]{{Title: "name", Value: func(n name) any { return n.Name }}},
		},
		Read: func(ctx context.Context, client *conductor.Client) ([]name, error) {
			names, err := client.Secrets.Names(ctx)
			list := make([]name, len(names))
			for i := range names {
				list[i] = name{names[i]}
			}
			return list, noSecrets(err)
		},
		Order: byName,
	}.Command(deps)
}

func newSecretExists(deps *cli.Deps) *cobra.Command {
	s := secrets()
	return &cobra.Command{
		Use: "exists NAME", Short: "Say whether there is a secret: exit 0 where there is, 3 where there is none",
		Example: "orkesctl secret exists db-password",
		Args:    cli.Args("NAME"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, s.names)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.on(cmd.Context(), deps, args[0], func(*conductor.Client) error {
				if deps.Globals.Format.Structured() {
					return deps.Globals.Format.Document(deps.Term, map[string]bool{"exists": true})
				}
				_, err := fmt.Fprintf(deps.Term.Out, "secret/%s exists\n", args[0])
				return err
			})
		},
	}
}
