package engine

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// told are the engine's records as a store has them.
func (r *rig) told() map[string]map[string]string {
	r.t.Helper()
	all := map[string]map[string]string{}
	for record := range r.Records(func() {}) {
		if all[record.Kind] == nil {
			all[record.Kind] = map[string]string{}
		}
		require.NotContains(r.t, all[record.Kind], record.Key, "nothing twice")
		all[record.Kind][record.Key] = encoded(r.t, record.Value)
	}
	return all
}

// What the engine tells is what it has given to the store: of executions that run, and of those that are packed.
func TestRecordsAreWhatTheStoreHas(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("one", nil, simple("a", "a"))
	r.flow("outer", nil, conductor.WorkflowTask{Name: "s", TaskReferenceName: "s", Type: typeSubWorkflow, SubWorkflowParam: &conductor.SubWorkflowParams{Name: "one"}})
	r.start("outer", nil)
	task := r.must("a")
	require.NoError(t, r.AddLog(t.Context(), task.TaskID, "a line"))
	r.report(task, conductor.TaskCompleted, map[string]any{"n": 1})
	r.start("one", map[string]any{"text": "<&>"})
	r.must("a")
	r.start("outer", nil)
	require.NoError(t, r.Purge(t.Context(), r.start("one", nil)))
	told := r.told()
	for _, kind := range ExecutionKinds() {
		require.NotEmpty(t, kept.data[kind], kind)
		require.Len(t, told[kind], len(kept.data[kind]), kind)
		for key, data := range kept.data[kind] {
			require.JSONEq(t, string(data), told[kind][key], kind)
		}
	}
}

// Records are of the moment at which they were asked for, whatever happens before they are read.
func TestRecordsStandStill(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	ended := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	running := r.start("one", nil)
	records := r.Records(func() {})
	require.NoError(t, r.Restart(t.Context(), ended, false))
	require.NoError(t, r.Terminate(t.Context(), running, "gone"))
	r.start("one", nil)
	states := map[string]string{}
	for record := range records {
		if record.Kind == KindExecution {
			var kept executionRecord
			require.NoError(t, json.Unmarshal([]byte(encoded(t, record.Value)), &kept))
			states[record.Key] = kept.Workflow.Status
		}
	}
	require.Equal(t, map[string]string{ended: conductor.WorkflowCompleted, running: conductor.WorkflowRunning}, states)
	for range records {
		break // who has seen enough may stop
	}
}
