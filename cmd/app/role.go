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
	return newRoleChange(deps, "add", "Give roles to an application", func(ctx context.Context, client *conductor.Client, id, role string) error {
		return client.Applications.AddRole(ctx, id, role)
	}, false)
}

func newRoleRemove(deps *cli.Deps) *cobra.Command {
	return newRoleChange(deps, "remove", "Take roles from an application", func(ctx context.Context, client *conductor.Client, id, role string) error {
		return client.Applications.RemoveRole(ctx, id, role)
	}, true)
}

// newRoleChange makes add and remove; unchanged is what having the role means.
func newRoleChange(deps *cli.Deps, verb, short string, do func(context.Context, *conductor.Client, string, string) error, removes bool) *cobra.Command {
	var app string
	var dryRun bool
	cmd := &cobra.Command{
		Use: verb + " ROLE…", Short: short,
		Example: "orkesctl app role " + verb + " worker",
		Args:    cli.Args("ROLE…"), ValidArgsFunction: cobra.FixedCompletions(roleWords(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRoles(args); err != nil && !removes {
				return err
			}
			return withApp(cmd.Context(), deps, app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				has, err := roles(ctx, client, app.Value)
				if err != nil {
					return err
				}
				var changes []render.Change
				for _, word := range args {
					role := roleName(word)
					change := render.Change{Kind: kind, ID: app.Value.Name, Action: render.Unchanged, Detail: "role " + role}
					if slices.Contains(has, role) == removes {
						change.Action = render.Updated
						if dryRun {
							change.Word = "would be updated"
						} else if err := do(ctx, client, app.Value.ID, role); err != nil {
							return cli.Needs(fmt.Errorf("role %s: %w", role, err), needsManager)
						}
					}
					changes = append(changes, change)
				}
				return deps.Printer().Changes(changes)
			})
		},
	}
	bindApp(cmd, deps, &app)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would change, send nothing")
	return cmd
}

func newRoleList(deps *cli.Deps) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "list", Short: "List the roles of an application",
		Example: "orkesctl app role list",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withApp(cmd.Context(), deps, app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				names, err := roles(ctx, client, app.Value)
				if err != nil {
					return err
				}
				return render.List(deps.Printer(), render.View[string]{
					Kind: "role", Name: func(role string) string { return role },
					Columns: []render.Column[string]{{Title: "role", Value: func(role string) any { return role }}},
				}, names)
			})
		},
	}
	bindApp(cmd, deps, &app)
	return cmd
}
