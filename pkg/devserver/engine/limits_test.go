package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func limited(r *rig, concurrent, perWindow, window int) {
	r.taskDef("a", func(d *conductor.TaskDef) {
		d.ConcurrentExecLimit, d.RateLimitPerFrequency, d.RateLimitFrequencyInSeconds = concurrent, perWindow, window
		d.RetryCount = 0
	})
	r.flow("one", nil, simple("a", "a"))
}

func TestConcurrencyLimit(t *testing.T) {
	r := newRig(t)
	limited(r, 2, 0, 1)
	for range 4 {
		r.start("one", nil)
	}
	tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: 10})
	require.NoError(t, err)
	require.Len(t, tasks, 2)
	require.Nil(t, r.poll("a"))
	require.Equal(t, 2, r.QueueSize("a", ""), "held back tasks count")

	waiting := r.longPoll(t.Context(), PollRequest{TaskType: "a", Timeout: 5 * time.Second})
	r.report(tasks[0], conductor.TaskCompleted, nil)
	third := receive(t, waiting)
	require.Len(t, third, 1, "released at once")
	require.Nil(t, r.poll("a"))

	r.report(tasks[1], conductor.TaskInProgress, nil)
	again := r.must("a")
	require.NotEqual(t, tasks[1].TaskID, again.TaskID, "who waited longer comes first")
	require.Nil(t, r.poll("a"))
	r.report(again, conductor.TaskFailed, nil)
	r.report(third[0], conductor.TaskCompleted, nil)
	require.Equal(t, tasks[1].TaskID, r.must("a").TaskID)
}

func TestAnEndedWorkflowFreesItsPlace(t *testing.T) {
	r := newRig(t)
	limited(r, 1, 0, 1)
	ids := []string{r.start("one", nil), r.start("one", nil), r.start("one", nil)}
	r.must("a")
	require.Nil(t, r.poll("a"))
	require.NoError(t, r.Terminate(t.Context(), ids[1], "a held back task is cancelled"))
	require.NoError(t, r.Terminate(t.Context(), ids[0], "and the running one"))
	require.Equal(t, ids[2], r.must("a").WorkflowInstanceID)
	require.Zero(t, r.QueueSize("a", ""))
}

func TestTheFreedEntryMayBeCancelledBeforeItsPoll(t *testing.T) {
	r := newRig(t)
	limited(r, 1, 0, 1)
	ids := []string{r.start("one", nil), r.start("one", nil), r.start("one", nil)}
	running := r.must("a")
	tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: 5})
	require.NoError(t, err)
	require.Empty(t, tasks)
	r.report(running, conductor.TaskCompleted, nil)
	require.NoError(t, r.Terminate(t.Context(), ids[1], "it was let out, not yet polled"))
	require.Equal(t, ids[2], r.must("a").WorkflowInstanceID)
}

func TestAQueueWithoutWorkersHoldsNobodyBack(t *testing.T) {
	r := newRig(t)
	limited(r, 1, 0, 1)
	running := r.start("one", nil)
	task := r.must("a")
	require.Equal(t, running, task.WorkflowInstanceID)
	r.startAs(conductor.StartWorkflowRequest{Name: "one", TaskToDomain: map[string]string{"a": "dead"}, Priority: 9})
	require.Nil(t, r.pollAs(PollRequest{TaskType: "a", Domain: "dead"}))
	here := r.start("one", nil)
	require.Nil(t, r.poll("a"))
	r.report(task, conductor.TaskCompleted, nil)
	require.Equal(t, here, r.must("a").WorkflowInstanceID)
}

func TestRateLimitSlides(t *testing.T) {
	r := newRig(t)
	limited(r, 0, 2, 10)
	for range 5 {
		r.start("one", nil)
	}
	r.must("a")
	r.clock.Advance(4 * time.Second)
	r.must("a")
	require.Nil(t, r.poll("a"))
	waiting := r.longPoll(t.Context(), PollRequest{TaskType: "a", Timeout: 5 * time.Second})
	r.clock.Advance(6 * time.Second)
	require.Len(t, receive(t, waiting), 1, "the poll wakes when the window opens")
	require.Nil(t, r.poll("a"), "the second start is still in the window")
	r.clock.Advance(4 * time.Second)
	r.must("a")
	require.Nil(t, r.poll("a"))
	require.Equal(t, 1, r.QueueSize("a", ""))
	r.clock.Advance(6 * time.Second)
	r.must("a")
}
