package app

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newGrants(deps *cli.Deps) *cobra.Command {
	return onApp(deps, &cobra.Command{
		Use: "grants", Short: "List what an application was granted", Example: "orkesctl app grants",
	}, func(ctx context.Context, client *conductor.Client, app conductor.Application, _ []string) error {
		held, err := client.Users.Permissions(ctx, app.UserID())
		if err != nil {
			return err
		}
		reader, err := readerOf(ctx, deps, client, held)
		if err != nil {
			return err
		}
		return render.List(deps.Printer(), grantView(reader), held)
	})
}

// readerOf reads the ids of grants as the settings say, else as the grants themselves show.
func readerOf(ctx context.Context, deps *cli.Deps, client *conductor.Client, held []conductor.GrantedAccess) (grant.Reader, error) {
	tasks, err := cli.TaskNames(ctx, client)
	if err != nil {
		tasks = nil // without them the ids are read by the style alone
	}
	style, set, err := styleSetting(deps)
	if err == nil && !set {
		style, _ = grant.Detect(held, tasks)
	}
	return grant.Reader{Style: style, Tasks: tasks}, err
}

func grantView(reader grant.Reader) render.View[conductor.GrantedAccess] {
	return render.View[conductor.GrantedAccess]{
		Kind: "grant", Name: func(g conductor.GrantedAccess) string { return g.Target.Type + "/" + g.Target.ID },
		Columns: []render.Column[conductor.GrantedAccess]{
			{Title: "type", Value: func(g conductor.GrantedAccess) any { return g.Target.Type }},
			{Title: "id", Whole: true, Value: func(g conductor.GrantedAccess) any { return g.Target.ID }},
			{Title: "access", Value: func(g conductor.GrantedAccess) any { return g.Access }},
			{Title: "means", Value: func(g conductor.GrantedAccess) any { return reader.Words(g.Target) }},
			{Title: "through tag", Wide: true, Value: func(g conductor.GrantedAccess) any { return g.Tag }},
		},
	}
}
