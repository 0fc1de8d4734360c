package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

type grantOptions struct {
	app    string
	flags  grant.Flags
	access []string
	dryRun bool
	revoke bool
}

func newGrant(deps *cli.Deps) *cobra.Command {
	return newGrantChange(deps, "grant", "Grant an application access: EXECUTE on a task, a domain, a workflow, a tag", false)
}

func newRevoke(deps *cli.Deps) *cobra.Command {
	return newGrantChange(deps, "revoke", "Take access from an application", true)
}

func newGrantChange(deps *cli.Deps, verb, short string, revoke bool) *cobra.Command {
	opts := grantOptions{revoke: revoke}
	cmd := &cobra.Command{
		Use: verb, Short: short,
		Long: short + `.

--task T means T in every domain; --domain D every task in D; both together T in D only. Flags repeat.`,
		Example: "orkesctl app " + verb + " --task get-inventory --domain john\norkesctl app " + verb + " --workflow get-inventory-demo --access read,execute",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.flags.Empty() {
				return cli.Usage(cli.UsageHint(cmd), "%s on what? give --task, --domain, --workflow or --tag", verb)
			}
			if err := opts.check(); err != nil {
				return err
			}
			return withApp(cmd.Context(), deps, opts.app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				return runGrant(ctx, deps, client, app.Value, opts)
			})
		},
	}
	bindApp(cmd, deps, &opts.app)
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.flags.Tasks, "task", nil, "a `TASK` (repeatable)")
	flags.StringArrayVar(&opts.flags.Domains, "domain", nil, "a `DOMAIN` (repeatable)")
	flags.StringArrayVar(&opts.flags.Workflows, "workflow", nil, "a `WORKFLOW` (repeatable)")
	flags.StringArrayVar(&opts.flags.Tags, "tag", nil, "everything that carries this tag, `KEY:VALUE` (repeatable)")
	flags.StringSliceVar(&opts.access, "access", []string{"EXECUTE"}, "the access: create, read, execute, update, delete")
	cli.BindDryRun(cmd, &opts.dryRun)
	completeTargets(deps, cmd, &opts)
	return cmd
}

// accesses are the kinds of access, as the API calls them (access sheet §3.1).
func accesses() []string { return []string{"CREATE", "READ", "EXECUTE", "UPDATE", "DELETE"} }

func (o *grantOptions) check() error {
	known := accesses()
	for i, name := range o.access {
		o.access[i] = strings.ToUpper(name)
		if !slices.Contains(known, o.access[i]) {
			return cli.Usage("One of: create, read, execute, update, delete", "--access %s: unknown access", name)
		}
	}
	for _, tag := range o.flags.Tags {
		if key, value, ok := strings.Cut(tag, ":"); !ok || key == "" || value == "" {
			return cli.Usage("Example: --tag team:stock", "--tag %s: a tag is KEY:VALUE", tag)
		}
	}
	return nil
}

func runGrant(ctx context.Context, deps *cli.Deps, client *conductor.Client, app conductor.Application, opts grantOptions) error {
	held, readable, err := grants(ctx, client, app)
	if err != nil {
		return err
	}
	tasks := definedTasks(ctx, client, opts.flags)
	style, err := domainStyle(ctx, deps, client, opts.flags, held, tasks)
	if err != nil {
		return err
	}
	var changes []render.Change
	items := opts.flags.Targets(style)
	for _, item := range items {
		change := render.Change{Kind: kind, ID: app.Name, Action: render.Updated, Word: "granted", Detail: strings.Join(opts.access, ", ") + " on " + item.Words}
		verb := "grant"
		if opts.revoke {
			verb, change.Word = "revoke", "revoked"
		}
		missing := notHeld(held, item.Target, opts.access)
		settled := len(missing) == 0
		if opts.revoke {
			settled = len(missing) == len(opts.access)
		}
		switch {
		case readable && settled:
			change.Action, change.Word = render.Unchanged, ""
		case opts.dryRun:
			change.Word = "would " + verb
		default:
			if err := send(ctx, client, app, item.Target, opts); err != nil {
				return errors.Join(deps.Printer().Changes(changes), err)
			}
		}
		changes = append(changes, change)
	}
	if err := deps.Printer().Changes(changes); err != nil {
		return err
	}
	if opts.revoke {
		noteRemaining(ctx, deps, client, app, revocation{held, items, opts.access, grant.Reader{Style: style, Tasks: tasks}})
	} else {
		noteUndefined(deps, opts.flags.Tasks, tasks)
	}
	return nil
}

func send(ctx context.Context, client *conductor.Client, app conductor.Application, target conductor.Target, opts grantOptions) error {
	authorization := conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: app.UserID()}, Target: target, Access: opts.access,
	}
	if opts.revoke {
		return client.Authorization.Revoke(ctx, authorization)
	}
	return client.Authorization.Grant(ctx, authorization)
}

// grants reads what the application holds. Reading needs an administrator on Orkes; who may grant without it still can.
func grants(ctx context.Context, client *conductor.Client, app conductor.Application) (held []conductor.GrantedAccess, readable bool, err error) {
	held, err = client.Users.Permissions(ctx, app.UserID())
	switch {
	case err == nil:
		return held, true, nil
	case conductor.IsForbidden(err):
		return nil, false, nil
	default:
		return nil, false, err
	}
}

func notHeld(held []conductor.GrantedAccess, target conductor.Target, access []string) []string {
	var missing []string
	for _, name := range access {
		has := slices.ContainsFunc(held, func(g conductor.GrantedAccess) bool {
			return g.Target == target && g.Tag == "" && slices.Contains(g.Access, name)
		})
		if !has {
			missing = append(missing, name)
		}
	}
	return missing
}

// definedTasks lists the tasks that are defined, where the flags name tasks or domains; nil where the caller may not see them.
func definedTasks(ctx context.Context, client *conductor.Client, flags grant.Flags) []string {
	if len(flags.Tasks)+len(flags.Domains) == 0 {
		return nil
	}
	names, err := cli.TaskNames(ctx, client)
	if err != nil {
		return nil
	}
	return names
}

func noteUndefined(deps *cli.Deps, asked, defined []string) {
	for _, task := range asked {
		if defined == nil || slices.Contains(defined, task) {
			continue
		}
		meant := "."
		if near, found := definition.Nearest(task, defined); found {
			meant = "; did you mean " + near + "?"
		}
		deps.Note("note: no task %s is defined%s A grant may precede its task.", task, meant)
	}
}
