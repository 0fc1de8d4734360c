package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// drainTime bounds how long the server takes to stop.
const drainTime = 2 * time.Second

type startOptions struct {
	host   string
	port   int
	flavor string
	db     string
	clock  string
	seeds  []string
	detach bool

	logLevel  string
	accessLog string
	mocks     []string // TYPE=FILE
	retain    string
}

func newStart(deps *cli.Deps) *cobra.Command {
	var opts startOptions
	cmd := &cobra.Command{
		Use: "start", Short: "Start the development server",
		Long: `Start a Conductor-compatible server on this machine, for development.

It imitates Orkes Conductor (tokens, applications, keys, roles and grants are enforced) or, with --flavor oss, open-source
Conductor. Everything is kept in memory, or with --db in a file: definitions, executions, queues, timers, applications, keys. What was
acknowledged is there after a restart, also one by kill -9. Commands find the server by themselves while nothing else is configured.`,
		Example: "orkesctl dev start\norkesctl dev start --port 18080 --detach\norkesctl dev start --db conductor.db\norkesctl dev start --flavor oss --seed definitions",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStart(cmd.Context(), deps, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.host, "host", "127.0.0.1", "the `ADDRESS` to listen on; anything but loopback is reachable from other machines")
	flags.IntVar(&opts.port, "port", 8080, "the `PORT` to listen on; 0 takes a free one")
	opts.bind(cmd)
	flags.BoolVar(&opts.detach, "detach", false, "go on in the background; stop it with orkesctl dev stop")
	return cmd
}

// bind adds the flags that say what the server is, whoever starts it.
func (o *startOptions) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.flavor, "flavor", string(devserver.FlavorOrkes), "which server to imitate: orkes|oss")
	flags.StringVar(&o.db, "db", "", "keep the state in this `FILE`, made where it is not there (default: in memory)")
	flags.StringVar(&o.clock, "clock", clockSystem, "system, or manual: time stands still until orkesctl dev clock advance moves it")
	flags.StringVar(&o.logLevel, "log-level", "warn", "what is logged on standard error: debug|info|warn|error")
	flags.StringVar(&o.accessLog, "access-log", "", "append a line for each request to this `FILE` (JSON where it ends in .json or .jsonl), or - for standard error")
	flags.StringVar(&o.retain, "retain", "", "forget executions that ended so long ago (`24h|N`), or all but the last N that ended (default: keep all)")
	flags.StringArrayVar(&o.mocks, "mock", nil, "answer tasks of a type that needs an outside product as a file says: `TYPE=FILE` (repeatable; docs/dev.md)")
	flags.StringArrayVar(&o.seeds, "seed", nil, "define what these `FILE|DIR`s hold, at the start (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("flavor", cobra.FixedCompletions([]string{"orkes", "oss"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("mock", completeMock)
	_ = cmd.RegisterFlagCompletionFunc("clock", cobra.FixedCompletions([]string{clockSystem, clockManual}, cobra.ShellCompDirectiveNoFileComp))
}

func (o *startOptions) check(getenv func(string) string) error {
	if o.flavor != string(devserver.FlavorOrkes) && o.flavor != string(devserver.FlavorOSS) {
		return cli.Usage("One of: orkes, oss", "--flavor %s: unknown flavor", o.flavor)
	}
	if o.clock != clockSystem && o.clock != clockManual {
		return cli.Usage("One of: system, manual", "--clock %s: unknown clock", o.clock)
	}
	if _, err := o.level(); err != nil {
		return cli.Usage("One of: debug, info, warn, error", "--log-level %s: unknown level", o.logLevel)
	}
	if _, err := o.retention(); err != nil {
		return err
	}
	for _, mock := range o.mocks {
		if err := checkMock(mock); err != nil {
			return err
		}
	}
	if o.port < 0 || o.port > 65535 {
		return cli.Usage("Example: --port 18080", "--port %d: a port is 0 to 65535", o.port)
	}
	if (getenv("ORKESCTL_DEV_KEY") == "") != (getenv("ORKESCTL_DEV_SECRET") == "") {
		return cli.Usage("Set both or none: unset ORKESCTL_DEV_KEY ORKESCTL_DEV_SECRET",
			"ORKESCTL_DEV_KEY and ORKESCTL_DEV_SECRET are a pair: only one of them is set")
	}
	return nil
}

func runStart(ctx context.Context, deps *cli.Deps, opts startOptions) error {
	if err := opts.check(deps.Getenv); err != nil {
		return err
	}
	paths, pathsErr := deps.Paths()
	if pathsErr == nil {
		if err := refuseSecond(paths); err != nil {
			return err
		}
	}
	if opts.detach {
		if pathsErr != nil {
			return cli.Hint(pathsErr, "A detached server is found again through a file there. Start it without --detach.")
		}
		return startDetached(ctx, deps, paths, opts)
	}
	return serve(ctx, deps, paths, opts)
}

func refuseSecond(paths config.Paths) error {
	running, err := config.RunningDev(paths)
	if err != nil || running == nil || !answers(context.Background(), running.URL) {
		return err
	}
	return cli.Failed("Use it, or stop it first: orkesctl dev stop",
		"a development server already runs at %s (process %d)", running.URL, running.PID)
}

func serve(ctx context.Context, deps *cli.Deps, paths config.Paths, opts startOptions) error {
	key, keyErr := config.LoadDevKey(paths, deps.Getenv)
	if keyErr != nil && key.Key == "" {
		return cli.Hint(keyErr, "Remove the file to get a new key: the old one is then no longer accepted.")
	}
	l, err := begin(ctx, deps, opts, key)
	if err != nil {
		return err
	}
	defer l.end(ctx)
	if err := config.WriteDev(paths, l.record); err != nil {
		deps.Note("note: other commands will not find this server by themselves: %v", err)
		deps.Note("Set XDG_STATE_HOME to a folder that can be written, or see its key with -o json.")
	} else if keyErr != nil {
		deps.Note("note: the next start will have another key: %v", keyErr)
	}
	defer func() { _ = config.ForgetDev(paths, l.record.PID) }()
	if err := announce(deps, opts, l.record); err != nil {
		return err
	}
	<-ctx.Done()
	deps.Note("stopped")
	return nil
}

func listenError(err error, opts startOptions) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return cli.Hint(err, "Something listens on port %d already. Take another: orkesctl dev start --port %d (0 takes a free one)",
			opts.port, opts.port+1)
	case errors.Is(err, syscall.EACCES):
		return cli.Hint(err, "That port needs rights you do not have. Take one above 1023: orkesctl dev start --port 8080")
	default:
		return cli.Hint(err, "Is %s an address of this machine? The default is --host 127.0.0.1", opts.host)
	}
}

// announce prints the one line that says the server is ready.
func announce(deps *cli.Deps, opts startOptions, record config.Dev) error {
	if ip := net.ParseIP(opts.host); opts.host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		deps.Note("warning: %s can be reached from other machines. This server is for development: it has no TLS and one administrator key.", opts.host)
	}
	switch format := deps.Globals.Format; {
	case format == render.Format{Output: "json"}: // one line, so that a script can read it while the server goes on
		return json.NewEncoder(deps.Term.Out).Encode(record) //nolint:gosec // G117: scripts take the key and secret from this line
	case format.Structured():
		return format.Document(deps.Term, record)
	case format.Output == "name":
		_, err := fmt.Fprintln(deps.Term.Out, "dev/"+record.URL)
		return err
	}
	kind := "Orkes-compatible"
	if opts.flavor == string(devserver.FlavorOSS) {
		kind = "open-source Conductor-compatible"
	}
	_, err := fmt.Fprintf(deps.Term.Out, "%s development server ready at %s (%s; stop it with %s)\n", kind, record.URL, where(opts), stopWord(opts))
	return err
}

func where(opts startOptions) string {
	if opts.db == "" {
		return "in memory"
	}
	return "kept in " + opts.db
}

func stopWord(opts startOptions) string {
	if opts.detach {
		return "orkesctl dev stop"
	}
	return "Ctrl-C"
}
