package engine

import (
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// command is one change that a step wants. apply makes it, under the execution's lock, and returns the tasks that the next
// step must look at.
type command interface {
	apply(x *execution, now int64) []*task
}

// scheduleTask adds a new task.
type scheduleTask struct{ task *task }

func (c scheduleTask) apply(x *execution, _ int64) []*task {
	if there := x.latest[c.task.Wire.ReferenceTaskName]; there != nil && there.Wire.RetryCount == c.task.Wire.RetryCount {
		return nil // two ways have led to it in one step
	}
	c.task.Wire.Seq = x.nextSeq()
	x.add(c.task)
	x.await(c.task)
	x.changes.scheduled(c.task)
	return []*task{c.task}
}

// retryTask adds another attempt after a failed one.
type retryTask struct{ failed, next *task }

func (c retryTask) apply(x *execution, _ int64) []*task {
	c.failed.Wire.Retried = true
	x.changes.updated(c.failed)
	c.next.Wire.Seq = x.nextSeq()
	x.add(c.next)
	x.pending--
	x.countInLoops(c.failed, -1)
	x.changes.scheduled(c.next)
	return []*task{c.next}
}

// endTask gives a task a terminal state; the next step decides what follows from it.
type endTask struct {
	task   *task
	status string
	reason string
}

func (c endTask) apply(x *execution, now int64) []*task {
	t := c.task
	t.freeze()
	if breach := t.outputBreach(c.status); breach != "" {
		c.status, c.reason = conductor.TaskFailedTerminally, breach
	}
	t.Wire.Status, t.Wire.ReasonForIncompletion = c.status, c.reason
	t.Wire.UpdateTime = now
	if t.Wire.EndTime == 0 {
		t.Wire.EndTime = now
	}
	x.changes.ended(t)
	return []*task{t}
}

// settleTask says that the decider is done with a terminal task. A workflow goes on after it unless other commands end it.
type settleTask struct{ task *task }

func (c settleTask) apply(x *execution, _ int64) []*task {
	c.task.Wire.Executed = true
	x.changes.updated(c.task)
	return x.close(c.task)
}

// alertTask notes that a time-out with the policy ALERT_ONLY has passed.
type alertTask struct {
	task   *task
	reason string
}

func (c alertTask) apply(x *execution, _ int64) []*task {
	c.task.Alerted = true
	x.changes.alerted(c.task, c.reason)
	return nil
}

// endWorkflow ends the execution and cancels what still runs. cause is the task that it failed with, or nil.
type endWorkflow struct {
	status string
	reason string
	cause  *task
	byHand bool // an operator ended it: no failure workflow

	output map[string]any // instead of what the definition says, if not nil
}

func (c endWorkflow) apply(x *execution, now int64) []*task {
	if c.output == nil && c.status == conductor.WorkflowCompleted {
		c.output = x.output() // in which the workflow still runs
	}
	x.take(len(x.inbox)) // nobody asks for them any more
	x.wf.Status, x.wf.ReasonForIncompletion = c.status, c.reason
	if x.passed() {
		x.cutLoops()
	}
	x.cancelOpen(now)
	x.noteFailures()
	x.wf.EndTime = now
	x.wf.Output = c.output
	if c.output == nil {
		x.wf.Output = x.output()
	}
	if c.status == conductor.WorkflowCompleted {
		if breach := x.plan.gives.breach("The output of workflow "+x.wf.WorkflowName, x.wf.Output); breach != "" {
			c.status, c.reason = conductor.WorkflowFailed, breach
			x.wf.Status, x.wf.ReasonForIncompletion = c.status, c.reason
		}
	}
	x.changes.closed(c)
	return nil
}

// cancelOpen ends every task that is not terminal.
func (x *execution) cancelOpen(now int64) {
	if x.pending == 0 {
		return
	}
	for _, t := range x.open() {
		if t.terminal() {
			continue
		}
		endTask{task: t, status: conductor.TaskCanceled, reason: t.Wire.ReasonForIncompletion}.apply(x, now)
	}
}

// noteFailures adds the tasks that failed to the workflow's lists of failures when it ends, which those that timed out are not in. An
// attempt that was followed by a better one counts too. Views share the lists that were there.
func (x *execution) noteFailures() {
	refs, names := slices.Clone(x.wf.FailedReferenceTaskNames), slices.Clone(x.wf.FailedTaskNames)
	seen := map[string]bool{}
	for _, t := range x.tasks {
		if t.Wire.Status != conductor.TaskFailed && t.Wire.Status != conductor.TaskFailedTerminally || seen[t.Wire.ReferenceTaskName] {
			continue
		}
		seen[t.Wire.ReferenceTaskName] = true
		refs, names = append(refs, t.Wire.ReferenceTaskName), append(names, t.Wire.TaskDefName)
	}
	x.wf.FailedReferenceTaskNames, x.wf.FailedTaskNames = distinct(refs), distinct(names)
}

// distinct leaves each name once, where it was first.
func distinct(names []string) []string {
	kept, seen := []string{}, make(map[string]bool, len(names))
	for _, name := range names {
		if !seen[name] {
			kept, seen[name] = append(kept, name), true
		}
	}
	return kept
}
