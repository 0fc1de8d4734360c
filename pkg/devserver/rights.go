package devserver

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
)

// rights lets the tasks of a workflow do to others what the one may who started it (access sheet 5).
type rights struct{ rules *access.Access }

// MayStart needs the same as a start by hand: EXECUTE on the workflow and on its tasks.
func (r rights) MayStart(by string, def conductor.WorkflowDef, inline bool, defined func(task string) bool) error {
	return r.rules.As(by).MayStart(def, inline, defined)
}

// MayRead needs READ on the definition, or to have started the execution.
func (r rights) MayRead(by string, wf conductor.Workflow) error {
	return r.rules.As(by).MayReadExecution(wf)
}

// MaySteer needs EXECUTE on the definition, or to have started the execution.
func (r rights) MaySteer(by string, wf conductor.Workflow) error {
	return r.rules.As(by).MaySteerExecution(wf)
}
