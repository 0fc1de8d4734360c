package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// elsewhere does something to another execution for a task, when the step is durable and none is locked, and ends the task with what
// came of it.
type elsewhere struct {
	task *task
	do   func(e *Engine) (output map[string]any, err error)
}

func (c elsewhere) apply(x *execution, now int64) []*task {
	c.task.begin(now)
	x.changes.errands = append(x.changes.errands, func(e *Engine) []errand {
		output, err := c.do(e)
		end := finishTask{task: c.task, status: conductor.TaskCompleted, output: output}
		if err != nil {
			end = finishTask{task: c.task, status: conductor.TaskFailed, reason: because(err)}
		}
		return e.visit(x, func(now int64) []*task {
			if c.task.terminal() {
				return nil
			}
			return end.apply(x, now)
		})
	})
	return nil
}

// getWorkflowKind is GET_WORKFLOW: another execution is the output, as "workflow".
func getWorkflowKind() kind { return kind{schedule: scheduleOne, execute: executeGetWorkflow} }

func executeGetWorkflow(x *execution, t *task, _ *environment) []command {
	id := textOf(t.Wire.InputData["id"])
	if id == "" {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: "Missing 'id' in the input of a GET_WORKFLOW task"}}
	}
	withTasks, by := truth(t.Wire.InputData["includeTasks"]), x.wf.CreatedBy
	return []command{elsewhere{task: t, do: func(e *Engine) (map[string]any, error) {
		wf, err := e.Workflow(id, withTasks)
		if err == nil {
			err = e.rights.MayRead(by, wf)
		}
		if err != nil {
			return nil, err
		}
		plain, err := plainMap(wf)
		return map[string]any{"workflow": plain}, err
	}}}
}

// terminateWorkflowKind is TERMINATE_WORKFLOW: it ends other executions, one or a list.
func terminateWorkflowKind() kind {
	return kind{schedule: scheduleOne, execute: executeTerminateWorkflow}
}

func executeTerminateWorkflow(x *execution, t *task, _ *environment) []command {
	var ids []string
	switch given := t.Wire.InputData["workflowId"].(type) {
	case string:
		ids = []string{given}
	case []any:
		for _, id := range given {
			ids = append(ids, javaText(id))
		}
	}
	if len(ids) == 0 {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: "Missing 'workflowId' in the input of a TERMINATE_WORKFLOW task"}}
	}
	reason, compensate, by := textOf(t.Wire.InputData["terminationReason"]), truth(t.Wire.InputData["triggerFailureWorkflow"]), x.wf.CreatedBy
	return []command{elsewhere{task: t, do: func(e *Engine) (map[string]any, error) {
		for _, id := range ids {
			if err := e.terminateFor(by, id, reason, compensate); err != nil {
				return nil, err
			}
		}
		return map[string]any{"workflowId": texts(ids)}, nil
	}}}
}

func (e *Engine) terminateFor(by, id, reason string, compensate bool) error {
	if err := e.maySteer(by, id); err != nil {
		return err
	}
	return e.operate(context.Background(), id, func(x *execution, now int64) ([]*task, error) { return nil, x.terminate(reason, compensate, now) })
}

// updateTaskKind is UPDATE_TASK: it ends a task of another execution, or another task of its own, that waits.
func updateTaskKind() kind { return kind{schedule: scheduleOne, execute: executeUpdateTask} }

func executeUpdateTask(x *execution, t *task, _ *environment) []command {
	input, by := t.Wire.InputData, x.wf.CreatedBy
	return []command{elsewhere{task: t, do: func(e *Engine) (map[string]any, error) {
		waiting, err := e.waitingTask(input)
		if err != nil {
			return nil, err
		}
		if err := e.maySteer(by, waiting.WorkflowInstanceID); err != nil {
			return nil, err
		}
		result := conductor.TaskResult{
			WorkflowInstanceID: waiting.WorkflowInstanceID, TaskID: waiting.TaskID, Status: textOf(input["taskStatus"]),
		}
		result.OutputData, _ = input["taskOutput"].(map[string]any)
		if truth(input["mergeOutput"]) {
			result.OutputData = laidOver(waiting.OutputData, result.OutputData)
		}
		if _, err := e.Update(context.Background(), result); err != nil {
			return nil, err
		}
		return map[string]any{"taskId": waiting.TaskID, "workflowId": waiting.WorkflowInstanceID}, nil
	}}}
}

// waitingTask finds the task that an UPDATE_TASK names, by its id or by its reference name in an execution.
func (e *Engine) waitingTask(input map[string]any) (conductor.Task, error) {
	if id := textOf(input["taskId"]); id != "" {
		return e.Task(id)
	}
	id, ref := textOf(input["workflowId"]), textOf(input["taskRefName"])
	if id == "" || ref == "" {
		return conductor.Task{}, fault.Invalid("An UPDATE_TASK task needs taskId, or workflowId and taskRefName, in its input")
	}
	x := e.index.execution(id)
	if x == nil {
		return conductor.Task{}, noWorkflow(id)
	}
	x.lock()
	defer x.unlock()
	t := x.waiting(ref)
	if t == nil {
		return conductor.Task{}, fault.NotFound("Found no running task %s of workflow %s to update", ref, id)
	}
	return t.view(), nil
}
