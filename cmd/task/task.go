// Package task is the noun `task`: task definitions and their queues.
package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/define"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "task/NAME".
const kind = "task"

// New returns the command `orkesctl task`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("task", "Task definitions and their queues",
		newDefine(deps),
		newList(deps),
		newGet(deps),
		newDelete(deps),
		newQueue(deps),
	)
}

func target(client *conductor.Client) define.Target {
	return define.Target{
		Noun: kind, Compare: reconcile.TaskDefs, Put: client.TaskDefs.Put,
		List: define.Raw(client.TaskDefs.List),
	}
}

// notFound says of a missing task which one may have been meant.
func notFound(ctx context.Context, client *conductor.Client, name, verb string, err error) error {
	if !conductor.IsNotFound(err) {
		return err
	}
	return cli.NotFound(cli.Meant(kind, verb, name, names(ctx, client)), "no task %q is defined", name)
}

func names(ctx context.Context, client *conductor.Client) []string {
	list, err := cli.TaskNames(ctx, client)
	if err != nil {
		return nil // only used for suggestions
	}
	return list
}

func completeNames(deps *cli.Deps) cobra.CompletionFunc {
	return cli.CompleteNames(deps, cli.TaskNames)
}
