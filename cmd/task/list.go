package task

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type taskDef = conductor.Document[conductor.TaskDef]

func newList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[taskDef]{
		Short: "List the task definitions", Example: "orkesctl task list\norkesctl task list -o name",
		Nothing: "No tasks are defined. Define one: orkesctl task define --name get-inventory", View: view(),
		Read: func(ctx context.Context, client *conductor.Client) ([]taskDef, error) {
			return client.TaskDefs.List(ctx)
		},
		Order: func(a, b taskDef) int { return strings.Compare(a.Value.Name, b.Value.Name) },
	}.Command(deps)
}

func view() render.View[taskDef] {
	return render.View[taskDef]{
		Kind: kind,
		Name: func(d taskDef) string { return d.Value.Name },
		Columns: []render.Column[taskDef]{
			{Title: "name", Value: func(d taskDef) any { return d.Value.Name }},
			{Title: "retries", Value: func(d taskDef) any { return retries(d.Value) }},
			{Title: "timeout", Value: func(d taskDef) any { return limit(d.Value.TimeoutSeconds) }},
			{Title: "response timeout", Value: func(d taskDef) any { return limit(d.Value.ResponseTimeoutSeconds) }},
			{Title: "timeout policy", Wide: true, Value: func(d taskDef) any { return d.Value.TimeoutPolicy }},
			{Title: "rate limit", Wide: true, Value: func(d taskDef) any { return rateOf(d.Value) }},
			{Title: "concurrency", Wide: true, Value: func(d taskDef) any { return atMost(d.Value.ConcurrentExecLimit) }},
			{Title: "inputs", Value: func(d taskDef) any { return d.Value.InputKeys }},
			{Title: "outputs", Wide: true, Value: func(d taskDef) any { return d.Value.OutputKeys }},
			{Title: "updated", Value: func(d taskDef) any { return render.Millis(max(d.Value.UpdateTime, d.Value.CreateTime)) }},
			{Title: "owner", Wide: true, Value: func(d taskDef) any { return d.Value.OwnerEmail }},
			{Title: "description", Wide: true, Value: func(d taskDef) any { return d.Value.Description }},
		},
	}
}

func retries(d conductor.TaskDef) string {
	if d.RetryCount == 0 {
		return "none"
	}
	return fmt.Sprintf("%d × %ds %s", d.RetryCount, d.RetryDelaySeconds, d.RetryLogic)
}

func limit(seconds int64) string {
	if seconds <= 0 {
		return "none"
	}
	return render.Duration(time.Duration(seconds) * time.Second)
}

func atMost(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func rateOf(d conductor.TaskDef) string {
	if d.RateLimitPerFrequency <= 0 {
		return ""
	}
	return fmt.Sprintf("%d/%ds", d.RateLimitPerFrequency, d.RateLimitFrequencyInSeconds)
}
