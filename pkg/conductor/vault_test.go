package conductor_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestVaultCalls(t *testing.T) {
	ctx := t.Context()
	const text = "text/plain; charset=utf-8"
	checkCalls(t, []apiCall{
		{name: "secrets", nameless: true, line: "POST /api/secrets", answer: `["a"]`, call: func(c *conductor.Client, _ string) error { return only(c.Secrets.Names(ctx)) }},
		{name: "is there a secret", line: "GET /api/secrets/%s/exists", answer: `true`, call: func(c *conductor.Client, name string) error { return only(c.Secrets.Exists(ctx, name)) }},
		{name: "get a secret", line: "GET /api/secrets/%s", answer: `x`, call: func(c *conductor.Client, name string) error { return only(c.Secrets.Get(ctx, name)) }},
		{name: "put a secret", line: "PUT /api/secrets/%s", sent: `a "<b>"`, call: func(c *conductor.Client, name string) error { return c.Secrets.Put(ctx, name, `a "<b>"`) }},
		{name: "delete a secret", line: "DELETE /api/secrets/%s", call: func(c *conductor.Client, name string) error { return c.Secrets.Delete(ctx, name) }},
		{name: "variables", nameless: true, line: "GET /api/environment", answer: `[]`, call: func(c *conductor.Client, _ string) error { return only(c.Environment.List(ctx)) }},
		{name: "get a variable", line: "GET /api/environment/%s", answer: `eu`, call: func(c *conductor.Client, name string) error { return only(c.Environment.Get(ctx, name)) }},
		{name: "put a variable", line: "PUT /api/environment/%s", sent: `{"a":1}`, kind: text, call: func(c *conductor.Client, name string) error { return c.Environment.Put(ctx, name, `{"a":1}`) }},
		{name: "delete a variable", line: "DELETE /api/environment/%s", answer: `eu`, call: func(c *conductor.Client, name string) error { return c.Environment.Delete(ctx, name) }},
	})
}

// A value is what it is: white space, quotes and JSON in it stay, and it may be empty.
func TestValuesAreNotInterpreted(t *testing.T) {
	for _, value := range []string{"", " a\n", `"quoted"`, `{"a":1}`, "null", "größe"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte(value))
		})
		got, err := connect(t, s).Secrets.Get(t.Context(), "s")
		require.NoError(t, err)
		require.Equal(t, value, got)
		got, err = connect(t, s).Environment.Get(t.Context(), "e")
		require.NoError(t, err)
		require.Equal(t, value, got)
	}
}

func TestAPageIsNoSecret(t *testing.T) {
	_, err := connect(t, serve(t, page("<html><title>Console</title></html>"))).Secrets.Get(t.Context(), "s")
	var wrong *conductor.ProtocolError
	require.ErrorAs(t, err, &wrong)
}

// No trace shows a secret's value, short or long, sent or received; a refusal's text is shown.
func TestATraceHidesSecrets(t *testing.T) {
	for _, value := range []string{"abc", "canary-of-a-secret"} {
		var seen strings.Builder
		trace := conductor.WithTrace(func(e conductor.Exchange) { seen.WriteString(e.String()) })
		c := connect(t, serve(t, answer(http.StatusOK, value)), trace)
		require.NoError(t, c.Secrets.Put(t.Context(), "s", value))
		_, err := c.Secrets.Get(t.Context(), "s")
		require.NoError(t, err)
		require.NotContains(t, seen.String(), value)
		require.Contains(t, seen.String(), "/api/secrets/s")

		c = connect(t, serve(t, answer(http.StatusForbidden, `{"message":"not yours"}`)), trace)
		require.True(t, conductor.IsForbidden(c.Secrets.Put(t.Context(), "s", value)))
		require.Contains(t, seen.String(), "not yours")
		require.NotContains(t, seen.String(), value)
	}
}

func TestUpdateByRef(t *testing.T) {
	ctx := t.Context()
	checkCalls(t, []apiCall{
		{name: "with output", line: "POST /api/tasks/w/%s/FAILED", sent: `{"a":"<b>"}`, answer: `an-id`, call: func(c *conductor.Client, name string) error {
			return c.Tasks.UpdateByRef(ctx, "w", name, "FAILED", map[string]any{"a": "<b>"})
		}},
		{name: "without", line: "POST /api/tasks/%s/r/COMPLETED", sent: `{}`, call: func(c *conductor.Client, name string) error {
			return c.Tasks.UpdateByRef(ctx, name, "r", "COMPLETED", nil)
		}},
	})
	s := serve(t, dropped)
	require.Error(t, connect(t, s).Tasks.UpdateByRef(ctx, "w", "r", "COMPLETED", nil))
	require.Len(t, s.requests(), 1, "it may have been heard")
}
