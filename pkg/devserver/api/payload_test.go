package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// address asks where a payload is to be put or got.
func (f *fixture) address(as, operation, path string) location {
	f.t.Helper()
	var found location
	answer := f.must(as, "GET /api/tasks/externalstoragelocation?operation="+operation+"&payloadType=TASK_OUTPUT&path="+path, "")
	require.NoError(f.t, json.Unmarshal([]byte(answer), &found))
	require.True(f.t, strings.HasPrefix(found.URI, "http://localhost:8080/api/external-payload?"), found.URI)
	return found
}

// carry makes a request to such an address, without a token, as SDKs do.
func (f *fixture) carry(method, uri, body string) *httptest.ResponseRecorder {
	f.t.Helper()
	answer := httptest.NewRecorder()
	f.handler.ServeHTTP(answer, httptest.NewRequestWithContext(f.t.Context(), method, uri, strings.NewReader(body)))
	return answer
}

// upload keeps a payload for somebody, and returns its path.
func (f *fixture) upload(as, body string) string {
	f.t.Helper()
	found := f.address(as, "WRITE", "x")
	require.True(f.t, strings.HasPrefix(found.Path, "x") && strings.HasSuffix(found.Path, ".json"), found.Path)
	require.Equal(f.t, http.StatusOK, f.carry("PUT", found.URI, body).Code)
	return found.Path
}

func TestPayloadsAreReadByTheirPath(t *testing.T) {
	f := newFixture(t)
	id := f.must("owner", "POST /api/workflow", `{"name":"f","input":{"ignored":true},"externalInputPayloadStoragePath":"`+f.upload("owner", `{"big":[1,{"a":null}]}`)+`"}`)
	var run conductor.Workflow
	require.NoError(t, json.Unmarshal([]byte(f.must("owner", "GET /api/workflow/"+id, "")), &run))
	require.Equal(t, map[string]any{"big": []any{1.0, map[string]any{"a": nil}}}, run.Input)
	require.Empty(t, run.ExternalInputPayloadPath, "as if it had been sent with the request")

	f.must("granted", "POST /api/tasks", `{"workflowInstanceId":"$RUN","taskId":"$TASK","status":"COMPLETED","externalOutputPayloadStoragePath":"`+f.upload("granted", `{"out":7}`)+`"}`)
	require.Contains(t, f.must("owner", "GET /api/workflow/$RUN", ""), `"output":{"out":7}`)

	open := newOpenFixture(t)
	id = open.must("anybody", "POST /api/workflow", `{"name":"f","externalInputPayloadStoragePath":"`+open.upload("anybody", `{"a":1}`)+`"}`)
	require.Contains(t, open.must("anybody", "GET /api/workflow/"+id, ""), `"input":{"a":1}`)
}

func TestAPayloadComesBack(t *testing.T) {
	f := newFixture(t)
	path := f.upload("owner", `{"a": 1}`)
	read := f.address("owner", "read", path)
	require.Equal(t, path, read.Path)
	answer := f.carry("GET", read.URI, "")
	require.Equal(t, `{"a": 1}`, answer.Body.String(), "to the byte")
	require.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	require.Equal(t, http.StatusForbidden, f.carry("PUT", read.URI, `{}`).Code, "an address is good for one thing")
	require.Equal(t, http.StatusForbidden, f.carry("GET", strings.Replace(read.URI, "path="+path, "path="+f.names["PAYLOAD"], 1), "").Code, "and one payload")
	write := f.address("owner", "WRITE", "")
	require.Equal(t, http.StatusForbidden, f.carry("GET", write.URI, "").Code)
	require.Equal(t, http.StatusForbidden, f.carry("PUT", strings.Replace(write.URI, "by=", "by=x", 1), `{}`).Code, "and one person")
}

func TestPayloadsThatCannotBe(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{"", "[1]", "null", `{"a":`, "text"} {
		answer := f.send("owner", "POST /api/workflow", `{"name":"f","externalInputPayloadStoragePath":"`+f.upload("owner", body)+`"}`)
		require.Equal(t, http.StatusBadRequest, answer.Code, body)
		require.Contains(t, answer.Body.String(), "is not a JSON object")
	}
	large := f.address("owner", "WRITE", "x").URI
	require.Equal(t, http.StatusRequestEntityTooLarge, f.carry("PUT", large, `{"a":"`+strings.Repeat("x", 11<<20)+`"}`).Code)
}
