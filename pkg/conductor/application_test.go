package conductor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestApplicationCalls(t *testing.T) {
	ctx := t.Context()
	tags := []conductor.Tag{{Key: "team", Value: "<a&b>"}}
	const sentTags = `[{"key":"team","value":"<a&b>"}]`
	checkCalls(t, []apiCall{
		{name: "list", nameless: true, line: "GET /api/applications", answer: `[]`, call: func(c *conductor.Client, _ string) error { return only(c.Applications.List(ctx)) }},
		{name: "get", line: "GET /api/applications/%s", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Applications.Get(ctx, name)) }},
		{name: "by key", line: "GET /api/applications/key/%s", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Applications.ByKey(ctx, name)) }},
		{
			name: "create", nameless: true, line: "POST /api/applications", sent: `{"name":"plain"}`, answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.Applications.Create(ctx, name)) },
		},
		{
			name: "rename", line: "PUT /api/applications/%s", sent: `{"name":"new <name>"}`, answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Applications.Rename(ctx, name, "new <name>"))
			},
		},
		{name: "delete", line: "DELETE /api/applications/%s", call: func(c *conductor.Client, name string) error { return c.Applications.Delete(ctx, name) }},
		{
			name: "create a key", line: "POST /api/applications/%s/accessKeys", answer: `{"id":"k","secret":"s"}`,
			call: func(c *conductor.Client, name string) error { return only(c.Applications.CreateKey(ctx, name)) },
		},
		{name: "keys", line: "GET /api/applications/%s/accessKeys", answer: `[]`, call: func(c *conductor.Client, name string) error { return only(c.Applications.Keys(ctx, name)) }},
		{
			name: "toggle a key", line: "POST /api/applications/app/accessKeys/%s/status", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.Applications.ToggleKey(ctx, "app", name)) },
		},
		{
			name: "toggle a key of an application", line: "POST /api/applications/%s/accessKeys/k/status", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.Applications.ToggleKey(ctx, name, "k")) },
		},
		{
			name: "delete a key", line: "DELETE /api/applications/%s/accessKeys/%s",
			call: func(c *conductor.Client, name string) error { return c.Applications.DeleteKey(ctx, name, name) },
		},
		{
			name: "add a role", line: "POST /api/applications/%s/roles/%s",
			call: func(c *conductor.Client, name string) error { return c.Applications.AddRole(ctx, name, name) },
		},
		{
			name: "remove a role", line: "DELETE /api/applications/%s/roles/%s",
			call: func(c *conductor.Client, name string) error { return c.Applications.RemoveRole(ctx, name, name) },
		},
		{name: "tags", line: "GET /api/applications/%s/tags", answer: `[]`, call: func(c *conductor.Client, name string) error { return only(c.Applications.Tags(ctx, name)) }},
		{
			name: "put tags", line: "PUT /api/applications/%s/tags", sent: sentTags,
			call: func(c *conductor.Client, name string) error { return c.Applications.PutTags(ctx, name, tags) },
		},
		{
			name: "delete tags", line: "DELETE /api/applications/%s/tags", sent: sentTags,
			call: func(c *conductor.Client, name string) error { return c.Applications.DeleteTags(ctx, name, tags) },
		},
	})
}

func TestApplicationAnswers(t *testing.T) {
	const app = `{"id":"1","name":"get-inventory","createTime":5,"later":{"a":1.0}}`
	c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusOK, map[string]string{
			"GET /api/applications":                        `[` + app + `]`,
			"GET /api/applications/1":                      app,
			"POST /api/applications/1/accessKeys":          `{"id":"k","secret":"shown once"}`,
			"GET /api/applications/1/accessKeys":           `[{"id":"k","createdAt":7,"status":"ACTIVE"}]`,
			"POST /api/applications/1/accessKeys/k/status": `{"id":"k","createdAt":7,"status":"INACTIVE"}`,
			"GET /api/applications/1/tags":                 `[{"key":"team","value":"a","type":"METADATA"}]`,
		}[r.Method+" "+r.URL.Path])
	}))
	list, err := c.Applications.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, app, string(list[0].Raw), "unknown fields are kept")
	got, err := c.Applications.Get(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, conductor.Application{ID: "1", Name: "get-inventory", CreateTime: 5}, got.Value)
	require.Equal(t, "app:1", got.Value.UserID())
	fresh, err := c.Applications.CreateKey(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, conductor.NewAccessKey{ID: "k", Secret: "shown once"}, fresh)
	keys, err := c.Applications.Keys(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, []conductor.AccessKey{{ID: "k", CreatedAt: 7, Status: "ACTIVE"}}, keys)
	toggled, err := c.Applications.ToggleKey(t.Context(), "1", "k")
	require.NoError(t, err)
	require.Equal(t, "INACTIVE", toggled.Status)
	tags, err := c.Applications.Tags(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, []conductor.Tag{{Key: "team", Value: "a", Type: "METADATA"}}, tags)
}
