package engine

import (
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// execution is one running or ended workflow. Everything in it is guarded by mu, except id and order, which never change. Whoever
// works on it calls lock and unlock: one that has ended is packed in between.
type execution struct {
	id    string
	order uint64 // position among all starts, for newest-first lists

	indexed string // the state that the index has it under; changed under both locks

	mu      sync.Mutex
	plan    *plan
	removed bool
	packed  []byte // what live can be made from again, where nothing changed since
	kept    facts  // of a packed one
	*live          // nil while it is packed
}

// live is what an execution is to those who work on it.
type live struct {
	wf      conductor.Workflow // without Tasks and WorkflowDefinition, which view adds
	tasks   []*task            // every attempt, by seq
	latest  map[string]*task   // the last attempt by reference name
	calls   int                // how often the decider was called, and for tasks of queues
	pass    int                // of the decider in this call; see agenda
	pending int                // tasks that are not settled: neither executed nor retried
	alarm   alarm              // the workflow's time-out
	due     int64              // what alarm is set to
	depth   int                // how many failure workflows led to this one
	level   int                // how many workflows are around this one
	kin     *kin               // those that came of the same one; see family
	chain   string             // the message that led to this one in the end, if one did
	changes changes

	watchers map[string][]*task // the JOINs that wait for a reference name
	planted  map[string]*node   // the tasks of dynamic forks, which no definition has

	inbox   []letter // messages that no task has taken
	pulling []*task  // the tasks that wait for one

	forkedBefore bool // a dynamic fork has run
}

// task is one attempt, guarded by its execution's lock. The exported fields are what the store keeps.
type task struct {
	Wire           conductor.Task `json:"task"`             // without WorkflowTask and TaskDefinition, which view adds
	FirstScheduled int64          `json:"firstScheduled"`   // when the first of all attempts was scheduled
	DeliverOn      int64          `json:"deliverOn"`        // from when a worker may have it
	WakeAt         int64          `json:"wakeAt,omitempty"` // when a system task's execute is due, or never
	Alerted        bool           `json:"alerted"`          // a time-out with the policy ALERT_ONLY was reported

	x       *execution
	of      *live // what it is a part of: another than its execution's means that this task is a part no longer
	node    *node
	entry   *entry // in the queue while scheduled
	alarm   alarm  // the next time-out
	due     int64  // what alarm is set to
	limiter *limiter
	running bool // counted by the limiter

	performing bool   // a job works on it
	cancel     func() // ends that job

	loop    *loop               // of a DO_WHILE that runs
	missing map[string]struct{} // the reference names that a JOIN waits for
	forked  []*node             // the branches of a dynamic fork
	dirty   bool
	before  map[string]any // its output when the step began
	logs    []conductor.TaskExecLog
}

// terminal reports whether the attempt has ended.
func (t *task) terminal() bool { return conductor.TaskTerminal(t.Wire.Status) }

// settled reports whether the decider is done with the attempt: what follows from it has been scheduled.
func (t *task) settled() bool { return t.Wire.Executed || t.Wire.Retried }

// view is the task as it travels. The maps are shared and never change.
func (t *task) view() conductor.Task {
	wire := t.Wire
	wire.OutputData = t.output()
	if t.node != nil {
		wire.WorkflowTask = t.node.task
		wire.TaskDefinition = t.node.def
	}
	if wire.StartTime > 0 && wire.ScheduledTime > 0 {
		wire.QueueWaitTime = max(wire.StartTime-wire.ScheduledTime, 0)
	}
	wire.LoopOverTask = wire.Iteration > 0
	return wire
}

// view is the execution as it travels, without what its definition masks. The maps are shared and never change.
func (x *execution) view(includeTasks bool) conductor.Workflow {
	wire := x.shown()
	wire.WorkflowDefinition = x.plan.def
	wire.Tasks = []conductor.Task{}
	if includeTasks {
		wire.Tasks = make([]conductor.Task, 0, len(x.tasks))
		for _, t := range x.tasks {
			wire.Tasks = append(wire.Tasks, t.shown())
		}
	}
	return wire
}

// ended reports whether the workflow has ended.
func (x *execution) ended() bool { return conductor.WorkflowTerminal(x.wf.Status) }

// open returns the tasks that are not settled, by seq. It looks at all tasks: for operations, not for steps.
func (x *execution) open() []*task {
	var open []*task
	for _, t := range x.tasks {
		if !t.settled() {
			open = append(open, t)
		}
	}
	return open
}

// nextSeq is the seq of the next task to be added.
func (x *execution) nextSeq() int {
	if len(x.tasks) == 0 {
		return 1
	}
	return x.tasks[len(x.tasks)-1].Wire.Seq + 1
}

// add appends an attempt and makes it the latest of its reference name.
func (x *execution) add(t *task) {
	t.x, t.of = x, x.live
	x.tasks = append(x.tasks, t)
	x.latest[t.Wire.ReferenceTaskName] = t
	x.plant(t)
	x.latest[t.node.ref()] = t // expressions name a task in a loop without its iteration
	x.enterLoops(t)
	if !t.settled() {
		x.pending++
		x.countInLoops(t, 1)
	}
}

// passed reports whether the decider has looked at everything since the call or the queue's task that it follows.
func (x *execution) passed() bool { return x.pass > 1 }

// close says that the decider is done with a task, and returns the tasks that waited for that.
func (x *execution) close(t *task) []*task {
	x.pending--
	return append(x.countInLoops(t, -1), x.arrive(t)...)
}

// freeze makes what a running loop or join has gathered its output, when it ends.
func (t *task) freeze() {
	if t.loop != nil || t.missing != nil && len(t.Wire.OutputData) == 0 {
		t.Wire.OutputData = t.output()
	}
	t.loop, t.missing = nil, nil
}

// output is what the task has put out so far. What a running loop or join has gathered is copied.
func (t *task) output() map[string]any {
	switch {
	case t.terminal():
	case t.loop != nil:
		return loopScope{t}.tree()
	case t.missing != nil:
		return t.joined(false)
	}
	return t.Wire.OutputData
}
