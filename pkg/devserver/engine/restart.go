package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Restart runs an execution that has ended from its beginning, with the same id, input and variables and without its tasks:
// POST /workflow/{id}/restart. latest takes the newest definition instead of the one that it started with. What the workflow
// runs in goes on as well.
//
// Errors: fault.Conflict while it runs, fault.NotFound for one that has completed and is not restartable.
func (e *Engine) Restart(ctx context.Context, id string, latest bool) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if err := x.mustHaveEnded("restart"); err != nil {
			return nil, err
		}
		p := x.plan
		if latest {
			found, err := e.planFor(conductor.StartWorkflowRequest{Name: x.wf.WorkflowName}, false)
			if err != nil {
				return nil, err
			}
			if err := found.runnable(); err != nil {
				return nil, err
			}
			p = found
		}
		if !p.def.Restartable && x.wf.Status == conductor.WorkflowCompleted {
			return nil, fault.NotFound("Workflow: %s.%s is non-restartable", x.title(), x.wf.Status)
		}
		x.restart(p, now)
		x.tellParentOf("restarted")
		return nil, nil
	})
}

// restart begins an execution anew, by a plan.
func (x *execution) restart(p *plan, now int64) {
	x.replan(p)
	x.drop(x.tasks)
	x.rebuild(nil)
	x.goOn(now)
	x.wf.CreateTime, x.wf.StartTime, x.wf.LastRetriedTime, x.wf.Output = now, now, 0, map[string]any{}
}

// mustHaveEnded refuses what may be done only to a workflow that has ended.
func (x *execution) mustHaveEnded(verb string) error {
	if x.ended() {
		return nil
	}
	return fault.Conflict("Workflow: %s.%s is not in terminal state, unable to %s.", x.title(), x.wf.Status, verb)
}

// goOn makes an execution that has ended run again.
func (x *execution) goOn(now int64) {
	x.wf.ReasonForIncompletion, x.wf.EndTime, x.wf.LastRetriedTime, x.wf.RateLimited = "", 0, now, false
	x.enter(conductor.WorkflowRunning, WorkflowResumed)
}

// drop forgets tasks that have ended, with their logs.
func (x *execution) drop(tasks []*task) {
	c := &x.changes
	c.dropped = append(c.dropped, tasks...)
	for _, t := range tasks {
		c.removed = append(c.removed, store.Record{Kind: kindTask, Key: t.Wire.TaskID})
		if len(t.logs) > 0 {
			c.removed = append(c.removed, store.Record{Kind: kindLogs, Key: t.Wire.TaskID})
		}
	}
}

// rebuild makes these the tasks of an execution and finds out anew what follows from them: which are the latest and which are
// open, the loops that run and what the joins wait for.
func (x *execution) rebuild(tasks []*task) {
	x.tasks, x.latest, x.pending, x.watchers, x.planted, x.forkedBefore = nil, map[string]*task{}, 0, nil, nil, false
	for _, t := range tasks {
		t.resumeLoop()
		x.add(t)
	}
	x.regroup()
}

// regroup ties loops to their iterations and joins to what they wait for, when all tasks are there.
func (x *execution) regroup() {
	for _, t := range x.tasks {
		x.await(t)
		if t.loop != nil {
			t.loop.regroup(t.place(), t.Wire.Iteration)
		}
	}
}

// again is a task that ended made one that runs again, with the same id and attempt. It is a new object, so that what still comes
// of the old one (a job's outcome) finds that over.
func (t *task) again(status string, now int64) *task {
	fresh := &task{Wire: t.Wire, FirstScheduled: now, DeliverOn: now, x: t.x, node: t.node, limiter: t.limiter, forked: t.forked, logs: t.logs}
	wire := &fresh.Wire
	wire.Status, wire.ReasonForIncompletion = status, ""
	wire.ScheduledTime, wire.StartTime, wire.EndTime, wire.UpdateTime = now, 0, 0, now
	wire.Executed, wire.Retried, wire.CallbackAfterSeconds = false, false, 0
	if status == conductor.TaskInProgress {
		wire.StartTime = t.Wire.StartTime
	}
	return fresh
}
