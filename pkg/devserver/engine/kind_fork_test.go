package engine

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func fork(ref string, branches ...[]conductor.WorkflowTask) conductor.WorkflowTask {
	return taskOf("FORK_JOIN", ref, map[string]any{"z": 1}, func(t *conductor.WorkflowTask) { t.ForkTasks = branches })
}

func join(ref string, on ...string) conductor.WorkflowTask {
	return taskOf("JOIN", ref, nil, func(t *conductor.WorkflowTask) { t.JoinOn = on })
}

// inline is a task that puts out the value of a script at once.
func inline(ref, script string) conductor.WorkflowTask {
	return taskOf("INLINE", ref, map[string]any{"expression": script})
}

func onceOnly(task conductor.WorkflowTask, optional, permissive bool) conductor.WorkflowTask {
	none := 0
	task.RetryCount, task.Optional, task.Permissive = &none, optional, permissive
	return task
}

func TestForkStartsItsBranchesAtOnce(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, fork("fk", list(simple("a1", "a1"), simple("a2", "a2")), list(inline("b", "7")), list()), join("jn", "a2", "b"), simple("z", "z"))
	id := r.start("flow", nil)
	require.Equal(t, []string{"fk:COMPLETED", "a1:SCHEDULED", "b:COMPLETED", "jn:IN_PROGRESS"}, r.states(id))
	wf := r.workflow(id)
	require.Equal(t, "FORK", wf.Tasks[0].TaskType)
	require.Equal(t, "FORK", wf.Tasks[0].TaskDefName)
	require.Equal(t, map[string]any{"joinOn": []any{"a2", "b"}}, wf.Tasks[3].InputData)
	require.Equal(t, map[string]any{"b": map[string]any{"result": int64(7)}}, wf.Tasks[3].OutputData, "what has come so far")
	r.report(r.must("a1"), conductor.TaskCompleted, map[string]any{"first": true})
	require.Nil(t, r.poll("z"))
	r.report(r.must("a2"), conductor.TaskCompleted, map[string]any{"second": true})
	wf = r.workflow(id)
	require.Equal(t, map[string]any{"a2": map[string]any{"second": true}, "b": map[string]any{"result": int64(7)}}, wf.Tasks[3].OutputData)
	r.report(r.must("z"), conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestForkBranchesThatFail(t *testing.T) {
	flow := func(r *rig) string {
		r.flow("flow", nil, fork("fk",
			list(onceOnly(simple("a", "a"), false, true)), list(onceOnly(simple("b", "b"), true, false)), list(onceOnly(simple("c", "c"), false, false)),
		), join("jn", "a", "b", "c"), simple("z", "z"))
		return r.start("flow", nil)
	}
	t.Run("an optional one gives errors", func(t *testing.T) {
		r := newRig(t)
		id := flow(r)
		b := r.must("b")
		r.report(b, conductor.TaskFailed, map[string]any{"eb": 1})
		r.report(r.must("a"), conductor.TaskCompleted, map[string]any{"ea": 1})
		r.report(r.must("c"), conductor.TaskCompleted, nil)
		wf := r.workflow(id)
		require.Equal(t, conductor.TaskCompletedWithErrors, wf.Tasks[4].Status)
		require.Equal(t, "b/"+b.TaskID+" completed with errors", wf.Tasks[4].ReasonForIncompletion)
		r.report(r.must("z"), conductor.TaskCompleted, nil)
		require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	})
	t.Run("a permissive one fails the join when all are over", func(t *testing.T) {
		r := newRig(t)
		id := flow(r)
		r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: r.must("a").TaskID, Status: conductor.TaskFailed, ReasonForIncompletion: "no luck"})
		r.report(r.must("b"), conductor.TaskCompleted, nil)
		require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
		r.report(r.must("c"), conductor.TaskCompleted, nil)
		wf := r.workflow(id)
		require.Equal(t, conductor.TaskFailed, wf.Tasks[4].Status)
		require.Equal(t, "no luck", wf.Tasks[4].ReasonForIncompletion)
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Equal(t, []string{"a", "jn"}, wf.FailedReferenceTaskNames)
	})
	t.Run("any other ends the workflow", func(t *testing.T) {
		r := newRig(t)
		id := flow(r)
		r.report(r.must("c"), conductor.TaskFailed, nil)
		require.Equal(t, []string{"fk:COMPLETED", "a:CANCELED", "b:CANCELED", "c:FAILED", "jn:CANCELED"}, r.states(id))
		require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
		require.Zero(t, r.QueueSize("a", ""))
	})
	t.Run("a retry is waited for", func(t *testing.T) {
		r := newRig(t)
		r.taskDef("again", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 0 })
		r.flow("flow", nil, fork("fk", list(simple("again", "x")), list(simple("y", "y"))), join("jn", "x", "y"))
		id := r.start("flow", nil)
		r.report(r.must("again"), conductor.TaskFailed, map[string]any{"n": 1})
		r.report(r.must("y"), conductor.TaskCompleted, nil)
		require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
		r.report(r.must("again"), conductor.TaskCompleted, map[string]any{"n": 2})
		wf := r.workflow(id)
		require.Equal(t, conductor.WorkflowCompleted, wf.Status)
		require.Equal(t, map[string]any{"n": 2}, wf.Tasks[3].OutputData["x"].(map[string]any))
	})
}

func TestForksInForksAndCases(t *testing.T) {
	r := newRig(t)
	inner := list(fork("fk2", list(simple("d", "d")), list(simple("e", "e"))), join("jn2", "d", "e"))
	choose := byValue("sw", map[string][]conductor.WorkflowTask{"a": inner})
	r.flow("flow", nil, fork("fk1", list(choose, simple("after", "after")), list(simple("c", "c"))), join("jn1", "after", "c"))
	id := r.start("flow", map[string]any{"x": "a"})
	for _, name := range []string{"e", "c", "d", "after"} {
		r.report(r.must(name), conductor.TaskCompleted, nil)
	}
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, r.states(id))
	require.Len(t, wf.Tasks, 9)
}

func TestAForkNeedsAJoin(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, fork("fk", list(simple("a", "a"))), simple("z", "z"))
	wf := r.workflow(r.start("flow", nil))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, "Fork task definition is not followed by a join task.  Check the blueprint", wf.ReasonForIncompletion)
	require.Empty(t, wf.Tasks)
}

func TestAJoinOnWhatNeverComesWaits(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, fork("fk", list(simple("a", "a"))), join("jn", "a", "nobody"))
	id := r.start("flow", nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	require.Equal(t, []string{"fk:COMPLETED", "a:COMPLETED", "jn:IN_PROGRESS"}, r.states(id))
}

func TestExclusiveJoin(t *testing.T) {
	choose := byValue("sw", map[string][]conductor.WorkflowTask{"a": list(inline("a", "10")), "b": list(inline("b", "20"))})
	exclusive := taskOf("EXCLUSIVE_JOIN", "ej", nil, func(t *conductor.WorkflowTask) {
		t.JoinOn, t.DefaultExclusiveJoinTask = []string{"a", "b"}, []string{"sw"}
	})
	for value, wanted := range map[string]map[string]any{
		"b":  {"result": int64(20)},
		"zz": {"evaluationResult": []any{"zz"}, "selectedCase": "zz"},
	} {
		r := newRig(t)
		r.flow("flow", nil, choose, exclusive)
		wf := r.workflow(r.start("flow", map[string]any{"x": value}))
		require.Equal(t, conductor.WorkflowCompleted, wf.Status)
		require.Equal(t, wanted, wf.Output)
	}
	r := newRig(t)
	exclusive.DefaultExclusiveJoinTask = nil
	r.flow("flow", nil, choose, exclusive)
	wf := r.workflow(r.start("flow", map[string]any{"x": "zz"}))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Contains(t, wf.ReasonForIncompletion, "None of the tasks of the EXCLUSIVE_JOIN has run")
}

func TestDecision(t *testing.T) {
	decide := taskOf("DECISION", "d", map[string]any{"x": "${workflow.input.x}"}, func(t *conductor.WorkflowTask) {
		t.CaseValueParam = "x"
		t.DecisionCases = map[string][]conductor.WorkflowTask{"a": {}, "b": list(inline("b", "1"))}
		t.DefaultCase = list(inline("other", "2"))
	})
	scripted := taskOf("DECISION", "d2", map[string]any{"x": "${workflow.input.x}"}, func(t *conductor.WorkflowTask) {
		t.CaseExpression = `$.x == null ? "n" : "y"`
		t.DecisionCases = map[string][]conductor.WorkflowTask{"y": list(inline("yes", "3"))}
	})
	for _, c := range []struct {
		value  any
		wanted []string
	}{
		{"a", []string{"d:COMPLETED", "other:COMPLETED", "d2:COMPLETED", "yes:COMPLETED"}},
		{"b", []string{"d:COMPLETED", "b:COMPLETED", "d2:COMPLETED", "yes:COMPLETED"}},
		{nil, []string{"d:COMPLETED", "other:COMPLETED", "d2:COMPLETED"}},
	} {
		r := newRig(t)
		r.flow("flow", nil, decide, scripted)
		id := r.start("flow", map[string]any{"x": c.value})
		require.Equal(t, c.wanted, r.states(id))
		wf := r.workflow(id)
		require.Equal(t, conductor.WorkflowCompleted, wf.Status)
		require.Equal(t, []any{javaText(c.value)}, wf.Tasks[0].OutputData["caseOutput"])
		require.Equal(t, map[string]any{"case": javaText(c.value), "hasChildren": "true"}, wf.Tasks[0].InputData)
	}
	r := newRig(t)
	broken := scripted
	broken.CaseExpression = "$.nope.x"
	r.flow("flow", nil, broken)
	require.Contains(t, r.workflow(r.start("flow", nil)).ReasonForIncompletion, "Error while evaluating script: $.nope.x")
}

func TestTerminateTask(t *testing.T) {
	for _, c := range []struct {
		input          map[string]any
		status, reason string
		output         map[string]any
	}{
		{map[string]any{"terminationStatus": "COMPLETED", "terminationReason": "why", "workflowOutput": "${workflow.input.o}"}, "COMPLETED", "why", map[string]any{"a": "b"}},
		{map[string]any{"terminationStatus": "COMPLETED", "workflowOutput": "text"}, "COMPLETED", "Workflow is COMPLETED by TERMINATE task: ", map[string]any{"output": "text"}},
		{map[string]any{"terminationStatus": "FAILED"}, "FAILED", "Workflow is FAILED by TERMINATE task: ", map[string]any{}},
		{map[string]any{"terminationStatus": "TERMINATED"}, "TERMINATED", "Workflow is TERMINATED by TERMINATE task: ", map[string]any{}},
	} {
		r := newRig(t)
		r.flow("cleanup", nil, simple("c", "c"))
		r.flow("flow", func(d *conductor.WorkflowDef) {
			d.OutputParameters, d.FailureWorkflow = map[string]any{"not": "used"}, "cleanup"
		}, fork("fk", list(simple("a", "a")), list(taskOf("TERMINATE", "te", c.input))), join("jn", "a", "te"))
		id := r.start("flow", map[string]any{"o": map[string]any{"a": "b"}})
		wf := r.workflow(id)
		require.Equal(t, c.status, wf.Status)
		require.Contains(t, wf.ReasonForIncompletion, c.reason)
		require.Equal(t, conductor.TaskCanceled, wf.Tasks[1].Status)
		require.Equal(t, conductor.TaskCompleted, wf.Tasks[2].Status)
		if c.status == "COMPLETED" {
			require.Equal(t, c.output, wf.Output)
			continue
		}
		require.Contains(t, wf.Output, failureOutput, "ending badly starts the failure workflow")
	}
}

func TestDynamic(t *testing.T) {
	dynamic := taskOf("DYNAMIC", "dy", map[string]any{"tn": "${workflow.input.tn}", "q": 1}, func(t *conductor.WorkflowTask) { t.DynamicTaskNameParam = "tn" })
	r := newRig(t)
	r.flow("flow", nil, dynamic, simple("z", "z"))
	id := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"tn": "job"}, TaskToDomain: map[string]string{"job": "john"}})
	task := r.pollAs(PollRequest{TaskType: "job", Domain: "john"})
	require.NotNil(t, task)
	require.Equal(t, "job", task.TaskDefName)
	require.Equal(t, "dy", task.ReferenceTaskName)
	r.report(*task, conductor.TaskCompleted, nil)
	require.NotNil(t, r.poll("z"))
	require.Equal(t, []string{"dy:COMPLETED", "z:SCHEDULED"}, r.states(r.start("flow", map[string]any{"tn": "NOOP"}))[:2], "a system task's name is its type")
	wf := r.workflow(r.start("flow", nil))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, "Cannot map a dynamic task based on the parameter and input. Parameter= tn, input= {q=1, tn=null}", wf.ReasonForIncompletion)
	_ = id
}

// BenchmarkFork is one branch of a fork of that many: the cost must not grow with the width.
func BenchmarkFork(b *testing.B) {
	for _, width := range []int{10, 1000} {
		b.Run(fmt.Sprint(width), func(b *testing.B) {
			e, err := New(Options{})
			require.NoError(b, err)
			def := conductor.NewWorkflowDef()
			def.Name = "wide"
			var branches [][]conductor.WorkflowTask
			var names []string
			for i := range width {
				names = append(names, fmt.Sprint("ref", i))
				branches = append(branches, list(simple("work", names[i])))
			}
			def.Tasks = list(fork("fk", branches...), join("jn", names...))
			_, err = e.PutWorkflowDef(b.Context(), def, PutMode{}, "me")
			require.NoError(b, err)
			runWorkers(b, e, "wide")
		})
	}
}

// runWorkers completes one task per round, and starts a workflow when there is none.
func runWorkers(b *testing.B, e *Engine, flow string) {
	b.Helper()
	for b.Loop() {
		tasks, err := e.Poll(b.Context(), PollRequest{TaskType: "work"})
		require.NoError(b, err)
		if len(tasks) == 0 {
			_, err := e.Start(b.Context(), conductor.StartWorkflowRequest{Name: flow}, "me")
			require.NoError(b, err)
			continue
		}
		_, err = e.Update(b.Context(), conductor.TaskResult{
			WorkflowInstanceID: tasks[0].WorkflowInstanceID, TaskID: tasks[0].TaskID, Status: conductor.TaskCompleted,
			OutputData: map[string]any{"a": "b"},
		})
		require.NoError(b, err)
	}
}
