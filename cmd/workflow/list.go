package workflow

import (
	"cmp"
	"context"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

type workflowDef = conductor.Document[conductor.WorkflowDef]

func newList(deps *cli.Deps) *cobra.Command {
	return cli.Listing[workflowDef]{
		Short: "List the workflow definitions, each version", Example: "orkesctl workflow list\norkesctl workflow list --jq '.[].name'",
		Nothing: "No workflows are defined. Define one: orkesctl workflow define FILE", View: view(),
		Read: func(ctx context.Context, client *conductor.Client) ([]workflowDef, error) {
			return client.WorkflowDefs.List(ctx)
		},
		Order: func(a, b workflowDef) int {
			return cmp.Or(strings.Compare(a.Value.Name, b.Value.Name), cmp.Compare(a.Value.Version, b.Value.Version))
		},
	}.Command(deps)
}

func view() render.View[workflowDef] {
	return render.View[workflowDef]{
		Kind: kind,
		Name: func(d workflowDef) string { return d.Value.Name },
		Columns: []render.Column[workflowDef]{
			{Title: "name", Value: func(d workflowDef) any { return d.Value.Name }},
			{Title: "version", Value: func(d workflowDef) any { return d.Value.Version }},
			{Title: "tasks", Value: func(d workflowDef) any { return taskNames(d.Value.Tasks) }},
			{Title: "inputs", Wide: true, Value: func(d workflowDef) any { return d.Value.InputParameters }},
			{Title: "outputs", Wide: true, Value: func(d workflowDef) any { return outputs(d.Value) }},
			{Title: "timeout", Wide: true, Value: func(d workflowDef) any { return limit(d.Value.TimeoutSeconds) }},
			{Title: "updated", Value: func(d workflowDef) any { return render.Millis(max(d.Value.UpdateTime, d.Value.CreateTime)) }},
			{Title: "owner", Wide: true, Value: func(d workflowDef) any { return d.Value.OwnerEmail }},
			{Title: "description", Wide: true, Value: func(d workflowDef) any { return d.Value.Description }},
		},
	}
}

// taskNames lists the tasks at any depth, in the definition's order.
func taskNames(tasks []conductor.WorkflowTask) []string {
	var names []string
	definition.EachTask(tasks, func(task conductor.WorkflowTask) { names = append(names, task.Name) })
	return names
}

func outputs(d conductor.WorkflowDef) string {
	names := make([]string, 0, len(d.OutputParameters))
	for name := range d.OutputParameters {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func limit(seconds int64) string {
	if seconds <= 0 {
		return "none"
	}
	return render.Duration(time.Duration(seconds) * time.Second)
}
