package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Workflow returns an execution, with all attempts of its tasks by seq or with none: GET /workflow/{id}.
func (e *Engine) Workflow(id string, includeTasks bool) (conductor.Workflow, error) {
	x := e.index.execution(id)
	if x == nil {
		return conductor.Workflow{}, noWorkflow(id)
	}
	x.lock()
	defer x.unlock()
	return x.view(includeTasks), nil
}

// operate runs an operator's action on a locked execution, decides and makes the result durable.
func (e *Engine) operate(ctx context.Context, id string, act func(x *execution, now int64) ([]*task, error)) error {
	x := e.index.execution(id)
	if x == nil {
		return noWorkflow(id)
	}
	x.lock()
	defer e.unlock(x)
	if x.removed {
		return noWorkflow(id)
	}
	now := e.now()
	touched, err := act(x, now)
	if err != nil {
		return err
	}
	e.advance(x, touched, now)
	return e.settle(ctx, x, now)
}

// Pause stops the scheduling of further tasks: PUT /workflow/{id}/pause. Tasks that are queued can still be polled and
// updated; what follows from them happens at Resume. fault.Conflict when the workflow has ended.
func (e *Engine) Pause(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, _ int64) ([]*task, error) {
		if x.ended() {
			return nil, fault.Conflict("Workflow %s has ended, status cannot be updated.", x.title())
		}
		if x.wf.Status == conductor.WorkflowPaused {
			return nil, nil
		}
		x.enter(conductor.WorkflowPaused, WorkflowPaused)
		for _, t := range x.open() {
			e.arm(t)
		}
		return nil, nil
	})
}

// Resume lets a paused workflow go on: PUT /workflow/{id}/resume. fault.Conflict when it is not paused.
func (e *Engine) Resume(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if x.wf.Status != conductor.WorkflowPaused {
			return nil, fault.Conflict("The workflow %s is not PAUSED so cannot resume. Current status is %s", id, x.wf.Status)
		}
		x.enter(conductor.WorkflowRunning, WorkflowResumed)
		x.wf.LastRetriedTime = now
		open := x.open()
		for _, t := range open {
			e.arm(t)
		}
		return open, nil
	})
}

// Decide looks at all open tasks of an execution again: PUT /workflow/decide/{id}. Nothing should be left to do.
func (e *Engine) Decide(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, _ int64) ([]*task, error) { return x.open(), nil })
}

// Terminate ends a workflow that has not completed and cancels its tasks: DELETE /workflow/{id}. The failure workflow is
// not started. Terminating a terminated workflow does nothing; fault.Conflict when it has completed.
func (e *Engine) Terminate(ctx context.Context, id, reason string) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) { return nil, x.terminate(reason, false, now) })
}

// TerminateWithFailureWorkflow is Terminate that starts the failure workflow of the definition, if any, as Orkes does for
// triggerFailureWorkflow=true.
func (e *Engine) TerminateWithFailureWorkflow(ctx context.Context, id, reason string) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) { return nil, x.terminate(reason, true, now) })
}

func (x *execution) terminate(reason string, compensate bool, now int64) error {
	switch x.wf.Status {
	case conductor.WorkflowCompleted:
		return fault.Conflict("Cannot terminate a COMPLETED workflow.")
	case conductor.WorkflowTerminated:
		return nil
	}
	endWorkflow{status: conductor.WorkflowTerminated, reason: reason, byHand: !compensate}.apply(x, now)
	return nil
}

// Remove forgets an execution that has ended: DELETE /workflow/{id}/remove. fault.Invalid when it has not.
func (e *Engine) Remove(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, _ int64) ([]*task, error) {
		if !x.ended() {
			return nil, fault.Invalid("Cannot archive workflow: %s with status: %s", id, x.wf.Status)
		}
		e.remove(x)
		return nil, nil
	})
}

// Purge forgets an execution whatever its state: DELETE /workflow/{id}/remove?archiveWorkflow=false.
// Nothing starts in its place, and its tasks leave their queues.
func (e *Engine) Purge(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if !x.ended() {
			endWorkflow{status: conductor.WorkflowTerminated, reason: "removed", byHand: true}.apply(x, now)
		}
		e.remove(x)
		return nil, nil
	})
}

// remove forgets a locked execution that has ended.
func (e *Engine) remove(x *execution) {
	x.removed = true
	e.index.remove(x)
	c := &x.changes
	c.tasks, c.logged, c.queued = nil, nil, nil
	x.take(len(x.inbox))
	x.disuse()
	c.removed = append(c.removed, store.Record{Kind: KindExecution, Key: x.id})
	for _, t := range x.tasks {
		e.timers.set(&t.alarm, never)
		c.removed = append(c.removed, store.Record{Kind: kindTask, Key: t.Wire.TaskID})
		if len(t.logs) > 0 {
			c.removed = append(c.removed, store.Record{Kind: kindLogs, Key: t.Wire.TaskID})
		}
	}
}

// enter changes the state of a workflow that goes on.
func (x *execution) enter(status string, kind EventKind) {
	x.wf.Status = status
	x.changes.workflow = true
	x.changes.events = append(x.changes.events, workflowEvent(kind, &x.wf))
}

// title names an execution the way Conductor's messages do: NAME.VERSION/ID.
func (x *execution) title() string {
	return x.wf.WorkflowName + "." + versionText(x.wf.WorkflowVersion) + "/" + x.id
}
