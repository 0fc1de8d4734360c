package engine

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func loopOver(ref, condition string, tasks ...conductor.WorkflowTask) conductor.WorkflowTask {
	return taskOf("DO_WHILE", ref, nil, func(t *conductor.WorkflowTask) { t.LoopCondition, t.LoopOver = &condition, tasks })
}

// loopItem is a loop over the workflow's input list.
func overItems(ref string, condition string, tasks ...conductor.WorkflowTask) conductor.WorkflowTask {
	task := loopOver(ref, condition, tasks...)
	task.Items = "${workflow.input.list}"
	return task
}

func TestDoWhileRunsWhileItsConditionHolds(t *testing.T) {
	r := newRig(t)
	double := taskOf("INLINE", "i", map[string]any{"expression": "$.n * 2", "n": "${lp.output.iteration}"})
	choose := byValue("sw", map[string][]conductor.WorkflowTask{"4": list(inline("four", "'four'"))}, taskOf("NOOP", "other", nil))
	choose.InputParameters = map[string]any{"x": "${i.output.result}"}
	lp := loopOver("lp", `if ($.lp["iteration"] < $.max) { true; } else { false; }`,
		double, fork("fk", list(inline("a", "5"))), join("jn", "a"), choose)
	lp.InputParameters = map[string]any{"max": "${workflow.input.max}"}
	last := taskOf("INLINE", "z", map[string]any{"expression": "$.v", "v": "${i.output.result}", "w": "${four.output}", "l": "${lp.output['2'].sw.selectedCase}"})
	r.flow("flow", nil, lp, last)
	wf := r.workflow(r.start("flow", map[string]any{"max": 3}))
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, "%s %v", wf.ReasonForIncompletion, r.states(wf.WorkflowID))
	var seen []string
	for _, task := range wf.Tasks {
		seen = append(seen, fmt.Sprint(task.ReferenceTaskName, "/", task.Iteration, "/", task.TaskDefName))
	}
	require.Equal(t, []string{
		"lp/3/lp", "i__1/1/i", "fk__1/1/FORK", "a__1/1/a", "jn__1/1/JOIN", "sw__1/1/SWITCH", "other__1/1/other",
		"i__2/2/i", "fk__2/2/FORK", "a__2/2/a", "jn__2/2/JOIN", "sw__2/2/SWITCH", "four__2/2/four",
		"i__3/3/i", "fk__3/3/FORK", "a__3/3/a", "jn__3/3/JOIN", "sw__3/3/SWITCH", "other__3/3/other", "z/0/z",
	}, seen)
	require.Equal(t, map[string]any{"max": json.Number("3")}, numbered(t, wf.Tasks[0].InputData))
	out := wf.Tasks[0].OutputData
	require.Equal(t, int64(3), out["iteration"])
	require.Equal(t, map[string]any{
		"i": map[string]any{"result": int64(4)}, "fk": map[string]any{}, "a": map[string]any{"result": int64(5)},
		"jn":   map[string]any{"a__2": map[string]any{"result": int64(5)}},
		"sw":   map[string]any{"evaluationResult": []any{"4"}, "selectedCase": "4"},
		"four": map[string]any{"result": "four"},
	}, out["2"])
	require.Len(t, out, 4)
	require.Equal(t, map[string]any{"joinOn": []any{"a"}}, wf.Tasks[4].InputData)
	end := wf.Tasks[len(wf.Tasks)-1].InputData
	require.Equal(t, map[string]any{"expression": "$.v", "v": int64(6), "w": map[string]any{"result": "four"}, "l": "4"}, end)
}

// numbered makes a value what it is after a journey as JSON.
func numbered(t *testing.T, value map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	decoded, err := decodeMap(data)
	require.NoError(t, err)
	return decoded
}

func TestDoWhileWithWorkers(t *testing.T) {
	r := newRig(t)
	r.taskDef("work", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 10 })
	r.flow("flow", nil, loopOver("lp", "$.a.go", simple("work", "a"), simple("more", "b")), simple("z", "z"))
	id := r.start("flow", nil)
	r.report(r.must("work"), conductor.TaskFailed, nil)
	r.clock.Advance(10 * time.Second)
	r.report(r.must("work"), conductor.TaskCompleted, map[string]any{"go": true})
	running := r.workflow(id).Tasks[0]
	require.Equal(t, map[string]any{"iteration": int64(1)}, running.OutputData)
	r.report(r.must("more"), conductor.TaskCompleted, nil)
	require.Equal(t, []string{
		"lp:IN_PROGRESS", "a__1:FAILED", "a__1:COMPLETED", "b__1:COMPLETED", "a__2:SCHEDULED",
	}, r.states(id))
	require.Contains(t, r.workflow(id).Tasks[0].OutputData, "1")
	second := r.must("work")
	require.True(t, second.LoopOverTask)
	require.Equal(t, 2, second.Iteration)
	_, err := r.UpdateByRef(t.Context(), id, "a", conductor.TaskCompleted, "", map[string]any{"go": false})
	require.NoError(t, err, "an update names it without the iteration")
	r.report(r.must("more"), conductor.TaskCompleted, nil)
	r.report(r.must("z"), conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestDoWhileThatFails(t *testing.T) {
	t.Run("by its condition", func(t *testing.T) {
		r := newRig(t)
		r.flow("flow", nil, loopOver("lp", "$.nope.x > 1", taskOf("NOOP", "i", nil)))
		wf := r.workflow(r.start("flow", nil))
		require.Equal(t, conductor.TaskFailedTerminally, wf.Tasks[0].Status)
		require.Equal(t, "Unable to evaluate condition $.nope.x > 1, exception Error evaluating the script `TypeError: "+
			"Cannot read property 'x' of undefined` at line 1", wf.Tasks[0].ReasonForIncompletion)
		require.Equal(t, map[string]any{"iteration": int64(1), "1": map[string]any{"i": map[string]any{}}}, wf.Tasks[0].OutputData)
	})
	t.Run("by a task inside", func(t *testing.T) {
		r := newRig(t)
		r.flow("flow", nil, loopOver("lp", "$.lp.iteration < 3", onceOnly(simple("i", "i"), false, false)))
		id := r.start("flow", nil)
		r.report(r.must("i"), conductor.TaskCompleted, nil)
		r.report(r.must("i"), conductor.TaskFailed, nil)
		require.Equal(t, []string{"lp:CANCELED", "i__1:COMPLETED", "i__2:FAILED"}, r.states(id))
		require.Equal(t, []string{"i__2"}, r.workflow(id).FailedReferenceTaskNames)
		require.Equal(t, map[string]any{"iteration": int64(2), "1": map[string]any{"i": map[string]any{}}}, r.workflow(id).Tasks[0].OutputData)
	})
	t.Run("not by an optional one", func(t *testing.T) {
		r := newRig(t)
		r.flow("flow", nil, loopOver("lp", "$.lp.iteration < 2", onceOnly(simple("i", "i"), true, false)))
		id := r.start("flow", nil)
		r.report(r.must("i"), conductor.TaskFailed, nil)
		r.report(r.must("i"), conductor.TaskFailed, nil)
		require.Equal(t, []string{"lp:COMPLETED", "i__1:COMPLETED_WITH_ERRORS", "i__2:COMPLETED_WITH_ERRORS"}, r.states(id))
	})
	t.Run("by a permissive one, without waiting for the others", func(t *testing.T) {
		r := newRig(t)
		r.flow("flow", nil, loopOver("lp", "true", onceOnly(simple("i", "i"), false, true), simple("j", "j")))
		id := r.start("flow", nil)
		r.report(r.must("i"), conductor.TaskFailed, nil)
		require.Nil(t, r.poll("j"))
		require.Equal(t, []string{"lp:FAILED", "i__1:FAILED", "j__1:CANCELED"}, r.states(id))
		require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	})
}

func TestDoWhileOverItems(t *testing.T) {
	item := taskOf("INLINE", "i", map[string]any{"expression": "[$.v, $.ix]", "v": "${lp.output.loopItem}", "ix": "${lp.output.loopIndex}"})
	for _, c := range []struct {
		name      string
		condition string
		list      any
		wanted    map[string]any
	}{
		{"each item", "true", []any{"x", "y"}, map[string]any{
			"iteration": int64(2), "loopIndex": int64(1), "loopItem": "y",
			"1": map[string]any{"i": map[string]any{"result": []any{"x", int64(0)}}}, "2": map[string]any{"i": map[string]any{"result": []any{"y", int64(1)}}},
		}},
		{"while the condition holds", "$.lp.loopItem != 'x'", []any{"x", "y"}, map[string]any{
			"iteration": int64(1), "loopIndex": int64(0), "loopItem": "x", "1": map[string]any{"i": map[string]any{"result": []any{"x", int64(0)}}},
		}},
		{"without a condition", "", []any{"x"}, map[string]any{
			"iteration": int64(1), "loopIndex": int64(0), "loopItem": "x", "1": map[string]any{"i": map[string]any{"result": []any{"x", int64(0)}}},
		}},
		{"none", "true", []any{}, map[string]any{"iteration": int64(0)}},
		{"null is none", "true", nil, map[string]any{"iteration": int64(0)}},
		{"one thing", "true", "only", map[string]any{
			"iteration": int64(1), "loopIndex": int64(0), "loopItem": "only", "1": map[string]any{"i": map[string]any{"result": []any{"only", int64(0)}}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.flow("flow", nil, overItems("lp", c.condition, item), taskOf("NOOP", "z", nil))
			wf := r.workflow(r.start("flow", map[string]any{"list": c.list}))
			require.Equal(t, conductor.WorkflowCompleted, wf.Status)
			require.Equal(t, c.wanted, wf.Tasks[0].OutputData)
		})
	}
	r := newRig(t)
	byParameter := loopOver("lp", "true", item)
	byParameter.InputParameters = map[string]any{"_items": "${workflow.input.list}"}
	r.flow("flow", nil, byParameter)
	require.Equal(t, int64(3), r.workflow(r.start("flow", map[string]any{"list": []any{1, 2, 3}})).Tasks[0].OutputData["iteration"])
}

func TestDoWhileKeepsTheLastIterations(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	lp := loopOver("lp", "5 - $.lp.iteration", inline("i", "1"))
	lp.InputParameters = map[string]any{"keepLastN": 2}
	r.flow("flow", nil, lp, taskOf("NOOP", "z", nil))
	id := r.start("flow", nil)
	wf := r.workflow(id)
	require.Equal(t, []string{"lp:COMPLETED", "i__4:COMPLETED", "i__5:COMPLETED", "z:COMPLETED"}, r.states(id))
	one := map[string]any{"i": map[string]any{"result": int64(1)}}
	require.Equal(t, map[string]any{"iteration": int64(5), "4": one, "5": one}, wf.Tasks[0].OutputData)
	require.Equal(t, []int{1, 5, 6, 7}, []int{wf.Tasks[0].Seq, wf.Tasks[1].Seq, wf.Tasks[2].Seq, wf.Tasks[3].Seq})
	require.Len(t, kept.data[kindTask], 4)
	require.Len(t, r.index.tasks, 4)
}

func TestLoopsInLoops(t *testing.T) {
	r := newRig(t)
	inner := loopOver("in", "$.in.iteration < 2", inline("i", "1"), simple("w", "w"))
	r.flow("flow", nil, loopOver("out", "$.out.iteration < 2", inner), taskOf("NOOP", "z", nil))
	id := r.start("flow", nil)
	for range 4 {
		r.report(r.must("w"), conductor.TaskCompleted, nil)
	}
	wf := r.workflow(id)
	require.Equal(t, []string{
		"out:COMPLETED", "in__1:COMPLETED", "i__1__1:COMPLETED", "w__1__1:COMPLETED", "i__1__2:COMPLETED", "w__1__2:COMPLETED",
		"in__2:COMPLETED", "i__2__1:COMPLETED", "w__2__1:COMPLETED", "i__2__2:COMPLETED", "w__2__2:COMPLETED", "z:COMPLETED",
	}, r.states(id))
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
}

func TestALoopGoesOnAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("flow", nil, loopOver("lp", "$.lp.iteration < 3 && $.lp['1'].a.n == 7", simple("a", "a"), fork("fk", list(simple("b", "b"))), join("jn", "b")))
	id := r.start("flow", nil)
	r.report(r.must("a"), conductor.TaskCompleted, map[string]any{"n": 7})
	r.report(r.must("b"), conductor.TaskCompleted, nil)
	r.report(r.must("a"), conductor.TaskCompleted, map[string]any{"n": 8})
	before := encoded(t, r.workflow(id))
	require.NoError(t, r.Close())

	next := newRig(t, on(kept, 0))
	require.JSONEq(t, before, encoded(t, next.workflow(id)))
	next.report(next.must("b"), conductor.TaskCompleted, nil)
	next.report(next.must("a"), conductor.TaskCompleted, nil)
	next.report(next.must("b"), conductor.TaskCompleted, map[string]any{"last": true})
	wf := next.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, next.states(id))
	require.Equal(t, map[string]any{"n": json.Number("8")}, wf.Tasks[0].OutputData["2"].(map[string]any)["a"])
}

func TestALoopWithoutEndIsStopped(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, loopOver("lp", "true", taskOf("NOOP", "i", nil)))
	id := r.start("flow", nil)
	require.NotEqual(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.Eventually(t, func() bool { return conductor.WorkflowTerminal(r.workflow(id).Status) }, 30*time.Second, 10*time.Millisecond)
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Contains(t, wf.ReasonForIncompletion, "Does a loop never end?")
}

// BenchmarkLoop is one iteration of a loop of that many: the cost must not grow with the iterations that are over.
func BenchmarkLoop(b *testing.B) {
	for _, length := range []int{100, 10_000} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			e, err := New(Options{})
			require.NoError(b, err)
			def := conductor.NewWorkflowDef()
			def.Name, def.Tasks = "long", list(loopOver("lp", fmt.Sprint("$.lp.iteration < ", length), simple("work", "w")))
			_, err = e.PutWorkflowDef(b.Context(), def, PutMode{}, "me")
			require.NoError(b, err)
			runWorkers(b, e, "long")
		})
	}
}
