package main

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// heard plays a script on the embedded server and returns what that said last.
func heard(t *testing.T, script string) []string {
	t.Helper()
	answers, err := play(t.Context(), embedded(), one(t, script))
	require.NoError(t, err)
	require.NotEmpty(t, answers)
	return answers[len(answers)-1].Answer
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"show": {
			"flow @f [\"a\"]\nstart w @f {\"n\":1}\ndo @a COMPLETED {\"x\":1.50}\nawait w COMPLETED\nshow w",
			[]string{`COMPLETED output={"x":1.50} failed=`, `1 a#0 a COMPLETED in={} out={"x":1.50}`},
		},
		"a reason": {
			"flow @f [\"a\"]\nstart w @f\ndo @a FAILED no luck\nawait w a FAILED\ncall GET /api/workflow/$w\n| .tasks[0].reasonForIncompletion",
			[]string{"200", `"no luck"`},
		},
		"a filter of another shape": {"call GET /api/workflow/none\n| .[0]", []string{`404 {"message":"No such workflow found by id: none","status":404}`}},
		"names that are known": {
			"flow @f [\"a\"]\nstart w @f\ntake @a t\ncall GET /api/tasks/$t\n| [.taskId, .workflowInstanceId, .taskDefName, .workerId]",
			[]string{"200", `["$t","$w","a","w"]`},
		},
		"an answer with a name": {
			"flow @f [\"a\"]\ncall POST /api/workflow/@f {}\n= w\ncall GET /api/workflow/$w\n| .workflowId, (.tasks[0].taskId | length)",
			[]string{"200", `"$w"`, "36"},
		},
		"a task's id":       {"flow @f [\"a\"]\nstart w @f\ncall GET /api/tasks/$w.a\n| .referenceTaskName", []string{"200", `"a"`}},
		"no such task":      {"flow @f [\"a\"]\nstart w @f\ncall GET /api/tasks/$w.b", []string{"refused: 404 no task b"}},
		"what is one's own": {"flow @f [\"a\"]\ncall GET /api/metadata/workflow\n| map(select(.name | own)) | map(.name)", []string{"200", `["f"]`}},
		"not started":       {"start w @unknown\nshow w", []string{"refused: 404 nothing was started as w"}},
		"a race": {
			"flow @f [\"a\"]\nstart w @f\nstart v @f\nrace 5 GET /api/tasks/poll/@a", []string{"2 × 200, 3 × 204"},
		},
		"time": {
			"flow @f [{\"ref\":\"w\",\"type\":\"WAIT\",\"in\":{\"duration\":\"60 s\"}}]\nstart w @f\npass 61s\nawait w COMPLETED\nshow w",
			[]string{"COMPLETED output={} failed=", `1 w#0 WAIT COMPLETED in={"duration":"60 s"} out={}`},
		},
		"a child": {
			`flow @k ["a"]
flow @f [{"ref":"s","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"@k","version":1}}]
start w @f
sub w s kid
do @a COMPLETED {}
until GET /api/workflow/$kid
| .status == "COMPLETED"
output w s
call GET /api/workflow/$w
| .tasks[0].subWorkflowId`, []string{"200", `"$kid"`},
		},
		"bytes":    {"flow @f [\"a\"]\nstart w @f {\"big\":\"$FILL2K\"}\ncall GET /api/workflow/$w\n| .input", []string{"200", `{"big":"FILL"}`}},
		"a header": {"call POST /api/workflow/@f {}\n+ Origin: http://elsewhere.example\n| .status", []string{"403", "403"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, heard(t, c.script))
		})
	}
}

func TestDump(t *testing.T) {
	t.Parallel()
	lines := heard(t, "flow @f [\"a\"]\nstart w @f\ndump w")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], `definition {`)
	require.Contains(t, lines[1], `"createTime":TIME`)
	require.Contains(t, lines[2], `"workflowInstanceId":"$w"`)
}

func TestWhatNeverComes(t *testing.T) {
	t.Parallel()
	impatient := func() (*server, error) {
		srv, err := embedded()()
		srv.patience = time.Millisecond
		return srv, err
	}
	answers, err := play(t.Context(), impatient, one(t, "flow @f [\"a\"]\nstart w @f\nawait w COMPLETED\nawait w b COMPLETED\ndo @b COMPLETED"))
	require.NoError(t, err)
	require.Len(t, answers, 3)
	for _, a := range answers {
		require.Equal(t, []string{never}, a.Answer, a.Step)
	}
}

func TestScriptsThatCannotBePlayed(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"flow @f":       "the tasks of @f",
		"task @t x":     "the task @t",
		"pass soon":     "invalid duration",
		"await w":       "a name and a status are needed",
		"take @a":       "words are missing",
		"race GET /x":   "words are missing",
		"race x GET /y": "invalid syntax",
		"sub w":         "words are missing",
	} {
		_, err := play(t.Context(), embedded(), one(t, script))
		require.ErrorContains(t, err, want, script)
		require.ErrorContains(t, err, "area/one, line 2", script)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := play(stopped, embedded(), one(t, "do @a COMPLETED"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestNormal(t *testing.T) {
	t.Parallel()
	n := newNormal("_abc123")
	n.names["11111111-2222-3333-4444-555555555555"] = "$w"
	for text, want := range map[string]string{
		"f_abc123 of 11111111-2222-3333-4444-555555555555":       "f of $w",
		"01234567-89ab-cdef-0123-456789abcdef":                   "ID",
		"at 127.0.0.1:45123, localhost:8080":                     "at HOST, HOST",
		"Tue, 03 Mar 2026 10:11:12 GMT":                          "DATE",
		"2026-03-03T10:11:12.123Z and 1767225600000":             "TIME and TIME",
		"17672256000001 and 0":                                   "17672256000001 and 0",
		"Responder$$Lambda/0x0000000054f5aac0":                   "Responder$$Lambda",
		"99999999-2222-3333-4444-555555555555_abc123 is unknown": "ID is unknown",
	} {
		require.Equal(t, want, n.text(text), text)
	}
	n.host = "me"
	require.JSONEq(t, `{"queueWaitTime":"SPAN","workerId":"SERVER","a":[{"b":1}],"failedReferenceTaskNames":["a","b"]}`, n.compact(map[string]any{
		"instance": "me", "retryable": false, "queueWaitTime": 3, "workerId": "me", "a": []any{map[string]any{"b": json.Number("1")}},
		"failedReferenceTaskNames": []any{"b", "a"},
	}))
	_, err := n.filtered("(", nil)
	require.ErrorContains(t, err, "jq (")
	_, err = n.filtered(".a", []any{})
	require.Error(t, err)
	require.Equal(t, []string{"RUNNING output=null failed=a,b", `1 r__2#1 t COMPLETED retried iteration 2 in={} out=null why`}, n.execution(conductor.Workflow{
		Status: "RUNNING", FailedReferenceTaskNames: []string{"b", "a"},
		Tasks: []conductor.Task{{ReferenceTaskName: "r__2", RetryCount: 1, TaskType: "t", Status: "COMPLETED", Retried: true, Iteration: 2, ReasonForIncompletion: "why"}},
	}))
}

func TestTarget(t *testing.T) {
	t.Parallel()
	answers := heard(t, "call GET /api/version\n| .")
	require.Contains(t, answers[0], "200")
	srv := overNetwork("http://127.0.0.1:9")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/y", http.NoBody)
	require.NoError(t, err)
	_, _, err = srv.send(request)
	require.Error(t, err)
	require.NoError(t, srv.pass(t.Context(), -500*time.Millisecond))
}
