package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Rights is asked before a task does something to another workflow, on behalf of by, who started its own. The errors end the task with
// their message. No execution is locked then; the engine may be read.
type Rights interface {
	// MayStart is asked before a workflow is started: inline when its definition is the task's own. defined tells which tasks have a
	// definition.
	MayStart(by string, def conductor.WorkflowDef, inline bool, defined func(task string) bool) error
	// MayRead and MaySteer are asked before an execution is read, ended or has a task updated.
	MayRead(by string, wf conductor.Workflow) error
	MaySteer(by string, wf conductor.Workflow) error
}

// allRights is everybody's where no access rules are.
type allRights struct{}

func (allRights) MayStart(string, conductor.WorkflowDef, bool, func(string) bool) error { return nil }

func (allRights) MayRead(string, conductor.Workflow) error { return nil }

func (allRights) MaySteer(string, conductor.Workflow) error { return nil }

// beginFor starts a workflow for a task, if whoever started the task's own may.
func (e *Engine) beginFor(req conductor.StartWorkflowRequest, from birth) (string, []errand, error) {
	def, inline := req.WorkflowDef, req.WorkflowDef != nil
	if !inline {
		version := 0
		if req.Version != nil {
			version = *req.Version
		}
		if found, err := e.WorkflowDef(req.Name, version); err == nil { // one that is unknown is refused below
			def = &found
		}
	}
	if def != nil {
		defined := func(task string) bool {
			_, known := e.definitions.task(task)
			return known
		}
		if err := e.rights.MayStart(from.by, *def, inline, defined); err != nil {
			return "", nil, err
		}
	}
	return e.begin(context.Background(), req, from)
}
