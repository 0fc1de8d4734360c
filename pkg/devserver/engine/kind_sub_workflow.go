package engine

import (
	"maps"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// subWorkflowKind is SUB_WORKFLOW: another workflow runs inside this one, and its end is the task's.
func subWorkflowKind() kind {
	return kind{schedule: scheduleSubWorkflow, execute: executeSubWorkflow, queued: true}
}

// maxNesting is how deep workflows may run inside one another: one that contains itself would otherwise never end.
const maxNesting = 100

// scheduleSubWorkflow notes in the input what is to be started, under the names that Conductor uses.
func scheduleSubWorkflow(m *mapping) ([]*task, error) {
	t := m.newTask()
	params, _ := m.n.child.resolve(&scope{x: m.x}).(map[string]any)
	t.Wire.InputData = map[string]any{
		"subWorkflowName": params["name"], "subWorkflowVersion": params["version"], "subWorkflowTaskToDomain": params["taskToDomain"],
		"subWorkflowDefinition": params["workflowDefinition"], "idempotencyKey": params["idempotencyKey"],
		"idempotencyStrategy": params["idempotencyStrategy"], "priority": params["priority"], "workflowInput": t.Wire.InputData,
	}
	return []*task{t}, nil
}

func executeSubWorkflow(_ *execution, t *task, _ *environment) []command {
	return []command{startChild{t}}
}

// startChild starts the workflow inside a task. Being asked again for one that is there already does no harm.
type startChild struct{ task *task }

func (c startChild) apply(x *execution, now int64) []*task {
	t := c.task
	if t.Wire.Status != conductor.TaskInProgress {
		t.begin(now)
		t.Wire.PollCount++
		t.Wire.SubWorkflowID = namedID("subworkflow:" + x.id + ":" + t.Wire.TaskID + ":" + strconv.Itoa(t.Wire.RetryCount))
		t.overlay(map[string]any{"subWorkflowId": t.Wire.SubWorkflowID})
	}
	req, err := childRequest(x, t)
	if err != nil {
		return finishTask{task: t, status: conductor.TaskFailed, reason: err.Error()}.apply(x, now)
	}
	from := birth{
		by: x.wf.CreatedBy, level: x.level + 1, depth: x.depth, chain: x.chain, kin: x.family(),
		id: t.Wire.SubWorkflowID, parentID: x.id, parentTaskID: t.Wire.TaskID,
	}
	x.changes.errands = append(x.changes.errands, func(e *Engine) []errand { return e.bear(t, req, from) })
	return nil
}

// childRequest is how the child starts, from the task's input.
func childRequest(x *execution, t *task) (conductor.StartWorkflowRequest, error) {
	input := t.Wire.InputData
	given := map[string]any{
		"name": input["subWorkflowName"], "version": input["subWorkflowVersion"], "taskToDomain": input["subWorkflowTaskToDomain"],
		"workflowDef": input["subWorkflowDefinition"], "idempotencyKey": input["idempotencyKey"],
		"idempotencyStrategy": input["idempotencyStrategy"], "priority": input["priority"],
	}
	req, err := requestOf(given)
	if err != nil {
		return req, err
	}
	own, _ := input["workflowInput"].(map[string]any)
	if len(own) == 0 {
		own = input // as the real server does
	}
	req.Input, req.CorrelationID = own, x.wf.CorrelationID
	if req.WorkflowDef != nil {
		req.Input = maps.Clone(own)
		req.Input["_systemMetadata"] = map[string]any{"dynamic": true}
	}
	if len(req.TaskToDomain) == 0 {
		req.TaskToDomain = x.wf.TaskToDomain
	}
	return req, nil
}

// bear starts a child, or tells its parent what became of one that is there.
func (e *Engine) bear(t *task, req conductor.StartWorkflowRequest, from birth) []errand {
	if child := e.index.execution(from.id); child != nil {
		return e.askChild(child)
	}
	_, errands, err := e.beginFor(req, from)
	if err == nil {
		return errands
	}
	return append(errands, e.visit(t.x, func(now int64) []*task {
		if t.terminal() {
			return nil
		}
		t.Wire.SubWorkflowID, t.Wire.OutputData = "", map[string]any{}
		return finishTask{task: t, status: conductor.TaskFailed, reason: because(err)}.apply(t.x, now)
	})...)
}

// askChild repeats what a child that has ended told its parent.
func (e *Engine) askChild(child *execution) []errand {
	child.lock()
	defer child.unlock()
	if !child.ended() {
		return nil
	}
	return []errand{child.tellParent()}
}

// tellParent gives the task that the workflow runs in its end. The execution is locked and has ended.
func (x *execution) tellParent() errand {
	status, reason := childStatus(x.wf.Status), ""
	if status != conductor.TaskCompleted {
		reason = "Sub workflow " + x.title() + " failure reason: " + x.wf.ReasonForIncompletion
	}
	output := maps.Clone(x.wf.Output)
	if output == nil {
		output = map[string]any{}
	}
	output["subWorkflowId"] = x.id
	delete(output, failureOutput)
	taskID, id := x.wf.ParentWorkflowTaskID, x.id
	return func(e *Engine) []errand {
		return e.visitTask(taskID, func(t *task, now int64) []*task {
			if t.terminal() || t.Wire.SubWorkflowID != id {
				return nil
			}
			return finishTask{task: t, status: status, reason: reason, output: output}.apply(t.x, now)
		})
	}
}

func childStatus(workflowStatus string) string {
	switch workflowStatus {
	case conductor.WorkflowCompleted:
		return conductor.TaskCompleted
	case conductor.WorkflowTimedOut:
		return conductor.TaskTimedOut
	case conductor.WorkflowTerminated:
		return conductor.TaskCanceled
	}
	return conductor.TaskFailed
}

// abandon ends the workflow inside a task that ended badly before it.
func (c *changes) abandon(t *task) {
	id := t.Wire.SubWorkflowID
	if id == "" || t.Wire.TaskType != typeSubWorkflow || conductor.TaskSuccessful(t.Wire.Status) {
		return
	}
	why := "Parent workflow has been terminated with status " + t.x.wf.Status
	if reason := t.x.wf.ReasonForIncompletion; reason != "" {
		why = "Parent workflow has been terminated with reason: " + reason
	}
	c.errands = append(c.errands, func(e *Engine) []errand {
		child := e.index.execution(id)
		if child == nil {
			return nil
		}
		return e.visit(child, func(now int64) []*task {
			if !child.ended() {
				endWorkflow{status: conductor.WorkflowTerminated, reason: why, byHand: true}.apply(child, now)
			}
			return nil
		})
	})
}
