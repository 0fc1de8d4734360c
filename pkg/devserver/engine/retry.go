package engine

import (
	"fmt"
	"maps"
	"math"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// retryable reports whether a task that ended badly has attempts left.
func retryable(t *task, table kinds) bool {
	if t.Wire.Status == conductor.TaskFailedTerminally || t.Wire.Status == conductor.TaskCanceled {
		return false
	}
	if found := table.of(t.Wire.TaskType); found.final {
		return false
	}
	allowed := t.node.def.RetryCount
	if t.node.task.RetryCount != nil {
		allowed = *t.node.task.RetryCount
	}
	return t.Wire.RetryCount < allowed
}

// nextAttempt makes the task that follows a failed one: a new id, the input resolved again over the old one.
func nextAttempt(x *execution, failed *task, env *environment) *task {
	next := &task{x: x, node: failed.node, limiter: failed.limiter, FirstScheduled: failed.FirstScheduled}
	delay := retryDelay(failed.node.def, failed.Wire.RetryCount)
	wire := failed.Wire
	wire.Status, wire.RetryCount, wire.RetriedTaskID, wire.TaskID = conductor.TaskScheduled, wire.RetryCount+1, wire.TaskID, env.newID()
	wire.StartDelayInSeconds, wire.CallbackAfterSeconds = int(delay), delay
	wire.ScheduledTime, wire.StartTime, wire.EndTime, wire.UpdateTime = env.now, 0, 0, 0
	wire.PollCount, wire.WorkerID, wire.SubWorkflowID, wire.OutputData = 0, "", "", map[string]any{}
	wire.Retried, wire.Executed = false, false
	wire.Domain = env.domain(wire.TaskType, x.wf.TaskToDomain)
	wire.InputData = make(map[string]any, len(failed.Wire.InputData))
	maps.Copy(wire.InputData, failed.Wire.InputData)
	maps.Copy(wire.InputData, x.resolveInput(failed.node, wire.TaskID))
	next.Wire = wire
	next.DeliverOn = env.now + delay*1000 + env.jitter(failed.node.def.BackoffJitterMs)
	if found := env.kinds.of(wire.TaskType); found.execute != nil {
		next.WakeAt = next.DeliverOn
	}
	return next
}

// retryDelay is the wait before attempt retryCount+1, in whole seconds.
func retryDelay(def *conductor.TaskDef, retryCount int) int64 {
	delay := float64(def.RetryDelaySeconds)
	switch def.RetryLogic {
	case "LINEAR_BACKOFF":
		delay *= float64(def.BackoffScaleFactor) * float64(retryCount+1)
	case "EXPONENTIAL_BACKOFF":
		delay *= math.Pow(2, float64(retryCount))
	}
	delay = min(delay, math.MaxInt32)
	if def.MaxRetryDelaySeconds > 0 {
		delay = min(delay, float64(def.MaxRetryDelaySeconds))
	}
	return int64(max(delay, 0))
}

// totalTimeoutRefusal says why there is no time for another attempt, or nothing.
func totalTimeoutRefusal(t *task, now int64) string {
	total := t.node.def.TotalTimeoutSeconds
	elapsed := (now - t.FirstScheduled) / 1000
	if total <= 0 || elapsed < total {
		return ""
	}
	return fmt.Sprintf("Task %s/%s exceeded total timeout of %d seconds (elapsed %d seconds across all attempts). "+
		"No further retries will be attempted.", t.Wire.TaskID, t.Wire.TaskDefName, total, elapsed)
}
