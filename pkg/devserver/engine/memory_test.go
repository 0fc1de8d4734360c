package engine

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// TestFinishedExecutionsAreSmall keeps the room that finished executions take: 100,000 of them are some 70 MB.
func TestFinishedExecutionsAreSmall(t *testing.T) {
	const count = 5000
	e, err := New(Options{})
	require.NoError(t, err)
	_, err = e.PutWorkflowDef(t.Context(), oneTask("flow", "work"), PutMode{}, "me")
	require.NoError(t, err)
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools held over the first one
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := heap()
	for range count {
		_, err := e.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"id": "42"}}, "me")
		require.NoError(t, err)
		tasks, err := e.Poll(t.Context(), PollRequest{TaskType: "work", WorkerID: "w"})
		require.NoError(t, err)
		_, err = e.Update(t.Context(), conductor.TaskResult{
			WorkflowInstanceID: tasks[0].WorkflowInstanceID, TaskID: tasks[0].TaskID, Status: conductor.TaskCompleted,
			OutputData: map[string]any{"result": "done"},
		})
		require.NoError(t, err)
	}
	each := (heap() - before) / count
	t.Logf("%d bytes per finished execution", each)
	require.Less(t, each, int64(900))
	runtime.KeepAlive(e)
}
