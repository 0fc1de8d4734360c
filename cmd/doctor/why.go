package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// watchEvery is how often --watch looks again: 2 s.
const watchEvery = 2 * time.Second

type whyOptions struct {
	ref   string
	watch bool
}

func newWhy(deps *cli.Deps) *cobra.Command {
	var opts whyOptions
	cmd := &cobra.Command{
		Use: "why EXECUTION|TASK", Short: "Say why an execution or a task does not go on",
		Long: `Say why an execution, or the open tasks of a name, do not go on: who polls where, what is granted, which limit or delay holds
them, what they wait for. Of an execution that failed it tells the first cause; of one that completed, where its time went.

It asks and changes nothing. Exit code: 0 where all stands as somebody wanted it, 5 where something is wrong.`,
		Example: "orkesctl doctor why 6a0d9c1e-7f5b-4c3e-9a51-0e8d2f6b7c10\norkesctl doctor why get-inventory --watch",
		Args:    cli.Args("EXECUTION|TASK"), ValidArgsFunction: cli.CompleteFirst(cli.CompleteNames(deps, cli.TaskNames)),
		RunE: func(cmd *cobra.Command, args []string) error { return runWhy(cmd.Context(), deps, args[0], opts) },
	}
	cmd.Flags().StringVar(&opts.ref, "task", "", "only the task with this reference `NAME` in the execution")
	cmd.Flags().BoolVar(&opts.watch, "watch", false, "look again until it moves")
	return cmd
}

func runWhy(ctx context.Context, deps *cli.Deps, word string, opts whyOptions) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	verdicts, err := explain(ctx, deps, client, word, opts.ref)
	if err != nil {
		return err
	}
	if err := showVerdicts(deps.Printer(), verdicts); err != nil {
		return err
	}
	for opts.watch && open(verdicts) {
		next, err := moved(ctx, deps, client, word, opts, verdicts)
		if err != nil {
			return err
		}
		deps.Note("")
		if err := showVerdicts(deps.Printer(), next); err != nil {
			return err
		}
		opts.watch, verdicts = false, next
	}
	if slices.ContainsFunc(verdicts, func(v stuck.Verdict) bool { return !v.Harmless() }) {
		return cli.Silent(cli.ExitFindings)
	}
	return nil
}

// explain asks the server about an execution; where there is none of that id, about the open tasks of that name.
func explain(ctx context.Context, deps *cli.Deps, client *conductor.Client, word, ref string) ([]stuck.Verdict, error) {
	gatherer := &stuck.Gatherer{Client: client, Now: deps.Now}
	if err := addProject(ctx, deps, client, gatherer); err != nil {
		return nil, err
	}
	verdicts, err := gatherer.Execution(ctx, word, ref)
	switch {
	case err == nil && ref != "" && len(verdicts) == 0:
		return nil, cli.NotFound("See its tasks: orkesctl execution get "+word, "execution %s has no open task with the reference %q", word, ref)
	case !conductor.IsNotFound(err):
		return verdicts, err
	case ref != "":
		return nil, cli.NotFound("See the latest: orkesctl execution list", "no execution %q", word)
	}
	verdicts, err = gatherer.Task(ctx, word)
	if err != nil || len(verdicts) > 0 {
		return verdicts, err
	}
	return nil, idle(ctx, deps, client, word)
}

// idle says that nothing of the name is open; a name that nobody knows is an error.
func idle(ctx context.Context, deps *cli.Deps, client *conductor.Client, word string) error {
	polls, err := client.Tasks.PollData(ctx, word)
	if err != nil && !conductor.IsNotFound(err) {
		return err
	}
	_, err = client.TaskDefs.Get(ctx, word)
	if conductor.IsNotFound(err) && len(polls) == 0 {
		hint := "See the latest: orkesctl execution list   ·   orkesctl task list"
		if names, listErr := cli.TaskNames(ctx, client); listErr == nil {
			if near, found := definition.Nearest(word, names); found {
				hint = "Did you mean: orkesctl doctor why " + cli.ShellWord(near)
			}
		}
		return cli.NotFound(hint, "no execution and no task %q", word)
	}
	if err != nil && !conductor.IsNotFound(err) {
		return err
	}
	if !deps.Globals.Format.Structured() {
		deps.Note("No task %s is open: nothing waits. Who polls: orkesctl task queue %s", word, cli.ShellWord(word))
	}
	return nil
}

// addProject lets the gatherer know of the project's sources and of what its worker's application may do.
func addProject(ctx context.Context, deps *cli.Deps, client *conductor.Client, gatherer *stuck.Gatherer) error {
	p, err := deps.Project()
	if err != nil || p == nil {
		return err
	}
	env, err := discover.EnvironmentOf(p, nil)
	if err != nil {
		return err
	}
	found, err := discover.Project(ctx, p.Root, env)
	if err != nil {
		return err
	}
	gatherer.Declared = func(task string) []stuck.Declared {
		var declared []stuck.Declared
		for _, worker := range found.Workers {
			if worker.Task == task && worker.DomainExpr == "" {
				declared = append(declared, stuck.Declared{Domain: worker.Domain, Place: worker.Place.String()})
			}
		}
		return declared
	}
	who, err := identity.Of(deps, p)
	if err != nil {
		return err
	}
	gatherer.Rights = rightsOf(client, who.Settings.Key.Value, p.Application)
	return nil
}

// rightsOf finds the worker's application by its key, else by the name that the project gives, and reads once what it holds.
func rightsOf(client *conductor.Client, key, name string) func(context.Context, conductor.TaskDef, string) stuck.Rights {
	var app *conductor.Application
	var holder permit.Holder
	var names []string
	return func(ctx context.Context, task conductor.TaskDef, domain string) stuck.Rights {
		if app == nil {
			found, known := applicationOf(ctx, client, key, name)
			app = &found
			if known {
				holder = permit.Read(ctx, app.UserID(), client)
				names, _ = cli.TaskNames(ctx, client) // without them ids are read by the cluster's style alone
			}
		}
		if app.ID == "" {
			return stuck.Rights{}
		}
		style, _ := grant.Detect(holder.Grants, names)
		return stuck.RightsOf(app.Name, holder, permit.Of(task, domain), grant.Reader{Style: style, Tasks: names})
	}
}

func applicationOf(ctx context.Context, client *conductor.Client, key, name string) (conductor.Application, bool) {
	if key != "" {
		if app, err := client.Applications.ByKey(ctx, key); err == nil {
			return app.Value, true
		}
	}
	apps, err := client.Applications.List(ctx)
	if err != nil {
		return conductor.Application{}, false
	}
	at := slices.IndexFunc(apps, func(a conductor.Document[conductor.Application]) bool { return name != "" && a.Value.Name == name })
	if at < 0 {
		return conductor.Application{}, false
	}
	return apps[at].Value, true
}

// open reports whether there is something left that could move.
func open(verdicts []stuck.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v stuck.Verdict) bool {
		return !conductor.WorkflowTerminal(v.Status) || v.Reference != "" && !conductor.TaskTerminal(v.Status)
	})
}

// moved looks again and again until the answer is another.
func moved(ctx context.Context, deps *cli.Deps, client *conductor.Client, word string, opts whyOptions, before []stuck.Verdict) ([]stuck.Verdict, error) {
	deps.Note("looking again every %s until it moves; Ctrl-C ends", watchEvery)
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(watchEvery):
		}
		now, err := explain(ctx, deps, client, word, opts.ref)
		if conductor.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if standing(now) != standing(before) {
			return now, nil
		}
	}
}

// standing is where the tasks stand, without the times that pass.
func standing(verdicts []stuck.Verdict) string {
	var b strings.Builder
	for _, v := range verdicts {
		fmt.Fprintln(&b, v.Execution, v.Reference, v.Status, v.Like)
		if len(v.Causes) > 0 {
			b.WriteString(v.Causes[0].ID)
		}
	}
	return b.String()
}
