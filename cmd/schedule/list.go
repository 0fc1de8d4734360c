package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func newList(deps *cli.Deps) *cobra.Command {
	var workflow string
	cmd := cli.Listing[document]{
		Short: "List the schedules", Example: "orkesctl schedule list\norkesctl schedule list --workflow report -o wide",
		Nothing: "There are no schedules. Define one: orkesctl schedule define FILE", View: view(deps.Now()),
		Read: func(ctx context.Context, client *conductor.Client) ([]document, error) {
			return client.Schedules.List(ctx, workflow)
		},
		Order: func(a, b document) int { return strings.Compare(a.Value.Name, b.Value.Name) },
	}.Command(deps)
	cmd.Flags().StringVar(&workflow, "workflow", "", "only schedules of this workflow `NAME`")
	return cmd
}

func newGet(deps *cli.Deps) *cobra.Command {
	return cli.Showing[document]{
		Argument: "NAME", Short: "Show a schedule",
		Example: "orkesctl schedule get nightly\norkesctl schedule get nightly -o yaml > nightly.schedule.yaml",
		Names:   completeNames(deps), View: view(deps.Now()),
		Find: func(ctx context.Context, client *conductor.Client, name string) (document, error) {
			return find(ctx, client, name, "get")
		},
	}.Command(deps)
}

func view(now time.Time) render.View[document] {
	return render.View[document]{
		Kind: kind, Name: func(d document) string { return d.Value.Name },
		Columns: []render.Column[document]{
			{Title: "name", Value: func(d document) any { return d.Value.Name }},
			{Title: "cron", Value: func(d document) any { return crons(d.Value) }},
			{Title: "workflow", Value: func(d document) any { return started(d.Value.StartWorkflowRequest) }},
			{Title: "state", Value: func(d document) any { return state(d.Value) }},
			{Title: "next", Value: func(d document) any { return upcoming(d.Value, now) }},
			{Title: "reason", Value: func(d document) any { return d.Value.PausedReason }},
			{Title: "updated", Wide: true, Value: func(d document) any { return render.Millis(max(d.Value.UpdatedTime, d.Value.CreateTime)) }},
			{Title: "by", Wide: true, Value: func(d document) any { return d.Value.CreatedBy }},
			{Title: "description", Wide: true, Value: func(d document) any { return d.Value.Description }},
		},
	}
}

// crons are the expressions, each with its zone where that is not UTC.
func crons(s conductor.WorkflowSchedule) []string {
	list := make([]string, 0, 1)
	for _, c := range s.Crons() {
		text := c.CronExpression
		if c.ZoneID != "UTC" {
			text += " " + c.ZoneID
		}
		list = append(list, text)
	}
	return list
}

func started(request conductor.StartWorkflowRequest) string {
	if request.Version == nil {
		return request.Name
	}
	return fmt.Sprintf("%s v%d", request.Name, *request.Version)
}

func state(s conductor.WorkflowSchedule) render.State {
	if s.Paused {
		return "PAUSED"
	}
	return "ACTIVE"
}

// upcoming is when a schedule comes next; nothing where it does not, or where its zone is not known here.
func upcoming(s conductor.WorkflowSchedule, now time.Time) render.Millis {
	table, err := timetable(s)
	if err != nil || s.Paused {
		return 0
	}
	next, found := table.next(now)
	if !found {
		return 0
	}
	return render.Millis(next.at.UnixMilli())
}
