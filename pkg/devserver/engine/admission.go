package engine

import (
	"math"
	"slices"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// quota is how many executions may run at a time under one key: rateLimitConfig of a definition.
type quota struct {
	key    template
	limit  int
	reject bool // refuse what is over the limit, instead of letting it wait
}

// quotaOf reads rateLimitConfig; nil where nothing is limited. Without a key the workflow's name is one.
func quotaOf(def *conductor.WorkflowDef) *quota {
	limit, ok := numberOf(def.RateLimitConfig["concurrentExecLimit"])
	if !ok || limit < 1 {
		return nil
	}
	key, _ := def.RateLimitConfig["rateLimitKey"].(string)
	if key == "" {
		key = def.Name
	}
	return &quota{key: compileText(key), limit: int(min(limit, math.MaxInt32)), reject: def.RateLimitConfig["policy"] == "REJECT"}
}

// admissions keeps apart the executions that run and those that wait for others of their key to end. Keys are the server's, not the
// workflow's: definitions that name the same one share it. It is locked after an execution, and locks nothing else.
type admissions struct {
	mu    sync.Mutex
	gates map[string]*gate
}

type gate struct {
	running map[*execution]struct{}
	waiting []candidate // in the order of their starts
}

type candidate struct {
	x     *execution
	limit int
}

func newAdmissions() *admissions { return &admissions{gates: map[string]*gate{}} }

// gate returns that of an execution's key. The lock is held.
func (a *admissions) gate(x *execution) *gate {
	g := a.gates[x.wf.RateLimitKey]
	if g == nil {
		g = &gate{running: map[*execution]struct{}{}}
		a.gates[x.wf.RateLimitKey] = g
	}
	return g
}

// enter gives a new execution its key, and lets it run or wait. An error means that it may do neither.
func (a *admissions) enter(x *execution) error {
	q := x.plan.quota
	if a == nil || q == nil {
		return nil
	}
	x.wf.RateLimitKey = waitText(q.key.resolve(&scope{x: x}))
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.gate(x)
	switch {
	case len(g.running) < q.limit && len(g.waiting) == 0:
		g.running[x] = struct{}{}
	case q.reject:
		return fault.TooMany("Workflow %s is over its limit: %d executions with the key %s run already", x.wf.WorkflowName, q.limit, x.wf.RateLimitKey)
	default:
		x.wf.RateLimited = true
		g.waiting = append(g.waiting, candidate{x, q.limit})
	}
	return nil
}

// follow keeps up with what became of a locked execution, and answers what may run in its place. One that an operator lets run again
// runs at once, also above the limit.
func (a *admissions) follow(x *execution) []errand {
	if a == nil || x.wf.RateLimitKey == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.gate(x)
	if !x.ended() && !x.removed {
		if !x.wf.RateLimited {
			g.running[x] = struct{}{}
		}
		return nil
	}
	delete(g.running, x)
	g.waiting = slices.DeleteFunc(g.waiting, func(c candidate) bool { return c.x == x })
	return a.next(x.wf.RateLimitKey, g)
}

// next lets those run that have waited longest, as many as may. The lock is held.
func (a *admissions) next(key string, g *gate) []errand {
	var errands []errand
	for len(g.waiting) > 0 && len(g.running) < g.waiting[0].limit {
		first := g.waiting[0].x
		g.waiting = slices.Delete(g.waiting, 0, 1)
		g.running[first] = struct{}{}
		errands = append(errands, func(e *Engine) []errand { return e.admit(first) })
	}
	if len(g.waiting)+len(g.running) == 0 {
		delete(a.gates, key)
	}
	return errands
}

// admit begins an execution whose turn has come.
func (e *Engine) admit(x *execution) []errand {
	return e.visit(x, func(int64) []*task {
		if !x.ended() {
			x.wf.RateLimited, x.changes.workflow = false, true
		}
		return nil
	})
}

// resume puts the executions of a loaded engine where they were, in the order of their starts, and answers what may run by now.
func (a *admissions) resume(all []*execution) []errand {
	if a == nil {
		return nil
	}
	for _, x := range all {
		a.readmit(x)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var errands []errand
	for key, g := range a.gates {
		errands = append(errands, a.next(key, g)...)
	}
	return errands
}

func (a *admissions) readmit(x *execution) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if conductor.WorkflowTerminal(x.facts().status) || x.wf.RateLimitKey == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	g := a.gate(x)
	if q := x.plan.quota; x.wf.RateLimited && q != nil {
		g.waiting = append(g.waiting, candidate{x, q.limit})
		return
	}
	g.running[x] = struct{}{}
}
