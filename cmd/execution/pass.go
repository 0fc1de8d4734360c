package execution

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type passOptions struct {
	input, output []string
	dryRun        bool
}

func newSkip(deps *cli.Deps) *cobra.Command {
	var opts passOptions
	cmd := passCommand(deps, &opts, func(ctx context.Context, id, ref string) error {
		input, err := values("--input", opts.input)
		if err != nil {
			return err
		}
		output, err := values("--output-value", opts.output)
		if err != nil {
			return err
		}
		skip := change{verb: "skip " + ref, word: "will skip " + ref, dryRun: opts.dryRun}
		skip.do = func(client *conductor.Client, _ conductor.Workflow) error {
			return client.Workflows.Skip(ctx, id, ref, conductor.SkipTaskRequest{TaskInput: input, TaskOutput: output})
		}
		return skip.run(ctx, deps, id)
	})
	cmd.Use, cmd.Short = "skip ID REF", "Let a running execution pass over a task that it has not come to"
	cmd.Long = `Let a running execution pass over a task that it has not come to. The tasks after it find the output that is given here.
In a loop REF alone is the iteration that runs; REF__2 is the second.`
	cmd.Example = "orkesctl execution skip ID ship_ref\norkesctl execution skip ID ship_ref --output-value parcel=none"
	cmd.Flags().StringArrayVar(&opts.output, "output-value", nil, "an output of the task as `NAME=VALUE`; repeat it for more")
	return cmd
}

func newJump(deps *cli.Deps) *cobra.Command {
	var opts passOptions
	cmd := passCommand(deps, &opts, func(ctx context.Context, id, ref string) error {
		input, err := values("--input", opts.input)
		if err != nil {
			return err
		}
		jump := change{verb: "jump to " + ref, word: "jumped to " + ref, dryRun: opts.dryRun}
		jump.do = func(client *conductor.Client, _ conductor.Workflow) error {
			return client.Workflows.Jump(ctx, id, ref, input)
		}
		return jump.run(ctx, deps, id)
	})
	cmd.Use, cmd.Short = "jump ID REF", "Let a running execution go on at a task that it has not come to (Orkes)"
	cmd.Long = `Let a running execution go on at a task that it has not come to. What runs now and the tasks between are skipped; other
branches of a fork around the task go on. Orkes has this, open-source Conductor has not.`
	cmd.Example = "orkesctl execution jump ID ship_ref --input carrier=dhl"
	return cmd
}

// passCommand is a command about one task of a running execution.
func passCommand(deps *cli.Deps, opts *passOptions, run func(ctx context.Context, id, ref string) error) *cobra.Command {
	cmd := &cobra.Command{
		Args: cli.Args("ID", "REF"), ValidArgsFunction: cli.CompleteFirst(completeRunning(deps, conductor.WorkflowRunning)),
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args[0], args[1]) },
	}
	cmd.Flags().StringArrayVarP(&opts.input, "input", "i", nil, "an input of the task as `NAME=VALUE`; repeat it for more")
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "show what would be done, and do nothing")
	return cmd
}

type signalOptions struct {
	output []string
	status string
	dryRun bool
}

func newSignal(deps *cli.Deps) *cobra.Command {
	var opts signalOptions
	cmd := &cobra.Command{
		Use: "signal ID", Short: "End the task that an execution waits at",
		Long: `End the task that an execution waits at for somebody (WAIT, or YIELD on Orkes): the first one, in the execution or else in the
sub-workflows that run inside it.`,
		Example: "orkesctl execution signal ID\norkesctl execution signal ID --output-value approved=true\norkesctl execution signal ID --status FAILED",
		Args:    cli.Args("ID"), ValidArgsFunction: cli.CompleteFirst(completeRunning(deps, conductor.WorkflowRunning)),
		RunE: func(cmd *cobra.Command, args []string) error { return runSignal(cmd.Context(), deps, args[0], opts) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.output, "output-value", nil, "an output of the task as `NAME=VALUE`; repeat it for more")
	flags.StringVar(&opts.status, "status", conductor.TaskCompleted, "the `STATE` that the task ends in: COMPLETED, FAILED or FAILED_WITH_TERMINAL_ERROR")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show what would be done, and do nothing")
	return cmd
}

func runSignal(ctx context.Context, deps *cli.Deps, id string, opts signalOptions) error {
	known := []string{conductor.TaskCompleted, conductor.TaskFailed, conductor.TaskFailedTerminally}
	if !slices.Contains(known, opts.status) {
		return cli.Usage("Example: --status FAILED", "--status %s: not one of %s", opts.status, strings.Join(known, ", "))
	}
	output, err := values("--output-value", opts.output)
	if err != nil {
		return err
	}
	signal := change{verb: "signal", word: "signalled", dryRun: opts.dryRun}
	signal.do = func(client *conductor.Client, found conductor.Workflow) error {
		_, err := client.Workflows.Signal(ctx, id, opts.status, output)
		if conductor.IsNotFound(err) {
			return cli.NotFound("See what it does: orkesctl execution get "+id, "no task of execution %s waits for a signal; it is %s", id, found.Status)
		}
		return err
	}
	return signal.run(ctx, deps, id)
}
