package engine

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// wants is a schema inside a definition: an object whose n is a whole number.
func wants(name string) map[string]any {
	return map[string]any{"name": name, "version": 1, "type": "JSON", "data": wholeN()}
}

func wholeN() map[string]any {
	return map[string]any{
		"type": "object", "required": []any{"n"}, "properties": map[string]any{"n": map[string]any{"type": "integer"}},
	}
}

func (r *rig) strictTask(name string, change func(*conductor.TaskDef)) {
	r.t.Helper()
	r.taskDef(name, func(d *conductor.TaskDef) {
		d.EnforceSchema, d.RetryCount = true, 3
		change(d)
	})
}

func TestAWorkflowsInputIsCheckedAtItsStart(t *testing.T) {
	r := newRig(t, heeding)
	r.flow("flow", func(d *conductor.WorkflowDef) {
		d.InputSchema, d.InputTemplate = wants("order"), map[string]any{"n": 7}
	}, simple("a", "a"))
	_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"n": "x"}}, "me")
	r.requireKind(fault.KindInvalid, err, "The input of workflow flow is not as its schema order v1 wants: $.n: string found, integer expected")
	_, err = r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow"}, "me")
	r.requireKind(fault.KindInvalid, err, "$.n: is missing but it is required")
	require.Empty(t, r.Running("flow", 1, 0, 0), "nothing has begun")
	require.Equal(t, []string{"a:SCHEDULED"}, r.states(r.start("flow", map[string]any{"n": json.Number("7.0")})))
	require.Equal(t, []string{"a:SCHEDULED"}, r.states(r.start("flow", map[string]any{"other": 1})), "after the template")

	r.flow("lax", func(d *conductor.WorkflowDef) { d.InputSchema, d.EnforceSchema = wants("order"), false }, simple("a", "a"))
	r.start("lax", map[string]any{"n": "x"})
	r.flow("parent", nil, taskOf(typeSubWorkflow, "s", map[string]any{"n": "x"}, func(t *conductor.WorkflowTask) {
		t.SubWorkflowParam = &conductor.SubWorkflowParams{Name: "flow"}
	}))
	parent := r.workflow(r.start("parent", nil))
	require.Contains(t, parent.ReasonForIncompletion, "schema order v1", "a child's input too")
}

func TestATasksInputIsCheckedBeforeItsWorkerSeesIt(t *testing.T) {
	r := newRig(t, heeding)
	r.strictTask("a", func(d *conductor.TaskDef) { d.InputSchema = wants("item") })
	task := simple("a", "first")
	task.InputParameters = map[string]any{"n": "${workflow.input.n}"}
	r.flow("flow", nil, task)
	id := r.start("flow", map[string]any{"n": "x"})
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, []string{"first:FAILED_WITH_TERMINAL_ERROR"}, r.states(id), "no further attempt would mend it")
	require.Equal(t, "The input of task first is not as its schema item v1 wants: $.n: string found, integer expected", wf.Tasks[0].ReasonForIncompletion)
	require.Equal(t, "x", wf.Tasks[0].InputData["n"], "it can be looked at")
	require.Nil(t, r.poll("a"))
	require.Equal(t, []string{"first:SCHEDULED"}, r.states(r.start("flow", map[string]any{"n": 1})))
}

func TestATasksOutputIsChecked(t *testing.T) {
	r := newRig(t, heeding)
	r.strictTask("a", func(d *conductor.TaskDef) { d.OutputSchema = wants("stock") })
	r.flow("flow", nil, simple("a", "a"))
	id := r.start("flow", nil)
	task := r.must("a")
	r.report(task, conductor.TaskInProgress, map[string]any{"half": true})
	task = r.must("a")
	r.report(task, conductor.TaskCompleted, map[string]any{"n": 1.5})
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, "FAILED_WITH_TERMINAL_ERROR", wf.Tasks[0].Status)
	require.Contains(t, wf.ReasonForIncompletion, "The output of task a is not as its schema stock v1 wants: $.n: number found, integer expected")
	id = r.start("flow", nil)
	r.finish("a", conductor.TaskFailed, nil)
	require.Equal(t, []string{"a:FAILED", "a:SCHEDULED"}, r.states(id), "what failed by itself is not held to it")

	inline := taskOf("INLINE", "i", map[string]any{"evaluatorType": "javascript", "expression": "'x'"})
	inline.TaskDefinition = &conductor.TaskDef{Name: "i", EnforceSchema: true, OutputSchema: map[string]any{
		"name": "result", "type": "JSON", "data": map[string]any{"properties": map[string]any{"result": map[string]any{"type": "number"}}},
	}}
	r.flow("script", nil, inline)
	require.Contains(t, r.workflow(r.start("script", nil)).ReasonForIncompletion, "$.result: string found, number expected", "the server's own tasks too")
}

func TestAWorkflowsOutputIsChecked(t *testing.T) {
	r := newRig(t, heeding)
	r.flow("rescue", nil, simple("help", "help"))
	r.flow("flow", func(d *conductor.WorkflowDef) {
		d.OutputSchema, d.OutputParameters, d.FailureWorkflow = wants("result"), map[string]any{"n": "${a.output.n}", "was": "${workflow.status}"}, "rescue"
	}, simple("a", "a"))
	good, bad := r.start("flow", nil), r.start("flow", nil)
	r.finish("a", conductor.TaskCompleted, map[string]any{"n": 3})
	r.finish("a", conductor.TaskCompleted, map[string]any{"n": nil})
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(good).Status)
	wf := r.workflow(bad)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, "The output of workflow flow is not as its schema result v1 wants: $.n: null found, integer expected", wf.ReasonForIncompletion)
	help := r.workflow(r.must("help").WorkflowInstanceID)
	require.Equal(t, bad, help.Input["workflowId"], "and its failure workflow has begun")
}

func TestSchemasThatCannotCheck(t *testing.T) {
	r := newRig(t, heeding)
	for name, c := range map[string]struct {
		schema map[string]any
		want   string // empty: nobody is held to it
	}{
		"avro":        {map[string]any{"name": "s", "type": "AVRO", "data": map[string]any{}}, "its type is AVRO, and only JSON can be checked"},
		"no type":     {map[string]any{"name": "s", "data": map[string]any{}}, "it has no type"},
		"elsewhere":   {map[string]any{"name": "s", "type": "JSON", "externalRef": "http://x"}, "it has no data"},
		"unknown":     {map[string]any{"name": "nobody's", "version": 3, "type": "JSON"}, ""},
		"broken":      {map[string]any{"name": "s", "type": "JSON", "data": map[string]any{"type": "text"}}, ""},
		"says little": {map[string]any{"name": "s", "type": "JSON", "data": map[string]any{}}, ""},
		"empty":       {map[string]any{}, ""},
	} {
		r.flow("flow", func(d *conductor.WorkflowDef) { d.InputSchema = c.schema }, simple("a", "a"))
		_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"n": 1}}, "me")
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		r.requireKind(fault.KindInvalid, err, "The input of workflow flow cannot be checked by its schema s v1: "+c.want)
	}
	oss := newRig(t)
	oss.flow("flow", func(d *conductor.WorkflowDef) { d.InputSchema, d.OutputSchema = wants("s"), wants("s") }, simple("a", "a"))
	id := oss.start("flow", nil)
	oss.finish("a", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, oss.workflow(id).Status, "open source stores them")
}

func TestRegisteredSchemas(t *testing.T) {
	kept := newRecording()
	r := newRig(t, heeding, on(kept, 0))
	put := func(newVersion bool, defs ...conductor.SchemaDef) {
		t.Helper()
		require.NoError(t, r.PutSchemas(t.Context(), defs, newVersion, "me"))
	}
	def := conductor.SchemaDef{Name: "order", Type: "JSON", Data: wholeN()}
	put(false, def, conductor.SchemaDef{Name: "a", Version: 4, Type: "AVRO"})
	put(true, conductor.SchemaDef{Name: "order", Version: 9, Type: "JSON", Data: map[string]any{"type": "object"}})
	r.clock.Advance(time.Second)
	put(false, def)
	first, err := r.Schema("order", 1)
	require.NoError(t, err)
	require.Equal(t, "me", first.CreatedBy)
	require.Equal(t, first.CreateTime+1000, first.UpdateTime)
	newest, err := r.Schema("order", 0)
	require.NoError(t, err)
	require.Equal(t, 2, newest.Version)

	r.flow("flow", func(d *conductor.WorkflowDef) { d.InputSchema = map[string]any{"name": "order", "version": 1} }, simple("a", "a"))
	_, err = r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow"}, "me")
	r.requireKind(fault.KindInvalid, err, "schema order v1")
	r = newRig(t, heeding, on(kept, 0))
	require.Len(t, r.Schemas(), 3)
	require.Equal(t, []string{"a", "order", "order"}, []string{r.Schemas()[0].Name, r.Schemas()[1].Name, r.Schemas()[2].Name})
	_, err = r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "flow"}, "me")
	r.requireKind(fault.KindInvalid, err, "schema order v1")

	require.NoError(t, r.DeleteSchema(t.Context(), "order", 1))
	r.start("flow", nil)
	r.requireKind(fault.KindNotFound, r.DeleteSchema(t.Context(), "order", 1), "No such schema found by name order and version 1")
	require.NoError(t, r.DeleteSchema(t.Context(), "order", 0))
	_, err = r.Schema("order", 0)
	r.requireKind(fault.KindNotFound, err, "No such schema found by name order")
	require.Len(t, newRig(t, heeding, on(kept, 0)).Schemas(), 1)

	r.requireKind(fault.KindInvalid, r.PutSchemas(t.Context(), []conductor.SchemaDef{def, {Type: "JSON"}}, false, "me"), "Validation failed")
	r.requireKind(fault.KindInvalid, r.PutSchemas(t.Context(), []conductor.SchemaDef{{Name: "x", Type: "XML"}}, false, "me"), "should be one of [JSON AVRO PROTOBUF]")
	require.Len(t, r.Schemas(), 1, "all or none")
}

// A reason is not longer than any other.
func TestALongBreachIsCut(t *testing.T) {
	r := newRig(t, heeding)
	r.strictTask("a", func(d *conductor.TaskDef) {
		d.OutputSchema = map[string]any{"name": "s", "type": "JSON", "data": map[string]any{"additionalProperties": false}}
	})
	r.flow("flow", nil, simple("a", "a"))
	id := r.start("flow", nil)
	r.finish("a", conductor.TaskCompleted, map[string]any{strings.Repeat("é", 2000): 1})
	require.Len(t, []rune(r.workflow(id).Tasks[0].ReasonForIncompletion), maxReason)
}
