package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// jobKind makes the engine run a job for tasks of the type CALL.
func (r *rig) jobKind(work job) {
	r.kinds.byType["CALL"] = kind{schedule: scheduleOne, execute: func(_ *execution, t *task, _ *environment) []command {
		return []command{performTask{task: t, job: work}}
	}}
}

func (r *rig) eventually(id, status string) conductor.Workflow {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return r.workflow(id).Status == status }, 5*time.Second, time.Millisecond)
	return r.workflow(id)
}

func TestAJobRunsOutsideTheLock(t *testing.T) {
	r := newRig(t)
	leave, calls := make(chan struct{}), 0
	r.jobKind(func(context.Context) outcome {
		calls++
		<-leave
		return outcome{status: conductor.TaskCompleted, output: map[string]any{"n": calls}}
	})
	r.flow("flow", nil, taskOf("CALL", "call", nil), simple("last", "last"))
	id := r.start("flow", nil)
	require.Equal(t, []string{"call:IN_PROGRESS"}, r.states(id), "others see the execution meanwhile")
	require.NoError(t, r.Decide(t.Context(), id), "and touch it")
	close(leave)
	require.Eventually(t, func() bool { return r.QueueSize("last", "") == 1 }, 5*time.Second, time.Millisecond)
	require.Equal(t, map[string]any{"n": 1}, r.workflow(id).Tasks[0].OutputData, "one job, however often the task is looked at")
}

func TestAJobThatFailsIsTriedAgain(t *testing.T) {
	r := newRig(t)
	calls := 0
	r.jobKind(func(context.Context) outcome {
		if calls++; calls == 1 {
			return outcome{status: conductor.TaskFailed, reason: "no luck"}
		}
		return outcome{status: conductor.TaskCompleted}
	})
	r.taskDef("call", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 60 })
	r.flow("flow", nil, taskOf("CALL", "call", nil))
	id := r.start("flow", nil)
	require.Eventually(t, func() bool { return len(r.workflow(id).Tasks) == 2 }, 5*time.Second, time.Millisecond)
	r.clock.Advance(59 * time.Second)
	require.Equal(t, []string{"call:FAILED", "call:SCHEDULED"}, r.states(id))
	r.clock.Advance(time.Second)
	r.eventually(id, conductor.WorkflowCompleted)
}

func TestAJobMayAskToBeCalledAgain(t *testing.T) {
	r := newRig(t)
	calls := 0
	r.jobKind(func(context.Context) outcome {
		if calls++; calls < 3 {
			return outcome{status: conductor.TaskInProgress, again: r.now() + 5000, output: map[string]any{"calls": calls}}
		}
		return outcome{status: conductor.TaskCompleted, output: map[string]any{"done": true}}
	})
	r.flow("flow", nil, taskOf("CALL", "call", nil))
	id := r.start("flow", nil)
	for n := 1; n < 3; n++ {
		require.Eventually(t, func() bool { return r.workflow(id).Tasks[0].OutputData["calls"] == n }, 5*time.Second, time.Millisecond)
		require.NoError(t, r.Decide(t.Context(), id), "not before its time")
		r.clock.Advance(5 * time.Second)
	}
	require.Equal(t, map[string]any{"calls": 2, "done": true}, r.eventually(id, conductor.WorkflowCompleted).Output)
}

func TestAJobEndsWithItsTask(t *testing.T) {
	r := newRig(t)
	stopped := make(chan struct{}, 2)
	r.jobKind(func(ctx context.Context) outcome {
		<-ctx.Done()
		stopped <- struct{}{}
		return outcome{status: conductor.TaskCompleted}
	})
	r.flow("flow", nil, taskOf("CALL", "call", nil))
	first, second := r.start("flow", nil), r.start("flow", nil)
	require.NoError(t, r.Terminate(t.Context(), first, "enough"))
	select {
	case <-stopped:
	case <-deadline10(t).Done():
		require.FailNow(t, "the job goes on")
	}
	require.NoError(t, r.Close(), "an engine waits for its jobs")
	require.Len(t, stopped, 1)
	require.Equal(t, []string{"call:CANCELED"}, r.states(first))
	require.Equal(t, []string{"call:IN_PROGRESS"}, r.states(second), "what closed is not what ended")
}

func TestHumanAndNoop(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, taskOf("NOOP", "no", nil), taskOf("HUMAN", "ask", map[string]any{"q": "${workflow.input.q}"}))
	id := r.start("flow", map[string]any{"q": "why"})
	require.Equal(t, []string{"no:COMPLETED", "ask:IN_PROGRESS"}, r.states(id))
	require.Equal(t, map[string]any{"q": "why"}, r.workflow(id).Tasks[1].InputData)
	_, err := r.UpdateByRef(t.Context(), id, "ask", conductor.TaskCompleted, "ann", map[string]any{"a": "because"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": "because"}, r.workflow(id).Output)
}
