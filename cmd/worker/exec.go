package worker

import (
	"context"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/program"
)

type execOptions struct {
	loopOptions
	timeout   time.Duration
	maxOutput int
	raw       bool
	keepAlive bool
}

func newExec(deps *cli.Deps) *cobra.Command {
	var opts execOptions
	cmd := &cobra.Command{
		Use: "exec --task NAME -- CMD [ARGS…]", Short: "Make any program a worker",
		Long: `Poll a task and run a program for each one. The task's input comes to its standard input as JSON; the JSON object that it
prints is the output; its standard error becomes the task's log. Exit code 0 is completed, 2 failed for good, any other failed,
to be retried. With --keep-alive one program lives on and answers each line of JSON with one line.

The program runs with the worker's key taken out of its environment, and nothing that it starts outlives its task. Ctrl-C and
SIGTERM let the tasks in hand end, and give back those that do not in time. The whole contract: docs/worker-exec.md`,
		Example: `orkesctl worker exec --task get-inventory --domain john -- python3 w.py
orkesctl worker exec --task resize --concurrency 4 --timeout 1m --lease-extend -- ./resize.sh
orkesctl worker exec --task get-inventory --keep-alive -- node worker.js`,
		Args: cli.Args("CMD", "[ARGS…]?"), ValidArgsFunction: cli.CompleteFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return runExec(cmd.Context(), deps, cmd, opts, args) },
	}
	opts.bind(deps, cmd)
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the program's name is the program's
	flags.DurationVar(&opts.timeout, "timeout", 0, "stop the program and fail the task after this time (default: none)")
	flags.BoolVar(&opts.lease, "lease-extend", false, "keep long tasks alive: a heartbeat at 80% of their responseTimeoutSeconds")
	flags.BoolVar(&opts.raw, "raw", false, "give the program the whole task in place of its input")
	flags.BoolVar(&opts.keepAlive, "keep-alive", false, "keep the program running: one line of JSON in, one line out, for each task")
	flags.IntVar(&opts.maxOutput, "max-output", program.MaxOutput, "the most `BYTES` that a task's output may have")
	return cmd
}

func runExec(ctx context.Context, deps *cli.Deps, cmd *cobra.Command, opts execOptions, args []string) error {
	if err := opts.check(cmd); err != nil {
		return err
	}
	if opts.timeout < 0 || opts.maxOutput < 1 {
		return cli.Usage(cli.UsageHint(cmd), "--timeout and --max-output want numbers above zero")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return cli.NotFound("Is it installed, executable and spelled right? A file in this folder needs ./ before its name.", "the program %s: %v", args[0], err)
	}
	who, err := identity.Find(deps)
	if err != nil {
		return err
	}
	p := program.Program{
		Args: args, Dir: deps.Dir, Raw: opts.raw, Timeout: opts.timeout, MaxOutput: opts.maxOutput,
		Hidden: []string{who.Settings.Secret.Value, who.Settings.Token.Value, deps.Getenv("CONDUCTOR_AUTH_SECRET")},
	}
	if !opts.keepAlive {
		return opts.run(ctx, deps, cmd, who, p.Work)
	}
	pool := program.NewPool(p, opts.slots)
	defer pool.Close()
	return opts.run(ctx, deps, cmd, who, pool.Work)
}
