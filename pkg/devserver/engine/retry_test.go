package engine

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestRetryDelay(t *testing.T) {
	for _, c := range []struct {
		logic               string
		delay, scale, limit int
		wanted              []int64
	}{
		{"FIXED", 5, 3, 0, []int64{5, 5, 5}},
		{"LINEAR_BACKOFF", 5, 3, 0, []int64{15, 30, 45}},
		{"LINEAR_BACKOFF", 5, 3, 20, []int64{15, 20, 20}},
		{"EXPONENTIAL_BACKOFF", 5, 1, 0, []int64{5, 10, 20, 40}},
		{"EXPONENTIAL_BACKOFF", 5, 1, 12, []int64{5, 10, 12, 12}},
		{"FIXED", 0, 1, 0, []int64{0, 0}},
	} {
		def := conductor.TaskDef{
			RetryLogic: c.logic, RetryDelaySeconds: c.delay, BackoffScaleFactor: c.scale, MaxRetryDelaySeconds: c.limit,
		}
		for attempt, wanted := range c.wanted {
			require.Equal(t, wanted, retryDelay(&def, attempt), "%s attempt %d", c.logic, attempt)
		}
	}
	def := conductor.TaskDef{RetryLogic: "EXPONENTIAL_BACKOFF", RetryDelaySeconds: 60}
	require.EqualValues(t, math.MaxInt32, retryDelay(&def, 500), "an overflow is the longest delay")
}

func TestRetryMakesANewTask(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 60 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	first := r.must("a")
	r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: first.TaskID, Status: conductor.TaskFailed, ReasonForIncompletion: "no luck",
		OutputData: map[string]any{"left": "behind"},
	})
	tasks := r.workflow(id).Tasks
	require.Len(t, tasks, 2)
	require.True(t, tasks[0].Retried)
	require.Equal(t, conductor.TaskFailed, tasks[0].Status)
	retry := tasks[1]
	require.Equal(t, conductor.TaskScheduled, retry.Status)
	require.Equal(t, first.TaskID, retry.RetriedTaskID)
	require.NotEqual(t, first.TaskID, retry.TaskID)
	require.Equal(t, 1, retry.RetryCount)
	require.Equal(t, "no luck", retry.ReasonForIncompletion)
	require.EqualValues(t, 60, retry.CallbackAfterSeconds)
	require.Equal(t, 60, retry.StartDelayInSeconds)
	require.Empty(t, retry.OutputData)
	require.Zero(t, retry.PollCount)

	require.Equal(t, 1, r.QueueSize("a", ""), "a delayed task counts")
	r.clock.Advance(59 * time.Second)
	require.Nil(t, r.poll("a"))
	r.clock.Advance(time.Second)
	r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: r.must("a").TaskID, Status: conductor.TaskFailed, ReasonForIncompletion: "again",
	})
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, fmt.Sprintf("Task %s failed with status: FAILED and reason: 'again'", retry.TaskID), wf.ReasonForIncompletion)
	require.Equal(t, []string{"a"}, wf.FailedReferenceTaskNames)
	require.Equal(t, []string{"a"}, wf.FailedTaskNames)
}

func TestRetryJitterAndOwnCount(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds, d.BackoffJitterMs = 0, 1, 500 })
	task, count := simple("a", "a"), 1
	task.RetryCount = &count
	r.flow("one", nil, task)
	id := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskFailed, nil)
	r.clock.Advance(999 * time.Millisecond)
	require.Nil(t, r.poll("a"))
	r.clock.Advance(501 * time.Millisecond)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Equal(t, []string{"a"}, wf.FailedReferenceTaskNames, "a name stays after its retry succeeded")
}

func TestWhatAFailureLeadsTo(t *testing.T) {
	for _, c := range []struct {
		name             string
		status           string
		change           func(*conductor.WorkflowTask)
		workflow, second string
	}{
		{"terminal error", conductor.TaskFailedTerminally, nil, conductor.WorkflowFailed, ""},
		{"canceled", conductor.TaskCanceled, nil, conductor.WorkflowTerminated, ""},
		{"optional", conductor.TaskFailedTerminally, func(t *conductor.WorkflowTask) { t.Optional = true }, conductor.WorkflowCompleted, conductor.TaskCompletedWithErrors},
		{"permissive", conductor.TaskFailedTerminally, func(t *conductor.WorkflowTask) { t.Permissive = true }, conductor.WorkflowFailed, conductor.TaskFailedTerminally},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			first := simple("a", "a")
			if c.change != nil {
				c.change(&first)
			}
			r.flow("two", nil, first, simple("b", "b"))
			id := r.start("two", nil)
			task := r.must("a")
			r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: c.status, ReasonForIncompletion: "why"})
			if c.second != "" {
				require.Equal(t, []string{"a:" + c.second, "b:SCHEDULED"}, r.states(id))
				r.report(r.must("b"), conductor.TaskCompleted, nil)
			}
			wf := r.workflow(id)
			require.Equal(t, c.workflow, wf.Status)
			if c.workflow == conductor.WorkflowCompleted {
				require.Empty(t, wf.ReasonForIncompletion)
				return
			}
			require.Contains(t, wf.ReasonForIncompletion, "Task "+task.TaskID+" failed with status: ")
			require.Contains(t, wf.ReasonForIncompletion, "and reason: 'why'")
		})
	}
}

func TestPermissiveTaskIsRetriedFirst(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 0 })
	first := simple("a", "a")
	first.Permissive = true
	r.flow("two", nil, first)
	id := r.start("two", nil)
	r.report(r.must("a"), conductor.TaskFailed, nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestTotalTimeoutEndsRetries(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) {
		d.RetryCount, d.RetryDelaySeconds, d.TotalTimeoutSeconds, d.TimeoutPolicy = 9, 0, 10, "RETRY"
	})
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	for range 2 {
		task := r.must("a")
		r.clock.Advance(4 * time.Second)
		r.report(task, conductor.TaskFailed, nil)
	}
	task := r.must("a")
	r.clock.Advance(2 * time.Second)
	wf := r.workflow(id)
	require.Equal(t, conductor.TaskTimedOut, wf.Tasks[2].Status)
	require.Equal(t, conductor.WorkflowTimedOut, wf.Status)
	require.Equal(t, fmt.Sprintf("Task %s/a exceeded total timeout of 10 seconds (elapsed 10 seconds across all attempts). "+
		"No further retries will be attempted.", task.TaskID), wf.ReasonForIncompletion)
	require.True(t, strings.HasPrefix(wf.Tasks[2].ReasonForIncompletion, "Task a/"+task.TaskID+" exceeded total timeout of 10 seconds"))
}
