package engine

import (
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxKin is how many executions may come of one, inside it, by START_WORKFLOW or as failure workflows, without anybody else having a
// hand in it: two workflows that start each other twice would fill the machine.
const maxKin = 100_000

// kin counts the executions that come of one another.
type kin struct{ born atomic.Int64 }

// join counts one more, and refuses what is too much. Nobody is no kin.
func (k *kin) join(limit int64, name string) error {
	if k != nil && k.born.Add(1) > limit {
		return fault.Invalid("%d workflows have started one another, and no worker, wait or person was between them: does %s start itself for ever?", limit, name)
	}
	return nil
}

// many is from when on it is asked whether others had a hand in an execution.
const many = 1000

// kinOf is who an execution starts others as. One that has waited for somebody begins to count anew: it may start itself for ever. The
// execution is locked.
func (x *execution) kinOf(table kinds) *kin {
	own := x.family()
	if own.born.Load() < many {
		return own
	}
	for _, t := range x.tasks {
		if waited := t.Wire.EndTime - t.Wire.ScheduledTime; t.terminal() && (table.of(t.Wire.TaskType).execute == nil || waited >= 1000) {
			return &kin{}
		}
	}
	return own
}

// family is who an execution counts with. One that was packed begins anew. It is locked.
func (x *execution) family() *kin {
	if x.kin == nil {
		x.kin = &kin{}
	}
	return x.kin
}
