package devserver

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/vault"
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

// keeper keeps the secrets of UPDATE_SECRET tasks, with the rights of who started their workflow.
type keeper struct {
	rules   *access.Access
	secrets *vault.Vault
}

func (k keeper) keep(by, name, value string) error {
	caller := k.rules.As(by)
	_, existed := k.secrets.Get(name)
	err := caller.MayCreateSecret(name)
	if existed {
		err = caller.MayUseSecret("UPDATE", name)
	}
	if err != nil {
		return err
	}
	if err := k.secrets.Put(context.Background(), name, value); err != nil || existed {
		return err
	}
	return k.rules.Own(context.Background(), caller, access.Secret(name))
}
