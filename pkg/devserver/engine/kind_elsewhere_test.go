package engine

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// noRights refuses everything to somebody.
type noRights struct{ who string }

func (n noRights) refuse(by, what string) error {
	if by == n.who {
		return errors.New(by + " may not " + what)
	}
	return nil
}

func (n noRights) MayStart(by string, _ conductor.WorkflowDef, _ bool, _ func(string) bool) error {
	return n.refuse(by, "start")
}

func (n noRights) MayRead(by string, _ conductor.Workflow) error { return n.refuse(by, "read") }

func (n noRights) MaySteer(by string, _ conductor.Workflow) error { return n.refuse(by, "steer") }

func TestGetWorkflow(t *testing.T) {
	r := newRig(t)
	r.flow("other", nil, simple("a", "a"))
	r.flow("flow", nil, taskOf("GET_WORKFLOW", "g", map[string]any{"id": "${workflow.input.id}", "includeTasks": "${workflow.input.tasks}"}))
	other := r.start("other", map[string]any{"n": 1})
	wf := r.workflow(r.start("flow", map[string]any{"id": other, "tasks": true}))
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	found := func(output map[string]any) map[string]any { return output["workflow"].(map[string]any) }
	require.Equal(t, other, found(wf.Output)["workflowId"])
	require.Len(t, found(wf.Output)["tasks"], 1)
	require.Empty(t, found(r.workflow(r.start("flow", map[string]any{"id": other})).Output)["tasks"])
	require.Contains(t, r.workflow(r.start("flow", map[string]any{"id": "nope"})).ReasonForIncompletion, "No such workflow found by id: nope")
	require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, "Missing 'id'")
}

func TestTerminateWorkflow(t *testing.T) {
	r := newRig(t)
	r.flow("rescue", nil, simple("help", "help"))
	r.flow("other", func(d *conductor.WorkflowDef) { d.FailureWorkflow = "rescue" }, simple("a", "a"))
	r.flow("flow", nil, taskOf("TERMINATE_WORKFLOW", "t", map[string]any{
		"workflowId": "${workflow.input.ids}", "terminationReason": "enough", "triggerFailureWorkflow": "${workflow.input.help}",
	}), simple("z", "z"))
	one, two := r.start("other", nil), r.start("other", nil)
	require.Equal(t, []string{"t:COMPLETED", "z:SCHEDULED"}, r.states(r.start("flow", map[string]any{"ids": []any{one}})))
	require.Equal(t, "enough", r.workflow(one).ReasonForIncompletion)
	require.Nil(t, r.poll("help"))
	r.start("flow", map[string]any{"ids": two, "help": true})
	require.NotNil(t, r.poll("help"))
	require.Contains(t, r.workflow(r.start("flow", map[string]any{"ids": "nope"})).ReasonForIncompletion, "nope")
	require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, "Missing 'workflowId'")

	r.flow("itself", nil, taskOf("TERMINATE_WORKFLOW", "t", map[string]any{"workflowId": "${workflow.workflowId}"}))
	require.Equal(t, conductor.WorkflowTerminated, r.workflow(r.start("itself", nil)).Status)
}

func TestUpdateTask(t *testing.T) {
	r := newRig(t)
	r.flow("other", nil, taskOf("HUMAN", "h", map[string]any{"n": 1}))
	r.flow("flow", nil, taskOf("UPDATE_TASK", "u", map[string]any{
		"workflowId": "${workflow.input.id}", "taskRefName": "${workflow.input.ref}", "taskId": "${workflow.input.task}",
		"taskStatus": "${workflow.input.status}", "taskOutput": map[string]any{"x": 1}, "mergeOutput": "${workflow.input.merge}",
	}))
	byRef, byID := r.start("other", nil), r.start("other", nil)
	_, err := r.UpdateByRef(t.Context(), byRef, "h", conductor.TaskInProgress, "", map[string]any{"old": true})
	require.NoError(t, err)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(r.start("flow", map[string]any{"id": byRef, "ref": "h", "status": "COMPLETED", "merge": true})).Status)
	require.Equal(t, map[string]any{"old": true, "x": r.workflow(byRef).Output["x"]}, r.workflow(byRef).Output)
	r.start("flow", map[string]any{"task": r.workflow(byID).Tasks[0].TaskID, "status": "FAILED"})
	require.Equal(t, conductor.WorkflowFailed, r.workflow(byID).Status)
	for wanted, input := range map[string]map[string]any{
		"needs taskId": {}, "No such workflow found by id: nope": {"id": "nope", "ref": "h"}, "Found no running task h": {"id": byRef, "ref": "h"},
		"Task not found": {"task": "nope"},
	} {
		require.Contains(t, r.workflow(r.start("flow", input)).ReasonForIncompletion, wanted)
	}
}

func TestTasksDoToOthersWhatTheirStarterMay(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Rights = noRights{who: "me"} })
	r.flow("other", nil, simple("a", "a"))
	start := func(by string, task conductor.WorkflowTask) conductor.Workflow {
		r.flow("flow", nil, task)
		id, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow"}, by)
		require.NoError(t, err)
		return r.workflow(id)
	}
	other := r.start("other", nil)
	for what, task := range map[string]conductor.WorkflowTask{
		"may not read":  taskOf("GET_WORKFLOW", "t", map[string]any{"id": other}),
		"may not steer": taskOf("TERMINATE_WORKFLOW", "t", map[string]any{"workflowId": other}),
		"may not start": taskOf("START_WORKFLOW", "t", map[string]any{"startWorkflow": map[string]any{"name": "other"}}),
	} {
		require.Contains(t, start("me", task).ReasonForIncompletion, "me "+what)
	}
	require.Contains(t, start("me", taskOf("UPDATE_TASK", "t", map[string]any{"workflowId": other, "taskRefName": "a", "taskStatus": "COMPLETED"})).ReasonForIncompletion, "may not steer")
	require.Contains(t, start("me", onceOnly(sub("s", "other"), false, false)).ReasonForIncompletion, "may not start")
	require.Equal(t, []string{"s:IN_PROGRESS"}, r.states(start("you", sub("s", "other")).WorkflowID))
	require.Equal(t, conductor.WorkflowRunning, r.workflow(other).Status)
}
