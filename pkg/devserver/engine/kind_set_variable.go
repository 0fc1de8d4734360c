package engine

import (
	"fmt"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxVariables is the most that an execution's variables may hold together, in bytes of JSON.
const maxVariables = 256 << 10

// setVariableKind is SET_VARIABLE: its input becomes variables of the workflow.
func setVariableKind() kind { return kind{schedule: scheduleOne, execute: executeSetVariable} }

func executeSetVariable(x *execution, t *task, _ *environment) []command {
	set := setVariables{t.Wire.InputData}
	if size := sizeOf(set.over(x), maxVariables+1); size > maxVariables {
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: fmt.Sprintf(
			"The variables payload size: %d of workflow: %s is greater than the permissible limit: %d kilobytes", size, x.id, maxVariables>>10)}}
	}
	return []command{set, finishTask{task: t, status: conductor.TaskCompleted}}
}

// setVariables lays values over the variables of the workflow; views share the old ones.
type setVariables struct{ values map[string]any }

func (c setVariables) apply(x *execution, _ int64) []*task {
	x.wf.Variables = c.over(x)
	x.changes.workflow = true
	return nil
}

// over is what the variables are then.
func (c setVariables) over(x *execution) map[string]any {
	merged := make(map[string]any, len(x.wf.Variables)+len(c.values))
	maps.Copy(merged, x.wf.Variables)
	maps.Copy(merged, c.values)
	return merged
}
