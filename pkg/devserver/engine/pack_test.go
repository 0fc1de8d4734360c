package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// repacked is a value after it was packed and unpacked.
func repacked[T any](t *testing.T, value T, words ...string) T {
	t.Helper()
	p := &packing{seen: words}
	require.True(t, p.put(reflect.ValueOf(&value).Elem()))
	var got T
	u := &unpacking{data: p.data, seen: words}
	u.take(reflect.ValueOf(&got).Elem())
	require.Empty(t, u.data, "all that was written is read")
	return got
}

func TestPackingKeepsValuesAndTheirTypes(t *testing.T) {
	many := map[string]any{}
	for i := range 3 * maxSeen {
		many[fmt.Sprint("key", i)] = fmt.Sprint("value", i%40)
	}
	for name, value := range map[string]map[string]any{
		"nil":     nil,
		"empty":   {},
		"scalars": {"null": nil, "no": false, "yes": true, "text": "a <&> é\x00", "empty": "", "number": json.Number("1e400"), "float": math.Inf(-1), "int": -7, "long": int64(math.MinInt64)},
		"nested":  {"list": []any{1, []any{}, map[string]any{"a": []any{nil}}}, "none": []any(nil), "nothing": map[string]any(nil)},
		"many":    many,
		"large":   {"text": strings.Repeat("x", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			task := conductor.Task{TaskID: "id", Status: "COMPLETED", InputData: value, Seq: -3, Retried: true, RuntimeMetadata: map[string]string{"a": "b"}}
			require.Equal(t, task, repacked(t, task, "COMPLETED", "x"))
		})
	}
	for range 200 {
		value := map[string]any{"it": someValue(3)}
		require.Equal(t, value, repacked(t, conductor.Workflow{Input: value}).Input)
	}
}

// someValue is any value that JSON can have.
func someValue(depth int) any {
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	switch rand.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return rand.IntN(2) == 0
	case 2:
		return strings.Repeat("ab", rand.IntN(5))
	case 3:
		return json.Number(fmt.Sprint(rand.Int()))
	case 4:
		return rand.NormFloat64()
	case 5:
		return rand.Int() - rand.Int()
	case 6:
		list := make([]any, rand.IntN(4))
		for i := range list {
			list[i] = someValue(depth - 1)
		}
		return list
	}
	object := map[string]any{}
	for i := range rand.IntN(4) {
		object[fmt.Sprint("k", i)] = someValue(depth - 1)
	}
	return object
}

// A type that is not known is no reason to lose anything: what has it stays as it is.
func TestPackingRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, value := range []any{[]string{"a"}, map[string]int{"a": 1}, &conductor.TaskDef{}, uint8(1), struct{}{}} {
		for _, input := range []map[string]any{{"it": value}, {"in": []any{value}}, {"in": map[string]any{"it": value}}} {
			require.False(t, (&packing{}).put(reflect.ValueOf(conductor.Workflow{Input: input})), "%T", value)
		}
	}
	require.False(t, (&packing{}).put(reflect.ValueOf(conductor.Task{TaskDefinition: &conductor.TaskDef{}})))
}

func (r *rig) define(def conductor.WorkflowDef) {
	r.t.Helper()
	_, err := r.PutWorkflowDef(r.t.Context(), def, PutMode{}, "me")
	require.NoError(r.t, err)
}

// finished is an execution with one task that has ended, with a log and an output of all kinds.
func (r *rig) finished(name string) (id, taskID string) {
	id = r.start(name, map[string]any{"id": "42", "deep": map[string]any{"list": []any{1, nil, "x"}}})
	task := r.must("work")
	r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskCompleted, WorkerID: "me",
		OutputData: map[string]any{"result": "done", "n": json.Number("12")}, Logs: []conductor.TaskExecLog{{Log: "one"}},
	})
	return id, task.TaskID
}

// isPacked needs no lock: nobody else is there.
func (r *rig) isPacked(id string) bool { return r.index.execution(id).live == nil }

// Who asks finds the same, however often, and what was asked for is packed again.
func TestFinishedExecutionsReadTheSame(t *testing.T) {
	r := newRig(t)
	r.define(oneTask("flow", "work"))
	id, taskID := r.finished("flow")
	require.True(t, r.isPacked(id))
	first, err := r.Workflow(id, true)
	require.NoError(t, err)
	require.Equal(t, conductor.WorkflowCompleted, first.Status)
	require.Equal(t, map[string]any{"result": "done"}, first.Output)
	require.Equal(t, map[string]any{"result": "done", "n": json.Number("12")}, first.Tasks[0].OutputData)
	require.Equal(t, "me", first.Tasks[0].WorkerID)
	require.NotNil(t, first.Tasks[0].WorkflowTask)
	again, err := r.Workflow(id, true)
	require.NoError(t, err)
	require.Equal(t, first, again)
	task, err := r.Task(taskID)
	require.NoError(t, err)
	require.Equal(t, first.Tasks[0], task)
	logs, err := r.Logs(taskID)
	require.NoError(t, err)
	require.Len(t, logs, 1)
	require.True(t, r.isPacked(id))
}

// What changes a finished execution is kept, and a second packing has it.
func TestFinishedExecutionsCanChange(t *testing.T) {
	r := newRig(t)
	r.define(oneTask("flow", "work"))
	id, taskID := r.finished("flow")
	require.NoError(t, r.AddLog(t.Context(), taskID, "two"))
	logs, err := r.Logs(taskID)
	require.NoError(t, err)
	require.Len(t, logs, 2)
	require.True(t, r.isPacked(id))

	require.NoError(t, r.Restart(t.Context(), id, false))
	require.False(t, r.isPacked(id))
	_, err = r.Task(taskID)
	require.Error(t, err, "the task of the first run is gone")
	fresh := r.must("work")
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: fresh.TaskID, Status: conductor.TaskFailedTerminally})
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
	require.True(t, r.isPacked(id))

	require.NoError(t, r.Retry(t.Context(), id, false))
	last := r.must("work")
	require.NotEqual(t, fresh.TaskID, last.TaskID)
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: last.TaskID, Status: conductor.TaskCompleted})
	require.Equal(t, []string{"work_ref:FAILED_WITH_TERMINAL_ERROR", "work_ref:COMPLETED"}, r.states(id))
	require.NoError(t, r.Remove(t.Context(), id))
	_, err = r.Workflow(id, false)
	require.Error(t, err)
	_, err = r.Task(last.TaskID)
	require.Error(t, err)
}

// Searches find packed executions by every field, and by their text.
func TestFinishedExecutionsAreFound(t *testing.T) {
	r := newRig(t)
	r.define(oneTask("flow", "work"))
	id, taskID := r.finished("flow")
	wf := r.workflow(id)
	for _, query := range []string{
		"workflowId = " + id, "workflowType = flow", "status = COMPLETED", "version = 1", fmt.Sprint("startTime = ", wf.StartTime),
		fmt.Sprint("endTime = ", wf.EndTime), fmt.Sprint("updateTime = ", wf.UpdateTime), "priority = 0", "createdBy = " + wf.CreatedBy,
	} {
		found, err := r.Search(SearchRequest{Query: query})
		require.NoError(t, err)
		require.Len(t, found.Results, 1, query)
		require.Equal(t, Summarize(wf), found.Results[0])
	}
	for text, hits := range map[string]int{"result=done": 1, "nothing of it": 0} {
		found, err := r.Search(SearchRequest{FreeText: text})
		require.NoError(t, err)
		require.Len(t, found.Results, hits, text)
	}
	tasks, err := r.SearchTasks(SearchRequest{Query: "taskId = " + taskID})
	require.NoError(t, err)
	require.Len(t, tasks.Results, 1)
	require.Equal(t, []string{id}, r.Running("flow", 1, wf.CreateTime, wf.CreateTime))
	require.Empty(t, r.Running("flow", 1, 0, 0))
	require.Empty(t, r.Running("flow", 2, wf.CreateTime, wf.CreateTime))
	require.Len(t, r.Correlated("flow", []string{""}, true, true), 1)
	require.True(t, r.isPacked(id))
}

// What is large stays as it is: each look at one of its tasks would unpack them all. What has tasks that are data does too.
func TestWhatIsNotPacked(t *testing.T) {
	r := newRig(t)
	large := oneTask("large", "work")
	large.Tasks = nil
	for i := range maxPacked + 1 {
		large.Tasks = append(large.Tasks, conductor.WorkflowTask{Name: "n", TaskReferenceName: fmt.Sprint("n", i), Type: "NOOP"})
	}
	r.define(large)
	id := r.start("large", nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.False(t, r.isPacked(id))

	odd := oneTask("odd", "work")
	r.define(odd)
	id = r.start("odd", map[string]any{"id": []string{"a type that JSON has not"}})
	task := r.must("work")
	r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskCompleted})
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.False(t, r.isPacked(id))
}

// A task that was in somebody's hands when its execution was packed is a part of it no longer, and leads to nothing.
func TestWhatIsHeldOfAPackedExecutionIsOver(t *testing.T) {
	r := newRig(t)
	r.define(oneTask("flow", "work"))
	id := r.start("flow", nil)
	x := r.index.execution(id)
	x.lock()
	held := x.tasks[0]
	x.unlock()
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.True(t, r.isPacked(id))
	require.NoError(t, r.Retry(t.Context(), id, false))
	before := r.states(id)
	r.run(r.visit(x, func(int64) []*task { return []*task{held} }))
	require.Equal(t, before, r.states(id))
}

// Whoever gives an execution or a task another field decides here what becomes of it when the execution is packed: it is packed, made
// anew when it is unpacked, or empty in whatever is packable.
func TestEveryFieldHasItsPlaceWhenPacked(t *testing.T) {
	for of, fields := range map[reflect.Type]string{
		reflect.TypeFor[live](): "wf tasks depth level chain" + // packed
			" latest pending kin" + // made anew
			" alarm due changes watchers planted inbox pulling forkedBefore calls pass", // empty
		reflect.TypeFor[task](): "Wire FirstScheduled DeliverOn WakeAt Alerted logs" +
			" x of node limiter" +
			" entry alarm due running performing cancel loop missing forked dirty before",
	} {
		var found []string
		for i := range of.NumField() {
			found = append(found, of.Field(i).Name)
		}
		require.ElementsMatch(t, strings.Fields(fields), found, "%s has a field that pack.go may not know", of)
	}
}
