package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// limitedFlow is a workflow of one task that may run so many at a time.
func (r *rig) limitedFlow(name string, config map[string]any) {
	r.t.Helper()
	r.flow(name, func(d *conductor.WorkflowDef) { d.RateLimitConfig = config }, simple("a", "a"))
}

func (r *rig) held(id string) bool {
	r.t.Helper()
	wf := r.workflow(id)
	require.Equal(r.t, wf.RateLimited, wf.Status == conductor.WorkflowRunning && len(wf.Tasks) == 0, "what waits has no tasks")
	return wf.RateLimited
}

func TestExecutionsAboveTheLimitWaitInOrder(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 2})
	var ids []string
	for range 5 {
		ids = append(ids, r.start("flow", nil))
	}
	require.Equal(t, "k", r.workflow(ids[4]).RateLimitKey)
	require.False(t, r.held(ids[0]) || r.held(ids[1]))
	require.True(t, r.held(ids[2]) && r.held(ids[3]) && r.held(ids[4]))

	r.finish("a", conductor.TaskCompleted, nil)
	require.False(t, r.held(ids[2]))
	require.True(t, r.held(ids[3]))
	require.NoError(t, r.Terminate(t.Context(), ids[3], "never began"))
	require.Equal(t, conductor.WorkflowTerminated, r.workflow(ids[3]).Status)
	require.True(t, r.held(ids[4]), "it gave up no place")
	require.NoError(t, r.Terminate(t.Context(), ids[1], "enough"))
	require.False(t, r.held(ids[4]))
	for range 2 {
		r.finish("a", conductor.TaskCompleted, nil)
	}
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(ids[4]).Status)
	require.Empty(t, r.admissions.gates, "nothing is kept of keys that nobody has")
}

func TestKeysAreResolvedAndShared(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("one", map[string]any{"rateLimitKey": "${workflow.input.customer}", "concurrentExecLimit": 1})
	r.limitedFlow("two", map[string]any{"rateLimitKey": "${workflow.input.customer}", "concurrentExecLimit": 1})
	r.limitedFlow("own", map[string]any{"concurrentExecLimit": 1})
	require.False(t, r.held(r.start("one", map[string]any{"customer": "x"})))
	require.False(t, r.held(r.start("one", map[string]any{"customer": "y"})))
	require.True(t, r.held(r.start("two", map[string]any{"customer": "x"})), "keys are not a workflow's own")
	require.False(t, r.held(r.start("own", nil)))
	own := r.start("own", nil)
	require.True(t, r.held(own))
	require.Equal(t, "own", r.workflow(own).RateLimitKey)
}

func TestWhatIsNoLimit(t *testing.T) {
	r := newRig(t, heeding)
	for _, config := range []map[string]any{nil, {}, {"rateLimitKey": "k"}, {"concurrentExecLimit": 0}, {"concurrentExecLimit": -1}, {"concurrentExecLimit": "x"}, {"concurrentExecLimit": []any{}}} {
		r.limitedFlow("flow", config)
		r.start("flow", nil)
		require.False(t, r.held(r.start("flow", nil)), "%v", config)
	}
	oss := newRig(t)
	oss.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 1})
	oss.start("flow", nil)
	wf := oss.workflow(oss.start("flow", nil))
	require.False(t, wf.RateLimited)
	require.Empty(t, wf.RateLimitKey, "open source stores the definition's and acts on nothing")
	require.Len(t, wf.Tasks, 1)
}

func TestTheLimitRefuses(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 1, "policy": "REJECT"})
	r.start("flow", nil)
	_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow"}, "me")
	r.requireKind(fault.KindTooMany, err, "Workflow flow is over its limit: 1 executions with the key k run already")
	require.Len(t, r.Running("flow", 1, 0, 0), 1)
	r.finish("a", conductor.TaskCompleted, nil)
	r.start("flow", nil)
}

// A start that an idempotency key makes another's takes no place.
func TestAnIdempotentStartTakesNoPlace(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 2})
	request := conductor.StartWorkflowRequest{Name: "flow", IdempotencyKey: "once", IdempotencyStrategy: "RETURN_EXISTING"}
	first := r.startAs(request)
	for range 3 {
		require.Equal(t, first, r.startAs(request))
	}
	require.False(t, r.held(r.start("flow", nil)))
	waiting := r.start("flow", nil)
	require.Equal(t, first, r.startAs(request))
	require.True(t, r.held(waiting))
	r.finish("a", conductor.TaskCompleted, nil)
	require.False(t, r.held(waiting))
}

func TestPauseAndRestartOfWhatWaits(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("flow", map[string]any{"concurrentExecLimit": 1})
	first, second, third := r.start("flow", nil), r.start("flow", nil), r.start("flow", nil)
	require.NoError(t, r.Pause(t.Context(), second))
	r.finish("a", conductor.TaskCompleted, nil)
	require.Empty(t, r.workflow(second).Tasks, "its turn has come, and it is paused")
	require.True(t, r.held(third))
	require.NoError(t, r.Resume(t.Context(), second))
	require.Len(t, r.workflow(second).Tasks, 1)

	require.NoError(t, r.Terminate(t.Context(), third, ""))
	require.NoError(t, r.Restart(t.Context(), third, false))
	require.Len(t, r.workflow(third).Tasks, 1, "who restarts one wants it to run")
	require.NoError(t, r.Restart(t.Context(), first, false))
	fourth := r.start("flow", nil)
	for range 3 {
		require.True(t, r.held(fourth))
		r.finish("a", conductor.TaskCompleted, nil)
	}
	require.False(t, r.held(fourth))
	require.NoError(t, r.Purge(t.Context(), fourth))
	require.False(t, r.held(r.start("flow", nil)))
}

func TestATimeOutEndsWhatWaits(t *testing.T) {
	r := newRig(t, heeding)
	r.flow("flow", func(d *conductor.WorkflowDef) {
		d.RateLimitConfig, d.TimeoutSeconds, d.TimeoutPolicy = map[string]any{"concurrentExecLimit": 1}, 10, policyTimeOutWF
	}, simple("a", "a"))
	r.start("flow", nil)
	r.clock.Advance(5 * time.Second)
	second := r.start("flow", nil)
	r.finish("a", conductor.TaskCompleted, nil)
	third := r.start("flow", nil)
	r.clock.Advance(10 * time.Second)
	require.Equal(t, conductor.WorkflowTimedOut, r.workflow(second).Status)
	require.Equal(t, conductor.WorkflowTimedOut, r.workflow(third).Status)
	require.Empty(t, r.admissions.gates)
}

func TestWhatWaitsGoesOnAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, heeding, on(kept, 0))
	r.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 1})
	first, second, third := r.start("flow", nil), r.start("flow", nil), r.start("flow", nil)
	r = newRig(t, heeding, on(kept, time.Second))
	require.False(t, r.held(first))
	require.True(t, r.held(second) && r.held(third))
	r.finish("a", conductor.TaskCompleted, nil)
	require.False(t, r.held(second))
	require.True(t, r.held(third))

	delete(kept.data[KindExecution], second) // as if the process had ended before the next one was let in
	delete(kept.data[kindTask], r.workflow(second).Tasks[0].TaskID)
	r = newRig(t, heeding, on(kept, time.Second))
	require.False(t, r.held(third))
}

// However many start and end at once, never more run than may, and each has its turn.
func TestTheLimitHoldsUnderLoad(t *testing.T) {
	r := newRig(t, heeding)
	r.limitedFlow("flow", map[string]any{"rateLimitKey": "k", "concurrentExecLimit": 3})
	var group sync.WaitGroup
	const starters, each = 4, 25
	for i := range starters {
		group.Go(func() {
			for n := range each {
				_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow", CorrelationID: fmt.Sprint(i, n)}, "me")
				require.NoError(t, err)
			}
		})
	}
	for ended := 0; ended < starters*each; {
		tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: 10, WorkerID: "w", Timeout: 100 * time.Millisecond})
		require.NoError(t, err)
		require.LessOrEqual(t, len(tasks), 3)
		for _, task := range tasks {
			r.report(task, conductor.TaskCompleted, nil)
			ended++
		}
	}
	group.Wait()
	require.Empty(t, r.admissions.gates)
}
