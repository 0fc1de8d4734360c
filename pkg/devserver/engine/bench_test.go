package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// BenchmarkOneTask is a workflow of one task from start to end: Start, Poll, Update.
func BenchmarkOneTask(b *testing.B) {
	e, err := New(Options{})
	require.NoError(b, err)
	_, err = e.PutWorkflowDef(b.Context(), oneTask("flow", "work"), PutMode{}, "me")
	require.NoError(b, err)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := e.Start(b.Context(), conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"id": "42"}}, "me")
			require.NoError(b, err)
			tasks, err := e.Poll(b.Context(), PollRequest{TaskType: "work", WorkerID: "w"})
			require.NoError(b, err)
			require.Len(b, tasks, 1)
			_, err = e.Update(b.Context(), conductor.TaskResult{
				WorkflowInstanceID: tasks[0].WorkflowInstanceID, TaskID: tasks[0].TaskID, Status: conductor.TaskCompleted,
				OutputData: map[string]any{"result": "done"},
			})
			require.NoError(b, err)
		}
	})
}

// oneTask is a definition with a single SIMPLE task that takes the workflow's input.
func oneTask(name, task string) conductor.WorkflowDef {
	def := conductor.NewWorkflowDef()
	def.Name = name
	def.Tasks = []conductor.WorkflowTask{simple(task, task+"_ref")}
	def.Tasks[0].InputParameters = map[string]any{"id": "${workflow.input.id}"}
	def.OutputParameters = map[string]any{"result": "${" + task + "_ref.output.result}"}
	return def
}

func simple(name, ref string) conductor.WorkflowTask {
	return conductor.WorkflowTask{Name: name, TaskReferenceName: ref, Type: "SIMPLE", InputParameters: map[string]any{}}
}
