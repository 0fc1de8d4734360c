package devserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// caller sends requests to a server of its own.
type caller struct {
	t      *testing.T
	server *devserver.Server
}

func newCaller(t *testing.T) caller {
	t.Helper()
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close(t.Context())) })
	return caller{t, server}
}

func (c caller) call(method, path, body string) (int, string) {
	request := httptest.NewRequestWithContext(c.t.Context(), method, "http://localhost:8080/api/"+path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	c.server.ServeHTTP(answer, request)
	return answer.Code, answer.Body.String()
}

func (c caller) must(method, path, body string) string {
	c.t.Helper()
	code, answer := c.call(method, path, body)
	require.Less(c.t, code, 300, "%s %s: %s", method, path, answer)
	return answer
}

// Whatever a worker reports: it is taken or refused, never with a 5xx, what JSON says of the execution stays readable, and the execution
// goes on with a result that is right.
func FuzzTaskResult(f *testing.F) {
	for _, seed := range []string{
		`{"workflowInstanceId":"WF","taskId":"TASK","status":"COMPLETED","outputData":{"a":[1,null,{"b":1e400}]}}`,
		`{"workflowInstanceId":"WF","taskId":"TASK","status":"IN_PROGRESS","callbackAfterSeconds":-9223372036854775808,"workerId":"w"}`,
		`{"workflowInstanceId":"WF","taskId":"TASK","status":"FAILED","reasonForIncompletion":"\u0000","logs":[{"log":"x","createdTime":-1}]}`,
		`{"workflowInstanceId":"WF","taskId":"TASK","extendLease":true}`,
		`{"workflowInstanceId":"WF","taskId":"WF","status":"CANCELED","subWorkflowId":"WF","externalOutputPayloadPath":"p"}`,
		`{"workflowInstanceId":"WF","taskId":"TASK","status":"FAILED_WITH_TERMINAL_ERROR","executionMetadata":{"x":{}},"outputData":null}`,
		`[]`, `null`, `{"taskId":7}`, `{"workflowInstanceId":"WF","taskId":"TASK","status":"completed"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := newCaller(t)
		c.must(http.MethodPost, "metadata/taskdefs", `[{"name":"a","retryCount":1,"retryDelaySeconds":0,"ownerEmail":"a@b.c"}]`)
		c.must(http.MethodPut, "metadata/workflow", `[{"name":"w","schemaVersion":2,"ownerEmail":"a@b.c","tasks":[{"name":"a","taskReferenceName":"a"},
			{"name":"s","taskReferenceName":"s","type":"SET_VARIABLE","inputParameters":{"v":"${a.output}"}}],"outputParameters":{"o":"${a.output.a} ${workflow.variables.v}"}}]`)
		id := c.must(http.MethodPost, "workflow", `{"name":"w"}`)
		var task conductor.Task
		require.NoError(t, conductor.Decode([]byte(c.must(http.MethodGet, "tasks/poll/a", "")), &task))
		code, answer := c.call(http.MethodPost, "tasks", strings.NewReplacer("WF", id, "TASK", task.TaskID).Replace(body))
		require.Less(t, code, 500, answer)
		var wf conductor.Workflow
		require.NoError(t, conductor.Decode([]byte(c.must(http.MethodGet, "workflow/"+id, "")), &wf))
		if conductor.WorkflowTerminal(wf.Status) {
			return
		}
		last := wf.Tasks[len(wf.Tasks)-1]
		result, err := json.Marshal(conductor.TaskResult{WorkflowInstanceID: id, TaskID: last.TaskID, Status: conductor.TaskCompleted})
		require.NoError(t, err)
		c.must(http.MethodPost, "tasks", string(result))
		require.NoError(t, conductor.Decode([]byte(c.must(http.MethodGet, "workflow/"+id, "")), &wf))
		require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	})
}

// Whatever is searched for is found or refused.
func FuzzSearch(f *testing.F) {
	f.Add("status IN (RUNNING) AND workflowType = 'w'", "startTime:DESC", "*")
	f.Add("startTime > 1 AND startTime < 99999999999999999999", "x:y:z", "w AND \"")
	f.Add("workflowId=", ":", "(")
	f.Add("correlationId IN ('a', b", "workflowType:ASC,status", "\x00")
	f.Fuzz(func(t *testing.T, query, sort, text string) {
		c := newCaller(t)
		c.must(http.MethodPut, "metadata/workflow", `[{"name":"w","schemaVersion":2,"ownerEmail":"a@b.c","tasks":[{"name":"a","taskReferenceName":"a"}]}]`)
		c.must(http.MethodPost, "workflow", `{"name":"w","correlationId":"a","input":{"x":"y"}}`)
		values := url.Values{"query": {query}, "sort": {sort}, "freeText": {text}}.Encode()
		for _, path := range []string{"workflow/search", "workflow/search-v2", "tasks/search"} {
			code, answer := c.call(http.MethodGet, path+"?"+values, "")
			require.Less(t, code, 500, "%s: %s", path, answer)
			require.True(t, json.Valid([]byte(answer)), "%s: %s", path, answer)
		}
	})
}
