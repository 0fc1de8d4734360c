package engine

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func TestCallbackGoesBackToTheQueue(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	back := r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, CallbackAfterSeconds: 30,
		OutputData: map[string]any{"percent": 50},
	})
	require.Equal(t, conductor.TaskScheduled, back.Status)
	require.Equal(t, 1, r.QueueSize("a", ""))
	require.Nil(t, r.poll("a"))
	r.clock.Advance(30 * time.Second)
	again := r.must("a")
	require.Equal(t, task.TaskID, again.TaskID)
	require.Equal(t, 2, again.PollCount)
	require.Equal(t, task.StartTime, again.StartTime)
	require.Zero(t, again.CallbackAfterSeconds)
	require.Equal(t, map[string]any{"percent": 50}, again.OutputData)
	r.report(again, conductor.TaskCompleted, map[string]any{"done": true})
	require.Equal(t, map[string]any{"done": true}, r.workflow(id).Output, "an update replaces the output")
}

func TestUpdateRefuses(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	for _, c := range []struct {
		name   string
		result conductor.TaskResult
		kind   fault.Kind
		text   string
	}{
		{"no ids", conductor.TaskResult{Status: conductor.TaskCompleted}, fault.KindInvalid, "Validation failed"},
		{"no status", conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID}, fault.KindInvalid, "status of a task result is missing: it must be one of IN_PROGRESS, FAILED"},
		{"bad status", conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: "DONE"}, fault.KindInvalid, `status "DONE" of a task result is unknown`},
		{"unknown workflow", conductor.TaskResult{WorkflowInstanceID: "x", TaskID: task.TaskID, Status: conductor.TaskFailed}, fault.KindNotFound, "No such workflow found by id: x"},
		{"unknown task", conductor.TaskResult{WorkflowInstanceID: id, TaskID: "x", Status: conductor.TaskFailed}, fault.KindNotFound, "No such task found by id: x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Update(t.Context(), c.result)
			r.requireKind(c.kind, err, c.text)
		})
	}
	require.Equal(t, []string{"a:IN_PROGRESS"}, r.states(id))
}

func TestUpdatesAfterTheEndAreIgnored(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	r.report(task, conductor.TaskCompleted, map[string]any{"n": 1})
	again := r.report(task, conductor.TaskFailed, map[string]any{"n": 2})
	require.Equal(t, conductor.TaskCompleted, again.Status)
	require.Equal(t, map[string]any{"n": 1}, r.workflow(id).Output)
}

func TestReasonsAreCutByCharacters(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: r.must("a").TaskID, Status: conductor.TaskFailedTerminally, ReasonForIncompletion: strings.Repeat("é", 600),
	})
	require.Equal(t, strings.Repeat("é", 500), task.ReasonForIncompletion)
}

func TestHugeOutputFailsTheTask(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.report(r.must("a"), conductor.TaskCompleted, map[string]any{"big": strings.Repeat("x", maxPayload)})
	require.Equal(t, conductor.TaskFailedTerminally, task.Status)
	require.Contains(t, task.ReasonForIncompletion, "The output payload of task: "+task.TaskID)
	require.Empty(t, task.OutputData)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
}

func TestUpdateByReference(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a_ref"))
	id := r.start("one", nil)
	r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: r.must("a").TaskID, Status: conductor.TaskInProgress, OutputData: map[string]any{"kept": 1, "over": 1},
	})
	_, err := r.UpdateByRef(t.Context(), id, "a_ref", "DONE", "", nil)
	r.requireKind(fault.KindInvalid, err, "is unknown")
	_, err = r.UpdateByRef(t.Context(), id, "b_ref", conductor.TaskCompleted, "", nil)
	r.requireKind(fault.KindNotFound, err, "Found no running task b_ref of workflow "+id+" to update")
	_, err = r.UpdateByRef(t.Context(), "x", "a_ref", conductor.TaskCompleted, "", nil)
	r.requireKind(fault.KindNotFound, err, "Found no running task a_ref of workflow x to update")
	task, err := r.UpdateByRef(t.Context(), id, "a_ref", conductor.TaskCompleted, "w2", map[string]any{"over": 2})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"kept": 1, "over": 2}, task.OutputData)
	require.Equal(t, "w2", task.WorkerID)
	require.Nil(t, r.poll("a"), "an ended task leaves its queue")
	require.Zero(t, r.QueueSize("a", ""))
	_, err = r.UpdateByRef(t.Context(), id, "a_ref", conductor.TaskCompleted, "", nil)
	r.requireKind(fault.KindNotFound, err, "Found no running task")
}

func TestTaskLogs(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	lines := make([]conductor.TaskExecLog, 15)
	for i := range lines {
		lines[i].Log = strings.Repeat("x", i)
	}
	lines[0].CreatedTime = 1_700_000_000.25
	lines[1].CreatedTime = 1_700_000_000_123
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, Logs: lines})
	require.NoError(t, r.AddLog(t.Context(), task.TaskID, "by hand"))
	logs, err := r.Logs(task.TaskID)
	require.NoError(t, err)
	require.Len(t, logs, 11)
	require.Equal(t, conductor.TaskExecLog{Log: "", TaskID: task.TaskID, CreatedTime: 1_700_000_000_250}, logs[0])
	require.Equal(t, float64(1_700_000_000_123), logs[1].CreatedTime)
	require.Equal(t, float64(r.now()), logs[2].CreatedTime)
	require.Equal(t, "by hand", logs[10].Log)
	for _, call := range []func() error{
		func() error { return r.AddLog(t.Context(), "x", "") },
		func() error { _, err := r.Logs("x"); return err },
		func() error { _, err := r.Task("x"); return err },
	} {
		r.requireKind(fault.KindNotFound, call(), "Task not found for taskId: x")
	}
	held, err := r.Task(task.TaskID)
	require.NoError(t, err)
	require.Equal(t, "a", held.ReferenceTaskName)
}

func TestAWaitBeyondAllNumbersIsLongNotOver(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.TotalTimeoutSeconds, d.ResponseTimeoutSeconds = math.MaxInt64, 1 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, CallbackAfterSeconds: math.MaxInt64,
	})
	r.clock.Advance(365 * 24 * time.Hour)
	require.Nil(t, r.poll("a"))
	require.Equal(t, []string{"a:SCHEDULED"}, r.states(id))
	require.Equal(t, int64(5000), after(5000, -7), "a negative wait is none")
}
