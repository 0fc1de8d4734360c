package execution

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/follow"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type execution = conductor.Document[conductor.Workflow]

func newGet(deps *cli.Deps) *cobra.Command {
	return &cobra.Command{
		Use: "get ID", Short: "Show an execution and its tasks",
		Example: "orkesctl execution get 6a0d9c1e-7f5b-4c3e-9a51-0e8d2f6b7c10\norkesctl execution get ID --jq .output",
		Args:    cli.Args("ID"), ValidArgsFunction: cli.CompleteFirst(completeRunning(deps)),
		RunE: func(cmd *cobra.Command, args []string) error { return runGet(cmd.Context(), deps, args[0]) },
	}
}

func runGet(ctx context.Context, deps *cli.Deps, id string) error {
	client, err := deps.Client()
	if err != nil {
		return err
	}
	found, err := client.Workflows.Get(ctx, id, true)
	if err != nil {
		return notFound(id, err)
	}
	p := deps.Printer()
	if err := render.One(p, view(p.Now()), found); err != nil {
		return err
	}
	if p.Format.Structured() || p.Format.Output == "name" || len(found.Value.Tasks) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(p.Term.Out); err != nil {
		return err
	}
	return follow.Tasks(p, found.Value.Tasks)
}

func view(now time.Time) render.View[execution] {
	return render.View[execution]{
		Kind: kind,
		Name: func(e execution) string { return e.Value.WorkflowID },
		Columns: []render.Column[execution]{
			{Title: "execution", Value: func(e execution) any { return e.Value.WorkflowID }},
			{Title: "workflow", Value: func(e execution) any { return fmt.Sprintf("%s v%d", e.Value.WorkflowName, e.Value.WorkflowVersion) }},
			{Title: "state", Value: func(e execution) any { return render.State(e.Value.Status) }},
			{Title: "reason", Value: func(e execution) any { return e.Value.ReasonForIncompletion }},
			{Title: "started", Value: func(e execution) any { return render.Millis(e.Value.StartTime) }},
			{Title: "took", Value: func(e execution) any { return took(e.Value, now) }},
			{Title: "correlation id", Value: func(e execution) any { return e.Value.CorrelationID }},
			{Title: "domains", Value: func(e execution) any { return object(e.Value.TaskToDomain) }},
			{Title: "input", Value: func(e execution) any { return object(e.Value.Input) }},
			{Title: "output", Value: func(e execution) any { return object(e.Value.Output) }},
		},
	}
}

// took is how long an execution ran, or has been running.
func took(e conductor.Workflow, now time.Time) string {
	end := e.EndTime
	if end <= 0 {
		end = now.UnixMilli()
	}
	if e.StartTime <= 0 || end < e.StartTime {
		return ""
	}
	return render.Duration(time.Duration(end-e.StartTime) * time.Millisecond)
}

// object is a map in one line of JSON, empty where it has no members.
func object[V any](values map[string]V) string {
	if len(values) == 0 {
		return ""
	}
	data, err := json.Marshal(values)
	if err != nil {
		return fmt.Sprint(values)
	}
	return string(data)
}
