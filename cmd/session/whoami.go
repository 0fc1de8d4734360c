package session

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// NewWhoami returns the command `orkesctl whoami`.
func NewWhoami(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "whoami", Short: "Show who the server takes you for, and with which roles",
		Example: "orkesctl whoami",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runWhoami(cmd.Context(), deps) },
	}
}

func runWhoami(ctx context.Context, deps *cli.Deps) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	user, err := client.Token.UserInfo(ctx)
	if conductor.IsNotFound(err) {
		return cli.Hint(err, "This server has no authentication: it is open-source Conductor, where everybody may do everything.")
	}
	if err != nil {
		return err
	}
	settings, err := deps.Settings()
	if err != nil {
		return err
	}
	type doc = conductor.Document[conductor.User]
	return render.One(deps.Printer(), render.View[doc]{
		Kind: "user", Name: func(d doc) string { return d.Value.ID },
		Columns: []render.Column[doc]{
			{Title: "name", Value: func(d doc) any { return d.Value.Name }},
			{Title: "id", Value: func(d doc) any { return d.Value.ID }},
			{Title: "roles", Value: func(d doc) any { return roleNames(d.Value) }},
			{Title: "server", Value: func(doc) any { return client.BaseURL() }},
			{Title: "key", Value: func(doc) any { return settings.Key.Value }},
			{Title: "from", Value: func(doc) any { return settings.Key.Source + settings.Token.Source }},
		},
	}, user)
}

func roleNames(user conductor.User) []string {
	names := make([]string, 0, len(user.Roles))
	for _, role := range user.Roles {
		names = append(names, role.Name)
	}
	return names
}
