package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// What the real server does is in test/parity; here is what it does not do, or not well.

// id of the last task of a reference name.
func (r *rig) taskID(id, ref string) string {
	r.t.Helper()
	found := ""
	for _, task := range r.workflow(id).Tasks {
		if task.ReferenceTaskName == ref {
			found = task.TaskID
		}
	}
	require.NotEmpty(r.t, found, ref)
	return found
}

func (r *rig) finish(taskType string, status string, output map[string]any) {
	r.t.Helper()
	r.report(r.must(taskType), status, output)
}

func TestRerunInAForkKeepsWhatEndedWellBeside(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, fork("fk", list(onceOnly(simple("a", "a"), false, false), onceOnly(simple("b", "b"), false, false)),
		list(onceOnly(simple("c", "c"), false, false)), list(onceOnly(simple("d", "d"), false, false))), join("jn", "b", "c", "d"), simple("z", "z"))
	id := r.start("flow", nil)
	r.finish("c", conductor.TaskCompleted, map[string]any{"c": 1})
	r.finish("a", conductor.TaskCompleted, map[string]any{"a": 1})
	r.finish("b", conductor.TaskFailed, nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "a")}))
	require.Equal(t, []string{"fk:COMPLETED", "a:SCHEDULED", "c:COMPLETED", "d:SCHEDULED"}, r.states(id))
	r.finish("a", conductor.TaskCompleted, nil)
	r.finish("b", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
	r.finish("d", conductor.TaskCompleted, map[string]any{"d": 2})
	r.finish("z", conductor.TaskCompleted, nil)
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Empty(t, wf.FailedReferenceTaskNames)
}

// A WAIT is begun anew; the attempt before it stays, and is not taken for it.
func TestRerunFromALaterAttemptOfAWait(t *testing.T) {
	r := newRig(t)
	wait := conductor.WorkflowTask{Name: "w", TaskReferenceName: "w", Type: "WAIT"}
	r.flow("flow", nil, fork("fk", list(onceOnly(simple("a", "a"), false, false)), list(wait)), join("jn", "a", "w"), simple("z", "z"))
	id := r.start("flow", nil)
	r.finish("a", conductor.TaskFailed, nil)
	require.NoError(t, r.Retry(t.Context(), id, false))
	r.finish("a", conductor.TaskCompleted, nil)
	again := func() {
		t.Helper()
		tasks := r.workflow(id).Tasks
		r.report(tasks[len(tasks)-1], conductor.TaskCompleted, nil)
		r.finish("z", conductor.TaskCompleted, nil)
		require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	}
	again()
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "w")}))
	require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
	require.Equal(t, []string{"fk:COMPLETED", "a:FAILED", "w:CANCELED", "a:COMPLETED", "w:IN_PROGRESS"}, r.states(id))
	tasks := r.workflow(id).Tasks
	require.Equal(t, 1, tasks[4].RetryCount)
	require.Equal(t, tasks[2].TaskID, tasks[4].RetriedTaskID)
	again()
}

func TestRerunInADynamicFork(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, dynamicFork("df", map[string]any{"forkTaskName": "work", "forkTaskInputs": []any{1, 2, 3}}, nil), join("jn"), simple("z", "z"))
	id := r.start("flow", nil)
	for range 3 {
		r.finish("work", conductor.TaskCompleted, map[string]any{"x": 1})
	}
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "_work_0")}))
	require.Equal(t, []string{"df:COMPLETED", "_work_0:SCHEDULED", "_work_1:COMPLETED", "_work_2:COMPLETED"}[:1], r.states(id)[:1])
	r.finish("work", conductor.TaskCompleted, map[string]any{"x": 2})
	r.finish("z", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	joined := r.workflow(id).Tasks
	for _, task := range joined {
		if task.TaskType == "JOIN" {
			require.Len(t, task.OutputData, 3)
		}
	}
}

func TestRerunInALoopOverItems(t *testing.T) {
	r := newRig(t)
	body := simple("a", "a")
	body.InputParameters = map[string]any{"item": "${lp.output.loopItem}"}
	r.flow("flow", nil, overItems("lp", "", body), simple("z", "z"))
	id := r.start("flow", map[string]any{"list": []any{"x", "y", "z"}})
	for range 3 {
		r.finish("a", conductor.TaskCompleted, map[string]any{"n": 1})
	}
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "a__2")}))
	require.Equal(t, []string{"lp:IN_PROGRESS", "a__1:COMPLETED", "a__2:SCHEDULED"}, r.states(id))
	r.finish("a", conductor.TaskCompleted, map[string]any{"n": 2})
	last := r.must("a")
	require.Equal(t, "z", last.InputData["item"])
	r.report(last, conductor.TaskCompleted, map[string]any{"n": 3})
	r.finish("z", conductor.TaskCompleted, nil)
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Equal(t, map[string]any{"n": 2}, wf.Tasks[0].OutputData["2"].(map[string]any)["a"])
}

func TestRerunOfASubWorkflowTaskRunsItsWorkflowAgain(t *testing.T) {
	r := newRig(t)
	r.flow("child", nil, simple("a", "a"))
	r.flow("flow", nil, sub("s", "child"), simple("z", "z"))
	id := r.start("flow", nil)
	r.finish("a", conductor.TaskCompleted, nil)
	child := r.childOf(id, "s").WorkflowID
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "s")}))
	require.Equal(t, conductor.WorkflowRunning, r.workflow(child).Status)
	require.Equal(t, []string{"s:IN_PROGRESS"}, r.states(id))
	r.finish("a", conductor.TaskCompleted, nil)
	r.finish("z", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.NoError(t, r.Remove(t.Context(), child))
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(id, "s")}))
	require.NotNil(t, r.poll("a"), "one that is gone is started anew")
}

func TestRerunRefuses(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"))
	one, other := r.start("flow", nil), r.start("flow", nil)
	require.NoError(t, r.Terminate(t.Context(), one, ""))
	require.NoError(t, r.Terminate(t.Context(), other, ""))
	r.requireKind(fault.KindInvalid, r.Rerun(t.Context(), one, Rerun{TaskID: r.taskID(other, "a")}), "not found")
	r.requireKind(fault.KindNotFound, r.Rerun(t.Context(), "nope", Rerun{TaskID: r.taskID(other, "a")}), "nope")
	r.requireKind(fault.KindNotFound, r.Rerun(t.Context(), "nope", Rerun{}), "nope")
}

func TestRerunFindsItByItsNewCorrelation(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"))
	id := r.startAs(conductor.StartWorkflowRequest{Name: "flow", CorrelationID: "old"})
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{CorrelationID: "new", Input: map[string]any{"n": 1}}))
	require.Len(t, r.Correlated("flow", []string{"new"}, true, false)["new"], 1)
	require.Empty(t, r.Correlated("flow", []string{"old"}, true, false)["old"])
	require.Equal(t, map[string]any{"n": 1}, r.workflow(id).Input)
}

func TestRetryOfAChoiceChoosesAgain(t *testing.T) {
	r := newRig(t)
	choice := byValue("sw", map[string][]conductor.WorkflowTask{"a": list(simple("a", "a"))})
	choice.EvaluatorType, choice.Expression = "javascript", "$.missing.field"
	r.flow("flow", nil, choice)
	id := r.start("flow", nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.NoError(t, r.Retry(t.Context(), id, false))
	require.Equal(t, []string{"sw:FAILED", "sw:FAILED"}, r.states(id))
	require.Equal(t, 1, r.workflow(id).Tasks[1].RetryCount)
}

func TestRetryWaitsAnew(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, waiting(map[string]any{"duration": "10s"}))
	id := r.start("flow", nil)
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	r.clock.Advance(time.Minute)
	require.NoError(t, r.Retry(t.Context(), id, false))
	r.clock.Advance(9 * time.Second)
	require.Equal(t, []string{"wt:CANCELED", "wt:IN_PROGRESS"}, r.states(id))
	r.clock.Advance(time.Second)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestResumeOfWhatIsGoneOrDone(t *testing.T) {
	r := newRig(t)
	r.flow("child", nil, onceOnly(simple("a", "a"), false, false))
	parent := sub("s", "child")
	none := 0
	parent.RetryCount = &none
	r.flow("flow", nil, parent)
	id := r.start("flow", nil)
	r.finish("a", conductor.TaskFailed, nil)
	child := r.childOf(id, "s").WorkflowID
	require.NoError(t, r.Remove(t.Context(), child))
	require.NoError(t, r.Retry(t.Context(), id, true))
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.Contains(t, r.workflow(id).ReasonForIncompletion, "no longer there")
}

func TestAnExclusiveJoinWaitsForWhatIsTriedAgain(t *testing.T) {
	r := newRig(t)
	one := taskOf("EXCLUSIVE_JOIN", "ej", nil, func(w *conductor.WorkflowTask) { w.JoinOn = []string{"a", "b"} })
	r.flow("flow", nil, onceOnly(simple("a", "a"), false, true), one, simple("z", "z"))
	id := r.start("flow", nil)
	r.finish("a", conductor.TaskFailed, nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.NoError(t, r.Retry(t.Context(), id, false))
	require.Equal(t, []string{"a:FAILED", "ej:IN_PROGRESS", "a:SCHEDULED"}, r.states(id))
	r.finish("a", conductor.TaskCompleted, map[string]any{"x": 1})
	require.Equal(t, map[string]any{"x": 1}, r.workflow(id).Tasks[1].OutputData)
	r.finish("z", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestGrandparentsGoOn(t *testing.T) {
	r := newRig(t)
	none := 0
	once := func(task conductor.WorkflowTask) conductor.WorkflowTask {
		task.RetryCount = &none
		return task
	}
	r.flow("c", nil, once(simple("a", "a")))
	r.flow("b", nil, once(sub("sc", "c")), simple("y", "y"))
	r.flow("top", nil, once(sub("sb", "b")), simple("z", "z"))
	id := r.start("top", nil)
	middle := r.childOf(id, "sb").WorkflowID
	low := r.childOf(middle, "sc").WorkflowID
	r.finish("a", conductor.TaskFailed, nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.NoError(t, r.Rerun(t.Context(), id, Rerun{TaskID: r.taskID(low, "a")}), "from a task two workflows below")
	require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
	logs, err := r.Logs(r.taskID(middle, "sc"))
	require.NoError(t, err)
	require.Equal(t, "Sub workflow c.1/"+low+" reran.", logs[0].Log)
	for _, name := range []string{"a", "y", "z"} {
		r.finish(name, conductor.TaskCompleted, nil)
	}
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestSkipInForksLoopsAndCases(t *testing.T) {
	for _, c := range []struct {
		name  string
		tasks []conductor.WorkflowTask
		skips []string
		works []string
	}{
		{"the end of a branch", list(fork("fk", list(simple("a", "a"), simple("b", "b")), list(simple("c", "c"))), join("jn", "b", "c")), []string{"b"}, []string{"a", "c"}},
		{"a join's only task left", list(fork("fk", list(simple("a", "a"), simple("b", "b"))), join("jn", "b"), simple("z", "z")), []string{"b"}, []string{"a", "z"}},
		{"a branch before its fork", list(simple("a", "a"), fork("fk", list(simple("b", "b")), list(simple("c", "c"))), join("jn", "b", "c")), []string{"b"}, []string{"a", "c"}},
		{"a fork", list(simple("a", "a"), fork("fk", list(simple("b", "b"))), join("jn", "b"), simple("z", "z")), []string{"fk", "jn"}, []string{"a", "z"}},
		{"the first of a case", list(simple("a", "a"), byValue("sw", map[string][]conductor.WorkflowTask{"never": list(simple("n", "n"))}, simple("b", "b"), simple("c", "c"))), []string{"b"}, []string{"a", "c"}},
		{"the only one of a case", list(simple("a", "a"), byValue("sw", map[string][]conductor.WorkflowTask{"never": list(simple("n", "n"))}, simple("b", "b")), simple("z", "z")), []string{"b"}, []string{"a", "z"}},
		{"a switch", list(simple("a", "a"), byValue("sw", map[string][]conductor.WorkflowTask{"never": list(simple("n", "n"))}, simple("b", "b")), simple("z", "z")), []string{"sw"}, []string{"a", "z"}},
		{"in the iteration that runs", list(loopOver("lp", "$.lp.iteration < 2", simple("a", "a"), simple("b", "b"))), []string{"b"}, []string{"a", "a", "b"}},
		{"in a later iteration", list(loopOver("lp", "$.lp.iteration < 2", simple("a", "a"), simple("b", "b"))), []string{"b__2"}, []string{"a", "b", "a"}},
		{"the first of an iteration", list(loopOver("lp", "$.lp.iteration < 2", simple("a", "a"), simple("b", "b"))), []string{"a__2"}, []string{"a", "b", "b"}},
		{"a whole iteration", list(loopOver("lp", "$.lp.iteration < 3", simple("a", "a"))), []string{"a__2"}, []string{"a", "a"}},
		{"a loop", list(simple("a", "a"), loopOver("lp", "$.lp.iteration < 3", simple("b", "b")), simple("z", "z")), []string{"lp"}, []string{"a", "z"}},
		{"two in a row", list(simple("a", "a"), simple("b", "b"), simple("c", "c"), simple("z", "z")), []string{"c", "b"}, []string{"a", "z"}},
		{"the last", list(simple("a", "a"), simple("b", "b")), []string{"b"}, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.flow("flow", nil, c.tasks...)
			id := r.start("flow", nil)
			for _, ref := range c.skips {
				require.NoError(t, r.Skip(t.Context(), id, ref, nil, map[string]any{"skipped": true}))
			}
			for _, name := range c.works {
				require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
				r.finish(name, conductor.TaskCompleted, map[string]any{"x": 1})
			}
			require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status, "%v", r.states(id))
		})
	}
}

func TestJump(t *testing.T) {
	r := newRig(t)
	target := simple("d", "d")
	target.InputParameters = map[string]any{"own": 1, "b": "${b.output.x}"}
	r.flow("flow", nil, simple("a", "a"), simple("b", "b"), simple("c", "c"), target, simple("e", "e"))
	id := r.start("flow", nil)
	require.NoError(t, r.Jump(t.Context(), id, "d", map[string]any{"given": true}))
	require.Equal(t, []string{"a:SKIPPED", "b:SKIPPED", "c:SKIPPED", "d:SCHEDULED"}, r.states(id))
	require.Nil(t, r.poll("a"))
	d := r.must("d")
	require.Equal(t, map[string]any{"own": d.InputData["own"], "b": nil, "given": true}, d.InputData)
	r.requireKind(fault.KindConflict, r.Jump(t.Context(), id, "b", nil), "begun already")
	r.requireKind(fault.KindNotFound, r.Jump(t.Context(), id, "nope", nil), "does not exist")
	r.report(d, conductor.TaskCompleted, nil)
	r.finish("e", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	r.requireKind(fault.KindConflict, r.Jump(t.Context(), id, "e", nil), "not running")
}

func TestJumpInsideForksAndLoops(t *testing.T) {
	r := newRig(t)
	r.flow("forked", nil, fork("fk", list(simple("a", "a"), simple("b", "b"), simple("c", "c")), list(simple("d", "d"))), join("jn", "c", "d"))
	id := r.start("forked", nil)
	require.NoError(t, r.Jump(t.Context(), id, "c", nil))
	require.Equal(t, []string{"fk:COMPLETED", "a:SKIPPED", "d:SCHEDULED", "jn:IN_PROGRESS", "b:SKIPPED", "c:SCHEDULED"}, r.states(id))
	r.finish("c", conductor.TaskCompleted, nil)
	r.finish("d", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)

	r.flow("looped", nil, loopOver("lp", "$.lp.iteration < 2", simple("a", "a"), simple("b", "b")), fork("fk", list(simple("c", "c"))), join("jn", "c"), simple("z", "z"))
	id = r.start("looped", nil)
	require.NoError(t, r.Jump(t.Context(), id, "b", nil))
	require.Equal(t, []string{"lp:IN_PROGRESS", "a__1:SKIPPED", "b__1:SCHEDULED"}, r.states(id))
	r.requireKind(fault.KindConflict, r.Jump(t.Context(), id, "c", nil), "inside fk, which has not begun")
	require.NoError(t, r.Jump(t.Context(), id, "z", nil), "out of the loop")
	require.Equal(t, []string{"lp:SKIPPED", "a__1:SKIPPED", "b__1:SKIPPED", "fk:SKIPPED", "jn:SKIPPED", "z:SCHEDULED"}, r.states(id))
	r.finish("z", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestUpgrade(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"), simple("b", "b"))
	id := r.start("flow", map[string]any{"n": 1})
	r.finish("a", conductor.TaskCompleted, nil)
	next := simple("d", "d")
	next.InputParameters = map[string]any{"c": "${c.output.x}", "m": "${workflow.input.m}"}
	version := func(n int) func(*conductor.WorkflowDef) { return func(d *conductor.WorkflowDef) { d.Version = n } }
	r.flow("flow", version(2), simple("a", "a"), simple("c", "c"), simple("b", "b"), next)
	r.flow("flow", version(3), simple("a", "a"))
	r.requireKind(fault.KindConflict, r.Upgrade(t.Context(), id, Upgrade{}), "Version 3 of flow has no task b")
	r.requireKind(fault.KindInvalid, r.Upgrade(t.Context(), id, Upgrade{Name: "other"}), "is one of flow")
	r.requireKind(fault.KindNotFound, r.Upgrade(t.Context(), id, Upgrade{Version: 9}), "version=9")
	require.NoError(t, r.Upgrade(t.Context(), id, Upgrade{
		Name: "flow", Version: 2, TaskOutput: map[string]any{"x": 7}, Input: map[string]any{"m": 2},
	}))
	require.Equal(t, 2, r.workflow(id).WorkflowVersion)
	require.Equal(t, map[string]any{"n": 1, "m": 2}, r.workflow(id).Input)
	r.finish("b", conductor.TaskCompleted, nil)
	last := r.must("d")
	require.Equal(t, map[string]any{"c": 7, "m": 2}, last.InputData)
	r.report(last, conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	r.requireKind(fault.KindConflict, r.Upgrade(t.Context(), id, Upgrade{}), "has ended")
}

func TestSetVariables(t *testing.T) {
	r := newRig(t)
	task := simple("b", "b")
	task.InputParameters = map[string]any{"v": "${workflow.variables.v}"}
	r.flow("flow", func(d *conductor.WorkflowDef) { d.Variables = map[string]any{"v": 0, "w": "1"} }, simple("a", "a"), task)
	id := r.start("flow", nil)
	require.NoError(t, r.SetVariables(t.Context(), id, map[string]any{"v": 7, "n": nil}))
	require.Equal(t, map[string]any{"v": 7, "w": "1", "n": nil}, r.workflow(id).Variables)
	r.finish("a", conductor.TaskCompleted, nil)
	require.Equal(t, 7, r.must("b").InputData["v"])
	r.requireKind(fault.KindTooLarge, r.SetVariables(t.Context(), id, map[string]any{"v": string(make([]byte, maxVariables))}), "permitted limit")
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	r.requireKind(fault.KindConflict, r.SetVariables(t.Context(), id, nil), "has ended")
}

func TestResetCallbacks(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"))
	id := r.start("flow", nil)
	task := r.must("a")
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, CallbackAfterSeconds: 600})
	require.Nil(t, r.poll("a"))
	require.NoError(t, r.ResetCallbacks(t.Context(), id))
	require.Equal(t, task.TaskID, r.must("a").TaskID)
	require.Nil(t, r.poll("a"))
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	r.requireKind(fault.KindConflict, r.ResetCallbacks(t.Context(), id), "Workflow is in terminal state. Status = TERMINATED")
}

func TestRestartForgetsItsTasks(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("flow", nil, simple("a", "a"), simple("b", "b"))
	id := r.start("flow", nil)
	task := r.must("a")
	require.NoError(t, r.AddLog(t.Context(), task.TaskID, "hello"))
	r.report(task, conductor.TaskCompleted, nil)
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	r.clock.Advance(time.Minute)
	require.NoError(t, r.Restart(t.Context(), id, false))
	_, err := r.Task(task.TaskID)
	r.requireKind(fault.KindNotFound, err, "Task not found")
	wf := r.workflow(id)
	require.Equal(t, r.now(), wf.StartTime)
	require.Zero(t, wf.EndTime)
	require.Equal(t, []string{"a:SCHEDULED"}, r.states(id))
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: r.must("a").TaskID, Status: conductor.TaskCompleted})
	require.Equal(t, []string{"a:COMPLETED", "b:SCHEDULED"}, r.states(id))
}

// operator does to a workflow that has ended whatever an operator may, by chance.
func (w *restless) operate(id string) {
	if runs := w.index.everything(); w.dice.IntN(3) == 0 {
		id = runs[w.dice.IntN(len(runs))].id
	}
	switch w.dice.IntN(5) {
	case 0:
		require.NoError(w.t, w.Restart(w.t.Context(), id, false))
	case 1, 2:
		err := w.Retry(w.t.Context(), id, w.dice.IntN(2) == 0)
		if fault.KindOf(err) != fault.KindConflict { // nothing to retry
			require.NoError(w.t, err)
		}
	default:
		tasks := w.workflow(id).Tasks
		from := ""
		if len(tasks) > 0 {
			from = tasks[w.dice.IntN(len(tasks))].TaskID
		}
		require.NoError(w.t, w.Rerun(w.t.Context(), id, Rerun{TaskID: from}))
	}
}

// However often random workflows are restarted, retried and rerun, at any task, and loaded anew meanwhile: they end.
func TestRandomWorkflowsEndWhateverOperatorsDo(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			p, w := newRestless(t, seed)
			for range 4 {
				p.run()
				require.Empty(t, w.index.active(), "it hangs: %v", p.log)
				w.operate(p.root)
				p.moves = 0
			}
			p.run()
			w.settled()
			w.reload()
		})
	}
}
