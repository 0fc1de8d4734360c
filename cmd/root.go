// Package cmd is the command tree. It reads like `orkesctl --help`.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/cmd/api"
	"github.com/orkesctl/orkesctl/cmd/app"
	configcmd "github.com/orkesctl/orkesctl/cmd/config"
	"github.com/orkesctl/orkesctl/cmd/dev"
	"github.com/orkesctl/orkesctl/cmd/doctor"
	"github.com/orkesctl/orkesctl/cmd/event"
	"github.com/orkesctl/orkesctl/cmd/execution"
	"github.com/orkesctl/orkesctl/cmd/lint"
	"github.com/orkesctl/orkesctl/cmd/quickstart"
	"github.com/orkesctl/orkesctl/cmd/scaffold"
	"github.com/orkesctl/orkesctl/cmd/schedule"
	"github.com/orkesctl/orkesctl/cmd/session"
	"github.com/orkesctl/orkesctl/cmd/task"
	"github.com/orkesctl/orkesctl/cmd/vault"
	"github.com/orkesctl/orkesctl/cmd/webhook"
	"github.com/orkesctl/orkesctl/cmd/worker"
	"github.com/orkesctl/orkesctl/cmd/workflow"
	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
)

// versionLine is the answer to --version.
const versionLine = "orkesctl %s\n"

// Main runs the program for its arguments and environment, and returns the exit code (design §1).
func Main() int {
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is an error to handle, not a death
	deps := System()
	if asksVersion(os.Args[1:]) { // which is over before anybody could interrupt it
		return Run(context.Background(), deps, os.Args[1:])
	}
	ctx, stop := untilInterrupted(deps.Term)
	defer stop()
	return Run(ctx, deps, os.Args[1:])
}

// asksVersion recognises what scripts and shell prompts ask often: it needs neither signals nor the command tree.
func asksVersion(args []string) bool { return slices.Equal(args, []string{"--version"}) }

// untilInterrupted returns a context that ends with Ctrl-C or SIGTERM. A terminal shows ^C where its cursor is: what is said then
// begins on a line of its own.
func untilInterrupted(t *term.Term) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			if t.ErrTTY() {
				_, _ = fmt.Fprintln(t.Err)
			}
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// System wires the commands to the process: its terminal, environment and working folder.
func System() *cli.Deps {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	deps := cli.NewDeps(term.System(os.Getenv), os.Getenv, dir, Version())
	deps.Environ = os.Environ
	return deps
}

// Run executes one command line and reports its error. It is Main without the process.
func Run(ctx context.Context, deps *cli.Deps, args []string) int {
	deps.Args = args
	if asksVersion(args) {
		_, err := fmt.Fprintf(deps.Term.Out, versionLine, deps.Version)
		return cli.Report(deps, err)
	}
	root := NewRoot(deps)
	root.SetArgs(args)
	root.SetIn(deps.Term.In)
	root.SetOut(deps.Term.Out)
	root.SetErr(deps.Term.Err)
	err := root.ExecuteContext(ctx)
	if err != nil {
		readFormat(deps)
	}
	if err != nil && ctx.Err() != nil && !errors.Is(err, context.Canceled) {
		err = errors.Join(context.Canceled, err)
	}
	return cli.Report(deps, err)
}

// NewRoot returns the whole command tree.
func NewRoot(deps *cli.Deps) *cobra.Command {
	root := cli.Group("orkesctl", "Workers for Conductor, from code to running and authorised",
		task.New(deps),
		workflow.New(deps),
		schedule.New(deps),
		execution.New(deps),
		event.New(deps),
		webhook.New(deps),
		app.New(deps),
		vault.NewSecret(deps),
		vault.NewEnv(deps),
		scaffold.New(deps),
		worker.New(deps),
		lint.New(deps),
		doctor.New(deps, Run),
		dev.New(deps),
		quickstart.New(deps, Run),
		configcmd.New(deps),
		session.NewLogin(deps),
		session.NewLogout(deps),
		session.NewWhoami(deps),
		api.New(deps),
		newVersion(deps),
		newCompletion(),
	)
	root.Long = `orkesctl takes a worker from code to running, authorised and explainable: on this machine with its own
server, and unchanged on any Orkes or open-source Conductor cluster.

Start here: orkesctl quickstart`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.Version = deps.Version
	root.SetVersionTemplate(fmt.Sprintf(versionLine, "{{.Version}}"))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.Usage(flagHint(cmd, err), "%s", flagMessage(err))
	})
	bindGlobals(root, deps)
	groups(root)
	h := newHelper(deps)
	root.SetUsageFunc(h.usage)
	root.SetHelpFunc(h.help)
	unknown := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 { // who types the name alone wants to know what there is
			return cmd.Help()
		}
		return unknown(cmd, args)
	}
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if deps.Globals.NoInput || deps.Globals.Yes {
			deps.Term.SetNoInput()
		}
		return deps.Globals.Format.Check()
	}
	return root
}

func bindGlobals(root *cobra.Command, deps *cli.Deps) {
	g, flags := &deps.Globals, root.PersistentFlags()
	flags.StringVar(&g.Settings.Server, "server", "", "the server's `URL`, with or without /api (default: CONDUCTOR_SERVER_URL, the profile, the development server)")
	flags.StringVar(&g.Settings.Profile, "profile", "", "the `NAME` of the profile to use (default: ORKESCTL_PROFILE, then the current one)")
	bindFormat(flags, &g.Format)
	flags.BoolVar(&g.Debug, "debug", false, "show each request and response on standard error, secrets masked")
	flags.BoolVarP(&g.Yes, "yes", "y", false, "answer every question with yes")
	flags.BoolVar(&g.NoInput, "no-input", false, "never ask; a question is an error")
	_ = root.RegisterFlagCompletionFunc("profile", cli.CompleteProfiles(deps))
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(render.Outputs(), cobra.ShellCompDirectiveNoFileComp))
}
