package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func waits(ref string) conductor.WorkflowTask { return taskOf("WAIT", ref, nil) }

func (r *rig) signal(id string, output map[string]any) bool {
	r.t.Helper()
	found, err := r.Signal(r.t.Context(), id, conductor.TaskCompleted, output)
	require.NoError(r.t, err)
	return found
}

func TestSignalGoesToTheFirstThatWaits(t *testing.T) {
	r := newRig(t)
	r.flow("leaf", nil, taskOf("YIELD", "y", nil))
	r.flow("child", nil, sub("s", "leaf"), waits("w"))
	r.flow("flow", nil, fork("fk", list(sub("a", "child")), list(simple("b", "b"))), join("jn", "a", "b"))
	id := r.start("flow", nil)
	child := r.childOf(id, "a").WorkflowID
	require.True(t, r.signal(id, map[string]any{"n": 1}), "two workflows below")
	require.Equal(t, []string{"s:COMPLETED", "w:IN_PROGRESS"}, r.states(child))
	require.True(t, r.signal(id, map[string]any{"n": 2}))
	require.Equal(t, map[string]any{"n": 2}, r.workflow(child).Tasks[1].OutputData)
	require.False(t, r.signal(id, nil), "none waits")
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.False(t, r.signal(id, nil), "nor in one that has ended")
	_, err := r.Signal(t.Context(), "nope", conductor.TaskCompleted, nil)
	r.requireKind(fault.KindNotFound, err, "nope")
	_, err = r.Signal(t.Context(), id, "DONE", nil)
	r.requireKind(fault.KindInvalid, err, "DONE")
}

func TestASignalThatIsEarlyWaitsForWhatTheServerDoes(t *testing.T) {
	r := newRig(t)
	leave := make(chan struct{})
	r.jobKind(func(context.Context) outcome {
		<-leave
		return outcome{status: conductor.TaskCompleted}
	})
	r.flow("flow", nil, taskOf("CALL", "call", nil), taskOf("YIELD", "y", nil), simple("a", "a"))
	id := r.start("flow", nil)
	require.False(t, r.signal(id, nil), "nothing waits yet")
	gone, leaveAtOnce := context.WithCancel(t.Context())
	leaveAtOnce()
	found, err := r.SignalSoon(gone, id, conductor.TaskCompleted, nil)
	require.NoError(t, err)
	require.False(t, found, "nobody asks any more")
	done := make(chan bool)
	go func() {
		found, err := r.SignalSoon(t.Context(), id, conductor.TaskCompleted, map[string]any{"n": 1})
		done <- found && err == nil
	}()
	close(leave)
	require.True(t, <-done)
	require.Equal(t, []string{"call:COMPLETED", "y:COMPLETED", "a:SCHEDULED"}, r.states(id))
	found, err = r.SignalSoon(t.Context(), id, conductor.TaskCompleted, nil)
	require.NoError(t, err)
	require.False(t, found, "a worker may take its time: that is not waited for")
	_, err = r.SignalSoon(t.Context(), "nope", conductor.TaskCompleted, nil)
	r.requireKind(fault.KindNotFound, err, "nope")
}

func TestSignalInALoop(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, loopOver("lp", "$.lp.iteration < 2", waits("w")))
	id := r.start("flow", nil)
	require.True(t, r.signal(id, nil))
	require.Equal(t, []string{"lp:IN_PROGRESS", "w__1:COMPLETED", "w__2:IN_PROGRESS"}, r.states(id))
	require.True(t, r.signal(id, nil))
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

// awaiting waits in the background.
func (r *rig) awaiting(id string, until ...string) <-chan Standstill {
	found := make(chan Standstill, 1)
	go func() {
		still, err := r.Await(deadline10(r.t), id, until)
		if err == nil {
			found <- still
		}
	}()
	return found
}

func TestAwaitIsWokenByWhatHappens(t *testing.T) {
	r := newRig(t)
	r.flow("child", nil, simple("c", "c"), waits("w"))
	r.flow("flow", nil, simple("a", "a"), sub("s", "child"), simple("z", "z"))
	id := r.start("flow", nil)
	byRef, blocked := r.awaiting(id, "a"), r.awaiting(id)
	r.finish("a", conductor.TaskCompleted, map[string]any{"x": 1})
	still := <-byRef
	require.Equal(t, "a", still.Task.ReferenceTaskName)
	require.False(t, still.Late)
	r.finish("c", conductor.TaskCompleted, nil)
	still = <-blocked
	require.Equal(t, "w", still.Task.ReferenceTaskName)
	require.Equal(t, "child", still.Holder.WorkflowName, "in a workflow that began meanwhile")
	require.Equal(t, "flow", still.Target.WorkflowName)
	require.True(t, r.signal(id, nil))
	ended := r.awaiting(id)
	r.finish("z", conductor.TaskCompleted, nil)
	still = <-ended
	require.Equal(t, conductor.WorkflowCompleted, still.Target.Status)
	require.Nil(t, still.Task)
}

func TestAwaitGivesUp(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, taskOf("WAIT", "w", map[string]any{"duration": "5s"}))
	id := r.start("flow", nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	still, err := r.Await(ctx, id, nil)
	require.NoError(t, err)
	require.True(t, still.Late, "a wait for a time is no standstill")
	_, err = r.Await(t.Context(), "nope", nil)
	r.requireKind(fault.KindNotFound, err, "nope")
	closed := r.awaiting(id)
	require.NoError(t, r.Close())
	require.True(t, (<-closed).Late)
}

func mocked(name string, mocks map[string][]conductor.TaskMock) conductor.WorkflowTestRequest {
	return conductor.WorkflowTestRequest{
		StartWorkflowRequest: conductor.StartWorkflowRequest{Name: name, Input: map[string]any{"x": "a"}}, TaskRefToMockOutput: mocks,
	}
}

func TestOfAWorkflow(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 2, 3600 })
	call := webTask("HTTP", map[string]any{"uri": "http://127.0.0.1:9", "method": "GET"})
	r.flow("child", nil, simple("c", "c"))
	r.flow("flow", func(d *conductor.WorkflowDef) {
		d.OutputParameters = map[string]any{"h": "${h.output.n}", "c": "${s.output.n}", "a": "${a.output.n}"}
	},
		simple("a", "a"), call, taskOf("WAIT", "w", map[string]any{"duration": "9h"}), sub("s", "child"),
		byValue("sw", map[string][]conductor.WorkflowTask{"a": list(inline("in", "7"))}, simple("never", "never")))
	req := mocked("flow", map[string][]conductor.TaskMock{
		"a": {{Status: conductor.TaskFailed}, {Status: conductor.TaskInProgress}, {Output: map[string]any{"n": 1}, QueueWaitTime: 1000, ExecutionTime: 2000}},
		"h": {{Output: map[string]any{"n": 2}}},
	})
	req.SubWorkflowTestRequest = map[string]conductor.WorkflowTestRequest{"s": mocked("child", map[string][]conductor.TaskMock{"c": {{Output: map[string]any{"n": 3}}}})}
	got, err := r.Test(t.Context(), req, "me")
	wf := got.Workflow
	require.NoError(t, err)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, wf.ReasonForIncompletion)
	require.Equal(t, map[string]any{"h": 2, "c": 3, "a": 1}, wf.Output)
	again := wf.Tasks[1]
	require.EqualValues(t, 3000, again.EndTime-again.StartTime, "since its first poll")
	require.GreaterOrEqual(t, wf.EndTime-wf.StartTime, int64(10*time.Hour/time.Millisecond), "what it waited for has passed")
	require.Empty(t, r.index.everything(), "nothing is left of it")
	require.Nil(t, r.poll("a"))
}

func TestOfAWorkflowStops(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"), simple("b", "b"))
	got, err := r.Test(t.Context(), mocked("flow", map[string][]conductor.TaskMock{"a": {{}}}), "me")
	wf := got.Workflow
	require.NoError(t, err)
	require.Equal(t, "b", wf.Tasks[1].ReferenceTaskName, "where nothing is said of a task")
	require.NotEqual(t, conductor.WorkflowCompleted, wf.Status)
	_, err = r.Test(t.Context(), mocked("nope", nil), "me")
	r.requireKind(fault.KindNotFound, err, "nope")
	_, err = r.Test(t.Context(), mocked("flow", map[string][]conductor.TaskMock{"a": {{Status: "DONE"}}}), "me")
	r.requireKind(fault.KindInvalid, err, "DONE")
}
