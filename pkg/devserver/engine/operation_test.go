package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func TestPauseHoldsWhatFollows(t *testing.T) {
	r := newRig(t)
	r.flow("two", nil, simple("a", "a"), simple("b", "b"))
	id := r.start("two", nil)
	require.NoError(t, r.Pause(t.Context(), id))
	require.NoError(t, r.Pause(t.Context(), id), "pausing twice is nothing")
	task := r.must("a")
	r.report(task, conductor.TaskCompleted, map[string]any{"x": 1})
	require.Equal(t, []string{"a:COMPLETED"}, r.states(id))
	require.NoError(t, r.Decide(t.Context(), id))
	require.Equal(t, conductor.WorkflowPaused, r.workflow(id).Status)
	require.NoError(t, r.Resume(t.Context(), id))
	require.Equal(t, []string{"a:COMPLETED", "b:SCHEDULED"}, r.states(id))
	require.Equal(t, r.now(), r.workflow(id).LastRetriedTime)
	r.requireKind(fault.KindConflict, r.Resume(t.Context(), id), "is not PAUSED so cannot resume. Current status is RUNNING")
}

func TestTimeoutsWaitForResume(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.ResponseTimeoutSeconds = 0, 5 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	r.must("a")
	require.NoError(t, r.Pause(t.Context(), id))
	r.clock.Advance(time.Minute)
	require.Equal(t, []string{"a:IN_PROGRESS"}, r.states(id))
	require.NoError(t, r.Resume(t.Context(), id))
	require.Equal(t, conductor.WorkflowTimedOut, r.workflow(id).Status)
}

func TestTerminate(t *testing.T) {
	r := newRig(t)
	r.flow("rescue", nil, simple("help", "help"))
	r.flow("one", func(d *conductor.WorkflowDef) { d.FailureWorkflow = "rescue" }, simple("a", "a"))
	id := r.start("one", nil)
	require.NoError(t, r.Terminate(t.Context(), id, "enough"))
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowTerminated, wf.Status)
	require.Equal(t, "enough", wf.ReasonForIncompletion)
	require.Equal(t, conductor.TaskCanceled, wf.Tasks[0].Status)
	require.Zero(t, r.QueueSize("a", ""))
	require.NotContains(t, wf.Output, failureOutput)
	require.NoError(t, r.Terminate(t.Context(), id, "again"))
	require.Equal(t, "enough", r.workflow(id).ReasonForIncompletion)
	r.requireKind(fault.KindConflict, r.Pause(t.Context(), id), "has ended, status cannot be updated.")

	helped := r.start("one", nil)
	require.NoError(t, r.TerminateWithFailureWorkflow(t.Context(), helped, "enough"))
	require.Equal(t, helped, r.workflow(r.must("help").WorkflowInstanceID).Input["workflowId"])

	done := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	r.requireKind(fault.KindConflict, r.Terminate(t.Context(), done, ""), "Cannot terminate a COMPLETED workflow.")
	r.requireKind(fault.KindNotFound, r.Terminate(t.Context(), "x", ""), "No such workflow found by id: x")
}

func TestRemove(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.startAs(conductor.StartWorkflowRequest{Name: "one", CorrelationID: "c", IdempotencyKey: "k"})
	r.requireKind(fault.KindInvalid, r.Remove(t.Context(), id), "Cannot archive workflow: "+id+" with status: RUNNING")
	task := r.must("a")
	r.report(task, conductor.TaskCompleted, nil)
	require.NoError(t, r.Remove(t.Context(), id))
	_, err := r.Workflow(id, false)
	r.requireKind(fault.KindNotFound, err, "No such workflow found by id: "+id)
	_, err = r.Task(task.TaskID)
	r.requireKind(fault.KindNotFound, err, "Task not found")
	require.Empty(t, r.Correlated("one", []string{"c"}, true, false)["c"])
	again := r.startAs(conductor.StartWorkflowRequest{Name: "one", IdempotencyKey: "k"})
	require.NoError(t, r.Purge(t.Context(), again))
	require.Nil(t, r.poll("a"))
	require.Zero(t, r.QueueSize("a", ""))
	require.Empty(t, r.timers.heap)
}

func TestFailureWorkflow(t *testing.T) {
	r := newRig(t)
	task := simple("help", "help")
	task.InputParameters = map[string]any{"first": "${workflow.input.failedWorkflow.tasks[0].status}", "why": "${workflow.input.reason}"}
	r.flow("rescue", nil, task)
	for _, c := range []struct{ name, given string }{{"by name", "rescue"}, {"by input", "$workflow.input.rescuer"}} {
		t.Run(c.name, func(t *testing.T) {
			r.flow("one", func(d *conductor.WorkflowDef) { d.FailureWorkflow = c.given }, simple("a", "a"))
			id := r.startAs(conductor.StartWorkflowRequest{Name: "one", CorrelationID: "c7", Input: map[string]any{"rescuer": "rescue"}})
			failed := r.must("a")
			r.report(failed, conductor.TaskFailedTerminally, nil)
			help := r.must("help")
			wf := r.workflow(help.WorkflowInstanceID)
			require.Equal(t, help.WorkflowInstanceID, r.workflow(id).Output[failureOutput])
			require.Equal(t, "c7", wf.CorrelationID)
			require.Equal(t, id, wf.Input["workflowId"])
			require.Equal(t, "FAILED", wf.Input["failureStatus"])
			require.Equal(t, failed.TaskID, wf.Input["failureTaskId"])
			require.Equal(t, "rescue", wf.Input["rescuer"])
			require.Equal(t, conductor.TaskFailedTerminally, help.InputData["first"])
			require.Contains(t, help.InputData["why"], failed.TaskID)
		})
	}
}

func TestFailureWorkflowThatCannotStart(t *testing.T) {
	r := newRig(t)
	r.flow("one", func(d *conductor.WorkflowDef) { d.FailureWorkflow = "missing" }, simple("a", "a"))
	id := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskFailedTerminally, nil)
	require.Equal(t, "Error workflow missing failed to start.  reason: No such workflow defined. name=missing, version=null",
		r.workflow(id).Output[failureOutput])
}

func TestIdempotency(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	r.flow("other", nil, simple("b", "b"))
	req := conductor.StartWorkflowRequest{Name: "one", IdempotencyKey: "k"}
	first := r.startAs(req)
	_, err := r.Start(t.Context(), req, "me")
	r.requireKind(fault.KindConflict, err, first)
	req.IdempotencyStrategy = idempotencyReturn
	require.Equal(t, first, r.startAs(req))
	req.IdempotencyStrategy = idempotencyRunning
	_, err = r.Start(t.Context(), req, "me")
	r.requireKind(fault.KindConflict, err, "already exists")
	r.startAs(conductor.StartWorkflowRequest{Name: "other", IdempotencyKey: "k"})
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	second := r.startAs(req)
	require.NotEqual(t, first, second)
	req.IdempotencyStrategy = idempotencyFail
	_, err = r.Start(t.Context(), req, "me")
	r.requireKind(fault.KindConflict, err, second)
	require.Equal(t, "k", r.workflow(second).IdempotencyKey)

	loose := newRig(t, func(o *Options) { o.EnforceIdempotency = false })
	loose.flow("one", nil, simple("a", "a"))
	first, second = loose.startAs(req), loose.startAs(req)
	require.NotEqual(t, first, second)
}

func TestEvents(t *testing.T) {
	r := newRig(t)
	var seen []string
	cancel := r.Subscribe(func(e Event) {
		require.NotEmpty(t, e.WorkflowID)
		require.Equal(t, r.now(), e.Time)
		seen = append(seen, string(e.Kind)+" "+e.Status)
	})
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	require.NoError(t, r.Pause(t.Context(), id))
	require.NoError(t, r.Resume(t.Context(), id))
	r.report(r.must("a"), conductor.TaskInProgress, nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	require.NoError(t, r.Remove(t.Context(), id))
	require.Equal(t, []string{
		"workflow.started RUNNING", "task.scheduled SCHEDULED", "workflow.paused PAUSED", "workflow.resumed RUNNING",
		"task.polled IN_PROGRESS", "task.updated SCHEDULED", "task.polled IN_PROGRESS", "task.ended COMPLETED",
		"workflow.ended COMPLETED", "workflow.removed COMPLETED",
	}, seen)
	cancel()
	r.start("one", nil)
	require.Len(t, seen, 10)
}
