package workflow

import (
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
	return &cobra.Command{
		Use: "list", Short: "List the workflow definitions, each version",
		Example: "orkesctl workflow list\norkesctl workflow list --jq '.[].name'",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), deps) },
	}
}

func runList(ctx context.Context, deps *cli.Deps) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	defs, err := client.WorkflowDefs.List(ctx)
	if err != nil {
		return err
	}
	sort.SliceStable(defs, func(i, j int) bool {
		a, b := defs[i].Value, defs[j].Value
		return a.Name < b.Name || (a.Name == b.Name && a.Version < b.Version)
	})
	if len(defs) == 0 && !deps.Globals.Format.Structured() {
		deps.Note("No workflows are defined. Define one: orkesctl workflow define FILE")
	}
	return render.List(deps.Printer(), view(), defs)
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
