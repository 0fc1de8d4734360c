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
	x.wf.Status, x.wf.ReasonForIncompletion = c.status, c.reason
	x.cancelOpen(now)
	for _, t := range x.tasks {
		x.noteFailure(t)
	}
	x.take(len(x.inbox)) // nobody asks for them any more
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

// noteFailure adds a task that failed to the workflow's lists of failures, which one that timed out is not in. They keep a name
// after its retry succeeded.
func (x *execution) noteFailure(t *task) {
	if t.Wire.Status != conductor.TaskFailed && t.Wire.Status != conductor.TaskFailedTerminally {
		return
	}
	x.wf.FailedReferenceTaskNames = withName(x.wf.FailedReferenceTaskNames, t.Wire.ReferenceTaskName)
	x.wf.FailedTaskNames = withName(x.wf.FailedTaskNames, t.Wire.TaskDefName)
}

// withName returns a new list, since views share the old one.
func withName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(slices.Clone(names), name)
}
