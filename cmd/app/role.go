package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// roleWords are the built-in roles that an application may have (access sheet §2.1), as people type them.
func roleWords() []string {
	return []string{
		"worker", "metadata-api", "application-creator", "unrestricted-worker", "metadata-manager", "workflow-manager", "application-manager", "admin",
		"user", "user-read-only", "prompt-manager",
	}
}

// roleName brings what people type into the wire's form: worker, metadata-api, "unrestricted worker".
func roleName(word string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(strings.TrimSpace(word)))
}

// checkRoles refuses a role that is nearly a built-in one: servers take any name for a role of their own, and the typing error
// would be seen only when the worker is refused. Other names pass.
func checkRoles(words []string) error {
	for _, word := range words {
		name := strings.ToLower(strings.ReplaceAll(roleName(word), "_", "-"))
		if slices.Contains(roleWords(), name) {
			continue
		}
		if near, found := definition.Nearest(name, roleWords()); found || name == "" {
			return cli.Usage("Did you mean "+near+"?\nThe roles: "+strings.Join(roleWords(), ", "), "unknown role %q", word)
		}
	}
	return nil
}

func newRoleAdd(deps *cli.Deps) *cobra.Command {
	cmd := newRoleChange(deps, "add", "Give roles to an application", func(ctx context.Context, client *conductor.Client, id, role string) error {
		return client.Applications.AddRole(ctx, id, role)
	}, false)
	cmd.PreRunE = func(_ *cobra.Command, words []string) error { return checkRoles(words) }
	return cmd
}

func newRoleRemove(deps *cli.Deps) *cobra.Command {
	return newRoleChange(deps, "remove", "Take roles from an application", func(ctx context.Context, client *conductor.Client, id, role string) error {
		return client.Applications.RemoveRole(ctx, id, role)
	}, true)
}

// newRoleChange makes add and remove; unchanged is what having the role means.
func newRoleChange(deps *cli.Deps, verb, short string, do func(context.Context, *conductor.Client, string, string) error, removes bool) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: verb + " ROLE…", Short: short, Example: "orkesctl app role " + verb + " worker",
		Args: cli.Args("ROLE…"), ValidArgsFunction: cobra.FixedCompletions(roleWords(), cobra.ShellCompDirectiveNoFileComp),
	}
	cli.BindDryRun(cmd, &dryRun)
	return onApp(deps, cmd, func(ctx context.Context, client *conductor.Client, app conductor.Application, words []string) error {
		has, err := roles(ctx, client, app)
		if err != nil {
			return err
		}
		changes := make([]render.Change, len(words))
		for i, word := range words {
			role := roleName(word)
			changes[i] = render.Change{Kind: kind, ID: app.Name, Action: render.Unchanged, Detail: "role " + role}
			if slices.Contains(has, role) == removes {
				changes[i].Action = render.Updated
			}
		}
		return deps.ChangeAll(verb, dryRun, changes, func(i int) error {
			role := roleName(words[i])
			if err := do(ctx, client, app.ID, role); err != nil {
				return cli.Needs(fmt.Errorf("role %s: %w", role, err), needsManager)
			}
			return nil
		})
	})
}

func newRoleList(deps *cli.Deps) *cobra.Command {
	return onApp(deps, &cobra.Command{
		Use: "list", Short: "List the roles of an application", Example: "orkesctl app role list",
	}, func(ctx context.Context, client *conductor.Client, app conductor.Application, _ []string) error {
		names, err := roles(ctx, client, app)
		if err != nil {
			return err
		}
		return render.List(deps.Printer(), render.View[string]{
			Kind: "role", Name: func(role string) string { return role },
			Columns: []render.Column[string]{{Title: "role", Value: func(role string) any { return role }}},
		}, names)
	})
}
