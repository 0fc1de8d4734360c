package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func standIns(t *testing.T, text string) []StandIn {
	t.Helper()
	list, err := ReadStandIns([]byte(text))
	require.NoError(t, err)
	return list
}

// standingIn is an engine whose chat and HTTP tasks are stood in for.
func standingIn(t *testing.T, chat, web string) *rig {
	t.Helper()
	return newRig(t, func(o *Options) {
		o.StandIns = map[string][]StandIn{"LLM_CHAT_COMPLETE": standIns(t, chat), "HTTP": standIns(t, web)}
	})
}

func outside(taskType, name, ref string, input map[string]any) conductor.WorkflowTask {
	return conductor.WorkflowTask{Name: name, TaskReferenceName: ref, Type: taskType, InputParameters: input}
}

func TestStandInsAnswerForOutsideProducts(t *testing.T) {
	r := standingIn(t, `[{"task": "sum*", "output": {"result": "About ${input.text}", "input": "${input}", "n": 12345678901234567890, "none": "${input.none}"}},
		{"task": "by-name", "output": {"result": "named"}}, {"task": "broken", "status": "FAILED", "reason": "no credit", "output": {"code": 402}}]`, `{"output": {"response": {"statusCode": 200, "body": {"ok": true}}}}`)
	r.flow("flow", nil, outside("LLM_CHAT_COMPLETE", "chat", "summary", map[string]any{"text": "${workflow.input.text}"}),
		outside("LLM_CHAT_COMPLETE", "by-name", "other", nil), outside("HTTP", "call", "call", map[string]any{"http_request": map[string]any{"uri": "http://no-such-host.invalid", "method": "GET"}}))
	wf := r.workflow(r.start("flow", map[string]any{"text": "cats"}))
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.JSONEq(t, `{"result":"About cats","input":{"text":"cats"},"n":12345678901234567890,"none":null}`, encoded(t, wf.Tasks[0].OutputData))
	require.Equal(t, "named", wf.Tasks[1].OutputData["result"])
	require.JSONEq(t, `{"response":{"statusCode":200,"body":{"ok":true}}}`, encoded(t, wf.Tasks[2].OutputData))

	r.flow("bad", nil, outside("LLM_CHAT_COMPLETE", "broken", "b", nil))
	wf = r.workflow(r.start("bad", nil))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Equal(t, conductor.TaskFailed, wf.Tasks[0].Status)
	require.Equal(t, "no credit", wf.Tasks[0].ReasonForIncompletion)
	require.Equal(t, "402", wf.Tasks[0].OutputData["code"].(json.Number).String())

	r.flow("unfit", nil, outside("LLM_CHAT_COMPLETE", "x", "y", nil))
	wf = r.workflow(r.start("unfit", nil))
	require.Equal(t, conductor.TaskFailedTerminally, wf.Tasks[0].Status)
	require.Contains(t, wf.Tasks[0].ReasonForIncompletion, "No stand-in for LLM_CHAT_COMPLETE fits the task y")
}

// A delay passes by the engine's clock, also across a restart, and a failure is tried again as the definition says.
func TestStandInsTakeTheirTime(t *testing.T) {
	kept, outcomes := newRecording(), standIns(t, `{"delay": "90s", "status": "FAILED", "reason": "slow"}`)
	slow := func(o *Options) { o.StandIns = map[string][]StandIn{"LLM_CHAT_COMPLETE": outcomes} }
	r := newRig(t, on(kept, 0), slow)
	r.taskDef("chat", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 60 })
	r.flow("flow", nil, outside("LLM_CHAT_COMPLETE", "chat", "chat", nil))
	id := r.start("flow", nil)
	r.clock.Advance(89 * time.Second)
	require.Equal(t, []string{"chat:IN_PROGRESS"}, r.states(id))
	require.NoError(t, r.Decide(t.Context(), id))
	require.Equal(t, []string{"chat:IN_PROGRESS"}, r.states(id))
	require.NoError(t, r.Close())

	next := newRig(t, on(kept, 89*time.Second), slow)
	require.Equal(t, []string{"chat:IN_PROGRESS"}, next.states(id))
	next.clock.Advance(time.Second)
	require.Equal(t, []string{"chat:FAILED", "chat:SCHEDULED"}, next.states(id))
	next.clock.Advance(60 * time.Second)
	require.Equal(t, []string{"chat:FAILED", "chat:IN_PROGRESS"}, next.states(id))
	next.clock.Advance(90 * time.Second)
	require.Equal(t, conductor.WorkflowFailed, next.workflow(id).Status)
	require.NoError(t, next.Close())
}

// What nothing here can do fails its task and says what to do, wherever it is; the start is no error, and no worker is asked.
func TestWhatNothingHereCanDo(t *testing.T) {
	r := newRig(t)
	r.taskDef("ask", func(d *conductor.TaskDef) { d.RetryCount = 3 })
	loop := conductor.WorkflowTask{
		Name: "loop", TaskReferenceName: "loop", Type: typeDoWhile, LoopOver: []conductor.WorkflowTask{outside("JDBC", "ask", "ask", nil)},
	}
	once := "false"
	loop.LoopCondition = &once
	optional := outside("SENDGRID", "mail", "mail", nil)
	optional.Optional = true
	r.flow("top", nil, optional, outside("JDBC", "ask", "ask", nil))
	r.flow("nested", nil, loop)
	r.flow("forked", nil, byList("f"), join("j"))
	for name, input := range map[string]map[string]any{
		"top": nil, "nested": nil,
		"forked": {"dt": []any{map[string]any{"name": "n", "taskReferenceName": "r", "type": "JDBC"}}, "di": map[string]any{}},
	} {
		wf := r.workflow(r.start(name, input))
		require.Equal(t, conductor.WorkflowFailed, wf.Status, name)
		require.Contains(t, wf.ReasonForIncompletion, "This development server cannot do JDBC, which needs an outside product. Make up what it answers: orkesctl dev start --mock JDBC=FILE", name)
		for _, task := range wf.Tasks {
			require.Zero(t, task.RetryCount, "trying again would not help")
		}
	}
	require.Nil(t, r.poll("JDBC"))
	require.Equal(t, "mail:COMPLETED_WITH_ERRORS", r.states(r.start("top", nil))[0])
}

func TestStandInsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		``: "EOF", `7`: "cannot unmarshal number", `[]`: "the list is empty", `{"outputs": {}}`: `unknown field "outputs"`,
		`{"status": "DONE"}`:      `number 1: status "DONE" is none of COMPLETED, COMPLETED_WITH_ERRORS, FAILED, FAILED_WITH_TERMINAL_ERROR`,
		`[{}, {"delay": "soon"}]`: `number 2: delay "soon" is no duration`, `{"delay": "-1s"}`: "is no duration", `{"task": "["}`: "is no pattern",
		`{"output": "text"}`: "cannot unmarshal string", `{"delay": 5}`: "cannot unmarshal number",
	} {
		_, err := ReadStandIns([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestWhatMayBeStoodInFor(t *testing.T) {
	require.Subset(t, Replaceable(), []string{"JDBC", "LLM_CHAT_COMPLETE", "HTTP", "SENDGRID", "KAFKA_PUBLISH"})
	for _, name := range []string{"SIMPLE", "SWITCH", "DO_WHILE", "WAIT", "INLINE", "my-own"} {
		require.NotContains(t, Replaceable(), name)
	}
}
