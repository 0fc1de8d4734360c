package engine

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func TestStartForHappensOnceForAKeyAndCarriesItsEvent(t *testing.T) {
	r, listener := newEar(t)
	r.flow("child", nil, eventTask("c", "conductor", nil))
	sub := taskOf("SUB_WORKFLOW", "sub", nil)
	sub.SubWorkflowParam = &conductor.SubWorkflowParams{Name: "child"}
	r.flow("flow", nil, eventTask("e", "conductor", nil), sub, taskOf("START_WORKFLOW", "st", map[string]any{"startWorkflow": map[string]any{"name": "child"}}))
	reaction := Reaction{By: "her", Event: "x:y", Chain: "first", Key: "m/h/0"}
	id, err := r.StartFor(reaction, map[string]any{"name": "flow", "version": "1", "input": map[string]any{"a": 1}})
	require.NoError(t, err)
	again, err := r.StartFor(reaction, map[string]any{"name": "flow"})
	require.NoError(t, err)
	require.Equal(t, id, again)
	wf := r.workflow(id)
	require.Equal(t, "x:y", wf.Event)
	require.Equal(t, "her", wf.CreatedBy)
	require.Len(t, listener.heard, 3, "the workflow's own and its children's")
	for _, m := range listener.heard {
		require.Equal(t, "first", m.Chain, m.Event)
	}
	other, err := r.StartFor(Reaction{By: "her"}, map[string]any{"name": "child"})
	require.NoError(t, err)
	require.NotEqual(t, id, other)
	_, err = r.StartFor(Reaction{}, map[string]any{"name": "nope"})
	require.Equal(t, fault.KindNotFound, fault.KindOf(err))
	_, err = r.StartFor(Reaction{}, map[string]any{"name": "flow", "version": "first"})
	require.Equal(t, fault.KindInvalid, fault.KindOf(err))
}

func TestEndTaskFor(t *testing.T) {
	r, _ := newEar(t)
	r.flow("flow", nil, taskOf("WAIT", "w", nil), taskOf("WAIT", "v", nil))
	id := r.start("flow", nil)
	end := func(ref TaskRef, status string) error {
		return r.EndTaskFor(Reaction{}, ref, conductor.TaskResult{Status: status, OutputData: map[string]any{"got": 1}, ReasonForIncompletion: "because"})
	}
	require.NoError(t, end(TaskRef{WorkflowID: id, Name: "w"}, conductor.TaskCompleted))
	require.Equal(t, map[string]any{"got": 1}, r.workflow(id).Tasks[0].OutputData)
	require.NoError(t, end(TaskRef{WorkflowID: id, Name: "w"}, conductor.TaskFailed), "it has ended: no error, and no change")
	require.NoError(t, end(TaskRef{TaskID: r.workflow(id).Tasks[1].TaskID}, conductor.TaskFailed))
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, conductor.TaskCompleted, wf.Tasks[0].Status)
	require.Equal(t, "because", wf.Tasks[1].ReasonForIncompletion)
	require.ErrorContains(t, end(TaskRef{WorkflowID: "nope", Name: "w"}, conductor.TaskCompleted), "No workflow found with ID: nope")
	require.ErrorContains(t, end(TaskRef{WorkflowID: id, Name: "x"}, conductor.TaskCompleted), "No task found with taskId: null, reference name: x, workflowId: "+id)
	require.ErrorContains(t, end(TaskRef{TaskID: "t"}, conductor.TaskCompleted), "taskId: t")
}

func TestSetVariablesForAppendsToLists(t *testing.T) {
	r, _ := newEar(t)
	r.flow("flow", nil, taskOf("WAIT", "w", nil))
	id := r.start("flow", nil)
	set := func(values map[string]any, appended bool) map[string]any {
		require.NoError(t, r.SetVariablesFor(Reaction{}, id, values, appended))
		return r.workflow(id).Variables
	}
	set(map[string]any{"list": []any{1}, "word": "a"}, true)
	require.Equal(t, map[string]any{"list": []any{1, 2, 3}, "word": "b"}, set(map[string]any{"list": []any{2, 3}, "word": "b"}, true))
	require.Equal(t, map[string]any{"list": []any{9}, "word": "b"}, set(map[string]any{"list": []any{9}}, false))
	require.Equal(t, fault.KindNotFound, fault.KindOf(r.SetVariablesFor(Reaction{}, "nope", nil, false)))
	require.NoError(t, r.TerminateFor(Reaction{}, id, "enough"))
	require.Equal(t, "enough", r.workflow(id).ReasonForIncompletion)
	require.Equal(t, fault.KindConflict, fault.KindOf(r.SetVariablesFor(Reaction{}, id, map[string]any{"a": 1}, false)))
}

func TestReactionsNeedTheRightsOfWhoStandsBehindThem(t *testing.T) {
	r, _ := newEar(t, func(o *Options) { o.Rights = noRights{"him"} })
	r.flow("flow", nil, taskOf("WAIT_FOR_WEBHOOK", "w", nil))
	id, him := r.start("flow", nil), Reaction{By: "him"}
	_, err := r.StartFor(him, map[string]any{"name": "flow"})
	require.ErrorContains(t, err, "him may not start")
	for _, err := range []error{
		r.EndTaskFor(him, TaskRef{WorkflowID: id, Name: "w"}, conductor.TaskResult{Status: conductor.TaskCompleted}),
		r.TerminateFor(him, id, ""), r.SetVariablesFor(him, id, nil, false),
	} {
		require.ErrorContains(t, err, "him may not steer")
	}
	all := Receivers{TaskType: "WAIT_FOR_WEBHOOK", Workflow: "flow", Fits: func(map[string]any) bool { return true }}
	ids, err := r.ReceiveFor(him, all, nil)
	require.ErrorContains(t, err, "him may not steer")
	require.Empty(t, ids)
	require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status)
	ids, err = r.ReceiveFor(Reaction{By: "her"}, all, map[string]any{"p": 1})
	require.NoError(t, err)
	require.Equal(t, []string{id}, ids)
	require.Equal(t, map[string]any{"p": 1}, r.workflow(id).Output)
}

func TestReceiversAreOfTheVersionAndFit(t *testing.T) {
	r, _ := newEar(t)
	for version := 1; version <= 2; version++ {
		r.flow("flow", func(d *conductor.WorkflowDef) { d.Version = version }, taskOf("WAIT_FOR_WEBHOOK", "w", map[string]any{"v": version}), simple("s", "s"))
	}
	one, two := 1, 2
	first := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Version: &one})
	second := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Version: &two})
	ended := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Version: &two})
	require.NoError(t, r.Terminate(t.Context(), ended, ""))
	receive := func(version int, fits bool) []string {
		ids, err := r.ReceiveFor(Reaction{}, Receivers{TaskType: "WAIT_FOR_WEBHOOK", Workflow: "flow", Version: version, Fits: func(map[string]any) bool { return fits }}, nil)
		require.NoError(t, err)
		return ids
	}
	require.Empty(t, receive(0, false))
	require.Equal(t, []string{second}, receive(2, true))
	require.Equal(t, []string{first}, receive(0, true), "the other has gone on")
}

func TestChainsSurviveARestart(t *testing.T) {
	kept, err := store.Open(filepath.Join(t.TempDir(), "d.db"))
	require.NoError(t, err)
	defer kept.Close()
	r, _ := newEar(t, func(o *Options) { o.Store = kept })
	r.flow("flow", nil, simple("s", "s"), eventTask("e", "conductor", nil))
	_, err = r.StartFor(Reaction{Chain: "first"}, map[string]any{"name": "flow"})
	require.NoError(t, err)
	require.NoError(t, r.Close())
	again, listener := newEar(t, func(o *Options) { o.Store = kept })
	again.report(again.must("s"), conductor.TaskCompleted, nil)
	require.Len(t, listener.heard, 1)
	require.Equal(t, "first", listener.heard[0].Chain)
}

func TestPayloads(t *testing.T) {
	var payload map[string]any
	require.NoError(t, conductor.Decode([]byte(`{"n":1.0,"o":{"list":[1,"x",null]},"s":"{\"x\":[\"{\\\"y\\\":2}\"]}","t":"[not json","workflow":"mine"}`), &payload))
	require.Equal(t, map[string]any{"a": json.Number("1.0"), "b": "n 1.0 null", "c": "x", "all": payload, "d": "mine", "secret": "${workflow.secrets.k}"}, Fill(map[string]any{
		"a": "${n}", "b": "n ${n} ${nope.deep}", "c": "${o.list[1]}", "all": "${$}", "d": "${workflow}", "secret": "${workflow.secrets.k}",
	}, payload))
	require.Nil(t, Fill("${a}", nil))
	expanded := Expand(payload).(map[string]any)
	require.Equal(t, map[string]any{"x": []any{map[string]any{"y": json.Number("2")}}}, expanded["s"])
	require.Equal(t, "[not json", expanded["t"])
	require.NotEqual(t, payload["s"], expanded["s"], "the payload stays")

	for path, tc := range map[string]struct {
		value any
		want  bool
	}{
		"$['o']['list'][1]": {"x", true}, "$['n']": {1, true}, "n": {2, false}, "$['nope']": {nil, true}, "$['nope'] ": {"x", false},
		"$['o']": {map[string]any{"list": []any{1, "x", nil}}, true}, "$[": {nil, false},
	} {
		require.Equal(t, tc.want, Matches(map[string]any{path: tc.value}, payload), path)
	}
	require.True(t, Matches(nil, payload))
	require.False(t, Matches(map[string]any{"n": 1, "$.t": "no"}, payload), "all of them")
}

func TestJudge(t *testing.T) {
	r := newRig(t)
	payload := map[string]any{"n": int64(2), "zero": json.Number("0"), "one": json.Number("1"), "flag": true}
	for condition, want := range map[string]bool{"$.n > 1": true, "$.n > 2": false, "1": true, "0": false, "'yes'": false, "$.nope == undefined": true, "null": false} {
		for _, evaluator := range []string{"", "javascript", "graaljs", "nonsense"} {
			holds, err := r.Judge(evaluator, condition, payload)
			require.NoError(t, err)
			require.Equal(t, want, holds, "%s %s", evaluator, condition)
		}
	}
	for field, want := range map[string]bool{"n": true, "zero": false, "one": true, "flag": true, "nope": false} {
		holds, err := r.Judge("value-param", field, payload)
		require.NoError(t, err)
		require.Equal(t, want, holds, field)
	}
	_, err := r.Judge("", "$.nope.deep == 1", payload)
	require.ErrorContains(t, err, "TypeError")
}
