// Package execution is the noun `execution`: running and finished workflows.
package execution

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "execution/ID".
const kind = "execution"

// New returns the command `orkesctl execution`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("execution", "Executions: what became of started workflows",
		newGet(deps),
		newList(deps),
		newWatch(deps),
		newPause(deps),
		newResume(deps),
		newTerminate(deps),
		newRestart(deps),
		newRetry(deps),
		newRerun(deps),
		newSkip(deps),
		newSignal(deps),
		newJump(deps),
		newUpdateTask(deps),
		newDelete(deps),
	)
}

// notFound replaces the server's 404 by what to do about it.
func notFound(id string, err error) error {
	if !conductor.IsNotFound(err) {
		return err
	}
	return cli.NotFound("See the latest: orkesctl execution list", "no execution %q", id)
}

// completeRunning completes the ids of executions in one of the given states, the newest first.
func completeRunning(deps *cli.Deps, states ...string) cobra.CompletionFunc {
	return cli.CompleteNames(deps, func(ctx context.Context, client *conductor.Client) ([]string, error) {
		opts := listOptions{status: states, limit: 50}
		query, err := opts.query(deps.Now())
		if err != nil {
			return nil, err
		}
		page, err := client.Workflows.Search(ctx, query)
		ids := make([]string, 0, len(page.Results))
		for _, summary := range page.Results {
			ids = append(ids, summary.Value.WorkflowID)
		}
		return ids, err
	})
}

func several(ids []string) string {
	if len(ids) == 1 {
		return "execution " + ids[0]
	}
	return fmt.Sprintf("%d executions", len(ids))
}
