package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxReason is how many characters of a reason are kept.
const maxReason = 500

// resultStatuses are the states that a worker may report.
func resultStatuses() []string {
	return []string{
		conductor.TaskInProgress, conductor.TaskFailed, conductor.TaskFailedTerminally, conductor.TaskCompleted, conductor.TaskCanceled,
	}
}

// Update takes a worker's result and returns the task as it is then: POST /tasks. The output replaces what was there.
// IN_PROGRESS puts a worker's task back into its queue, to be handed out after CallbackAfterSeconds; ExtendLease only
// proves that the worker lives. A result for a task or workflow that has ended is ignored without an error.
//
// Errors: fault.Invalid for missing ids or an unknown status, fault.NotFound for an unknown workflow or task.
func (e *Engine) Update(ctx context.Context, result conductor.TaskResult) (conductor.Task, error) {
	if err := checkResult(result); err != nil {
		return conductor.Task{}, err
	}
	x := e.index.execution(result.WorkflowInstanceID)
	if x == nil {
		return conductor.Task{}, noWorkflow(result.WorkflowInstanceID)
	}
	x.lock()
	defer e.unlock(x)
	t := e.index.task(result.TaskID).findIn(x, result.TaskID)
	if t == nil || x.removed {
		return conductor.Task{}, fault.NotFound("No such task found by id: %s", result.TaskID)
	}
	return e.update(ctx, t, result)
}

// UpdateByRef updates the task that waits under a reference name: POST /tasks/{workflowId}/{ref}/{status}. The given output
// is laid over what is there. fault.NotFound when the workflow is unknown or nothing of that name is pending.
func (e *Engine) UpdateByRef(
	ctx context.Context, workflowID, ref, status, workerID string, output map[string]any,
) (conductor.Task, error) {
	if !slices.Contains(resultStatuses(), status) {
		return conductor.Task{}, badStatus(status)
	}
	x := e.index.execution(workflowID)
	if x == nil {
		return conductor.Task{}, fault.NotFound("Found no running task %s of workflow %s to update", ref, workflowID)
	}
	x.lock()
	defer e.unlock(x)
	t := x.waiting(ref)
	if t == nil || x.removed {
		return conductor.Task{}, fault.NotFound("Found no running task %s of workflow %s to update", ref, workflowID)
	}
	merged := make(map[string]any, len(t.Wire.OutputData)+len(output))
	maps.Copy(merged, t.Wire.OutputData)
	maps.Copy(merged, output)
	return e.update(ctx, t, conductor.TaskResult{
		WorkflowInstanceID: workflowID, TaskID: t.Wire.TaskID, Status: status, WorkerID: workerID, OutputData: merged,
	})
}

// waiting returns the first task that is not terminal and has the reference name, else one that has it in a loop (REF__N).
func (x *execution) waiting(ref string) *task {
	if t := x.latest[ref]; t != nil && !t.terminal() {
		return t
	}
	for _, t := range x.tasks {
		base, _, _ := strings.Cut(t.Wire.ReferenceTaskName, "__")
		if base == ref && !t.terminal() {
			return t
		}
	}
	return nil
}

// checkResult applies the rules that need no task.
func checkResult(result conductor.TaskResult) error {
	var broken []fault.Violation
	if result.WorkflowInstanceID == "" {
		broken = append(broken, fault.Violation{Path: "updateTask.arg0.workflowInstanceId", Message: "Workflow Id cannot be null or empty"})
	}
	if result.TaskID == "" {
		broken = append(broken, fault.Violation{Path: "updateTask.arg0.taskId", Message: "Task ID cannot be null or empty"})
	}
	if len(broken) > 0 {
		return fault.Violated(broken)
	}
	if !result.ExtendLease && !slices.Contains(resultStatuses(), result.Status) {
		return badStatus(result.Status)
	}
	return nil
}

func badStatus(status string) error {
	if status == "" {
		return fault.Invalid("status of a task result is missing: it must be one of %s", strings.Join(resultStatuses(), ", "))
	}
	return fault.Invalid("status %q of a task result is unknown: it must be one of %s", status, strings.Join(resultStatuses(), ", "))
}

func noWorkflow(id string) error { return fault.NotFound("No such workflow found by id: %s", id) }

// update applies a result to a task of a locked execution.
func (e *Engine) update(ctx context.Context, t *task, result conductor.TaskResult) (conductor.Task, error) {
	x, now := t.x, e.now()
	if t.terminal() || x.ended() {
		return t.view(), nil
	}
	if result.ExtendLease {
		t.Wire.UpdateTime = now
		x.changes.updated(t)
		err := e.settle(ctx, x, now)
		return t.view(), err
	}
	e.absorb(t, result, now)
	e.advance(x, []*task{t}, now)
	err := e.settle(ctx, x, now)
	return t.view(), err
}

// absorb writes a result into the task.
func (e *Engine) absorb(t *task, result conductor.TaskResult, now int64) {
	wire := &t.Wire
	wire.OutputData = copyMap(result.OutputData)
	wire.ReasonForIncompletion = cut(result.ReasonForIncompletion, maxReason)
	wire.CallbackAfterSeconds = result.CallbackAfterSeconds
	wire.ExternalOutputPayloadPath = result.ExternalOutputPayloadPath
	wire.UpdateTime = now
	if result.WorkerID != "" {
		wire.WorkerID = result.WorkerID
	}
	if result.SubWorkflowID != "" {
		wire.SubWorkflowID = result.SubWorkflowID
	}
	if result.ExecutionMetadata != nil {
		wire.ExecutionMetadata = copyMap(result.ExecutionMetadata)
	}
	t.addLogs(result.Logs, now)
	status := result.Status
	if reason := tooLarge("output", wire.OutputData, t); reason != "" {
		wire.OutputData, wire.ReasonForIncompletion, status = map[string]any{}, reason, conductor.TaskFailedTerminally
	}
	e.enter(t, status, now)
}

// enter gives the task the reported state. A worker's task in progress waits for its next poll.
func (e *Engine) enter(t *task, status string, now int64) {
	c := &t.x.changes
	if status != conductor.TaskInProgress {
		endTask{task: t, status: status, reason: t.Wire.ReasonForIncompletion}.apply(t.x, now)
		return
	}
	c.updated(t)
	c.stopped(t)
	if e.isWorkerTask(t) {
		if t.entry != nil {
			c.dequeued = append(c.dequeued, t.entry)
			t.entry = nil
		}
		t.Wire.Status = conductor.TaskScheduled
		t.DeliverOn = after(now, t.Wire.CallbackAfterSeconds)
		c.queued = append(c.queued, t)
	}
	c.note(TaskUpdated, t, t.Wire.ReasonForIncompletion)
}

// cut shortens text to a number of characters.
func cut(text string, characters int) string {
	if utf8.RuneCountInString(text) <= characters {
		return text
	}
	return string([]rune(text)[:characters])
}
