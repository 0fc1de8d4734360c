package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// terminateKind is TERMINATE: it ends the workflow with a status and an output of its own.
func terminateKind() kind { return kind{schedule: scheduleOne, execute: executeTerminate} }

func executeTerminate(_ *execution, t *task, _ *environment) []command {
	input := t.Wire.InputData
	switch input["terminationStatus"] {
	case conductor.WorkflowCompleted, conductor.WorkflowFailed, conductor.WorkflowTerminated:
	default:
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: "terminationStatus of a TERMINATE task is " +
			javaText(input["terminationStatus"]) + ": it must be COMPLETED, FAILED or TERMINATED"}}
	}
	output := map[string]any{}
	switch value := input["workflowOutput"].(type) {
	case nil:
	case map[string]any:
		output = value
	default:
		output["output"] = value
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted, output: output}}
}

// terminated answers the end that the first TERMINATE task among those given has brought. What started in the same step as that
// task has run meanwhile; what would follow does not start.
func terminated(touched []*task) []command {
	for _, t := range touched {
		if t.Wire.TaskType != typeTerminate || t.Wire.Status != conductor.TaskCompleted || t.settled() {
			continue
		}
		status, reason := textOf(t.Wire.InputData["terminationStatus"]), t.Wire.InputData["terminationReason"]
		if reason == nil {
			reason = "Workflow is " + status + " by TERMINATE task: " + t.Wire.TaskID
		}
		return []command{settleTask{t}, cutShort{t}, endWorkflow{status: status, reason: javaText(reason), output: t.Wire.OutputData, cause: t}}
	}
	return nil
}

// cutShort gives the loops around a TERMINATE task what the iteration that it ends has put out.
type cutShort struct{ task *task }

func (c cutShort) apply(x *execution, _ int64) []*task {
	x.inLoops(c.task, func(around *task) {
		outputs, _, _ := around.loop.results()
		around.loop.finish(around.Wire.Iteration, outputs)
	})
	return nil
}
