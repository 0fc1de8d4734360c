package engine

import (
	"maps"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// loop is what a DO_WHILE that runs remembers. Its output grows with each iteration, so it lives here, where it may change
// in place, until the loop is over; the store can do without, since the tasks of the iterations have it too.
type loop struct {
	open    int // tasks inside that are not settled
	call    int // when the iteration began: in which call, and in which pass of its decider
	pass    int
	current []*task        // those of the iteration that runs
	output  map[string]any // as the definition's author sees it: iteration, and the outputs of each iteration
}

// loopScope is ${LOOP.output} of a loop that runs.
type loopScope struct{ t *task }

func (s loopScope) field(name string) (any, bool) {
	value, ok := s.t.loop.output[name]
	return value, ok
}

func (s loopScope) tree() map[string]any { return maps.Clone(s.t.loop.output) }

// inLoops calls visit for each loop around a task, innermost first.
func (x *execution) inLoops(t *task, visit func(around *task)) {
	at := t.place()
	for n := t.node.parent; n != nil; n = n.parent {
		if n.task.Type != typeDoWhile {
			continue
		}
		at = at.outer()
		if around := x.latest[at.ref(n)]; around != nil && around.loop != nil {
			visit(around)
		}
	}
}

// askLoops lets the loops around a task that failed look at it: they fail with it.
type askLoops struct{ task *task }

func (c askLoops) apply(x *execution, _ int64) (loops []*task) {
	x.inLoops(c.task, func(around *task) { loops = append(loops, around) })
	return loops
}

// enterLoops makes a new task one of its loops' current iteration.
func (x *execution) enterLoops(t *task) {
	x.inLoops(t, func(around *task) { around.loop.current = append(around.loop.current, t) })
}

// countInLoops changes how many open tasks the loops around a task have, and returns those that have none left.
func (x *execution) countInLoops(t *task, by int) []*task {
	var idle []*task
	x.inLoops(t, func(around *task) {
		around.loop.open += by
		if around.loop.open == 0 && by < 0 {
			idle = append(idle, around)
		}
	})
	return idle
}

// iterate begins an iteration of a loop.
type iterate struct {
	task   *task
	number int
	output map[string]any // iteration, and in a loop over items where it is
	ended  map[string]any // the outputs of the iteration before, if there was one
	keep   int            // how many iterations are kept, or 0 for all
}

func (c iterate) apply(x *execution, now int64) []*task {
	t := c.task
	if t.loop == nil {
		t.begin(now)
		t.loop = &loop{output: map[string]any{}}
	}
	t.Wire.Iteration, t.Wire.UpdateTime = c.number, now
	t.loop.call, t.loop.pass = x.calls, x.pass
	t.loop.finish(c.number-1, c.ended)
	maps.Copy(t.loop.output, c.output)
	t.loop.current = nil
	t.Wire.OutputData = t.stored(c)
	if c.keep > 0 {
		delete(t.loop.output, strconv.Itoa(c.number-1-c.keep))
	}
	x.changes.updated(t)
	return nil
}

// stored is the output of a loop that runs as the store has it: what the tasks of its iterations do not tell.
func (t *task) stored(c iterate) map[string]any {
	oldest := strconv.Itoa(c.number - c.keep)
	output, kept := t.loop.output[oldest]
	if c.keep == 0 || !kept {
		return c.output
	}
	whole := maps.Clone(c.output)
	whole[oldest] = output
	return whole
}

// seen reports whether the decider has looked at the loop since the iteration's tasks began.
func (l *loop) seen(x *execution) bool { return l.call != x.calls || x.pass > l.pass+1 }

// finish adds the outputs of an iteration.
func (l *loop) finish(number int, outputs map[string]any) {
	if outputs != nil {
		l.output[strconv.Itoa(number)] = outputs
	}
}

// forget removes the tasks of an iteration of a loop.
func (x *execution) forget(around *task, number int) {
	if number < 1 {
		return
	}
	inside := around.place().inside(number)
	kept := make([]*task, 0, len(x.tasks))
	for _, t := range x.tasks {
		if t.node.within(around.node) && t.place().startsWith(inside) {
			x.changes.dropped = append(x.changes.dropped, t)
			delete(x.latest, t.Wire.ReferenceTaskName)
			if x.latest[t.node.ref()] == t {
				delete(x.latest, t.node.ref())
			}
			x.changes.removed = append(x.changes.removed, store.Record{Kind: kindTask, Key: t.Wire.TaskID})
			continue
		}
		kept = append(kept, t)
	}
	x.tasks = kept
}

// resumeLoop makes a loaded DO_WHILE that runs one again; the tasks inside are added after it.
func (t *task) resumeLoop() {
	if t.Wire.TaskType == typeDoWhile && t.Wire.Status == conductor.TaskInProgress {
		t.loop = &loop{output: maps.Clone(t.Wire.OutputData)}
	}
}

// regroup sorts the tasks of a loaded loop by iteration: the last is the current one, the others give its output.
func (l *loop) regroup(around place, current int) {
	byNumber := map[int][]*task{}
	for _, t := range l.current {
		number := t.place().iterationIn(around)
		byNumber[number] = append(byNumber[number], t)
	}
	for number, tasks := range byNumber {
		if number < current {
			outputs, _, _ := (&loop{current: tasks}).results()
			l.finish(number, outputs)
		}
	}
	l.current = byNumber[current]
}

// within reports whether a task is inside another one in the definition.
func (n *node) within(other *node) bool {
	for parent := n.parent; parent != nil; parent = parent.parent {
		if parent == other {
			return true
		}
	}
	return false
}
