package engine

import (
	"cmp"
	"iter"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// ExecutionKinds are the kinds of records that Records tells: a store in memory need not keep them.
func ExecutionKinds() []string { return []string{kindPlan, KindExecution, kindTask, kindLogs} }

// BelongsToExecution reports whether records of a kind make no sense without their execution.
func BelongsToExecution(kind string) bool {
	return kind == kindLetter || slices.Contains(ExecutionKinds(), kind)
}

// Records is what a store that kept everything would hold of the executions at one moment. They stand still while that is noted and
// meanwhile runs, which must not call the engine, but not while the records are gone through: these share with them only what never
// changes.
func (e *Engine) Records(meanwhile func()) iter.Seq[store.Record] {
	frozen := e.freeze()
	meanwhile()
	still := make([]frozenExecution, 0, len(frozen))
	for _, x := range frozen {
		if !x.removed {
			still = append(still, x.still())
		}
		x.mu.Unlock()
	}
	return func(yield func(store.Record) bool) {
		told := map[*plan]bool{}
		for _, x := range still {
			if !told[x.plan] && !yield(store.Record{Kind: kindPlan, Key: x.plan.id, Value: x.plan.def}) {
				return
			}
			told[x.plan] = true
			for _, record := range x.told() {
				if !yield(record) {
					return
				}
			}
		}
	}
}

// frozenExecution is an execution as it was at one moment: its records, or what they can be made from when they are wanted.
type frozenExecution struct {
	plan    *plan
	records []store.Record
	packed  *execution // nobody else's
}

// still needs the lock.
func (x *execution) still() frozenExecution {
	if x.live != nil {
		return frozenExecution{plan: x.plan, records: x.records()}
	}
	return frozenExecution{plan: x.plan, packed: &execution{id: x.id, order: x.order, plan: x.plan, packed: x.packed, kept: x.kept}}
}

func (f frozenExecution) told() []store.Record {
	if f.packed == nil {
		return f.records
	}
	f.packed.unpack()
	records := f.packed.records()
	f.packed.live = nil
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

// records are those of a locked execution that is not packed, besides its plan.
func (x *execution) records() []store.Record {
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
