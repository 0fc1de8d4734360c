package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// defaultGrace leaves a container's usual 30 s time to give tasks back.
const defaultGrace = 25 * time.Second

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
func (o *loopOptions) run(ctx context.Context, deps *cli.Deps, cmd *cobra.Command, who workerIdentity, work workFunc) error {
	client, err := deps.NewClient(who.settings)
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("domain") {
		o.domain = who.domain
	}
	tally := tally{deps: deps, options: o, who: who}
	loop := &runner.Runner{
		Client: client, TaskType: o.task, Domain: o.domain, WorkerID: hostName(), Slots: o.slots, Grace: max(o.grace, time.Nanosecond), Lease: o.lease,
		Work: work, Problem: tally.problem, Working: tally.working, Done: tally.done, Hopeless: hopeless,
	}
	if err := loop.Run(ctx); err != nil {
		return cli.Hint(err, "%s", who.hint(err))
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
	who     workerIdentity
	counts  [4]int // completed, failed, terminal, given back
}

func (t *tally) problem(err error) {
	t.deps.Note("%v; trying on", err)
	if hint := t.who.hint(err); conductor.IsForbidden(err) {
		t.deps.Note("%s", grantHint(t.options.task, t.options.domain, t.who))
	} else if hint != "" {
		t.deps.Note("%s", hint)
	}
}

func grantHint(task, domain string, who workerIdentity) string {
	hint := "Grant it with your own identity: orkesctl app grant --task " + task
	if domain != "" {
		hint += " --domain " + domain
	}
	return hint + "   (the worker uses " + who.key() + ")"
}

func (t *tally) working() {
	where := ""
	if t.options.domain != "" {
		where = " in domain " + t.options.domain
	}
	t.deps.Note("polling %s%s at %s with %s, %d at a time", t.options.task, where, t.who.settings.Server.Value, t.who.key(), t.options.slots)
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
	t.counts[index]++
	if index == 0 && t.options.quiet {
		return
	}
	line := fmt.Sprintf("%s  %s  %s", task.TaskID, word, took.Round(time.Millisecond))
	if outcome.Reason != "" {
		line += "  " + outcome.Reason
	}
	t.deps.Note("%s", line)
}

func (t *tally) summary() string {
	text := fmt.Sprintf("%d completed, %d failed", t.counts[0], t.counts[1]+t.counts[2])
	if t.counts[3] > 0 {
		text += fmt.Sprintf(", %d given back", t.counts[3])
	}
	return text
}

// workerIdentity is whom a worker of this program polls as: the key of the project's .env, else the person's own.
type workerIdentity struct {
	settings config.Settings
	domain   string
}

func (w workerIdentity) key() string {
	if w.settings.Key.Value == "" {
		return "no key"
	}
	return fmt.Sprintf("the key %s from %s", w.settings.Key.Value, w.settings.Key.Source)
}

func (w workerIdentity) hint(err error) string {
	var connect *conductor.ConnectError
	switch {
	case conductor.IsUnauthenticated(err):
		return fmt.Sprintf("The server does not accept %s. A new one: orkesctl app key create --env-file .env", w.key())
	case errors.As(err, &connect):
		return fmt.Sprintf("The URL is from %s. Start a server here: orkesctl dev start", w.settings.Server.Source)
	default:
		return ""
	}
}

// findIdentity is the identity for the working folder; a line says where it is not the shell's.
func findIdentity(deps *cli.Deps) (workerIdentity, error) {
	p, err := deps.Project()
	if err != nil {
		return workerIdentity{}, err
	}
	if p == nil {
		settings, err := deps.Settings()
		return workerIdentity{settings: settings}, err
	}
	who, err := identityOf(deps, p)
	key := who.settings.Key
	if shell := deps.Getenv("CONDUCTOR_AUTH_KEY"); err == nil && key.Source == p.Env && shell != "" && key.Value != "" && shell != key.Value {
		deps.Note("note: the worker uses the key %s from %s, not your shell's", key.Value, p.Env)
	}
	return who, err
}

// identityOf reads the project's .env; where that has neither server nor key, the person's settings stand in.
func identityOf(deps *cli.Deps, p *project.Project) (workerIdentity, error) {
	settings, settingsErr := deps.Settings()
	who := workerIdentity{settings: settings, domain: p.Domain}
	values, err := project.ReadEnv(p.EnvFile())
	if err != nil {
		return who, err
	}
	if domain := values["CONDUCTOR_WORKER_DOMAIN"]; domain != "" {
		who.domain = domain
	}
	url, key := values["CONDUCTOR_SERVER_URL"], values["CONDUCTOR_AUTH_KEY"]
	if key == "" && url == "" {
		return who, settingsErr
	}
	if url == "" && settingsErr != nil {
		return who, settingsErr
	}
	own := config.Settings{Server: settings.Server, CAFile: settings.CAFile, CertFile: settings.CertFile, KeyFile: settings.KeyFile}
	if url != "" {
		own.Server = config.Setting{Value: url, Source: p.Env}
	}
	own.Key, own.Secret = config.Setting{Value: key, Source: p.Env}, config.Setting{Value: values["CONDUCTOR_AUTH_SECRET"], Source: p.Env}
	who.settings = own
	return who, nil
}
