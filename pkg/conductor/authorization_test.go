package conductor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestAuthorizationCalls(t *testing.T) {
	ctx := t.Context()
	grant := conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: "app:1"}, Target: conductor.Target{Type: "TASK_DEF", ID: "a/b <c>"}, Access: []string{"EXECUTE"},
	}
	const sent = `{"subject":{"type":"USER","id":"app:1"},"target":{"type":"TASK_DEF","id":"a/b <c>"},"access":["EXECUTE"]}`
	checkCalls(t, []apiCall{
		{
			name: "grant", nameless: true, line: "POST /api/auth/authorization", sent: sent,
			call: func(c *conductor.Client, _ string) error { return c.Authorization.Grant(ctx, grant) },
		},
		{
			name: "revoke", nameless: true, line: "DELETE /api/auth/authorization", sent: sent,
			call: func(c *conductor.Client, _ string) error { return c.Authorization.Revoke(ctx, grant) },
		},
		{
			name: "by target", line: "GET /api/auth/authorization/TASK_DEF/%s", answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Authorization.ByTarget(ctx, conductor.Target{Type: "TASK_DEF", ID: name}))
			},
		},
		{
			name: "by subject", line: "GET /api/auth/subjects/USER/%s/grants", answer: `[]`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Authorization.BySubject(ctx, conductor.Subject{Type: "USER", ID: name}))
			},
		},
		{name: "user", line: "GET /api/users/%s", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Users.Get(ctx, name)) }},
		{
			name: "permissions", line: "GET /api/users/%s/permissions", answer: `{}`,
			call: func(c *conductor.Client, name string) error { return only(c.Users.Permissions(ctx, name)) },
		},
		{
			name: "check permissions", line: "GET /api/users/%s/checkPermissions?id=john%3Aget+inventory&type=DOMAIN", answer: `{}`,
			call: func(c *conductor.Client, name string) error {
				return only(c.Users.CheckPermissions(ctx, name, conductor.Target{Type: "DOMAIN", ID: "john:get inventory"}))
			},
		},
		{name: "user info", nameless: true, line: "GET /api/token/userInfo", answer: `{}`, call: func(c *conductor.Client, _ string) error { return only(c.Token.UserInfo(ctx)) }},
	})
}

func TestAuthorizationAnswers(t *testing.T) {
	c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, http.StatusOK, map[string]string{
			"/api/auth/authorization/TASK_DEF/t": `{"EXECUTE":[{"type":"USER","id":"app:1"}],"READ":[]}`,
			"/api/users/app:1":                   `{"id":"app:1","name":"x","roles":[{"name":"WORKER","permissions":[{"name":"P"}]}],"applicationUser":true,"new":1}`,
			"/api/users/app:1/permissions":       `{"grantedAccess":[{"target":{"type":"DOMAIN","id":"john"},"access":["EXECUTE"],"tag":"team:a"}]}`,
			"/api/users/app:1/checkPermissions":  `{"EXECUTE":true,"DELETE":false}`,
		}[r.URL.Path])
	}))
	subjects, err := c.Authorization.ByTarget(t.Context(), conductor.Target{Type: "TASK_DEF", ID: "t"})
	require.NoError(t, err)
	require.Equal(t, map[string][]conductor.Subject{"EXECUTE": {{Type: "USER", ID: "app:1"}}, "READ": {}}, subjects)
	user, err := c.Users.Get(t.Context(), "app:1")
	require.NoError(t, err)
	require.True(t, user.Value.ApplicationUser)
	require.Equal(t, "P", user.Value.Roles[0].Permissions[0].Name)
	require.Contains(t, string(user.Raw), `"new":1`)
	access, err := c.Users.Permissions(t.Context(), "app:1")
	require.NoError(t, err)
	require.Equal(t, []conductor.GrantedAccess{{Target: conductor.Target{Type: "DOMAIN", ID: "john"}, Access: []string{"EXECUTE"}, Tag: "team:a"}}, access)
	allowed, err := c.Users.CheckPermissions(t.Context(), "app:1", conductor.Target{Type: "TASK_DEF", ID: "t"})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"EXECUTE": true, "DELETE": false}, allowed)
}
