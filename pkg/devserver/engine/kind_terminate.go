package engine

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// terminateKind is TERMINATE: it ends the workflow with a status and an output of its own.
func terminateKind() kind { return kind{schedule: scheduleOne, execute: executeTerminate} }

func executeTerminate(_ *execution, t *task, _ *environment) []command {
	input := t.Wire.InputData
	status, _ := input["terminationStatus"].(string)
	switch status {
	case conductor.WorkflowCompleted, conductor.WorkflowFailed, conductor.WorkflowTerminated:
	default:
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: "terminationStatus of a TERMINATE task is " +
			javaText(input["terminationStatus"]) + ": it must be COMPLETED, FAILED or TERMINATED"}}
	}
	reason, given := input["terminationReason"]
	if !given || reason == nil {
		reason = "Workflow is " + status + " by TERMINATE task: " + t.Wire.TaskID
	}
	output := map[string]any{}
	switch value := input["workflowOutput"].(type) {
	case nil:
	case map[string]any:
		output = value
	default:
		output["output"] = value
	}
	return []command{
		finishTask{task: t, status: conductor.TaskCompleted, output: output},
		settleTask{t},
		endWorkflow{status: status, reason: javaText(reason), output: output},
	}
}
