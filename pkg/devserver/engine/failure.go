package engine

import (
	"context"
	"maps"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// failureOutput is the key of a failed workflow's output that says what became of its failure workflow.
const failureOutput = "conductor.failure_workflow"

// maxFailureDepth ends a chain of failure workflows that fail themselves at once.
const maxFailureDepth = 10

// compensate starts the failure workflow of an execution that has just failed, before that is made durable.
func (e *Engine) compensate(ctx context.Context, x *execution) {
	end := x.changes.closing
	if end.byHand || end.status == conductor.WorkflowCompleted || x.removed {
		return
	}
	name := failureWorkflow(x)
	if name == "" {
		return
	}
	outcome, err := e.startFailure(ctx, x, name)
	if err != nil {
		outcome = "Error workflow " + name + " failed to start.  reason: " + err.Error()
	}
	output := make(map[string]any, len(x.wf.Output)+1)
	maps.Copy(output, x.wf.Output)
	output[failureOutput] = outcome
	x.wf.Output = output
}

// failureWorkflow is the name in the definition, or the workflow's input that it names ($workflow.input.NAME).
func failureWorkflow(x *execution) string {
	name := x.plan.def.FailureWorkflow
	if !strings.HasPrefix(name, "$") {
		return name
	}
	parts := strings.Split(strings.Trim(name, "${}"), ".")
	if len(parts) < 3 {
		return ""
	}
	value, _ := x.wf.Input[parts[2]].(string)
	return value
}

func (e *Engine) startFailure(ctx context.Context, x *execution, name string) (string, error) {
	if x.depth >= maxFailureDepth {
		return "", fault.Invalid("%d failure workflows have failed one after the other", x.depth)
	}
	failed, err := plainMap(x.view(true))
	if err != nil {
		return "", err
	}
	input := maps.Clone(x.wf.Input)
	if input == nil {
		input = map[string]any{}
	}
	input["workflowId"], input["reason"], input["failureStatus"] = x.id, x.wf.ReasonForIncompletion, x.wf.Status
	input["failedWorkflow"] = failed
	if cause := x.changes.closing.cause; cause != nil {
		input["failureTaskId"] = cause.Wire.TaskID
	}
	req := conductor.StartWorkflowRequest{
		Name: name, CorrelationID: x.wf.CorrelationID, Input: input, TaskToDomain: x.wf.TaskToDomain, Priority: x.wf.Priority,
	}
	if version := x.plan.def.FailureWorkflowVersion; version != 0 {
		req.Version = &version
	}
	id, errands, err := e.begin(ctx, req, birth{by: x.wf.CreatedBy, depth: x.depth + 1, chain: x.chain, kin: x.family()})
	x.changes.errands = append(x.changes.errands, errands...)
	return id, err
}
