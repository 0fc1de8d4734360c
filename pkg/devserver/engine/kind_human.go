package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// humanKind is HUMAN: it waits until somebody updates the task.
func humanKind() kind { return kind{schedule: scheduleOne, execute: executeHuman} }

func executeHuman(_ *execution, t *task, _ *environment) []command {
	if t.Wire.Status == conductor.TaskInProgress {
		return nil
	}
	return []command{waitTask{task: t, until: never}}
}
