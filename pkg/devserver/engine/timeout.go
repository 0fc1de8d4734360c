package engine

import (
	"fmt"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Policies of a time-out.
const (
	policyRetry     = "RETRY"
	policyTimeOutWF = "TIME_OUT_WF"
	policyAlertOnly = "ALERT_ONLY"
)

// deadline is one time-out of a task: when it comes (milliseconds since 1970, or never), what then, and what to say.
type deadline struct {
	at     int64
	policy string
	reason func(t *task, now int64) string
}

// deadlines lists the time-outs that count for a task as it is, in the order in which Conductor checks them.
func deadlines(t *task) [4]deadline {
	if t.terminal() {
		return [4]deadline{}
	}
	list := [4]deadline{totalDeadline(t), taskDeadline(t), pollDeadline(t), responseDeadline(t)}
	for i := range list {
		if t.Alerted && list[i].policy == policyAlertOnly {
			list[i].at = never
		}
	}
	return list
}

// nextDeadline is when the first time-out of a task comes or its kind wants to look at it, or never.
func nextDeadline(t *task) int64 {
	first := never
	if !t.terminal() && !t.performing {
		first = t.WakeAt
	}
	for _, d := range deadlines(t) {
		if d.at != never && (first == never || d.at < first) {
			first = d.at
		}
	}
	return first
}

// totalDeadline limits all attempts together.
func totalDeadline(t *task) deadline {
	def := t.node.def
	if def.TotalTimeoutSeconds <= 0 {
		return deadline{}
	}
	return deadline{at: after(t.FirstScheduled, def.TotalTimeoutSeconds), policy: def.TimeoutPolicy, reason: totalReason}
}

func totalReason(t *task, now int64) string {
	def := t.node.def
	return fmt.Sprintf("Task %s/%s exceeded total timeout of %d seconds (elapsed %d seconds across all attempts "+
		"including retry delays). Timeout policy: %s", t.Wire.TaskDefName, t.Wire.TaskID, def.TotalTimeoutSeconds,
		(now-t.FirstScheduled)/1000, def.TimeoutPolicy)
}

// taskDeadline limits one attempt from its start.
func taskDeadline(t *task) deadline {
	def := t.node.def
	if def.TimeoutSeconds <= 0 || t.Wire.StartTime == 0 {
		return deadline{}
	}
	at := after(t.Wire.StartTime, int64(t.Wire.StartDelayInSeconds), def.TimeoutSeconds)
	return deadline{at: at, policy: def.TimeoutPolicy, reason: taskReason}
}

func taskReason(t *task, now int64) string {
	def := t.node.def
	elapsed := (now-t.Wire.StartTime)/1000 - int64(t.Wire.StartDelayInSeconds)
	return fmt.Sprintf("Task timed out after %d seconds. Timeout configured as %d seconds. Timeout policy configured to %s",
		elapsed, def.TimeoutSeconds, def.TimeoutPolicy)
}

// pollDeadline limits how long a task waits for a worker.
func pollDeadline(t *task) deadline {
	def := t.node.def
	if def.PollTimeoutSeconds <= 0 || t.Wire.Status != conductor.TaskScheduled {
		return deadline{}
	}
	at := after(t.Wire.ScheduledTime, int64(t.Wire.StartDelayInSeconds), int64(def.PollTimeoutSeconds), t.Wire.CallbackAfterSeconds)
	return deadline{at: at, policy: def.TimeoutPolicy, reason: pollReason}
}

func pollReason(t *task, now int64) string {
	def := t.node.def
	elapsed := (now-t.Wire.ScheduledTime)/1000 - int64(t.Wire.StartDelayInSeconds)
	return fmt.Sprintf("Task poll timed out after %d seconds. Poll timeout configured as %d seconds. Timeout policy configured to %s",
		elapsed, def.PollTimeoutSeconds, def.TimeoutPolicy)
}

// responseDeadline limits how long a worker may stay silent. It is followed by a retry whatever the policy is. A kind whose
// tasks nobody has to answer leaves ResponseTimeoutSeconds at zero when it makes them.
func responseDeadline(t *task) deadline {
	seconds := t.Wire.ResponseTimeoutSeconds
	if seconds <= 0 || t.Wire.Status != conductor.TaskInProgress {
		return deadline{}
	}
	at := after(t.Wire.UpdateTime, t.Wire.CallbackAfterSeconds, seconds)
	return deadline{at: at, policy: policyRetry, reason: responseReason}
}

func responseReason(t *task, _ int64) string {
	return fmt.Sprintf("responseTimeout: %d exceeded for the taskId: %s with Task Definition: %s",
		t.Wire.ResponseTimeoutSeconds, t.Wire.TaskID, t.Wire.TaskDefName)
}

// timeouts answers the commands for the first time-out of a task that has passed.
func timeouts(t *task, now int64) []command {
	for _, d := range deadlines(t) {
		if d.at == never || now < d.at {
			continue
		}
		reason := d.reason(t, now)
		end := endTask{task: t, status: conductor.TaskTimedOut, reason: reason}
		switch d.policy {
		case policyAlertOnly:
			return []command{alertTask{task: t, reason: reason}}
		case policyTimeOutWF:
			return []command{end, endWorkflow{status: conductor.WorkflowTimedOut, reason: reason, cause: t}}
		default:
			return []command{end}
		}
	}
	return nil
}

// workflowDeadline is when the workflow times out, or never.
func workflowDeadline(x *execution) int64 {
	def := x.plan.def
	if def.TimeoutSeconds <= 0 || def.TimeoutPolicy != policyTimeOutWF || x.ended() {
		return never
	}
	return after(max(x.wf.CreateTime, x.wf.LastRetriedTime), def.TimeoutSeconds)
}

// workflowTimeout answers the command that ends a workflow which ran too long.
func workflowTimeout(x *execution, now int64) (endWorkflow, bool) {
	at := workflowDeadline(x)
	if at == never || now < at {
		return endWorkflow{}, false
	}
	def := x.plan.def
	elapsed := (now-at)/1000 + def.TimeoutSeconds
	return endWorkflow{status: conductor.WorkflowTimedOut, reason: fmt.Sprintf(
		"Workflow timed out after %d seconds. Timeout configured as %d seconds. Timeout policy configured to %s",
		elapsed, def.TimeoutSeconds, def.TimeoutPolicy)}, true
}
