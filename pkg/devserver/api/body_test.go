package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// optional are the routes that do without a body, and raw those that take any bytes.
func optional(pattern string) bool {
	return raw(pattern) || slices.Contains([]string{
		"POST /api/workflow/{name}", "POST /api/workflow/start/{name}/{version}", "POST /api/tasks/{workflowId}/{ref}/{status}",
		"POST /api/tasks/{workflowId}/{ref}/{status}/sync", "PUT /api/workflow/{id}/skiptask/{ref}", "POST /api/workflow/{id}/jump/{ref}", "POST /api/workflow/{id}/jump",
		"POST /api/workflow/{id}/rerun", "POST /api/tasks/{workflowId}/{status}/signal",
	}, pattern)
}

func raw(pattern string) bool {
	return slices.Contains([]string{"POST /api/tasks/{id}/log", "PUT /api/secrets/{key}", "PUT /api/environment/{key}", "POST /webhook/{key}"}, pattern)
}

// withBodies are the rows of the matrix that send a body and are answered well: one for each route.
func withBodies(t *testing.T) map[string]row {
	t.Helper()
	rows := map[string]row{}
	for _, r := range rules(t) {
		if last := r.want[len(r.want)-1]; r.body != "" && last < 300 {
			rows[r.pattern] = r
		}
	}
	delete(rows, "PUT "+statePath) // which takes a snapshot, of any length
	require.Greater(t, len(rows), 20)
	return rows
}

// Every route that takes a body refuses one that is none, that breaks off, that is something else, or that has something behind it, in
// words, as an application's error.
func TestBodiesThatAreNone(t *testing.T) {
	for pattern, r := range withBodies(t) {
		for name, body := range map[string]string{
			"empty": "", "blank": " \n", "broken": `{"a":`, "a number": "5", "a text": `"x"`, "two": r.body + r.body, "not JSON": "<html>", "bytes": "\xff\xfe",
		} {
			if raw(pattern) || optional(pattern) && (name == "empty" || name == "blank") {
				continue
			}
			answer := newFixture(t).send("ADMIN", r.call, body)
			require.Equal(t, http.StatusBadRequest, answer.Code, "%s, %s: %s", pattern, name, answer.Body)
			requireRefusal(t, answer)
		}
	}
}

// A body of more than 10 MB is refused as such wherever it is sent, and one that cannot be read to its end is no body.
func TestBodiesTooLargeAndCutOff(t *testing.T) {
	large := `{"name":"` + strings.Repeat("x", maxBody) + `"}`
	f := newFixture(t)
	for pattern, r := range withBodies(t) {
		answer := f.send("ADMIN", r.call, large)
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.Code, pattern)
		requireRefusal(t, answer)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/api/workflow", io.MultiReader(strings.NewReader(`{"na`), broken{}))
		request.Header.Set("X-Authorization", f.tokens["ADMIN"])
		cut := httptest.NewRecorder()
		f.handler.ServeHTTP(cut, request)
		require.Equal(t, http.StatusBadRequest, cut.Code)
		require.Contains(t, cut.Body.String(), "could not be read: the line went dead")
	}
}

// broken is a connection that ends amid a body.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

// Every parameter that is a number says which one is none, and what was sent.
func TestNumbersThatAreNone(t *testing.T) {
	f := newFixture(t)
	for _, call := range []string{
		"GET /api/workflow/search?start=x", "GET /api/workflow/search?size=x", "GET /api/workflow/search-v2?size=x", "GET /api/tasks/search?start=x",
		"GET /api/workflow/$RUN/tasks?start=x", "GET /api/workflow/$RUN/tasks?count=x", "GET /api/tasks/poll/batch/t?count=x",
		"GET /api/tasks/poll/batch/t?timeout=x", "GET /api/workflow/running/f?version=x", "GET /api/workflow/running/f?startTime=x",
		"GET /api/workflow/running/f?endTime=x", "GET /api/metadata/workflow/f?version=x", "POST /api/workflow/f?priority=x",
	} {
		answer := f.send("ADMIN", call, "")
		require.Equal(t, 400, answer.Code, "%s: %s", call, answer.Body)
		require.Contains(t, answer.Body.String(), `\"x\" is not a number`, call)
	}
	for call, said := range map[string]string{
		"POST /api/workflow/f?version=x":               `version \"x\" is not a number`,
		"POST /api/workflow/start/f/x":                 `version \"x\" is not a number`,
		"DELETE /api/metadata/workflow/f/x":            `version \"x\" is not a number`,
		"GET /api/workflow/search?size=5001":           "Cannot return more than 5000 workflows",
		"GET /api/workflow/search?start=-1":            "must not be negative",
		"GET /api/tasks/poll/batch/t?timeout=5001":     "cannot be more than 5 seconds",
		"POST /api/workflow/f?priority=101":            "priority",
		"GET /api/workflow/search?query=status":        "Incorrectly formatted query string",
		"GET /api/workflow/search-v2?query=colour%3D1": "Unknown field in the query: colour",
	} {
		answer := f.send("ADMIN", call, "{}")
		require.Equal(t, 400, answer.Code, "%s: %s", call, answer.Body)
		require.Contains(t, answer.Body.String(), said, call)
	}
}
