package engine

import (
	"cmp"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// ExecutionKinds are the kinds of records that Records tells: a store in memory need not keep them.
func ExecutionKinds() []string { return []string{kindPlan, KindExecution, kindTask, kindLogs} }

// Records is what a store that kept everything would hold of the executions at one moment. They stand still while the list is made and
// meanwhile runs, which must not call the engine, but not while the list is used: it shares with them only what never changes.
func (e *Engine) Records(meanwhile func()) []store.Record {
	frozen := e.freeze()
	defer func() {
		for _, x := range frozen {
			x.mu.Unlock()
		}
	}()
	meanwhile()
	var records []store.Record
	told := map[string]bool{}
	for _, x := range frozen {
		if x.removed {
			continue
		}
		if !told[x.plan.id] {
			told[x.plan.id] = true
			records = append(records, store.Record{Kind: kindPlan, Key: x.plan.id, Value: x.plan.def})
		}
		records = append(records, x.records()...)
	}
	return records
}

// freeze locks every execution. It is the one place that waits for an execution while it holds others, and Options.Store.Commit must
// not need it; what is started meanwhile is locked too, so that none that is locked speaks of one that is not.
func (e *Engine) freeze() []*execution {
	e.freezing.Lock() // two of them would wait for each other
	defer e.freezing.Unlock()
	var frozen []*execution
	for last := uint64(0); ; {
		more := e.index.since(last)
		if len(more) == 0 {
			return frozen
		}
		for _, x := range more {
			x.mu.Lock()
		}
		last = more[len(more)-1].order
		frozen = append(frozen, more...)
	}
}

// since returns the executions that were started after the one of that order.
func (i *index) since(order uint64) []*execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	first, _ := slices.BinarySearchFunc(i.all, order+1, func(x *execution, order uint64) int { return cmp.Compare(x.order, order) })
	return slices.Clone(i.all[first:])
}

// records are those of a locked execution, besides its plan.
func (x *execution) records() []store.Record {
	defer x.peek()()
	wf := x.wf
	records := []store.Record{{Kind: KindExecution, Key: x.id, Value: x.record(&wf)}}
	for _, t := range x.tasks {
		still := *t
		records = append(records, store.Record{Kind: kindTask, Key: t.Wire.TaskID, Value: &still})
		if len(t.logs) > 0 {
			records = append(records, store.Record{Kind: kindLogs, Key: t.Wire.TaskID, Value: t.logs})
		}
	}
	return records
}
