// Package schedule is the noun `schedule`: workflows that start at the times of cron expressions.
package schedule

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// kind is the noun in "schedule/NAME".
const kind = "schedule"

const needs = "A schedule needs the right to start its workflow (WORKFLOW_DEF EXECUTE); another's schedule the right for it (WORKFLOW_SCHEDULE)."

type document = conductor.Document[conductor.WorkflowSchedule]

// New returns the command `orkesctl schedule`.
func New(deps *cli.Deps) *cobra.Command {
	return cli.Group("schedule", "Workflows that start at the times of cron expressions",
		newDefine(deps),
		newList(deps),
		newGet(deps),
		newNext(deps),
		newRuns(deps),
		newPause(deps),
		newResume(deps),
		newDelete(deps),
	)
}

// find returns a schedule, and says of one that is not there which was probably meant.
func find(ctx context.Context, client *conductor.Client, name, verb string) (document, error) {
	schedule, err := client.Schedules.Get(ctx, name)
	if !conductor.IsNotFound(err) {
		return schedule, cli.Needs(err, needs)
	}
	return schedule, notFound(ctx, client, name, verb)
}

func notFound(ctx context.Context, client *conductor.Client, name, verb string) error {
	list, err := names(ctx, client)
	if err != nil {
		list = nil // only used for suggestions
	}
	return cli.NotFound(cli.Meant(kind, verb, name, list), "no schedule %q", name)
}

// findAll looks all of them up, before anything is changed: a wrong name among many stops them all.
func findAll(ctx context.Context, client *conductor.Client, names []string, verb string) ([]document, error) {
	found := make([]document, 0, len(names))
	for _, name := range names {
		schedule, err := find(ctx, client, name, verb)
		if err != nil {
			return nil, err
		}
		found = append(found, schedule)
	}
	return found, nil
}

func names(ctx context.Context, client *conductor.Client) ([]string, error) {
	list, err := client.Schedules.List(ctx, "")
	names := make([]string, 0, len(list))
	for _, schedule := range list {
		names = append(names, schedule.Value.Name)
	}
	return names, err
}

func completeNames(deps *cli.Deps) cobra.CompletionFunc { return cli.CompleteNames(deps, names) }
