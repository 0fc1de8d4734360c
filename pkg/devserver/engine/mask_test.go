package engine

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func heeding(o *Options) { o.HeedDefinitions = true }

// maskingFlow has a secret in its input, in a task's input and output, in its variables and its output.
func maskingFlow(r *rig) string {
	ask := simple("ask", "ask")
	ask.InputParameters = map[string]any{
		"card": "${workflow.input.card}", "plain": "${workflow.input.card.number}", "_secrets": map[string]any{"pin": "${workflow.input.pin}"},
		"list": []any{map[string]any{"card": "${workflow.input.pin}"}, "open"},
	}
	keep := taskOf("SET_VARIABLE", "keep", map[string]any{"card": "${ask.output.card}", "other": "${ask.output.other}"})
	r.flow("flow", func(d *conductor.WorkflowDef) {
		d.MaskedFields = []string{"card", "nothing"}
		d.OutputParameters = map[string]any{"card": "${ask.output.card}", "_masked": "m", "other": "${ask.output.other}", "n": "${keep.input.card}"}
	}, ask, keep, simple("z", "z"))
	return r.start("flow", map[string]any{"card": map[string]any{"number": "4111"}, "pin": "0815"})
}

func TestMaskedFields(t *testing.T) {
	r := newRig(t, heeding)
	id := maskingFlow(r)
	task := r.must("ask")
	require.Equal(t, map[string]any{"number": "4111"}, task.InputData["card"], "a worker gets the value")
	require.Equal(t, map[string]any{"pin": "0815"}, task.InputData["_secrets"])
	seen, err := r.Task(task.TaskID)
	require.NoError(t, err)
	require.Equal(t, task.InputData, seen.InputData, "also when it asks again")
	r.report(task, conductor.TaskCompleted, map[string]any{"card": "5500", "other": map[string]any{"card": 1, "x": 2}})
	r.finish("z", conductor.TaskCompleted, nil)

	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Equal(t, map[string]any{"card": "***", "pin": "0815"}, wf.Input)
	require.Equal(t, map[string]any{"card": "***", "_masked": "***", "other": map[string]any{"card": "***", "x": 2}, "n": "5500"}, wf.Output,
		"what has another name is shown: the name is what is masked")
	require.Equal(t, "***", wf.Variables["card"])
	require.Equal(t, map[string]any{
		"card": "***", "plain": "4111", "_secrets": "***", "list": []any{map[string]any{"card": "***"}, "open"},
	}, wf.Tasks[0].InputData)
	require.Equal(t, map[string]any{"card": "***", "other": map[string]any{"card": "***", "x": 2}}, wf.Tasks[0].OutputData)
}

// No list, search or summary shows a masked value, and no search finds an execution by it.
func TestSearchesShowNoMaskedValue(t *testing.T) {
	r := newRig(t, heeding)
	maskingFlow(r)
	r.report(r.must("ask"), conductor.TaskCompleted, map[string]any{"card": "5500"})
	all := map[string]any{"pending": r.PendingTasks("z", 0, 10), "correlated": r.Correlated("flow", []string{""}, true, true)}
	var err error
	for name, search := range map[string]func(SearchRequest) (any, error){
		"rows": func(q SearchRequest) (any, error) { return r.Search(q) }, "workflows": func(q SearchRequest) (any, error) { return r.SearchWorkflows(q, true) },
		"tasks": func(q SearchRequest) (any, error) { return r.SearchTasks(q) }, "by tasks": func(q SearchRequest) (any, error) { return r.SearchByTasks(q) },
	} {
		all[name], err = search(SearchRequest{Size: 10})
		require.NoError(t, err)
		text := encoded(t, all[name])
		require.Contains(t, text, "***", name)
		require.NotContains(t, text, "5500", name)
	}
	found, err := r.Search(SearchRequest{Size: 10, FreeText: "number"})
	require.NoError(t, err)
	require.Zero(t, found.TotalHits)
	data, err := json.Marshal(all)
	require.NoError(t, err)
	require.NotContains(t, string(data), "5500")
}

// A failure workflow and GET_WORKFLOW get what a reader would: their own executions mask nothing.
func TestMaskedValuesDoNotReachOtherExecutions(t *testing.T) {
	r := newRig(t, heeding)
	r.flow("rescue", nil, simple("help", "help"))
	r.flow("flow", func(d *conductor.WorkflowDef) { d.MaskedFields, d.FailureWorkflow = []string{"card"}, "rescue" }, simple("a", "a"))
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount = 0 })
	id := r.start("flow", map[string]any{"card": "4111"})
	r.flow("look", nil, taskOf("GET_WORKFLOW", "g", map[string]any{"id": id}))
	require.NotContains(t, encoded(t, r.workflow(r.start("look", nil))), "4111")
	r.finish("a", conductor.TaskFailed, nil)
	help := r.workflow(r.must("help").WorkflowInstanceID)
	require.Equal(t, "***", help.Input["failedWorkflow"].(map[string]any)["input"].(map[string]any)["card"])
}

func TestOpenSourceMasksNothing(t *testing.T) {
	r := newRig(t)
	id := maskingFlow(r)
	require.Equal(t, map[string]any{"number": "4111"}, r.workflow(id).Input["card"])
	require.Equal(t, map[string]any{"pin": "0815"}, r.workflow(id).Tasks[0].InputData["_secrets"])
}

// What is masked is a copy: the execution goes on with the values.
func TestMaskingChangesNothing(t *testing.T) {
	m := masksOf(&conductor.WorkflowDef{MaskedFields: []string{"a"}})
	value := map[string]any{"a": 1, "b": []any{map[string]any{"a": 2}}, "c": map[string]any{"d": 3}}
	require.Equal(t, map[string]any{"a": "***", "b": []any{map[string]any{"a": "***"}}, "c": map[string]any{"d": 3}}, m.of(value))
	require.Equal(t, map[string]any{"a": 1, "b": []any{map[string]any{"a": 2}}, "c": map[string]any{"d": 3}}, value)
	require.Nil(t, m.of(nil))
}
