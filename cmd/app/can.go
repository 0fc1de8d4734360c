package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// reply is the answer to one question, as -o json prints it. Unseen is what the server would not tell.
type reply struct {
	Answer      permit.Answer `json:"answer"`
	Application string        `json:"application"`
	Access      string        `json:"access"`
	Kind        string        `json:"kind"`
	ID          string        `json:"id"`
	Domain      string        `json:"domain,omitempty"`
	Through     []string      `json:"through"`
	Missing     []string      `json:"missing"`
	Near        []string      `json:"near,omitempty"`
	Unseen      []string      `json:"unseen,omitempty"`
	Fix         []string      `json:"fix,omitempty"`
}

type canOptions struct {
	app, domain string
	list        bool
}

func newCan(deps *cli.Deps) *cobra.Command {
	var opts canOptions
	cmd := &cobra.Command{
		Use: "can ACCESS KIND NAME", Short: "Say whether an application may do something, and through what",
		Long: `Say whether an application may do something: yes, no, or unknown where the server will not tell, and through which roles
and grants. "execute task" is what a worker's poll asks: it takes the Worker role and Execute on the task.

Exit code: 0 yes, 4 no, 1 unknown. KIND: ` + strings.Join(kinds(), ", ") + ".",
		Example:           "orkesctl app can execute task get-inventory --domain john\norkesctl app can read workflow order --app billing\norkesctl app can --list",
		ValidArgsFunction: completeQuestion(deps),
		Args: func(cmd *cobra.Command, args []string) error {
			if opts.list {
				return cli.Args()(cmd, args)
			}
			return cli.Args("ACCESS", "KIND", "NAME")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.list {
				return runCanList(cmd.Context(), deps, opts.app)
			}
			q, err := ask(args[0], args[1], args[2], opts.domain)
			if err != nil {
				return err
			}
			return withApp(cmd.Context(), deps, opts.app, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
				return runCan(ctx, deps, client, app.Value, q)
			})
		},
	}
	bindApp(cmd, deps, &opts.app)
	cmd.Flags().StringVar(&opts.domain, "domain", "", "the task in this `DOMAIN`")
	cmd.Flags().BoolVar(&opts.list, "list", false, "list all that the application may do")
	return cmd
}

// completeQuestion completes the access, then the kind, then the names of tasks.
func completeQuestion(deps *cli.Deps) cobra.CompletionFunc {
	names := cli.CompleteNames(deps, cli.TaskNames)
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) == 0:
			return strings.Fields(strings.ToLower(strings.Join(accesses(), " "))), cobra.ShellCompDirectiveNoFileComp
		case len(args) == 1:
			return kinds(), cobra.ShellCompDirectiveNoFileComp
		case len(args) == 2 && args[1] == "task":
			return names(cmd, nil, word)
		default:
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
}

func runCan(ctx context.Context, deps *cli.Deps, client *conductor.Client, app conductor.Application, q question) error {
	holder := permit.Read(ctx, app.UserID(), client)
	reader, err := readerOf(ctx, deps, client, holder.Grants)
	if err != nil {
		return err
	}
	r := reply{Application: app.Name, Access: q.access, Kind: q.kind, ID: q.name, Domain: q.domain, Through: []string{}, Missing: []string{}, Unseen: holder.Unseen}
	if q.polling() {
		r.judge(holder, q.task(ctx, client), reader)
	} else {
		r.ofGrants(holder, q, reader)
	}
	r.askServer(ctx, client, app.UserID(), q.targets(reader.Style))
	if r.Answer == permit.No && len(r.Fix) == 0 && slices.Contains([]string{"task", "workflow", "domain", "tag"}, q.kind) {
		r.Fix = []string{cli.CommandLine("app", "grant", "--"+q.kind, q.name, "--access", strings.ToLower(q.access), "--app", app.Name)}
	}
	return r.print(deps, q)
}

// judge answers what a poll asks.
func (r *reply) judge(holder permit.Holder, task permit.Task, reader grant.Reader) {
	verdict := holder.May(task, reader)
	r.Answer, r.Near = verdict.Answer, verdict.Near
	r.Through = append(r.Through, verdict.Through...)
	if verdict.Role == permit.Yes && slices.Contains(holder.Roles, permit.RoleWorker) {
		r.Through = append(r.Through, "role "+permit.RoleWorker)
	}
	if verdict.Role == permit.No {
		r.Missing = append(r.Missing, "role "+permit.RoleWorker)
	}
	if verdict.Grant == permit.No {
		r.Missing = append(r.Missing, "EXECUTE on "+task.String())
	}
	for _, command := range holder.Missing([]permit.Task{task}, reader).Commands(r.Application) {
		r.Fix = append(r.Fix, cli.CommandLine(command...))
	}
}

// ofGrants answers any other question from the grants that were read. What the roles allow besides, only the server knows: without a
// grant the answer stays unknown.
func (r *reply) ofGrants(holder permit.Holder, q question, reader grant.Reader) {
	r.Answer = permit.Unknown
	if slices.Contains(holder.Roles, "ADMIN") {
		r.Answer, r.Through = permit.Yes, append(r.Through, "role ADMIN")
	}
	targets := q.targets(reader.Style)
	for _, held := range holder.Grants {
		if slices.Contains(held.Access, q.access) && slices.Contains(targets, held.Target) {
			r.Answer = permit.Yes
			r.Through = append(r.Through, reader.Held(held))
		}
	}
}

// askServer settles what the grants leave open by checkPermissions (access sheet §3.4), which knows access alone: the Worker role is
// not in its answer.
func (r *reply) askServer(ctx context.Context, client *conductor.Client, user string, targets []conductor.Target) {
	if r.Answer != permit.Unknown {
		return
	}
	for _, target := range targets {
		allowed, err := client.Users.CheckPermissions(ctx, user, target)
		switch {
		case err != nil:
			r.Unseen = append(r.Unseen, err.Error())
			return
		case allowed[r.Access]:
			r.Through = append(r.Through, "as the server says for "+strings.ToLower(target.Type)+" "+target.ID)
			if len(r.Missing) == 0 && (r.Kind != "task" || r.Access != "EXECUTE") {
				r.Answer = permit.Yes
			}
			return
		}
	}
	r.Answer = permit.No
	r.Missing = append(r.Missing, r.Access+" on "+r.Kind+" "+r.ID)
}

func (r *reply) print(deps *cli.Deps, q question) error {
	p := deps.Printer()
	exit := map[permit.Answer]int{permit.No: cli.ExitDenied, permit.Unknown: cli.ExitFailed}[r.Answer]
	var err error
	switch {
	case p.Format.Structured():
		err = p.Format.Document(p.Term, r)
	case p.Format.Output == "name":
		_, err = fmt.Fprintln(p.Term.Out, r.Answer)
	default:
		_, err = fmt.Fprint(p.Term.Out, r.text(p.Term, q))
	}
	if err != nil || exit == 0 {
		return err
	}
	return cli.Silent(exit)
}

func (r *reply) text(t *term.Term, q question) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	switch r.Answer {
	case permit.Yes:
		fmt.Fprintf(&b, "%s  %s may %s\n", t.Paint(term.Done, "yes"), r.Application, q.words())
	case permit.No:
		fmt.Fprintf(&b, "%s  %s may not %s\n", t.Paint(term.Bad, "no"), r.Application, q.words())
	default:
		fmt.Fprintf(&b, "%s  whether %s may %s\n", t.Paint(term.Look, "unknown"), r.Application, q.words())
	}
	for _, way := range r.Through {
		line("through  %s", way)
	}
	for _, what := range r.Missing {
		line("missing  %s", what)
	}
	for _, near := range r.Near {
		line("but has  %s", near)
	}
	for _, unseen := range r.Unseen {
		line("not seen  %s", unseen)
	}
	for _, fix := range r.Fix {
		line("→ %s", fix)
	}
	if r.Answer == permit.Unknown {
		line("An administrator is told: orkesctl --profile ADMIN app can %s …", strings.ToLower(r.Access))
	}
	return b.String()
}

// runCanList lists the roles of an application and what it was granted.
func runCanList(ctx context.Context, deps *cli.Deps, word string) error {
	return withApp(ctx, deps, word, func(ctx context.Context, client *conductor.Client, app conductor.Document[conductor.Application]) error {
		holder := permit.Read(ctx, app.Value.UserID(), client)
		if !holder.RolesKnown && !holder.GrantsKnown {
			return cli.Failed("Roles and grants are told to administrators: orkesctl --profile ADMIN app can --list",
				"what %s may do is not known: %s", app.Value.Name, strings.Join(holder.Unseen, "; "))
		}
		for _, unseen := range holder.Unseen {
			deps.Note("note: not all is known: %s", unseen)
		}
		reader, err := readerOf(ctx, deps, client, holder.Grants)
		if err != nil {
			return err
		}
		return listAbilities(deps.Printer(), holder, reader)
	})
}
