package conductor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestWorkflowCalls(t *testing.T) {
	ctx := t.Context()
	version := 2
	full := conductor.StartWorkflowRequest{
		Name: "w", Version: &version, CorrelationID: "c", Input: map[string]any{"a": "<b>"}, TaskToDomain: map[string]string{"t": "d"},
		Priority: 5, IdempotencyKey: "k", IdempotencyStrategy: "FAIL",
	}
	checkCalls(t, []apiCall{
		{
			name: "start", nameless: true, line: "POST /api/workflow", sent: `{"name":"w","input":{}}`, answer: `id`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "w"}))
			},
		},
		{
			name: "start with all", nameless: true, line: "POST /api/workflow", answer: `"id"`,
			sent: `{"name":"w","version":2,"correlationId":"c","input":{"a":"<b>"},"taskToDomain":{"t":"d"},"priority":5,"idempotencyKey":"k","idempotencyStrategy":"FAIL"}`,
			call: func(c *conductor.Client, _ string) error { return only(c.Workflows.Start(ctx, full)) },
		},
		{name: "get", line: "GET /api/workflow/%s?includeTasks=true", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Workflows.Get(ctx, name, true)) }},
		{name: "get without tasks", line: "GET /api/workflow/%s?includeTasks=false", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Workflows.Get(ctx, name, false)) }},
		{
			name: "status", line: "GET /api/workflow/%s/status?includeOutput=true&includeVariables=true", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.Workflows.Status(ctx, name)) },
		},
		{
			name: "search", nameless: true, line: "GET /api/workflow/search?start=0", answer: `{}`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Workflows.Search(ctx, conductor.SearchQuery{}))
			},
		},
		{
			name: "search with all", nameless: true, answer: `{}`,
			line: "GET /api/workflow/search?freeText=a+%26+b&query=status+IN+%28RUNNING%29&size=5&sort=startTime%3ADESC&start=10",
			call: func(c *conductor.Client, _ string) error {
				return only(c.Workflows.Search(ctx, conductor.SearchQuery{Start: 10, Size: 5, Sort: "startTime:DESC", FreeText: "a & b", Query: "status IN (RUNNING)"}))
			},
		},
		{name: "pause", line: "PUT /api/workflow/%s/pause", call: func(c *conductor.Client, name string) error { return c.Workflows.Pause(ctx, name) }},
		{name: "resume", line: "PUT /api/workflow/%s/resume", call: func(c *conductor.Client, name string) error { return c.Workflows.Resume(ctx, name) }},
		{name: "terminate", line: "DELETE /api/workflow/%s", call: func(c *conductor.Client, name string) error { return c.Workflows.Terminate(ctx, name, "") }},
		{
			name: "terminate with a reason", line: "DELETE /api/workflow/%s?reason=not+needed%3F",
			call: func(c *conductor.Client, name string) error { return c.Workflows.Terminate(ctx, name, "not needed?") },
		},
		{name: "restart", line: "POST /api/workflow/%s/restart?useLatestDefinitions=true", call: func(c *conductor.Client, name string) error { return c.Workflows.Restart(ctx, name, true) }},
		{name: "retry", line: "POST /api/workflow/%s/retry?resumeSubworkflowTasks=false", call: func(c *conductor.Client, name string) error { return c.Workflows.Retry(ctx, name, false) }},
		{
			name: "rerun", line: "POST /api/workflow/%s/rerun", sent: `{"reRunFromTaskId":"t","taskInput":{"a":1}}`, answer: "id",
			call: func(c *conductor.Client, name string) error {
				return c.Workflows.Rerun(ctx, name, conductor.RerunWorkflowRequest{ReRunFromTaskID: "t", TaskInput: map[string]any{"a": 1}})
			},
		},
		{
			name: "skip", line: "PUT /api/workflow/%s/skiptask/a%2Fb", sent: `{"taskOutput":{"a":1}}`,
			call: func(c *conductor.Client, name string) error {
				return c.Workflows.Skip(ctx, name, "a/b", conductor.SkipTaskRequest{TaskOutput: map[string]any{"a": 1}})
			},
		},
		{
			name: "jump", line: "POST /api/workflow/%s/jump/r?taskReferenceName=r", sent: `{}`,
			call: func(c *conductor.Client, name string) error { return c.Workflows.Jump(ctx, name, "r", nil) },
		},
		{
			name: "upgrade", line: "POST /api/workflow/%s/upgrade", sent: `{"name":"w","version":2}`,
			call: func(c *conductor.Client, name string) error {
				return c.Workflows.Upgrade(ctx, name, conductor.UpgradeWorkflowRequest{Name: "w", Version: 2})
			},
		},
		{
			name: "set variables", line: "POST /api/workflow/%s/variables", sent: `{"a":null}`, answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return c.Workflows.SetVariables(ctx, name, map[string]any{"a": nil})
			},
		},
		{name: "reset callbacks", line: "POST /api/workflow/%s/resetcallbacks", call: func(c *conductor.Client, name string) error { return c.Workflows.ResetCallbacks(ctx, name) }},
		{
			name: "signal", line: "POST /api/tasks/%s/COMPLETED/signal/sync?returnStrategy=TARGET_WORKFLOW&timeoutMillis=0", sent: `{}`, answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Workflows.Signal(ctx, name, "COMPLETED", nil))
			},
		},
		{
			name: "execute", nameless: true, line: "POST /api/workflow/execute/w/2?waitForSeconds=5", sent: `{"name":"w","input":{}}`, answer: `{}`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Workflows.Execute(ctx, conductor.StartWorkflowRequest{Name: "w"}, 2, 5))
			},
		},
		{
			name: "test", nameless: true, line: "POST /api/workflow/test", sent: `{"name":"w","input":{},"taskRefToMockOutput":{"r":[{"status":"FAILED"}]}}`, answer: `{}`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Workflows.Test(ctx, conductor.WorkflowTestRequest{
					StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "w"}, TaskRefToMockOutput: map[string][]conductor.TaskMock{"r": {{Status: "FAILED"}}},
				}))
			},
		},
		{
			name: "update state", line: "POST /api/workflow/%s/state?requestId=q", sent: `{"variables":{"v":1}}`, answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Workflows.UpdateState(ctx, name, "q", conductor.WorkflowStateUpdate{Variables: map[string]any{"v": 1}}))
			},
		},
		{name: "remove", line: "DELETE /api/workflow/%s/remove?archiveWorkflow=false", call: func(c *conductor.Client, name string) error { return c.Workflows.Remove(ctx, name) }},
	})
}

// Some servers answer the id as text, some as a JSON string.
func TestTheIDOfAStartInBothForms(t *testing.T) {
	for _, body := range []string{"id-1", "id-1\n", `"id-1"`} {
		id, err := connect(t, serve(t, answer(http.StatusOK, body))).Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: "w"})
		require.NoError(t, err)
		require.Equal(t, "id-1", id)
	}
	err := only(connect(t, serve(t, answer(http.StatusOK, ""))).Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: "w"}))
	requireProtocol(t, err, conductor.EmptyBody)
}

func TestWorkflowAnswers(t *testing.T) {
	const execution = `{"workflowId":"1","status":"RUNNING","tasks":[{"taskId":"t","status":"SCHEDULED"}],"later":true}`
	c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusOK, map[string]string{
			"/api/workflow/1":        execution,
			"/api/workflow/1/status": `{"workflowId":"1","status":"RUNNING","output":{"a":1}}`,
			"/api/workflow/search":   `{"totalHits":7,"results":[{"workflowId":"1","new":1}]}`,
		}[r.URL.Path])
	}))
	got, err := c.Workflows.Get(t.Context(), "1", true)
	require.NoError(t, err)
	require.Equal(t, execution, string(got.Raw))
	require.Equal(t, "t", got.Value.Tasks[0].TaskID)
	status, err := c.Workflows.Status(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, conductor.WorkflowRunning, status.Status)
	found, err := c.Workflows.Search(t.Context(), conductor.SearchQuery{})
	require.NoError(t, err)
	require.Equal(t, int64(7), found.TotalHits)
	require.Equal(t, `{"workflowId":"1","new":1}`, string(found.Results[0].Raw))
}

func TestTerminalStates(t *testing.T) {
	for status, terminal := range map[string]bool{"": false, "RUNNING": false, "PAUSED": false, "COMPLETED": true, "FAILED": true, "TIMED_OUT": true, "TERMINATED": true, "LATER": true} {
		require.Equal(t, terminal, conductor.WorkflowTerminal(status), status)
	}
	for status, want := range map[string][2]bool{
		"": {false, false}, "SCHEDULED": {false, false}, "IN_PROGRESS": {false, false}, "COMPLETED": {true, true}, "COMPLETED_WITH_ERRORS": {true, true},
		"SKIPPED": {true, true}, "FAILED": {true, false}, "FAILED_WITH_TERMINAL_ERROR": {true, false}, "CANCELED": {true, false}, "TIMED_OUT": {true, false},
	} {
		require.Equal(t, want, [2]bool{conductor.TaskTerminal(status), conductor.TaskSuccessful(status)}, status)
	}
}

func TestServerCalls(t *testing.T) {
	ctx := t.Context()
	checkCalls(t, []apiCall{
		{name: "version", nameless: true, line: "GET /api/version", answer: "3.32.1", call: func(c *conductor.Client, _ string) error { return only(c.Server.Version(ctx)) }},
		{name: "health", nameless: true, line: "GET /health", answer: `{"healthy":true}`, call: func(c *conductor.Client, _ string) error { return only(c.Server.Health(ctx)) }},
		{
			name: "kind", nameless: true, line: "POST /api/token", sent: `{"keyId":"","keySecret":""}`, answer: `{}`,
			call: func(c *conductor.Client, _ string) error { return only(c.Server.Kind(ctx)) },
		},
	})
}

// Those questions are for everybody: a wrong key does not stand in their way.
func TestServerIsAskedWithoutAToken(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `{"healthy":true}`))
	c := connect(t, s, withKey())
	require.NoError(t, only(c.Server.Version(t.Context())))
	require.NoError(t, only(c.Server.Health(t.Context())))
	require.NoError(t, only(c.Server.Kind(t.Context())))
	require.Len(t, s.requests(), 3)
	for _, seen := range s.requests() {
		require.NotContains(t, seen.Header, "X-Authorization")
		require.NotContains(t, seen.Body, canary)
	}
}

func TestKind(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   conductor.Kind
	}{
		{200, `{}`, conductor.KindOrkes},
		{400, `{"message":"keyId"}`, conductor.KindOrkes},
		{401, refusedKey, conductor.KindOrkes},
		{404, `{}`, conductor.KindOSS},
		{405, ``, conductor.KindOSS},
		{404, `<html>nginx</html>`, ""},
		{500, `{}`, ""},
		{503, ``, ""},
	} {
		kind, err := connect(t, serve(t, answer(test.status, test.body))).Server.Kind(t.Context())
		require.Equal(t, test.want, kind, "%d %s", test.status, test.body)
		require.Equal(t, test.want == "", err != nil)
	}
}

func TestRawSendsWhatItIsGiven(t *testing.T) {
	s := serve(t, answer(http.StatusAccepted, `not json`))
	c := connect(t, s, conductor.WithToken("t1"))
	for _, test := range []struct{ method, path, body, want string }{
		{"GET", "metadata/taskdefs", "", "GET /api/metadata/taskdefs"},
		{"GET", "/api/metadata/taskdefs", "", "GET /api/metadata/taskdefs"},
		{"GET", "//metadata/a%2Fb?x=1&x=2&y=a+b", "", "GET /api/metadata/a%2Fb?x=1&x=2&y=a+b"},
		{"POST", "x", `{ "a":1 }`, "POST /api/x"},
		{"DELETE", "x", "", "DELETE /api/x"},
	} {
		var body []byte
		if test.body != "" {
			body = []byte(test.body)
		}
		response, err := c.Raw(t.Context(), test.method, test.path, body, "application/x-test")
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, response.Status)
		require.Equal(t, "not json", string(response.Body))
		last := s.requests()[len(s.requests())-1]
		require.Equal(t, test.want, last.line())
		require.Equal(t, test.body, last.Body)
		require.Equal(t, test.body != "", last.Header.Get("Content-Type") == "application/x-test")
		require.Equal(t, "t1", last.Header.Get("X-Authorization"))
	}
	require.ErrorContains(t, only(c.Raw(t.Context(), "GET", "x?a=%zz", nil, "")), "the query is malformed")
	require.ErrorContains(t, only(c.Raw(t.Context(), "GET", "x%zz", nil, "")), "GET /x%zz: ")
	require.ErrorContains(t, only(c.Raw(t.Context(), "BAD METHOD", "x", nil, "")), "invalid method")
}
