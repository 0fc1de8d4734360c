package execution

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func never(string) bool { return false }

func newRestart(deps *cli.Deps) *cobra.Command {
	var latest bool
	op := operation{
		verb: "restart", word: "restarted", action: render.Updated, already: never,
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Restart(ctx, id, latest)
		},
	}
	cmd := op.command(deps, ended()...)
	cmd.Short = "Run executions that have ended from the beginning"
	cmd.Example = "orkesctl execution restart ID\norkesctl execution restart ID --latest"
	cmd.Flags().BoolVar(&latest, "latest", false, "by the newest definition instead of the one that it started with")
	return cmd
}

func newRetry(deps *cli.Deps) *cobra.Command {
	var resume bool
	op := operation{
		verb: "retry", word: "retried", action: render.Updated, already: never,
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Retry(ctx, id, resume)
		},
	}
	cmd := op.command(deps, ended()...)
	cmd.Short = "Try again what executions failed with"
	cmd.Long = `Try again what executions failed with, or what was cancelled with them: each of these tasks gets another attempt at once,
whatever its definition allows, and the execution goes on from there.`
	cmd.Example = "orkesctl execution retry ID\norkesctl execution retry ID --resume"
	cmd.Flags().BoolVar(&resume, "resume", false, "let sub-workflows that failed go on where they were, instead of starting them anew")
	return cmd
}

// ended are the states of executions that can run again.
func ended() []string {
	return []string{conductor.WorkflowFailed, conductor.WorkflowTimedOut, conductor.WorkflowTerminated, conductor.WorkflowCompleted}
}

type rerunOptions struct {
	from, correlationID string
	input, taskInput    []string
	dryRun              bool
}

func newRerun(deps *cli.Deps) *cobra.Command {
	var opts rerunOptions
	cmd := &cobra.Command{
		Use: "rerun ID", Short: "Run an execution that has ended again, from its start or from a task",
		Long: `Run an execution that has ended again, from its start or from a task. What came of the task is forgotten; what ended well
in other branches of a fork stays. Inputs replace the old ones as a whole; their values are JSON where they parse as JSON, else text.`,
		Example: "orkesctl execution rerun ID --input product_id=43\norkesctl execution rerun ID --from ship_ref --task-input carrier=dhl",
		Args:    cli.Args("ID"), ValidArgsFunction: cli.CompleteFirst(completeRunning(deps, ended()...)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(opts.taskInput) > 0 && opts.from == "" {
				return cli.Usage(cli.UsageHint(cmd), "--task-input goes with --from")
			}
			return runRerun(cmd.Context(), deps, args[0], opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.from, "from", "", "the task to begin with: its reference name (the last attempt counts) or its `TASK` id")
	flags.StringArrayVarP(&opts.input, "input", "i", nil, "an input of the workflow as `NAME=VALUE`; repeat it for more")
	flags.StringArrayVar(&opts.taskInput, "task-input", nil, "an input of the task as `NAME=VALUE`; repeat it for more")
	flags.StringVar(&opts.correlationID, "correlation-id", "", "another `ID` of your own, to find the execution by")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show what would be done, and do nothing")
	return cmd
}

func runRerun(ctx context.Context, deps *cli.Deps, id string, opts rerunOptions) error {
	request := conductor.RerunWorkflowRequest{CorrelationID: opts.correlationID}
	var err error
	if request.WorkflowInput, err = values("--input", opts.input); err != nil {
		return err
	}
	if request.TaskInput, err = values("--task-input", opts.taskInput); err != nil {
		return err
	}
	rerun := change{verb: "rerun", word: "running again", dryRun: opts.dryRun}
	rerun.do = func(client *conductor.Client, found conductor.Workflow) error {
		if opts.from != "" {
			if request.ReRunFromTaskID, err = findTask(ctx, client, found, opts.from); err != nil {
				return err
			}
			if request.ReRunFromTaskID == "" {
				return cli.NotFound("See its tasks: orkesctl execution get "+id, "execution %s has no task %q", id, opts.from)
			}
		}
		return client.Workflows.Rerun(ctx, id, request)
	}
	return rerun.run(ctx, deps, id)
}

// findTask returns the id of a task by its id or reference name, in an execution or in those that run inside it; empty for none.
func findTask(ctx context.Context, client *conductor.Client, in conductor.Workflow, name string) (string, error) {
	id := ""
	for _, task := range in.Tasks {
		if task.TaskID == name || task.ReferenceTaskName == name {
			id = task.TaskID
		}
	}
	if id != "" {
		return id, nil
	}
	for _, task := range in.Tasks {
		if task.SubWorkflowID == "" {
			continue
		}
		child, err := client.Workflows.Get(ctx, task.SubWorkflowID, true)
		if conductor.IsNotFound(err) {
			continue
		}
		if err == nil {
			id, err = findTask(ctx, client, child.Value, name)
		}
		if id != "" || err != nil {
			return id, err
		}
	}
	return "", nil
}

// values reads NAME=VALUE pairs; none at all is nil, which leaves things as they are.
func values(flag string, pairs []string) (map[string]any, error) {
	if len(pairs) == 0 {
		return nil, nil //nolint:nilnil // nothing given is not an error
	}
	read, err := keyvalue.Inputs(pairs)
	if err != nil {
		return nil, cli.Usage("Example: "+flag+" product_id=42", flag+" %w", err)
	}
	return read, nil
}

// change is something done to one execution: what it is called before (verb) and after (word). Check may refuse it beforehand.
type change struct {
	verb, word string
	dryRun     bool
	check      func(found conductor.Workflow) error
	do         func(client *conductor.Client, found conductor.Workflow) error
}

// run looks the execution up, makes the change and prints that it was made.
func (c change) run(ctx context.Context, deps *cli.Deps, id string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	found, err := client.Workflows.Get(ctx, id, true)
	if err != nil {
		return notFound(id, err)
	}
	if c.check != nil {
		if err := c.check(found.Value); err != nil {
			return err
		}
	}
	changes := []render.Change{{Kind: kind, ID: id, Action: render.Updated, Word: c.word}}
	return deps.ChangeAll(c.verb, c.dryRun, changes, func(int) error { return c.do(client, found.Value) })
}
