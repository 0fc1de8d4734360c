package engine

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func dynamicFork(ref string, input map[string]any, change func(*conductor.WorkflowTask)) conductor.WorkflowTask {
	if change == nil {
		change = func(*conductor.WorkflowTask) {}
	}
	return taskOf("FORK_JOIN_DYNAMIC", ref, input, change)
}

// byList is the form with a list of tasks and an object of inputs.
func byList(ref string) conductor.WorkflowTask {
	return dynamicFork(ref, map[string]any{"dt": "${workflow.input.dt}", "di": "${workflow.input.di}"}, func(t *conductor.WorkflowTask) {
		t.DynamicForkTasksParam, t.DynamicForkTasksInputParamName = "dt", "di"
	})
}

func TestDynamicForkOfAList(t *testing.T) {
	r := newRig(t)
	r.taskDef("n3", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 0 })
	r.flow("flow", nil, byList("dfk"), join("jn"), simple("z", "z"))
	id := r.start("flow", map[string]any{"dt": []any{
		map[string]any{"name": "n1", "taskReferenceName": "r1", "type": "INLINE", "inputParameters": map[string]any{"expression": "$.x", "own": "o"}},
		map[string]any{"name": "n2", "taskReferenceName": "r2", "type": "SIMPLE"},
		map[string]any{"name": "n3", "taskReferenceName": "r3"},
		map[string]any{"name": "n3", "taskReferenceName": "r3"},
	}, "di": map[string]any{"r1": map[string]any{"x": 1}, "r2": map[string]any{"y": "${workflow.workflowId}"}}})
	require.Equal(t, []string{"dfk:COMPLETED", "r1:COMPLETED", "r2:SCHEDULED", "r3:SCHEDULED", "jn:IN_PROGRESS"}, r.states(id))
	wf := r.workflow(id)
	require.Equal(t, "FORK", wf.Tasks[0].TaskType)
	require.Equal(t, []any{"r1", "r2", "r3", "r3"}, wf.Tasks[0].InputData["forkedTasks"])
	require.Len(t, wf.Tasks[0].InputData["forkedTaskDefs"], 4)
	require.Equal(t, wf.Tasks[0].InputData["forkedTasks"], wf.Tasks[4].InputData["joinOn"])
	require.Equal(t, map[string]any{"y": id}, wf.Tasks[2].InputData)
	require.Equal(t, "n2", wf.Tasks[2].TaskDefName)
	require.Zero(t, wf.Tasks[2].TaskDefinition.RetryCount, "without a definition there is no second try")
	require.Zero(t, wf.Tasks[2].ResponseTimeoutSeconds)
	r.report(r.must("n3"), conductor.TaskFailed, nil)
	r.report(r.must("n3"), conductor.TaskCompleted, map[string]any{"second": true})
	r.report(r.must("n2"), conductor.TaskCompleted, nil)
	require.Equal(t, map[string]any{
		"r1": map[string]any{"result": int64(1)}, "r3": map[string]any{"second": true},
	}, r.workflow(id).Tasks[4].OutputData)
	require.NotNil(t, r.poll("z"))
}

func TestDynamicForkThatCannotBeRead(t *testing.T) {
	one := []any{map[string]any{"name": "n1", "taskReferenceName": "r1", "type": "NOOP"}}
	for _, c := range []struct {
		input  map[string]any
		reason string
	}{
		{map[string]any{"dt": "x", "di": map[string]any{}}, "Input 'dt' is invalid. Cannot deserialize a list of Workflow Tasks from 'x'"},
		{map[string]any{}, "Input 'dt' is invalid. Cannot deserialize a list of Workflow Tasks from 'null'"},
		{map[string]any{"dt": []any{5}}, "Input 'dt' is invalid. Cannot deserialize a list of Workflow Tasks from '[5]'"},
		{map[string]any{"dt": one, "di": "bad"}, "Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found bad"},
		{map[string]any{"dt": one}, "Input to the dynamically forked tasks is not a map -> expecting a map of K,V  but found null"},
		{map[string]any{"dt": []any{map[string]any{"name": "n", "taskReferenceName": "r", "type": "SUB_WORKFLOW", "subWorkflowParam": map[string]any{"name": "nobody"}}}, "di": map[string]any{}}, "has no workflow definition available"},
	} {
		r := newRig(t)
		r.flow("flow", nil, byList("dfk"), join("jn"))
		wf := r.workflow(r.start("flow", c.input))
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Contains(t, wf.ReasonForIncompletion, c.reason)
		require.Empty(t, wf.Tasks)
	}
	r := newRig(t)
	r.flow("flow", nil, byList("dfk"), join("jn"))
	require.Equal(t, []string{"dfk:COMPLETED", "jn:COMPLETED"}, r.states(r.start("flow", map[string]any{"dt": []any{}, "di": map[string]any{}})), "no branches")
	r.flow("flow", nil, byList("dfk"))
	require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, "not followed by a join task")
	r.flow("flow", nil, dynamicFork("dfk", map[string]any{"forkTaskName": "n", "forkTaskInputs": "${workflow.input.none}"}, nil), join("jn"))
	require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, "The value of null from task's input {forkTaskInputs=null, forkTaskName=n} has no dynamic tasks")
}

func TestDynamicForkOfInputs(t *testing.T) {
	r := newRig(t)
	r.flow("child", func(d *conductor.WorkflowDef) { d.OutputParameters = map[string]any{"o": "${workflow.input.a}"} }, taskOf("NOOP", "n", nil))
	r.flow("flow", nil,
		dynamicFork("dfk", map[string]any{"forkTaskName": "n5", "forkTaskInputs": []any{map[string]any{"a": 1}, 5}}, nil), join("jn"),
		dynamicFork("dfk2", map[string]any{"forkTaskName": "inl", "forkTaskType": "INLINE", "forkTaskInputs": []any{map[string]any{"expression": "9"}}}, nil), join("jn2"),
		dynamicFork("dfk3", map[string]any{"forkTaskWorkflow": "child", "forkTaskInputs": []any{map[string]any{"a": "in"}}}, nil), join("jn3"))
	id := r.start("flow", nil)
	require.Equal(t, []string{"dfk:COMPLETED", "_n5_0:SCHEDULED", "_n5_1:SCHEDULED", "jn:IN_PROGRESS"}, r.states(id))
	wf := r.workflow(id)
	require.Equal(t, int64(0), wf.Tasks[1].InputData["__index"])
	require.Equal(t, int64(1), wf.Tasks[2].InputData["__index"])
	require.Contains(t, wf.Tasks[2].InputData, "input")
	r.report(r.must("n5"), conductor.TaskCompleted, nil)
	r.report(r.must("n5"), conductor.TaskCompleted, nil)
	wf = r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, wf.ReasonForIncompletion)
	require.Equal(t, map[string]any{"_dfk2_inl_0": map[string]any{"result": int64(9)}}, wf.Tasks[6].OutputData)
	require.Equal(t, "in", wf.Output["_dfk3_0"].(map[string]any)["o"])
	require.Equal(t, "child", wf.Tasks[8].TaskDefName)
}

func TestDynamicForkInTheOldestForm(t *testing.T) {
	r := newRig(t)
	old := dynamicFork("dfk", map[string]any{"p": "${workflow.input.p}"}, func(t *conductor.WorkflowTask) { t.DynamicForkJoinTasksParam = "p" })
	r.flow("flow", nil, old, join("jn"))
	id := r.start("flow", map[string]any{"p": map[string]any{"dynamicTasks": []any{
		map[string]any{"taskName": "n1", "referenceName": "r1", "input": map[string]any{"x": "y"}, "type": "SIMPLE"},
		map[string]any{"taskName": "n2", "referenceName": "r2"},
	}}})
	require.Equal(t, []string{"dfk:COMPLETED", "r1:SCHEDULED", "r2:SCHEDULED", "jn:IN_PROGRESS"}, r.states(id))
	require.Equal(t, map[string]any{"x": "y"}, r.must("n1").InputData)
	require.Contains(t, r.workflow(r.start("flow", map[string]any{"p": "x"})).ReasonForIncompletion, "has no dynamic tasks to be scheduled")
}

func TestDynamicForksInLoopsAndAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	each := dynamicFork("dfk", map[string]any{"forkTaskName": "w", "forkTaskInputs": "${lp.output.loopItem}"}, nil)
	r.flow("flow", nil, overItems("lp", "true", each, join("jn")))
	id := r.start("flow", map[string]any{"list": []any{[]any{1, 2}, []any{3}}})
	r.report(r.must("w"), conductor.TaskCompleted, nil)
	require.Equal(t, []string{"lp:IN_PROGRESS", "dfk__1:COMPLETED", "_w_0__1:COMPLETED", "_w_1__1:SCHEDULED", "jn__1:IN_PROGRESS"}, r.states(id))
	before := encoded(t, r.workflow(id))
	require.NoError(t, r.Close())
	next := newRig(t, on(kept, 0))
	require.JSONEq(t, before, encoded(t, next.workflow(id)))
	next.report(next.must("w"), conductor.TaskCompleted, nil)
	require.Equal(t, "dfk__2:COMPLETED", next.states(id)[5])
	next.report(next.must("w"), conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, next.workflow(id).Status, next.states(id))
}

func TestDynamicForkOfNestedTasks(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, byList("dfk"), join("jn"))
	loop, err := plainMap(loopOver("lp", "$.lp.iteration < 2", simple("w", "w")))
	require.NoError(t, err)
	id := r.start("flow", map[string]any{"dt": []any{loop}, "di": map[string]any{}})
	r.report(r.must("w"), conductor.TaskCompleted, nil)
	r.report(r.must("w"), conductor.TaskCompleted, nil)
	require.Equal(t, []string{"dfk:COMPLETED", "lp:COMPLETED", "jn:COMPLETED", "w__1:COMPLETED", "w__2:COMPLETED"}, r.states(id))
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

// BenchmarkDynamicFork is one branch of a dynamic fork of that many.
func BenchmarkDynamicFork(b *testing.B) {
	for _, width := range []int{10, 1000} {
		b.Run(fmt.Sprint(width), func(b *testing.B) {
			e, err := New(Options{})
			require.NoError(b, err)
			def := conductor.NewWorkflowDef()
			def.Name, def.Tasks = "wide", list(dynamicFork("dfk", map[string]any{
				"forkTaskName": "work", "forkTaskInputs": make([]any, width),
			}, nil), join("jn"))
			_, err = e.PutWorkflowDef(b.Context(), def, PutMode{}, "me")
			require.NoError(b, err)
			runWorkers(b, e, "wide")
		})
	}
}
