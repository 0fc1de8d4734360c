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

// terminated answers the end that TERMINATE tasks among those given have brought: if there are several, as the real server has it, the
// status and the reason of the last and the output of the first. What started in the same step as they has run meanwhile; what would
// follow does not start. A permissive task that failed counts more.
func terminated(x *execution, touched []*task) []command {
	var first, last *task
	for _, t := range touched {
		if t.Wire.TaskType != typeTerminate || t.Wire.Status != conductor.TaskCompleted || t.settled() {
			continue
		}
		if first == nil || t.Wire.Seq < first.Wire.Seq {
			first = t
		}
		if last == nil || t.Wire.Seq > last.Wire.Seq {
			last = t
		}
	}
	if last == nil {
		return nil
	}
	end := endWorkflow{status: conductor.WorkflowFailed, reason: x.failures(), output: first.Wire.OutputData}
	if end.reason == "" {
		end.status, end.cause = textOf(last.Wire.InputData["terminationStatus"]), last
		end.reason = javaText(last.Wire.InputData["terminationReason"])
	}
	if end.cause != nil && last.Wire.InputData["terminationReason"] == nil {
		end.reason = "Workflow is " + end.status + " by TERMINATE task: " + last.Wire.TaskID
	}
	return []command{settleTask{last}, end}
}

// cutLoops gives loops that are ended what their iteration has put out so far: the decider has looked at them since.
func (x *execution) cutLoops() {
	for _, around := range x.open() {
		if around.loop == nil || !around.loop.seen(x) {
			continue
		}
		outputs, _, _ := around.loop.results()
		for _, t := range around.loop.current {
			if t.Wire.TaskType == typeTerminate {
				outputs[t.node.ref()] = map[string]any{} // it was looked at before that task put anything out
			}
		}
		around.loop.finish(around.Wire.Iteration, outputs)
	}
}
