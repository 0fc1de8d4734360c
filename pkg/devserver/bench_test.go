package devserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// BenchmarkOneTaskWorkflow is the server's part of a workflow of one task: a start, a poll and an update, each with a token.
func BenchmarkOneTaskWorkflow(b *testing.B) {
	server, err := devserver.New(devserver.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { _ = server.Close(b.Context()) })
	key, secret := server.Credentials()
	token := ""
	send := func(method, path, body string) []byte {
		request := httptest.NewRequestWithContext(b.Context(), method, "http://localhost/api"+path, strings.NewReader(body))
		request.Header.Set("X-Authorization", token)
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
		return answer.Body.Bytes()
	}
	var signed struct{ Token string }
	require.NoError(b, json.Unmarshal(send(http.MethodPost, "/token", fmt.Sprintf(`{"keyId":%q,"keySecret":%q}`, key, secret)), &signed))
	token = signed.Token
	send(http.MethodPost, "/metadata/taskdefs", `[{"name":"t","retryCount":0,"timeoutSeconds":60,"responseTimeoutSeconds":30}]`)
	send(http.MethodPost, "/metadata/workflow", `{"name":"f","version":1,"tasks":[{"name":"t","taskReferenceName":"it","type":"SIMPLE",
		"inputParameters":{"id":"${workflow.input.id}"}}],"outputParameters":{"result":"${it.output.result}"}}`)
	b.ReportAllocs()
	for b.Loop() {
		send(http.MethodPost, "/workflow", `{"name":"f","version":1,"input":{"id":"42"}}`)
		var polled []struct{ TaskID, WorkflowInstanceID string }
		require.NoError(b, json.Unmarshal(send(http.MethodGet, "/tasks/poll/batch/t?workerid=w&count=1&timeout=1000", ""), &polled))
		send(http.MethodPost, "/tasks", fmt.Sprintf(`{"workflowInstanceId":%q,"taskId":%q,"status":"COMPLETED","outputData":{"result":"done"}}`,
			polled[0].WorkflowInstanceID, polled[0].TaskID))
	}
}
