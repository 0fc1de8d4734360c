package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// PutTaskDefs registers task definitions, replacing those of the same name, all or none: POST /metadata/taskdefs.
// by is who does it. Executions that run keep the definitions they started with.
func (e *Engine) PutTaskDefs(ctx context.Context, defs []conductor.TaskDef, by string) error {
	if err := checkTaskDefs("registerTaskDef.arg0", defs); err != nil {
		return err
	}
	return e.storeTaskDefs(ctx, defs, by)
}

// UpdateTaskDef replaces a registered definition: PUT /metadata/taskdefs. fault.NotFound when there is none of the name.
func (e *Engine) UpdateTaskDef(ctx context.Context, def conductor.TaskDef, by string) error {
	if err := refusal("updateTaskDef.arg0", definition.ValidateTaskDef(def)); err != nil {
		return err
	}
	if _, ok := e.definitions.task(def.Name); !ok {
		return fault.NotFound("No such task by name %s", def.Name)
	}
	return e.storeTaskDefs(ctx, []conductor.TaskDef{def}, by)
}

func (e *Engine) storeTaskDefs(ctx context.Context, defs []conductor.TaskDef, by string) error {
	now := e.now()
	owned := make([]*conductor.TaskDef, 0, len(defs))
	records := make([]store.Record, 0, len(defs))
	for i := range defs {
		def, err := clone(&defs[i])
		if err != nil {
			return err
		}
		old, replaced := e.definitions.task(def.Name)
		if replaced {
			def.Audit = renewed(old.Audit, def.Audit, now, by)
		} else {
			def.Audit = created(def.Audit, now, by)
		}
		owned = append(owned, def)
		records = append(records, store.Record{Kind: KindTaskDef, Key: def.Name, Value: def})
	}
	if err := e.store.Commit(ctx, records); err != nil {
		return fmt.Errorf("storing task definitions: %w", err)
	}
	e.definitions.putTasks(owned)
	return nil
}

// TaskDef returns a registered definition: GET /metadata/taskdefs/{name}.
func (e *Engine) TaskDef(name string) (conductor.TaskDef, error) {
	def, ok := e.definitions.task(name)
	if !ok {
		return conductor.TaskDef{}, fault.NotFound("No such taskType found by name: %s", name)
	}
	return *def, nil
}

// TaskDefs returns all registered definitions by name: GET /metadata/taskdefs.
func (e *Engine) TaskDefs() []conductor.TaskDef { return e.definitions.allTasks() }

// DeleteTaskDef removes a registered definition: DELETE /metadata/taskdefs/{name}.
func (e *Engine) DeleteTaskDef(ctx context.Context, name string) error {
	if _, ok := e.definitions.task(name); !ok {
		return fault.NotFound("No such task definition")
	}
	if err := e.store.Commit(ctx, []store.Record{{Kind: KindTaskDef, Key: name}}); err != nil {
		return fmt.Errorf("removing a task definition: %w", err)
	}
	e.definitions.dropTask(name)
	return nil
}

func (d *definitions) dropTask(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	delete(d.tasks, name)
}

// created are the audit fields of something new.
func created(given conductor.Audit, now int64, by string) conductor.Audit {
	return conductor.Audit{OwnerApp: given.OwnerApp, CreateTime: now, CreatedBy: by}
}

// renewed are the audit fields of something replaced: who made it and when stays.
func renewed(old, given conductor.Audit, now int64, by string) conductor.Audit {
	owner := given.OwnerApp
	if owner == "" {
		owner = old.OwnerApp
	}
	return conductor.Audit{
		OwnerApp: owner, CreateTime: old.CreateTime, CreatedBy: old.CreatedBy, UpdateTime: now, UpdatedBy: by,
	}
}

// clone returns a copy that shares nothing with what the caller holds.
func clone[T any](value *T) (*T, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fault.Invalid("the definition is not JSON: %s", err)
	}
	copied := new(T)
	if err := conductor.Decode(data, copied); err != nil {
		return nil, fault.Invalid("the definition is not JSON: %s", err)
	}
	return copied, nil
}
