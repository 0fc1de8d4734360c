package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A body of the wrong shape is described in JSON's words, without the names of this program's types.
func TestBodyErrorsNameNoGoTypes(t *testing.T) {
	f := newFixture(t)
	for call, body := range map[string]string{
		"POST /api/metadata/taskdefs": `{"name":"t"}`, "PUT /api/metadata/taskdefs": `[]`, "POST /api/tasks": `{"taskId":5}`,
		"POST /api/workflow": `{"name":["x"]}`, "POST /api/applications": `"a"`, "PUT /api/metadata/task/t/tags": `{}`,
	} {
		answer := f.send("ADMIN", call, body)
		require.Equal(t, http.StatusBadRequest, answer.Code, call)
		require.NotContains(t, answer.Body.String(), "Go ", call)
		require.NotContains(t, answer.Body.String(), "conductor.", call)
	}
}

// A result without its ids is refused by validation, as the real server does, and says which.
func TestResultsWithoutIDs(t *testing.T) {
	answer := newFixture(t).send("ADMIN", "POST /api/tasks", `{}`)
	require.Contains(t, answer.Body.String(), "validationErrors")
	require.Contains(t, answer.Body.String(), "Workflow Id cannot be null or empty")
	require.Contains(t, answer.Body.String(), "Task ID cannot be null or empty")
}

// A page of another site cannot drive the server, not even by a GET without an Origin; Authorization is not where tokens are read.
func TestForeignPagesAndForeignHeaders(t *testing.T) {
	f := newFixture(t)
	for header, c := range map[string]struct {
		value  string
		status int
	}{"Sec-Fetch-Site": {"cross-site", 403}, "Origin": {"http://evil.example", 403}, "Authorization": {"Bearer " + f.tokens["ADMIN"], 401}} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/api/applications", strings.NewReader(""))
		request.Header.Set(header, c.value)
		answer := httptest.NewRecorder()
		f.handler.ServeHTTP(answer, request)
		require.Equal(t, c.status, answer.Code, header)
	}
}

// USER_READ_ONLY sees applications and definitions and no users, and tags on an unknown application are kept nowhere.
func TestReadOnlyAndPhantomTags(t *testing.T) {
	f := newFixture(t)
	f.application("reader", "USER_READ_ONLY")
	require.Equal(t, 200, f.send("reader", "GET /api/metadata/workflow/f", "").Code)
	require.Equal(t, 200, f.send("reader", "GET /api/applications/$APP", "").Code)
	require.Equal(t, 403, f.send("reader", "GET /api/users/jane", "").Code)
	require.Equal(t, 403, f.send("reader", "DELETE /api/workflow/$RUN", "").Code)
	f.must("ADMIN", "PUT /api/applications/unknown/tags", `[{"key":"phantom","value":"x"}]`)
	require.NotContains(t, f.must("ADMIN", "GET /api/metadata/tags", ""), "phantom")
}
