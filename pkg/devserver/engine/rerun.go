package engine

import (
	"context"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Rerun is what POST /workflow/{id}/rerun asks for. Without a task it begins at the start; Input and CorrelationID replace those
// of the workflow, TaskInput that of the task, where they are given.
type Rerun struct {
	TaskID        string
	Input         map[string]any
	TaskInput     map[string]any
	CorrelationID string
}

// Rerun runs an execution that has ended again from its start or from a task, which may be in a workflow inside it. What came of
// the task is forgotten; beside it, in the other branches of forks, what has ended well stays and the rest is tried again. Loops
// go on in the iteration of the task. What the workflow runs in goes on as well.
//
// Errors: fault.Conflict while it runs, fault.Invalid for a task that is not in it.
func (e *Engine) Rerun(ctx context.Context, id string, req Rerun) error {
	at := id
	if req.TaskID != "" {
		within, err := e.holder(id, req.TaskID)
		if err != nil {
			return err
		}
		at = within
	}
	return e.operate(ctx, at, func(x *execution, now int64) ([]*task, error) {
		if err := x.mustHaveEnded("rerun"); err != nil {
			return nil, err
		}
		t := e.index.task(req.TaskID).findIn(x, req.TaskID)
		if req.TaskID != "" && t == nil {
			return nil, fault.Invalid("Task %s not found", req.TaskID)
		}
		if req.Input != nil && at == id {
			x.wf.Input = copyMap(req.Input)
		}
		if req.CorrelationID != "" && at == id {
			e.index.correlate(x, req.CorrelationID)
		}
		x.wf.FailedReferenceTaskNames, x.wf.FailedTaskNames = []string{}, []string{}
		x.goOn(now)
		x.tellParentOf("reran")
		if t == nil {
			x.drop(x.tasks)
			x.rebuild(nil)
			return nil, nil
		}
		return x.rerun(t, req.TaskInput, e.environment(now)), nil
	})
}

// holder is the execution that has a task: the one asked, or one that runs inside it.
func (e *Engine) holder(id, taskID string) (string, error) {
	if e.index.execution(id) == nil {
		return "", noWorkflow(id)
	}
	held := e.index.task(taskID).x
	if held == nil {
		return "", fault.Invalid("Task %s not found", taskID)
	}
	for x := held; x != nil; x = e.index.execution(x.parentID()) {
		if x.id == id {
			return held.id, nil
		}
	}
	return "", fault.Invalid("Task %s not found", taskID)
}

func (x *execution) parentID() string {
	x.lock()
	defer x.unlock()
	return x.wf.ParentWorkflowID
}

// rerun lets an execution go on from a task and returns the tasks to look at.
func (x *execution) rerun(from *task, input map[string]any, env *environment) []*task {
	kept, gone := []*task{}, []*task{}
	replaced := map[*task]*task{}
	for _, t := range x.tasks {
		beside := t.beside(from)
		switch {
		case t == from:
		case t.cameOf(from) && !beside:
			gone = append(gone, t)
			continue
		case from.node.within(t.node) && t.Wire.TaskType == typeDoWhile && from.place().startsWith(t.place()):
			replaced[t] = x.backTo(t, from, env.now)
		case beside && t.terminal() && !conductor.TaskSuccessful(t.Wire.Status) && !t.Wire.Retried:
			x.goesOnBeside(t, from, replaced, env.now)
		}
		kept = append(kept, t)
	}
	x.drop(gone)
	x.tasks = kept
	found := env.kinds.of(from.node.task.Type)
	if !found.early {
		replaced[from] = x.fromHere(from, input, env.now)
		x.replace(replaced)
		return x.open()
	}
	x.drop([]*task{from})
	delete(x.latest, from.Wire.ReferenceTaskName)
	x.tasks = without1(kept, from)
	x.replace(replaced)
	var touched []*task
	for _, c := range asAttempt(schedule(x, from.node, from.place(), env), from.node, from.Wire.RetryCount, from.Wire.RetriedTaskID) {
		touched = append(touched, c.apply(x, env.now)...)
	}
	return append(touched, x.open()...)
}

// cameOf reports whether a task is one that another has led to, or may have: a join of forks around it, though that is made with the
// fork, but not what a join has waited for.
func (t *task) cameOf(from *task) bool {
	if from.node.joinedBy(t.node) && from.place().startsWith(t.place()) {
		return true
	}
	return t.Wire.Seq > from.Wire.Seq && (!t.node.joinedBy(from.node) || !t.place().startsWith(from.place()))
}

func without1(tasks []*task, gone *task) []*task {
	var kept []*task
	for _, t := range tasks {
		if t != gone {
			kept = append(kept, t)
		}
	}
	return kept
}

// fromHere is the task that everything begins with again.
func (x *execution) fromHere(from *task, input map[string]any, now int64) *task {
	status := conductor.TaskScheduled
	if from.Wire.TaskType == typeJoin || from.Wire.TaskType == typeSubWorkflow {
		status = conductor.TaskInProgress
	}
	fresh := from.again(status, now)
	fresh.Wire.PollCount, fresh.Wire.WorkerID, fresh.Wire.Iteration = 0, "", from.place().iteration()
	if input != nil {
		fresh.Wire.InputData = copyMap(input)
	}
	fresh.Wire.OutputData, fresh.Wire.ReasonForIncompletion = map[string]any{}, from.Wire.ReasonForIncompletion
	if child := from.Wire.SubWorkflowID; from.Wire.TaskType == typeSubWorkflow {
		fresh.Wire.StartTime, fresh.Wire.OutputData = now, map[string]any{"subWorkflowId": child}
		x.changes.errands = append(x.changes.errands, restartChild(fresh))
	}
	return fresh
}

// restartChild runs the workflow inside a task from its beginning.
func restartChild(t *task) errand {
	return func(e *Engine) []errand {
		child := e.index.execution(t.Wire.SubWorkflowID)
		if child == nil {
			return e.visit(t.x, func(now int64) []*task { return startChild{t}.apply(t.x, now) })
		}
		return e.visit(child, func(now int64) []*task {
			if child.ended() {
				child.restart(child.plan, now)
			}
			return nil
		})
	}
}

// backTo is a loop that runs again in the iteration that a task is in.
func (x *execution) backTo(loop, inside *task, now int64) *task {
	fresh := loop.again(conductor.TaskInProgress, now)
	number := inside.place().iterationIn(loop.place())
	fresh.Wire.Iteration = number
	kept := map[string]any{"iteration": int64(number)}
	for key, value := range loop.Wire.OutputData { // those of iterations whose tasks are not kept
		if n, err := strconv.Atoi(key); err == nil && n < number {
			kept[key] = value
		}
	}
	if items, listed := loopItems(x, loop); listed && number <= len(items) {
		kept["loopIndex"], kept["loopItem"] = int64(number-1), items[number-1]
	}
	fresh.Wire.OutputData = kept
	return fresh
}

// beside reports whether a task is in another branch of a fork around the other one, in the same iteration.
func (t *task) beside(other *task) bool { return t.besidePlace(other.node, other.place()) }

func (t *task) besidePlace(n *node, at place) bool {
	for ; n.parent != nil; n = n.parent {
		around := n.parent
		if around.task.Type == typeDoWhile {
			at = at.outer()
		}
		if around.isFork() && t.node.within(around) && t.place().startsWith(at) && !sameBranch(t.node.topIn(around), n) {
			return true
		}
	}
	return false
}

func (n *node) isFork() bool {
	return n.task.Type == "FORK_JOIN" || n.task.Type == "FORK_JOIN_DYNAMIC"
}

// topIn is the task around a task, or itself, that another task has directly inside.
func (n *node) topIn(around *node) *node {
	for n.parent != around {
		n = n.parent
	}
	return n
}

// sameBranch reports whether one of two tasks comes after the other in a list.
func sameBranch(one, other *node) bool { return one.leadsTo(other) || other.leadsTo(one) }

func (n *node) leadsTo(other *node) bool {
	for ; n != nil; n = n.next {
		if n == other {
			return true
		}
	}
	return false
}
