package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Retry tries the tasks again that an execution failed with or that were cancelled with it: POST /workflow/{id}/retry. Each gets
// another attempt at once, whatever its definition allows; loops and joins go on where they were. With resume, a workflow inside
// that ended badly is retried itself instead of being started anew. What the workflow runs in goes on as well.
//
// Errors: fault.NotFound while it runs (as the real server answers), fault.Conflict when there is nothing to try again.
func (e *Engine) Retry(ctx context.Context, id string, resume bool) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if !x.ended() {
			return nil, fault.NotFound("Workflow is still running.  status=%s", x.wf.Status)
		}
		if len(x.tasks) == 0 {
			return nil, fault.Conflict("Workflow has not started yet")
		}
		failed := x.unsuccessful()
		if !slices.ContainsFunc(failed, (*task).canBeTried) && x.wf.Status != conductor.WorkflowTimedOut {
			return nil, fault.Conflict("There are no retryable tasks! Use restart if you want to attempt entire workflow execution again.")
		}
		x.goOn(now)
		x.retry(failed, resume, e.environment(now))
		x.tellParentOf("retried")
		return x.open(), nil
	})
}

// unsuccessful are the tasks whose last attempt ended badly, by seq.
func (x *execution) unsuccessful() []*task {
	last := map[string]*task{}
	for _, t := range x.tasks {
		last[t.Wire.ReferenceTaskName] = t
	}
	return slices.DeleteFunc(slices.Clone(x.tasks), func(t *task) bool {
		return last[t.Wire.ReferenceTaskName] != t || !t.terminal() || conductor.TaskSuccessful(t.Wire.Status)
	})
}

// retry lets an execution go on from tasks that ended badly.
func (x *execution) retry(failed []*task, resume bool, env *environment) {
	replaced := map[*task]*task{}
	var anew []*task
	for _, t := range failed {
		switch {
		case t.waitsForOthers():
			replaced[t] = t.again(conductor.TaskInProgress, env.now)
		case resume && t.Wire.TaskType == typeSubWorkflow && t.Wire.SubWorkflowID != "":
			replaced[t] = t.again(conductor.TaskInProgress, env.now)
			x.changes.errands = append(x.changes.errands, resumeChild(replaced[t]))
		default:
			t.Wire.Retried, t.Wire.Executed = true, true
			x.changes.updated(t)
			anew = append(anew, t)
		}
	}
	if len(anew) == 0 {
		x.wf.FailedReferenceTaskNames, x.wf.FailedTaskNames = []string{}, []string{}
	}
	x.replace(replaced)
	for _, t := range anew {
		for _, c := range anotherAttempt(x, t, env) {
			c.apply(x, env.now)
		}
	}
	for _, t := range x.tasks {
		if t.Wire.TaskType == typeExclusiveJoin {
			x.await(t) // its tasks are there only now
		}
	}
}

// waitsForOthers reports whether a task is about other tasks: when those go on, it does.
func (t *task) waitsForOthers() bool {
	return slices.Contains([]string{typeJoin, typeExclusiveJoin, typeDoWhile}, t.Wire.TaskType)
}

// canBeTried reports whether another attempt at a task is a reason to let its workflow go on; joins and loops only go on with others.
func (t *task) canBeTried() bool {
	return t.Wire.TaskType != typeJoin && t.Wire.TaskType != typeDoWhile
}

// replace puts tasks in the places of others.
func (x *execution) replace(replaced map[*task]*task) {
	tasks := slices.Clone(x.tasks)
	for i, t := range tasks {
		if fresh := replaced[t]; fresh != nil {
			tasks[i] = fresh
			x.changes.scheduled(fresh)
		}
	}
	x.rebuild(tasks)
}

// anotherAttempt answers the commands of an attempt that an operator asked for: it does not wait, and does not count the time of
// those before.
func anotherAttempt(x *execution, failed *task, env *environment) []command {
	found := env.kinds.of(failed.node.task.Type)
	if !found.early {
		next := nextAttempt(x, failed, env)
		next.Wire.StartDelayInSeconds, next.Wire.CallbackAfterSeconds, next.Wire.ReasonForIncompletion = 0, 0, ""
		next.DeliverOn, next.FirstScheduled, next.WakeAt = env.now, env.now, never
		return []command{scheduleTask{next}}
	}
	return asAttempt(schedule(x, failed.node, failed.place(), env), failed.node, failed.Wire.RetryCount+1, failed.Wire.TaskID)
}

// asAttempt makes the task that is begun with an attempt after others.
func asAttempt(commands []command, n *node, retryCount int, after string) []command {
	for _, c := range commands {
		if made, ok := c.(scheduleTask); ok && made.task.node == n {
			made.task.Wire.RetryCount, made.task.Wire.RetriedTaskID = retryCount, after
		}
	}
	return commands
}

// resumeChild retries the workflow inside a task, or tells the task that there is nothing left to do there.
func resumeChild(t *task) errand {
	return func(e *Engine) []errand {
		child := e.index.execution(t.Wire.SubWorkflowID)
		if child == nil {
			return e.visit(t.x, func(now int64) []*task {
				return finishTask{task: t, status: conductor.TaskFailed, reason: "its workflow is no longer there"}.apply(t.x, now)
			})
		}
		return e.visit(child, func(now int64) []*task {
			failed := child.unsuccessful()
			if !child.ended() || len(failed) == 0 {
				if child.ended() {
					child.changes.errands = append(child.changes.errands, child.tellParent())
				}
				return nil
			}
			child.goOn(now)
			child.retry(failed, true, e.environment(now))
			return child.open()
		})
	}
}

// tellParentOf lets the workflow around go on, when one that runs inside it does again. The execution is locked.
func (x *execution) tellParentOf(verb string) {
	if x.wf.ParentWorkflowTaskID == "" {
		return
	}
	taskID, title := x.wf.ParentWorkflowTaskID, x.title()
	x.changes.errands = append(x.changes.errands, func(e *Engine) []errand { return e.childGoesOn(taskID, title, verb) })
}

// childGoesOn lets a task run again whose workflow does, with what was cancelled beside it, and those around it.
func (e *Engine) childGoesOn(taskID, title, verb string) []errand {
	return e.visitTask(taskID, func(t *task, now int64) []*task {
		x := t.x
		if !t.terminal() || t.Wire.Retried || t.node.task.Optional {
			return nil
		}
		replaced := map[*task]*task{t: t.again(conductor.TaskInProgress, now)}
		if x.ended() {
			x.goOn(now)
			x.wf.FailedReferenceTaskNames, x.wf.FailedTaskNames = []string{}, []string{}
			for _, other := range x.unsuccessful() {
				x.goesOnBeside(other, t, replaced, now)
			}
			x.tellParentOf(verb)
		}
		x.replace(replaced)
		replaced[t].addLogs([]conductor.TaskExecLog{{Log: "Sub workflow " + title + " " + verb + "."}}, now)
		return x.open()
	})
}

// goesOnBeside lets a task run again that ended because one beside it did: what waits for others as it was, the rest as another
// attempt in its place. One that was allowed to fail has led on already.
func (x *execution) goesOnBeside(other, beside *task, replaced map[*task]*task, now int64) {
	switch {
	case other == beside:
	case other.waitsForOthers():
		replaced[other] = other.again(conductor.TaskInProgress, now)
	case other.Wire.Status == conductor.TaskCanceled || !other.node.task.Permissive:
		fresh := other.again(conductor.TaskScheduled, now)
		if other.Wire.TaskType == typeWait {
			fresh.Wire.Status, fresh.Wire.StartTime, fresh.WakeAt = conductor.TaskInProgress, now, other.WakeAt
		}
		fresh.Wire.RetryCount++
		fresh.Wire.PollCount, fresh.Wire.WorkerID, fresh.Wire.SubWorkflowID = 0, "", ""
		fresh.Wire.OutputData, fresh.Wire.InputData = map[string]any{}, maps.Clone(other.Wire.InputData)
		replaced[other] = fresh
	}
}
