package engine

import (
	"context"
	"sync"
)

// errand is something that a step leads to in another execution, or outside the engine: it runs when the step is durable
// and no execution is locked, and answers what follows from it. Errands of one step run in their order.
type errand func(e *Engine) []errand

// maxErrands is how many errands one call runs itself before others go on with the rest: two workflows may start each
// other for ever, and whoever started the first one wants an answer.
const maxErrands = 1000

// unlock ends a call's work on an execution and runs what it leads to.
func (e *Engine) unlock(x *execution) { e.run(x.leave()) }

// leave unlocks an execution and returns its errands.
func (x *execution) leave() []errand {
	errands := x.changes.errands
	x.changes.errands = nil
	x.unlock()
	return errands
}

// run does errands and all that follows from them. It uses no recursion, since a chain may be long.
func (e *Engine) run(errands []errand) {
	for done := 0; len(errands) > 0; done++ {
		if e.isClosed() {
			return
		}
		if done == maxErrands {
			e.jobs.start(func() { e.run(errands) })
			return
		}
		next := errands[0]
		errands = append(errands[1:], next(e)...)
	}
}

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

// visit runs a step on an execution from an errand, a job or a timer: act changes it and returns the tasks to look at.
func (e *Engine) visit(x *execution, act func(now int64) []*task) []errand {
	x.lock()
	if x.removed {
		return x.leave()
	}
	now := e.now()
	e.advance(x, act(now), now)
	e.report(x, e.settle(context.Background(), x, now))
	return x.leave()
}

// visitTask is visit for one task, if it is still there.
func (e *Engine) visitTask(id string, act func(t *task, now int64) []*task) []errand {
	at := e.index.task(id)
	if at.x == nil {
		return nil
	}
	return e.visit(at.x, func(now int64) []*task {
		if t := at.find(id); t != nil {
			return act(t, now)
		}
		return nil
	})
}

// background runs functions beside the callers until it is closed, which waits for them.
type background struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// start runs f, unless closed.
func (b *background) start(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.running.Go(f)
	}
}

func (b *background) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.running.Wait()
}
