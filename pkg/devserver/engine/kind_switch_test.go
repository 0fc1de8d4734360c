package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// task makes a definition's task of a type.
func taskOf(taskType, ref string, input map[string]any, change ...func(*conductor.WorkflowTask)) conductor.WorkflowTask {
	task := conductor.WorkflowTask{Name: ref, TaskReferenceName: ref, Type: taskType, InputParameters: input}
	if input == nil {
		task.InputParameters = map[string]any{}
	}
	for _, apply := range change {
		apply(&task)
	}
	return task
}

func list(tasks ...conductor.WorkflowTask) []conductor.WorkflowTask { return tasks }

// byValue is a SWITCH over the workflow's input x.
func byValue(ref string, cases map[string][]conductor.WorkflowTask, fallback ...conductor.WorkflowTask) conductor.WorkflowTask {
	return taskOf("SWITCH", ref, map[string]any{"x": "${workflow.input.x}"}, func(t *conductor.WorkflowTask) {
		t.EvaluatorType, t.Expression, t.DecisionCases, t.DefaultCase = "value-param", "x", cases, fallback
	})
}

func TestSwitchTakesTheCaseOfItsValue(t *testing.T) {
	for _, c := range []struct {
		name   string
		value  any
		choice string
		runs   string
	}{
		{"a case", "a", "a", "first"},
		{"an empty case runs nothing", "e", "e", ""},
		{"no case is the default", "zzz", "zzz", "other"},
		{"null is a text", nil, "null", "other"},
		{"a number is a text", 5, "5", "five"},
		{"an object is Java's text", map[string]any{"b": 1}, "{b=1}", "other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.flow("flow", nil, byValue("sw", map[string][]conductor.WorkflowTask{
				"a": list(simple("first", "first"), simple("second", "second")), "5": list(simple("five", "five")), "e": {},
			}, simple("other", "other")), simple("last", "last"))
			id := r.start("flow", map[string]any{"x": c.value})
			chosen := r.workflow(id).Tasks[0]
			require.Equal(t, conductor.TaskCompleted, chosen.Status)
			require.Equal(t, "SWITCH", chosen.TaskDefName)
			require.Equal(t, map[string]any{"evaluationResult": []any{c.choice}, "selectedCase": c.choice}, chosen.OutputData)
			require.Equal(t, c.choice, chosen.InputData["case"])
			if c.runs == "" {
				require.NotContains(t, chosen.InputData, "hasChildren")
				require.Equal(t, []string{"sw:COMPLETED", "last:SCHEDULED"}, r.states(id))
			} else {
				require.Equal(t, "true", chosen.InputData["hasChildren"])
				require.Equal(t, []string{"sw:COMPLETED", c.runs + ":SCHEDULED"}, r.states(id))
				r.report(r.must(c.runs), conductor.TaskCompleted, nil)
			}
			if c.runs == "first" {
				r.report(r.must("second"), conductor.TaskCompleted, nil)
			}
			r.report(r.must("last"), conductor.TaskCompleted, map[string]any{"end": true})
			require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
		})
	}
}

func TestSwitchByScript(t *testing.T) {
	r := newRig(t)
	choose := byValue("sw", map[string][]conductor.WorkflowTask{"big": list(simple("a", "a"))}, simple("b", "b"))
	choose.EvaluatorType, choose.Expression = "javascript", `$.x > 10 ? "big" : "small"`
	r.flow("flow", nil, choose)
	require.Equal(t, []string{"sw:COMPLETED", "a:SCHEDULED"}, r.states(r.start("flow", map[string]any{"x": 11})))
	require.Equal(t, []string{"sw:COMPLETED", "b:SCHEDULED"}, r.states(r.start("flow", map[string]any{"x": 1})))
}

func TestSwitchInsideSwitch(t *testing.T) {
	r := newRig(t)
	inner := byValue("inner", map[string][]conductor.WorkflowTask{"a": list(simple("deep", "deep"))})
	r.flow("flow", nil, byValue("outer", map[string][]conductor.WorkflowTask{"a": list(inner, simple("after", "after"))}), simple("last", "last"))
	id := r.start("flow", map[string]any{"x": "a"})
	for _, name := range []string{"deep", "after", "last"} {
		r.report(r.must(name), conductor.TaskCompleted, nil)
	}
	require.Equal(t, []string{"outer:COMPLETED", "inner:COMPLETED", "deep:COMPLETED", "after:COMPLETED", "last:COMPLETED"}, r.states(id))
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestSwitchThatCannotChoose(t *testing.T) {
	broken := byValue("sw", map[string][]conductor.WorkflowTask{"a": list(simple("a", "a"))})
	broken.EvaluatorType, broken.Expression = "javascript", "$.nope.x"
	t.Run("a script that fails fails the task, which is not tried again", func(t *testing.T) {
		r := newRig(t)
		r.taskDef("sw", func(d *conductor.TaskDef) { d.RetryCount = 3 })
		r.flow("flow", nil, broken)
		wf := r.workflow(r.start("flow", nil))
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Len(t, wf.Tasks, 1)
		require.Equal(t, conductor.TaskFailed, wf.Tasks[0].Status)
		require.Contains(t, wf.ReasonForIncompletion, "TypeError: Cannot read property 'x' of undefined")
	})
	t.Run("an optional one is passed over", func(t *testing.T) {
		r := newRig(t)
		optional := broken
		optional.Optional = true
		r.flow("flow", nil, optional, simple("last", "last"))
		require.Equal(t, []string{"sw:COMPLETED_WITH_ERRORS", "last:SCHEDULED"}, r.states(r.start("flow", nil)))
	})
	t.Run("an unknown evaluator ends the workflow", func(t *testing.T) {
		r := newRig(t)
		unknown := broken
		unknown.EvaluatorType = "bogus"
		r.flow("flow", nil, unknown)
		wf := r.workflow(r.start("flow", nil))
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Equal(t, "No evaluator registered for type: bogus", wf.ReasonForIncompletion)
		require.Empty(t, wf.Tasks)
	})
}

func TestInline(t *testing.T) {
	for _, c := range []struct {
		name   string
		input  map[string]any
		status string
		output map[string]any
	}{
		{"a script", map[string]any{"expression": "$.a + 1", "a": "${workflow.input.x}"}, conductor.TaskCompleted, map[string]any{"result": int64(6)}},
		{"a value", map[string]any{"evaluatorType": "value-param", "expression": "a", "a": "v"}, conductor.TaskCompleted, map[string]any{"result": "v"}},
		{"graaljs is JavaScript", map[string]any{"evaluatorType": "graaljs", "expression": "[1]"}, conductor.TaskCompleted, map[string]any{"result": []any{int64(1)}}},
		{"no expression", map[string]any{"expression": " "}, conductor.TaskFailedTerminally, map[string]any{
			"error": "Empty 'expression' in Inline task's input parameters. A non-empty String value must be provided.",
		}},
		{"an unknown evaluator", map[string]any{"evaluatorType": "bogus", "expression": "1"}, conductor.TaskFailedTerminally, map[string]any{
			"error": "Unknown evaluator 'bogus' in INLINE task.",
		}},
		{"an error", map[string]any{"expression": "throw new Error('no')"}, conductor.TaskFailedTerminally, map[string]any{
			"error": "Error evaluating the script `Error: no`",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.taskDef("in", func(d *conductor.TaskDef) { d.RetryCount = 2 })
			r.flow("flow", nil, taskOf("INLINE", "in", c.input))
			wf := r.workflow(r.start("flow", map[string]any{"x": 5}))
			require.Len(t, wf.Tasks, 1)
			require.Equal(t, c.status, wf.Tasks[0].Status)
			require.Equal(t, c.output, wf.Tasks[0].OutputData)
			require.Equal(t, c.output, wf.Output)
			if c.status != conductor.TaskCompleted {
				require.Equal(t, c.output["error"], wf.Tasks[0].ReasonForIncompletion)
				require.Equal(t, []string{"in"}, wf.FailedReferenceTaskNames)
			}
		})
	}
}

func TestASlowScriptIsTriedAgain(t *testing.T) {
	r := newRig(t)
	r.scripts.(*javascript).limit = 20_000_000
	r.taskDef("in", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 30 })
	r.flow("flow", nil, taskOf("INLINE", "in", map[string]any{"expression": "while (true) {}"}))
	id := r.start("flow", nil)
	require.Equal(t, []string{"in:FAILED", "in:SCHEDULED"}, r.states(id), "the retry waits")
	r.clock.Advance(29_000_000_000)
	require.Equal(t, []string{"in:FAILED", "in:SCHEDULED"}, r.states(id))
	r.clock.Advance(1_000_000_000)
	require.Equal(t, []string{"in:FAILED", "in:FAILED"}, r.states(id))
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
}

func TestSetVariable(t *testing.T) {
	r := newRig(t)
	read := taskOf("INLINE", "read", map[string]any{"expression": "$.v", "v": "${workflow.variables}"})
	r.flow("flow", func(d *conductor.WorkflowDef) { d.Variables = map[string]any{"old": 1, "k": "first"} },
		taskOf("SET_VARIABLE", "set", map[string]any{"k": map[string]any{"a": "${workflow.input.x}"}}), read)
	before := r.start("flow", map[string]any{"x": "one"})
	wf := r.workflow(before)
	require.Equal(t, map[string]any{"old": wf.Variables["old"], "k": map[string]any{"a": "one"}}, wf.Variables)
	require.Empty(t, wf.Tasks[0].OutputData)
	require.Equal(t, map[string]any{"a": "one"}, wf.Output["result"].(map[string]any)["k"])
	second := r.workflow(r.start("flow", map[string]any{"x": "two"}))
	require.Equal(t, map[string]any{"a": "two"}, second.Variables["k"], "executions do not share them")
}

func TestTooManyVariables(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, taskOf("SET_VARIABLE", "a", map[string]any{"a": "small"}), taskOf("SET_VARIABLE", "b", map[string]any{"b": "${workflow.input.big}"}))
	wf := r.workflow(r.start("flow", map[string]any{"big": string(make([]byte, maxVariables))}))
	require.Equal(t, conductor.TaskFailedTerminally, wf.Tasks[1].Status)
	require.Contains(t, wf.ReasonForIncompletion, "is greater than the permissible limit: 256 kilobytes")
	require.Equal(t, map[string]any{"a": "small"}, wf.Variables)
}
