package engine

import (
	"context"
	"fmt"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// PutMode says what happens when the version exists: Overwrite replaces it, NewVersion registers the definition under the
// next free version instead of its own. Without either it is a conflict.
type PutMode struct {
	Overwrite  bool
	NewVersion bool
}

// PutWorkflowDef registers a workflow definition and returns its version: POST and PUT /metadata/workflow.
// Every task type is accepted; a task that the engine cannot do fails. by is who does it.
func (e *Engine) PutWorkflowDef(ctx context.Context, def conductor.WorkflowDef, mode PutMode, by string) (int, error) {
	if err := e.checkWorkflowDef("registerWorkflowDef.arg0", def); err != nil {
		return 0, err
	}
	owned, err := clone(&def)
	if err != nil {
		return 0, err
	}
	e.definitions.writing.Lock()
	defer e.definitions.writing.Unlock()
	if newest := e.definitions.workflow(def.Name, 0); mode.NewVersion && newest != nil {
		owned.Version = newest.def.Version + 1
	}
	old := e.definitions.exact(owned.Name, owned.Version)
	if old != nil && !mode.Overwrite {
		return 0, fault.Conflict("Workflow with %s.%d already exists!", owned.Name, owned.Version)
	}
	owned.Audit = created(owned.Audit, e.now(), by)
	if old != nil {
		owned.Audit = renewed(old.Audit, def.Audit, e.now(), by)
	}
	record := store.Record{Kind: KindWorkflowDef, Key: versionKey(owned.Name, owned.Version), Value: owned}
	if err := e.store.Commit(ctx, []store.Record{record}); err != nil {
		return 0, fmt.Errorf("storing a workflow definition: %w", err)
	}
	e.definitions.putWorkflow(owned)
	return owned.Version, nil
}

// CheckWorkflowDef applies the rules of PutWorkflowDef without storing anything: POST /metadata/workflow/validate. at is where the
// definition is in the request, as the answer names it.
func (e *Engine) CheckWorkflowDef(at string, def conductor.WorkflowDef) error {
	return e.checkWorkflowDef(at, def)
}

// WorkflowDef returns a version of a definition, or the highest one for version 0: GET /metadata/workflow/{name}.
func (e *Engine) WorkflowDef(name string, version int) (conductor.WorkflowDef, error) {
	held := e.definitions.workflow(name, version)
	if held == nil {
		return conductor.WorkflowDef{}, fault.NotFound("No such workflow found by name: %s, version: %s", name, versionText(version))
	}
	return *held.def, nil
}

// versionText is how a message names a version that was not given.
func versionText(version int) string {
	if version == 0 {
		return "null"
	}
	return strconv.Itoa(version)
}

// WorkflowDefs returns every version of every definition, by name and version: GET /metadata/workflow.
func (e *Engine) WorkflowDefs() []conductor.WorkflowDef { return e.definitions.allWorkflows() }

// WorkflowVersions returns every version of a definition, lowest first, and none for an unknown name:
// GET /metadata/workflow/{name}/versions.
func (e *Engine) WorkflowVersions(name string) []conductor.WorkflowDef {
	return e.definitions.versions(name)
}

// DeleteWorkflowDef removes one version: DELETE /metadata/workflow/{name}/{version}. Executions of it go on.
func (e *Engine) DeleteWorkflowDef(ctx context.Context, name string, version int) error {
	e.definitions.writing.Lock()
	defer e.definitions.writing.Unlock()
	if e.definitions.exact(name, version) == nil {
		return fault.NotFound("No such workflow definition: %s version: %d", name, version)
	}
	if err := e.store.Commit(ctx, []store.Record{{Kind: KindWorkflowDef, Key: versionKey(name, version)}}); err != nil {
		return fmt.Errorf("removing a workflow definition: %w", err)
	}
	e.definitions.dropWorkflow(name, version)
	return nil
}

// versionKey is the key of one version in the store; the version comes first, since a name may hold anything.
func versionKey(name string, version int) string { return strconv.Itoa(version) + "/" + name }

func (d *definitions) exact(name string, version int) *conductor.WorkflowDef {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if held := d.workflows[name][version]; held != nil {
		return held.def
	}
	return nil
}

func (d *definitions) dropWorkflow(name string, version int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	delete(d.workflows[name], version)
	if len(d.workflows[name]) == 0 {
		delete(d.workflows, name)
	}
}
