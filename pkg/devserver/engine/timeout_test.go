package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestResponseTimeoutRetriesWhateverThePolicy(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) {
		d.RetryCount, d.RetryDelaySeconds, d.ResponseTimeoutSeconds, d.TimeoutPolicy = 1, 2, 5, policyTimeOutWF
	})
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	first := r.must("a")
	r.clock.Advance(4999 * time.Millisecond)
	require.Equal(t, []string{"a:IN_PROGRESS"}, r.states(id))
	r.clock.Advance(time.Millisecond)
	require.Equal(t, []string{"a:TIMED_OUT", "a:SCHEDULED"}, r.states(id))
	require.Equal(t, fmt.Sprintf("responseTimeout: 5 exceeded for the taskId: %s with Task Definition: a", first.TaskID),
		r.workflow(id).Tasks[0].ReasonForIncompletion)
	late := r.report(first, conductor.TaskCompleted, map[string]any{"late": true})
	require.Equal(t, conductor.TaskTimedOut, late.Status, "a late result is ignored without an error")
	require.Empty(t, late.OutputData)
	r.clock.Advance(2 * time.Second)
	r.must("a")
	r.clock.Advance(5 * time.Second)
	require.Equal(t, conductor.WorkflowTimedOut, r.workflow(id).Status)
}

func TestLeaseExtension(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.ResponseTimeoutSeconds = 0, 10 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	task := r.must("a")
	for range 5 {
		r.clock.Advance(8 * time.Second)
		held := r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, ExtendLease: true})
		require.Equal(t, conductor.TaskInProgress, held.Status)
	}
	require.Nil(t, r.poll("a"))
	r.clock.Advance(10 * time.Second)
	require.Equal(t, conductor.WorkflowTimedOut, r.workflow(id).Status)
}

func TestTaskAndPollTimeoutPolicies(t *testing.T) {
	const taskText = "Task timed out after 20 seconds. Timeout configured as 20 seconds. Timeout policy configured to %s"
	const pollText = "Task poll timed out after 7 seconds. Poll timeout configured as 7 seconds. Timeout policy configured to %s"
	for _, c := range []struct {
		policy   string
		polled   bool
		states   []string
		workflow string
		text     string
	}{
		{policyRetry, true, []string{"a:TIMED_OUT", "a:SCHEDULED"}, conductor.WorkflowRunning, taskText},
		{policyTimeOutWF, true, []string{"a:TIMED_OUT"}, conductor.WorkflowTimedOut, taskText},
		{policyAlertOnly, true, []string{"a:IN_PROGRESS"}, conductor.WorkflowRunning, ""},
		{policyRetry, false, []string{"a:TIMED_OUT", "a:SCHEDULED"}, conductor.WorkflowRunning, pollText},
		{policyTimeOutWF, false, []string{"a:TIMED_OUT"}, conductor.WorkflowTimedOut, pollText},
		{policyAlertOnly, false, []string{"a:SCHEDULED"}, conductor.WorkflowRunning, ""},
	} {
		t.Run(fmt.Sprintf("%s polled=%v", c.policy, c.polled), func(t *testing.T) {
			r := newRig(t)
			r.taskDef("a", func(d *conductor.TaskDef) {
				d.RetryCount, d.RetryDelaySeconds, d.TimeoutSeconds, d.ResponseTimeoutSeconds = 1, 100, 20, 20
				d.PollTimeoutSeconds, d.TimeoutPolicy = 7, c.policy
				if c.policy == policyAlertOnly {
					d.ResponseTimeoutSeconds, d.TimeoutSeconds = 100, 110
				}
			})
			r.flow("one", nil, simple("a", "a"))
			var alerts []string
			r.Subscribe(func(e Event) {
				if e.Kind == TaskAlerted {
					alerts = append(alerts, e.Reason)
				}
			})
			id := r.start("one", nil)
			wait := 7 * time.Second
			if c.polled {
				r.must("a")
				wait = 20 * time.Second
			}
			r.clock.Advance(wait - time.Millisecond)
			require.Len(t, r.states(id), 1)
			r.clock.Advance(time.Millisecond)
			wf := r.workflow(id)
			require.Equal(t, c.states, r.states(id))
			require.Equal(t, c.workflow, wf.Status)
			if c.text != "" {
				require.Equal(t, fmt.Sprintf(c.text, c.policy), wf.Tasks[0].ReasonForIncompletion)
			}
			if c.policy == policyAlertOnly && !c.polled {
				require.Len(t, alerts, 1, "one alert, and no busy loop")
				r.must("a")
			}
			if c.workflow == conductor.WorkflowTimedOut {
				require.Equal(t, wf.Tasks[0].ReasonForIncompletion, wf.ReasonForIncompletion)
				require.Zero(t, r.QueueSize("a", ""))
			}
		})
	}
}

func TestWorkflowTimeout(t *testing.T) {
	r := newRig(t)
	r.flow("timed", func(d *conductor.WorkflowDef) { d.TimeoutSeconds, d.TimeoutPolicy = 30, policyTimeOutWF }, simple("a", "a"))
	r.flow("alert", func(d *conductor.WorkflowDef) { d.TimeoutSeconds = 30 }, simple("b", "b"))
	timed, alert := r.start("timed", nil), r.start("alert", nil)
	r.clock.Advance(30 * time.Second)
	wf := r.workflow(timed)
	require.Equal(t, conductor.WorkflowTimedOut, wf.Status)
	require.Equal(t, "Workflow timed out after 30 seconds. Timeout configured as 30 seconds. Timeout policy configured to TIME_OUT_WF",
		wf.ReasonForIncompletion)
	require.Equal(t, []string{"a:CANCELED"}, r.states(timed))
	require.Nil(t, r.poll("a"))
	require.Equal(t, conductor.WorkflowRunning, r.workflow(alert).Status)
}

func TestNoTimeoutIsLeftBehind(t *testing.T) {
	r := newRig(t)
	r.flow("one", func(d *conductor.WorkflowDef) { d.TimeoutSeconds, d.TimeoutPolicy = 30, policyTimeOutWF }, simple("a", "a"))
	id := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	require.Empty(t, r.timers.heap)
	r.clock.Advance(time.Hour)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestStartDelay(t *testing.T) {
	r := newRig(t)
	task := simple("a", "a")
	task.StartDelay = 10
	r.flow("one", nil, task)
	r.start("one", nil)
	require.Nil(t, r.poll("a"))
	r.clock.Advance(10 * time.Second)
	require.Equal(t, 10, r.must("a").StartDelayInSeconds)
}
