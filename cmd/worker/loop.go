package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// defaultGrace leaves a container's usual 30 s time to give tasks back.
const defaultGrace = 25 * time.Second

// askTime is how soon a program ends whose task the server has ended.
const askTime = 3 * time.Second

// loopOptions are the flags that every worker of this program has.
type loopOptions struct {
	task, domain string
	slots        int
	lease, quiet bool
	grace        time.Duration
}

func (o *loopOptions) bind(deps *cli.Deps, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.task, "task", "", "the `NAME` of the task to work on")
	flags.StringVar(&o.domain, "domain", "", "the domain to poll in (default: CONDUCTOR_WORKER_DOMAIN in the project's .env, then orkesctl.yaml)")
	flags.IntVar(&o.slots, "concurrency", 1, "how many tasks to work on at one time")
	flags.DurationVar(&o.grace, "grace", defaultGrace, "how long tasks in hand may go on after SIGTERM or Ctrl-C before they are given back")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no line for each task that was completed")
	_ = cmd.RegisterFlagCompletionFunc("task", cli.CompleteNames(deps, cli.TaskNames))
}

func (o *loopOptions) check(cmd *cobra.Command) error {
	switch {
	case o.task == "":
		return cli.Usage(cli.UsageHint(cmd), "which task? --task is missing")
	case o.slots < 1 || o.slots > maxSlots:
		return cli.Usage(cli.UsageHint(cmd), "--concurrency %d: want 1 to %d", o.slots, maxSlots)
	case o.grace < 0:
		return cli.Usage(cli.UsageHint(cmd), "--grace %s: want a time that is not negative", o.grace)
	}
	return nil
}

// maxSlots keeps a mistyped number from starting that many programs.
const maxSlots = 1000

// run polls until ctx ends. work does one task.
func (o *loopOptions) run(ctx context.Context, deps *cli.Deps, cmd *cobra.Command, who identity.Worker, work workFunc) error {
	client, err := deps.NewClient(who.Settings)
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("domain") {
		o.domain = who.Domain
	}
	tally := tally{deps: deps, options: o, who: who}
	loop := &runner.Runner{
		Client: client, TaskType: o.task, Domain: o.domain, WorkerID: hostName(), Slots: o.slots, Grace: max(o.grace, time.Nanosecond), Lease: o.lease, Ask: askTime,
		Work: work, Problem: tally.problem, Working: tally.working, Done: tally.done, Hopeless: hopeless,
	}
	if err := loop.Run(ctx); err != nil {
		return cli.Hint(err, "%s", who.Hint(err))
	}
	deps.Note("stopped: %s", tally.summary())
	return nil
}

type workFunc = func(ctx context.Context, task conductor.Document[conductor.Task]) runner.Outcome

// hopeless are the causes that waiting does not mend: a key that is not accepted, and a URL that leads elsewhere.
func hopeless(err error) bool {
	var protocol *conductor.ProtocolError
	wrong := errors.As(err, &protocol) && protocol.Kind != conductor.CutOff && protocol.Kind != conductor.EmptyBody
	return wrong || conductor.IsUnauthenticated(err)
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "orkesctl"
	}
	return name
}

// tally says what happens, on standard error, and counts.
type tally struct {
	deps    *cli.Deps
	options *loopOptions
	who     identity.Worker
	counts  [5]int // completed, failed, terminal, given back, ended by the server
}

func (t *tally) problem(err error) {
	t.deps.Note("%v; trying on", err)
	if hint := t.who.Hint(err); conductor.IsForbidden(err) {
		t.deps.Note("%s", grantHint(t.options.task, t.options.domain, t.who))
	} else if hint != "" {
		t.deps.Note("%s", hint)
	}
}

func grantHint(task, domain string, who identity.Worker) string {
	hint := "Grant it with your own identity: orkesctl app grant --task " + task
	if domain != "" {
		hint += " --domain " + domain
	}
	return hint + "   (the worker uses " + who.Key() + ")"
}

func (t *tally) working() {
	where := ""
	if t.options.domain != "" {
		where = " in domain " + t.options.domain
	}
	t.deps.Note("polling %s%s at %s with %s, %d at a time", t.options.task, where, t.who.Settings.Server.Value, t.who.Key(), t.options.slots)
}

func (t *tally) done(task conductor.Task, outcome runner.Outcome, took time.Duration) {
	word, index := "completed", 0
	switch outcome.Status {
	case conductor.TaskFailed:
		word, index = "failed", 1
	case conductor.TaskFailedTerminally:
		word, index = "failed for good", 2
	case conductor.TaskInProgress:
		word, index = "given back", 3
	}
	if outcome.Ended {
		word, index = "stopped", 4
	}
	t.counts[index]++
	if index == 0 && t.options.quiet {
		return
	}
	line := fmt.Sprintf("%s  %s  %s", task.TaskID, word, took.Round(time.Millisecond))
	if outcome.Reason != "" {
		line += "  " + outcome.Reason
	}
	if outcome.Ended && outcome.Status == conductor.TaskTimedOut {
		line += "; longer work wants a longer responseTimeoutSeconds, or --lease-extend"
	}
	t.deps.Note("%s", line)
}

func (t *tally) summary() string {
	text := fmt.Sprintf("%d completed, %d failed", t.counts[0], t.counts[1]+t.counts[2])
	if t.counts[3] > 0 {
		text += fmt.Sprintf(", %d given back", t.counts[3])
	}
	if t.counts[4] > 0 {
		text += fmt.Sprintf(", %d ended by the server", t.counts[4])
	}
	return text
}
