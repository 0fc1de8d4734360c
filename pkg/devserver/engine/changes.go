package engine

import (
	"context"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// changes collects what the steps of one call did to an execution, until settle makes it durable and visible.
type changes struct {
	workflow bool // the execution's own record changed
	closing  *endWorkflow
	tasks    []*task
	queued   []*task
	dequeued []*entry
	released []*limiter // one release per task that stopped running
	freed    []*limiter // limited tasks that were cancelled before they ran
	logged   []*task
	events   []Event
	removed  []store.Record
	mail     []store.Record // messages that came and went
	errands  []errand
	rearm    []*task // alarms that rang, whatever the step did
	dropped  []*task // of iterations that are not kept
	cached   []*task // whose output others may have
	messages []Message
}

func (c *changes) updated(t *task) {
	if !t.dirty {
		t.dirty = true
		c.tasks = append(c.tasks, t)
	}
}

func (c *changes) scheduled(t *task) {
	c.updated(t)
	c.queued = append(c.queued, t)
	c.note(TaskScheduled, t, "")
	t.tellState(onScheduled)
	if t.terminal() { // made with its end
		t.tellState(stateAtEnd(t.Wire.Status))
	}
}

// ended takes a task out of its queue and gives its place under the limits to another.
func (c *changes) ended(t *task) {
	c.updated(t)
	c.stopped(t)
	c.abandon(t)
	if t.node.cache != nil && t.Wire.Status == conductor.TaskCompleted {
		c.cached = append(c.cached, t)
	}
	if t.cancel != nil {
		t.cancel()
	}
	if t.entry != nil {
		c.dequeued = append(c.dequeued, t.entry)
		t.entry = nil
		c.freed = append(c.freed, t.limiter)
	}
	c.note(TaskEnded, t, t.Wire.ReasonForIncompletion)
	t.tellState(stateAtEnd(t.Wire.Status))
}

// stopped gives up the task's place among the running ones.
func (c *changes) stopped(t *task) {
	if t.running {
		t.running = false
		c.released = append(c.released, t.limiter)
	}
}

func (c *changes) alerted(t *task, reason string) {
	c.updated(t)
	c.note(TaskAlerted, t, reason)
}

func (c *changes) closed(end endWorkflow) {
	c.workflow = true
	c.closing = &end
}

func (c *changes) note(kind EventKind, t *task, reason string) {
	c.events = append(c.events, Event{
		Kind: kind, WorkflowID: t.Wire.WorkflowInstanceID, WorkflowName: t.Wire.WorkflowType, TaskID: t.Wire.TaskID,
		ReferenceTaskName: t.Wire.ReferenceTaskName, TaskType: t.Wire.TaskType, Domain: t.Wire.Domain,
		WorkerID: t.Wire.WorkerID, Status: t.Wire.Status, Reason: reason,
	})
}

// settle makes the collected changes of a locked execution durable and then visible: queues, limits, timers, indexes,
// events. Memory keeps what happened also when the store fails; the caller then acknowledges nothing.
func (e *Engine) settle(ctx context.Context, x *execution, now int64) error {
	c := &x.changes
	if c.closing != nil {
		e.compensate(ctx, x)
		if x.wf.ParentWorkflowID != "" {
			c.errands = append(c.errands, x.tellParent())
		}
		c.errands = append(c.errands, e.retire(x)...)
	}
	if c.workflow || len(c.tasks) > 0 {
		c.workflow = true
		x.wf.UpdateTime = now
	}
	x.packed = nil
	e.address(c, now)
	c.errands = append(c.errands, e.admissions.follow(x)...)
	err := e.commit(ctx, x)
	for _, t := range c.tasks {
		t.dirty, t.before = err != nil, t.Wire.OutputData
		e.arm(t)
	}
	for _, t := range c.rearm {
		e.arm(t)
	}
	e.armWorkflow(x)
	e.remember(c.cached, now)
	e.index.settle(x, c)
	e.requeue(c)
	e.publish(x, c, now)
	if err == nil {
		e.tell(c)
	}
	c.reset(err != nil, x.ended())
	return err
}

// requeue lets the queues and limits follow a step.
func (e *Engine) requeue(c *changes) {
	for _, item := range c.dequeued {
		item.queue.remove(item)
	}
	for _, t := range c.queued {
		if t.Wire.Status == conductor.TaskScheduled && e.isWorkerTask(t) {
			e.queues.enqueue(t)
		}
	}
	for _, limits := range c.released {
		limits.release()
	}
	for _, limits := range c.freed {
		limits.kick(1)
	}
}

// reset forgets what is done. What could not be stored stays, for the next try; buffers stay while more will come.
func (c *changes) reset(failed, ended bool) {
	left := changes{errands: c.errands}
	if !ended {
		left.tasks, left.queued, left.events = c.tasks[:0], c.queued[:0], c.events[:0]
	}
	if failed {
		left.tasks, left.workflow, left.logged, left.removed, left.messages, left.mail = c.tasks, c.workflow, c.logged, c.removed, c.messages, c.mail
	}
	*c = left
}

// isWorkerTask reports whether a task waits for a worker in a queue.
func (e *Engine) isWorkerTask(t *task) bool {
	found := e.kinds.of(t.Wire.TaskType)
	return found.execute == nil
}

// maxSteps is how many tasks one call decides about before it lets go of the execution: a loop of tasks that need nobody
// may go on for long, and others want to see or end it.
const maxSteps = 10_000

// advance decides and applies until nothing is left to do. The execution is locked.
func (e *Engine) advance(x *execution, touched []*task, now int64) {
	env := e.environment(now)
	work := agenda{kinds: env.kinds}
	work.add(touched)
	x.calls++
	defer func() { x.pass = 0 }()
	for done := 0; ; {
		if done >= maxSteps {
			x.changes.errands = append(x.changes.errands, func(e *Engine) []errand {
				return e.visit(x, func(int64) []*task { return work.all() })
			})
			return
		}
		next := work.take()
		if x.pass > 0 && work.pass == 0 {
			x.calls++
		}
		x.pass = work.pass
		done += len(next)
		commands := decide(x, next, env)
		if len(commands) == 0 && len(next) == 0 {
			return
		}
		for _, c := range commands {
			work.add(c.apply(x, now))
		}
	}
}

// agenda is which tasks are to be decided about, in the order of the real server. In one pass it first decides what follows from tasks
// that have ended, and then executes those that are open, the new ones with them. What comes of that is for the next pass. When
// nothing is left, it is the turn of what it does in queues of its own, one by one: a workflow that failed meanwhile has not
// started those.
type agenda struct {
	kinds                    kinds
	pass                     int // 0 for tasks of queues
	ended, open, next, later []*task
	settling                 bool // those that have ended are looked at
}

func (a *agenda) add(tasks []*task) {
	for _, t := range tasks {
		found := a.kinds.of(t.Wire.TaskType)
		switch {
		case t.terminal():
			a.next = append(a.next, t)
		case found.queued:
			a.later = append(a.later, t)
		case a.settling:
			a.open = append(a.open, t)
		default:
			a.next = append(a.next, t)
		}
	}
}

// take is what is decided about next.
func (a *agenda) take() (tasks []*task) {
	if len(a.ended)+len(a.open) == 0 && len(a.next) > 0 {
		a.begin()
	}
	a.settling = len(a.ended) > 0
	switch {
	case a.settling:
		tasks, a.ended = a.ended, nil
	case len(a.open) > 0:
		tasks, a.open = a.open, nil
	case len(a.later) > 0:
		a.pass = 0
		tasks, a.later = a.later[:1], a.later[1:]
	}
	return tasks
}

// begin begins a pass, in which each task is looked at once.
func (a *agenda) begin() {
	a.pass++
	once := make(map[*task]bool, len(a.next))
	for _, t := range a.next {
		switch {
		case once[t]:
		case t.terminal():
			a.ended = append(a.ended, t)
		default:
			a.open = append(a.open, t)
		}
		once[t] = true
	}
	a.next = nil
}

func (a *agenda) all() []*task { return slices.Concat(a.ended, a.open, a.next, a.later) }

// arm sets the alarm of a task to its next time-out. A paused workflow's tasks have none until it resumes.
func (e *Engine) arm(t *task) {
	at := nextDeadline(t)
	if t.x.ended() || t.x.removed || t.x.wf.Status == conductor.WorkflowPaused {
		at = never
	}
	if t.due == at {
		return
	}
	t.due = at
	if t.alarm.ring == nil {
		t.alarm.ring = func() { e.taskDue(t) }
	}
	e.timers.set(&t.alarm, at)
}

// armWorkflow sets the alarm of an execution to its time-out.
func (e *Engine) armWorkflow(x *execution) {
	at := workflowDeadline(x)
	if x.removed {
		at = never
	}
	if x.due == at {
		return
	}
	x.due = at
	if x.alarm.ring == nil {
		x.alarm.ring = func() { e.workflowDue(x) }
	}
	e.timers.set(&x.alarm, at)
}

// taskDue is called when a time-out of a task may have passed.
func (e *Engine) taskDue(t *task) {
	e.run(e.visit(t.x, func(int64) []*task {
		t.due = never
		t.x.changes.rearm = append(t.x.changes.rearm, t)
		return []*task{t}
	}))
}

// workflowDue is called when the time-out of a workflow may have passed.
func (e *Engine) workflowDue(x *execution) {
	e.run(e.visit(x, func(int64) []*task {
		x.due = never
		return nil
	}))
}

// report logs what a timer could not make durable; there is no caller to tell.
func (e *Engine) report(x *execution, err error) {
	if err != nil {
		e.logger.Error("storing an execution after a time-out", "workflowId", x.id, "error", err)
	}
}
