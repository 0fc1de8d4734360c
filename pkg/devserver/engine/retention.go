package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Retention says which executions that have ended are kept: those that ended less than Age ago, and no more than Count, where these are
// set. One that runs inside another is kept as long as that; one that runs is always kept, with what it runs in.
type Retention struct {
	Age   time.Duration
	Count int
}

// retention knows the executions that have ended, and forgets those that are too old or too many. Nil keeps all. It is locked after an
// execution, and locks nothing else.
type retention struct {
	rule Retention

	mu       sync.Mutex
	ended    []retired // those that run inside no other, in the order of their ends
	children map[*execution][]*execution
	alarm    alarm
	due      int64 // what the alarm is set to, never without one
}

// retired is an end; an execution that an operator made go on may have another.
type retired struct {
	x  *execution
	at int64
}

func (e *Engine) newRetention(rule Retention) *retention {
	if rule.Age <= 0 && rule.Count <= 0 {
		return nil
	}
	r := &retention{rule: rule, children: map[*execution][]*execution{}, due: never}
	r.alarm.ring = e.prune
	return r
}

// born notes an execution that is inside another.
func (r *retention) born(child, parent *execution) {
	if r == nil || parent == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.children[parent] = append(r.children[parent], child)
}

// retire notes the end of a locked execution, and returns what may follow from it.
func (e *Engine) retire(x *execution) []errand {
	r := e.retention
	if r == nil || e.index.execution(x.wf.ParentWorkflowID) != nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, retired{x, x.wf.EndTime})
	if !r.tooMany() && (r.rule.Age <= 0 || r.due != never) {
		return nil
	}
	return []errand{func(e *Engine) []errand { e.prune(); return nil }}
}

func (r *retention) tooMany() bool { return r.rule.Count > 0 && len(r.ended) > r.rule.Count }

// prune forgets what is due, and sets the alarm for what is next.
func (e *Engine) prune() {
	r := e.retention
	if r == nil {
		return
	}
	for _, due := range r.take(e.now()) {
		if !e.forget(due) {
			r.mu.Lock()
			r.ended = append(r.ended, retired{due.x, e.now()})
			r.mu.Unlock()
		}
	}
	next := never
	r.mu.Lock()
	if r.rule.Age > 0 && len(r.ended) > 0 {
		next = max(r.ended[0].at+r.rule.Age.Milliseconds(), e.now()+1)
	}
	r.due = next
	r.mu.Unlock()
	e.timers.set(&r.alarm, next)
}

// take returns what is too old or too many.
func (r *retention) take(now int64) []retired {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	if r.rule.Count > 0 {
		n = max(len(r.ended)-r.rule.Count, 0)
	}
	for r.rule.Age > 0 && n < len(r.ended) && r.ended[n].at+r.rule.Age.Milliseconds() <= now {
		n++
	}
	due := slices.Clone(r.ended[:n])
	r.ended = append(r.ended[:0], r.ended[n:]...)
	return due
}

// forget removes an execution with all that ran inside it, and reports false where something of it still runs. One that goes on, or
// ended once more, is left to its other end.
func (e *Engine) forget(due retired) (done bool) {
	family := e.retention.family(due.x)
	for _, x := range family[1:] {
		if !e.over(x) {
			return false
		}
	}
	again := false
	_ = e.operate(context.Background(), due.x.id, func(x *execution, _ int64) ([]*task, error) {
		again = !x.ended() || x.wf.EndTime > due.at
		if !again {
			e.remove(x)
		}
		return nil, nil
	}) // it may have been removed by hand; a store that fails has it removed at the next start
	if again {
		return true
	}
	for _, x := range family[1:] {
		_ = e.operate(context.Background(), x.id, func(x *execution, _ int64) ([]*task, error) {
			if x.ended() {
				e.remove(x)
			}
			return nil, nil
		})
	}
	e.retention.drop(family)
	return true
}

// over reports whether an execution has ended or is gone.
func (e *Engine) over(x *execution) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.removed || x.live == nil || x.ended()
}

// family is an execution and all that is inside it.
func (r *retention) family(root *execution) []*execution {
	r.mu.Lock()
	defer r.mu.Unlock()
	family := []*execution{root}
	for i := 0; i < len(family); i++ {
		family = append(family, r.children[family[i]]...)
	}
	return family
}

func (r *retention) drop(family []*execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range family {
		delete(r.children, x)
	}
}

// recall notes what had ended when the engine was loaded.
func (e *Engine) recall() {
	r := e.retention
	if r == nil {
		return
	}
	for _, x := range e.index.everything() {
		x.mu.Lock()
		known := x.facts()
		x.mu.Unlock()
		parent := e.index.execution(known.parentID)
		r.born(x, parent)
		if parent == nil && known.ended > 0 && e.over(x) {
			r.ended = append(r.ended, retired{x, known.ended})
		}
	}
	slices.SortStableFunc(r.ended, func(a, b retired) int { return int(a.at - b.at) })
}

// disuse notes that an execution has its plan no longer; one that nobody has leaves the store.
func (x *execution) disuse() {
	p := x.plan
	if p.users.Add(-1) == 0 {
		x.changes.errands = append(x.changes.errands, func(e *Engine) []errand { e.dropPlan(p); return nil })
	}
}

// dropPlan removes a plan from the store, unless somebody has it again. Whoever begins to use it meanwhile sees that it is not stored,
// or is seen here: see commit.
func (e *Engine) dropPlan(p *plan) {
	p.writing.Lock()
	defer p.writing.Unlock()
	if !p.stored.Swap(false) {
		return
	}
	if p.users.Load() > 0 {
		p.stored.Store(true)
		return
	}
	if err := e.store.Commit(context.Background(), []store.Record{{Kind: kindPlan, Key: p.id}}); err != nil {
		e.logger.Error("removing a definition that no execution has", "plan", p.id, "error", err)
	}
}

// replan gives an execution another plan.
func (x *execution) replan(p *plan) {
	p.users.Add(1)
	x.disuse()
	x.plan, x.wf.WorkflowVersion = p, p.def.Version
}
