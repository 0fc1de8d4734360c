package execution

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// operation changes the state of executions. Already says in which state there is nothing left to do.
type operation struct {
	verb, word string
	action     string
	already    func(status string) bool
	do         func(ctx context.Context, client *conductor.Client, id string) error
}

func newPause(deps *cli.Deps) *cobra.Command {
	op := operation{
		verb: "pause", word: "paused", action: render.Updated,
		already: func(status string) bool { return status == conductor.WorkflowPaused },
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Pause(ctx, id)
		},
	}
	cmd := op.command(deps, conductor.WorkflowRunning)
	cmd.Short = "Pause executions: what runs goes on, nothing new is scheduled"
	return cmd
}

func newResume(deps *cli.Deps) *cobra.Command {
	op := operation{
		verb: "resume", word: "resumed", action: render.Updated,
		already: func(status string) bool { return status == conductor.WorkflowRunning },
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Resume(ctx, id)
		},
	}
	cmd := op.command(deps, conductor.WorkflowPaused)
	cmd.Short = "Let paused executions go on"
	return cmd
}

func newTerminate(deps *cli.Deps) *cobra.Command {
	var reason string
	op := operation{
		verb: "terminate", word: "terminated", action: render.Updated,
		already: func(status string) bool { return status == conductor.WorkflowTerminated },
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Terminate(ctx, id, reason)
		},
	}
	cmd := op.command(deps, conductor.WorkflowRunning, conductor.WorkflowPaused)
	cmd.Short = "End executions now"
	cmd.Example = "orkesctl execution terminate ID --reason \"wrong order\""
	cmd.Flags().StringVar(&reason, "reason", "", "why, for those who look at the execution later")
	return cmd
}

func newDelete(deps *cli.Deps) *cobra.Command {
	op := operation{
		verb: "delete", action: render.Deleted,
		already: func(string) bool { return false },
		do: func(ctx context.Context, client *conductor.Client, id string) error {
			return client.Workflows.Remove(ctx, id)
		},
	}
	cmd := op.command(deps)
	cmd.Short = "Delete executions with all that is known of them"
	cmd.Example = "orkesctl execution delete ID --yes"
	return cmd
}

// command makes the command of an operation; ids of executions in the given states are completed.
func (o operation) command(deps *cli.Deps, states ...string) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: o.verb + " ID…", Example: "orkesctl execution " + o.verb + " 6a0d9c1e-7f5b-4c3e-9a51-0e8d2f6b7c10",
		Args: cli.Args("ID…"), ValidArgsFunction: completeRunning(deps, states...),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), deps, args, dryRun) },
	}
	cli.BindDryRun(cmd, &dryRun)
	return cmd
}

// run does the operation on each execution. All of them are looked up first: a wrong id among many stops them all.
func (o operation) run(ctx context.Context, deps *cli.Deps, ids []string, dryRun bool) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	changes := make([]render.Change, 0, len(ids))
	for _, id := range ids {
		found, err := client.Workflows.Get(ctx, id, false)
		if err != nil {
			return notFound(id, err)
		}
		change := render.Change{Kind: kind, ID: id, Action: o.action, Word: o.word}
		if o.already(found.Value.Status) {
			change.Action, change.Word = render.Unchanged, ""
		}
		changes = append(changes, change)
	}
	if o.action == render.Deleted && !dryRun {
		if err := deps.Confirm(ctx, "Delete %s?", several(ids)); err != nil {
			return err
		}
	}
	return deps.ChangeAll(o.verb, dryRun, changes, func(i int) error { return o.do(ctx, client, ids[i]) })
}
