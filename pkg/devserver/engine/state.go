package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// SetVariables lays values over the variables of an execution that has not ended: POST /workflow/{id}/variables. A null stays a
// variable. Errors: fault.Conflict when it has ended, fault.TooLarge.
func (e *Engine) SetVariables(ctx context.Context, id string, values map[string]any) error {
	return e.setVariables(ctx, id, func(map[string]any) map[string]any { return values })
}

// setVariables lays what values makes of the variables over them.
func (e *Engine) setVariables(ctx context.Context, id string, values func(held map[string]any) map[string]any) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if x.ended() {
			return nil, fault.Conflict("Workflow %s has ended, its variables cannot be updated. Current status is %s", x.title(), x.wf.Status)
		}
		set := setVariables{copyMap(values(x.wf.Variables))}
		if size := sizeOf(set.over(x), maxVariables+1); size > maxVariables {
			return nil, fault.TooLarge("The variables payload of workflow: %s is greater than the permitted limit: %d bytes", id, maxVariables)
		}
		return set.apply(x, now), nil
	})
}

// ResetCallbacks lets workers have at once the tasks that they put off: POST /workflow/{id}/resetcallbacks. fault.Conflict when the
// workflow has ended.
func (e *Engine) ResetCallbacks(ctx context.Context, id string) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if x.ended() {
			return nil, fault.Conflict("Workflow is in terminal state. Status = %s", x.wf.Status)
		}
		for _, t := range x.open() {
			if t.Wire.Status != conductor.TaskScheduled || !e.isWorkerTask(t) || t.Wire.CallbackAfterSeconds == 0 {
				continue
			}
			if t.entry != nil {
				x.changes.dequeued = append(x.changes.dequeued, t.entry)
				t.entry = nil
			}
			t.Wire.CallbackAfterSeconds, t.DeliverOn = 0, now
			x.changes.updated(t)
			x.changes.queued = append(x.changes.queued, t)
		}
		return nil, nil
	})
}
