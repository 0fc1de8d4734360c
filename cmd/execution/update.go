package execution

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

type updateOptions struct {
	status string
	output []string
	dryRun bool
}

func newUpdateTask(deps *cli.Deps) *cobra.Command {
	var opts updateOptions
	cmd := &cobra.Command{
		Use: "update-task ID REF", Short: "Report the result of a task in a worker's place",
		Long: `Report the result of a task in a worker's place: of one that waits (WAIT, HUMAN), or of any that is scheduled or in a worker's
hands. The output is laid over what is there. In a loop REF alone is the iteration that runs; REF__2 is the second.`,
		Example: "orkesctl execution update-task ID ship_ref --output-value parcel=17\norkesctl execution update-task ID ship_ref --status FAILED",
		Args:    cli.Args("ID", "REF"), ValidArgsFunction: completeOpenTasks(deps),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUpdateTask(cmd.Context(), deps, args[0], args[1], opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.status, "status", conductor.TaskCompleted, "the task's new `STATE`: "+strings.Join(reported(), ", "))
	flags.StringArrayVar(&opts.output, "output-value", nil, "an output of the task as `NAME=VALUE`; repeat it for more")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "show what would be done, and do nothing")
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(reported(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// reported are the states that a worker may report.
func reported() []string {
	return []string{conductor.TaskCompleted, conductor.TaskFailed, conductor.TaskFailedTerminally, conductor.TaskInProgress}
}

func runUpdateTask(ctx context.Context, deps *cli.Deps, id, ref string, opts updateOptions) error {
	if !slices.Contains(reported(), opts.status) {
		return cli.Usage("Example: --status FAILED", "--status %s: not one of %s", opts.status, strings.Join(reported(), ", "))
	}
	output, err := values("--output-value", opts.output)
	if err != nil {
		return err
	}
	update := change{verb: "set " + ref + " to " + opts.status, word: "set " + ref + " to " + opts.status, dryRun: opts.dryRun}
	update.do = func(client *conductor.Client, _ conductor.Workflow) error {
		return client.Tasks.UpdateByRef(ctx, id, ref, opts.status, output)
	}
	update.check = func(found conductor.Workflow) error { return open(found, ref) }
	return update.run(ctx, deps, id)
}

// open explains why an execution has no task of that name to update. Servers differ: some say nothing at all.
func open(in conductor.Workflow, ref string) error {
	last, names := "", []string{}
	for _, task := range in.Tasks {
		base, _, _ := strings.Cut(task.ReferenceTaskName, "__")
		if task.ReferenceTaskName != ref && base != ref {
			names = append(names, task.ReferenceTaskName)
			continue
		}
		if last = task.Status; !conductor.TaskTerminal(last) {
			return nil
		}
	}
	hint := "See its tasks: orkesctl execution get " + in.WorkflowID
	if last != "" {
		return cli.Failed(hint, "task %s of execution %s is %s: only one that has not ended can be updated", ref, in.WorkflowID, last)
	}
	if near, found := definition.Nearest(ref, names); found {
		hint = "Did you mean " + near + "?\n" + hint
	}
	return cli.NotFound(hint, "execution %s has no task %q yet", in.WorkflowID, ref)
}

// completeOpenTasks completes an execution's id, then the tasks of it that have not ended.
func completeOpenTasks(deps *cli.Deps) cobra.CompletionFunc {
	ids := completeRunning(deps, conductor.WorkflowRunning)
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) != 1 {
			return cli.CompleteFirst(ids)(cmd, args, prefix)
		}
		return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
			found, err := client.Workflows.Get(ctx, args[0], true)
			var refs []string
			for _, task := range found.Value.Tasks {
				if !conductor.TaskTerminal(task.Status) {
					refs = append(refs, task.ReferenceTaskName)
				}
			}
			return refs, err
		})(cmd, nil, prefix)
	}
}
