package engine

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Kinds of records in the store.
const (
	KindTaskDef     = "taskDef"     // key: name
	KindWorkflowDef = "workflowDef" // key: version/name
	KindExecution   = "execution"   // key: workflow id

	kindPlan   = "plan"   // key: id of the snapshot; value: the definition with its task definitions
	kindTask   = "task"   // key: task id
	kindLogs   = "logs"   // key: task id
	kindLetter = "letter" // key: message id
)

// storedFlag tells whether a plan is in the store already.
type storedFlag struct{ atomic.Bool }

// executionRecord is what the store keeps of an execution besides its tasks. The definition is a plan's, kept once.
type executionRecord struct {
	Workflow *conductor.Workflow `json:"workflow"`
	Plan     string              `json:"plan"`
	Order    uint64              `json:"order"`
	Depth    int                 `json:"depth,omitempty"`
	Level    int                 `json:"level,omitempty"`
	Chain    string              `json:"chain,omitempty"`
}

// record is what the store keeps of the execution, with its workflow as wf has it.
func (x *execution) record(wf *conductor.Workflow) executionRecord {
	return executionRecord{Workflow: wf, Plan: x.plan.id, Order: x.order, Depth: x.depth, Level: x.level, Chain: x.chain}
}

// commit writes what changed in an execution.
func (e *Engine) commit(ctx context.Context, x *execution) error {
	c := &x.changes
	records := make([]store.Record, 0, len(c.tasks)+len(c.removed)+2)
	if !x.removed && c.workflow {
		records = append(records, store.Record{
			Kind: KindExecution, Key: x.id,
			Value: x.record(&x.wf),
		})
	}
	writePlan := !x.plan.stored.Load() && !x.removed
	if writePlan {
		x.plan.writing.Lock()
		defer x.plan.writing.Unlock()
		records = append(records, store.Record{Kind: kindPlan, Key: x.plan.id, Value: x.plan.def})
	}
	for _, t := range c.tasks {
		records = append(records, store.Record{Kind: kindTask, Key: t.Wire.TaskID, Value: t})
	}
	for _, t := range c.logged {
		records = append(records, store.Record{Kind: kindLogs, Key: t.Wire.TaskID, Value: t.logs})
	}
	for _, m := range c.messages {
		records = append(records, store.Record{Kind: KindMessage, Key: m.ID, Value: m})
	}
	records = append(append(records, c.mail...), c.removed...)
	if len(records) == 0 {
		return nil
	}
	if err := e.store.Commit(ctx, records); err != nil {
		return fmt.Errorf("storing execution %s: %w", x.id, err)
	}
	if writePlan {
		x.plan.stored.Store(true)
	}
	return nil
}
