package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// A token lives as long as its request says, in milliseconds, and a day where it does not; what it says is told to its owner.
func TestTokensOverTheAPI(t *testing.T) {
	f := newFixture(t)
	for expiration, life := range map[string]time.Duration{
		"": 24 * time.Hour, `,"expiration":60000`: time.Minute, `,"expiration":1`: time.Second, `,"expiration":9000000000000000000`: 100 * 365 * 24 * time.Hour,
	} {
		token := f.field("none", "POST /api/token", `{"keyId":"admin-key","keySecret":"admin-secret"`+expiration+`}`, "token")
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		require.NoError(t, err)
		var said struct{ Iat, Exp int64 }
		require.NoError(t, json.Unmarshal(payload, &said))
		require.InDelta(t, life.Seconds(), said.Exp-said.Iat, 1, "%q", expiration)
	}
	for _, forever := range []string{"-1", "-9000000000000000000"} {
		token := f.field("none", "POST /api/token", `{"keyId":"admin-key","keySecret":"admin-secret","expiration":`+forever+`}`, "token")
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		require.NoError(t, err)
		require.NotContains(t, string(payload), "exp")
	}
	for _, odd := range []string{`"soon"`, "1.5", "{}", "99999999999999999999"} {
		answer := f.send("none", "POST /api/token", `{"keyId":"admin-key","keySecret":"admin-secret","expiration":`+odd+`}`)
		require.Equal(t, 400, answer.Code, odd)
	}
	plain := read[map[string]any](f, "ADMIN", "GET /api/token/userInfo", "")
	require.NotContains(t, plain, "claims")
	claimed := read[struct{ User, Claims map[string]any }](f, "ADMIN", "GET /api/token/userInfo?claims=true", "")
	require.Equal(t, plain["id"], claimed.User["id"])
	require.Equal(t, claimed.User["id"], claimed.Claims["sub"])
	require.NotContains(t, claimed.Claims, "key", "which key it was made with is nobody's business")
}

// Grants are told by target, grouped either way; by subject, of one type where that is asked for; and to the subject itself.
func TestGrantsAreTold(t *testing.T) {
	f := newFixture(t)
	f.must("owner", "POST /api/auth/authorization", `{"subject":{"type":"USER","id":"jane"},"target":{"type":"TASK_DEF","id":"t"},"access":["READ","EXECUTE"]}`)
	f.must("owner", "POST /api/auth/authorization", `{"subject":{"type":"USER","id":"jane"},"target":{"type":"WORKFLOW_DEF","id":"f"},"access":["READ"]}`)
	jane := conductor.Subject{Type: "USER", ID: "jane"}
	byAccess := read[map[string][]conductor.Subject](f, "owner", "GET /api/auth/authorization/TASK_DEF/t", "")
	require.Equal(t, []conductor.Subject{jane}, byAccess["READ"])
	require.Contains(t, byAccess["EXECUTE"], jane)
	require.Len(t, byAccess["EXECUTE"], 2, "and the application that was granted")
	require.Equal(t, byAccess, read[map[string][]conductor.Subject](f, "owner", "GET /api/auth/authorization/TASK_DEF/t?groupBy=access", ""))
	bySubject := read[map[string][]string](f, "owner", "GET /api/auth/authorization/TASK_DEF/t?groupBy=subject", "")
	require.Equal(t, []string{"READ", "EXECUTE"}, bySubject["USER:jane"])
	require.Equal(t, 400, f.send("owner", "GET /api/auth/authorization/TASK_DEF/t?groupBy=colour", "").Code)
	require.Equal(t, 400, f.send("owner", "GET /api/auth/authorization/PLANET/t", "").Code)
	require.Equal(t, 403, f.send("worker", "GET /api/auth/authorization/TASK_DEF/t", "").Code)

	for query, want := range map[string]int{"": 2, "?resourceType=TASK_DEF": 1, "?resourceType=workflow_def": 1, "?resourceType=DOMAIN": 0} {
		require.Len(t, read[[]map[string]any](f, "ADMIN", "GET /api/auth/subjects/USER/JANE/grants"+query, ""), want, query)
	}
	self := f.field("granted", "GET /api/token/userInfo", "", "id")
	require.Len(t, read[[]map[string]any](f, "granted", "GET /api/auth/subjects/USER/"+self+"/grants", ""), 4, "a task, a workflow, a schedule and the tag of a secret")
	require.Equal(t, 403, f.send("granted", "GET /api/auth/subjects/USER/jane/grants", "").Code)
	f.must("ADMIN", "DELETE /api/auth/subjects/USER/jane/grants?resourceType=TASK_DEF", "")
	require.Len(t, read[[]map[string]any](f, "ADMIN", "GET /api/auth/subjects/USER/jane/grants", ""), 1)
	f.must("ADMIN", "DELETE /api/auth/subjects/USER/jane/grants", "")
	require.Empty(t, read[[]map[string]any](f, "ADMIN", "GET /api/auth/subjects/USER/jane/grants", ""))
}

// A grant counts at once, a revocation too: for a poll, a start and a read.
func TestGrantsCountAtOnce(t *testing.T) {
	f := newFixture(t)
	worker := f.field("worker", "GET /api/token/userInfo", "", "id")
	for target, calls := range map[string][]string{
		`{"type":"TASK_DEF","id":"t"}`:     {"GET /api/tasks/poll/batch/t?timeout=0", "GET /api/tasks/poll/batch/t?timeout=0&domain=d"},
		`{"type":"TASK_DEF","id":"d:t"}`:   {"GET /api/tasks/poll/batch/t?timeout=0&domain=d"},
		`{"type":"DOMAIN","id":"d"}`:       {"GET /api/tasks/poll/batch/t?timeout=0&domain=d"},
		`{"type":"TAG","id":"k:v"}`:        {"GET /api/tasks/poll/batch/t?timeout=0", "POST /api/workflow/f"},
		`{"type":"WORKFLOW_DEF","id":"f"}`: {"GET /api/metadata/workflow/f", "GET /api/workflow/$RUN"}, // a start needs its task too
	} {
		grant := fmt.Sprintf(`{"subject":{"type":"USER","id":%q},"target":%s,"access":["EXECUTE","READ"]}`, worker, target)
		for _, call := range calls {
			require.Equal(t, 403, f.send("worker", call, "{}").Code, "%s before %s", call, target)
		}
		f.must("ADMIN", "POST /api/auth/authorization", grant)
		for _, call := range calls {
			require.Equal(t, 200, f.send("worker", call, "{}").Code, "%s with %s", call, target)
		}
		f.must("ADMIN", "DELETE /api/auth/authorization", grant)
		for _, call := range calls {
			require.Equal(t, 403, f.send("worker", call, "{}").Code, "%s after %s", call, target)
		}
	}
}

// An application's key works until it is switched off, again when it is switched on, and never again once it was deleted.
func TestAKeyOverTheAPI(t *testing.T) {
	f := newFixture(t)
	made := read[conductor.NewAccessKey](f, "owner", "POST /api/applications/$APP/accessKeys", "")
	f.names["NEW"] = made.ID
	body := fmt.Sprintf(`{"keyId":%q,"keySecret":%q}`, made.ID, made.Secret)
	f.tokens["new"] = f.field("none", "POST /api/token", body, "token")
	require.NotContains(t, f.must("owner", "GET /api/applications/$APP/accessKeys", ""), made.Secret)
	require.Equal(t, f.names["APP"], f.field("owner", "GET /api/applications/key/$NEW", "", "id"))
	for _, want := range []int{401, 200} {
		f.must("owner", "POST /api/applications/$APP/accessKeys/$NEW/status", "")
		require.Equal(t, want, f.send("new", "GET /api/token/userInfo", "").Code)
		require.Equal(t, want, f.send("none", "POST /api/token", body).Code)
	}
	f.must("owner", "DELETE /api/applications/$APP/accessKeys/$NEW", "")
	require.Equal(t, 401, f.send("new", "GET /api/token/userInfo", "").Code)
	require.Equal(t, 404, f.send("owner", "DELETE /api/applications/$APP/accessKeys/$NEW", "").Code)
	require.Equal(t, 404, f.send("owner", "GET /api/applications/key/$NEW", "").Code)
}

// What belonged to an application ends with it: its keys, its tokens, its grants and its tags.
func TestAnApplicationEndsWhole(t *testing.T) {
	f := newFixture(t)
	made := read[conductor.NewAccessKey](f, "owner", "POST /api/applications/$APP/accessKeys", "")
	f.tokens["app"] = f.field("none", "POST /api/token", fmt.Sprintf(`{"keyId":%q,"keySecret":%q}`, made.ID, made.Secret), "token")
	f.must("owner", "PUT /api/applications/$APP/tags", `[{"key":"gone","value":"soon"}]`)
	f.must("owner", "POST /api/auth/authorization", `{"subject":{"type":"USER","id":"app:$APP"},"target":{"type":"TASK_DEF","id":"t"},"access":["EXECUTE"]}`)
	require.Contains(t, f.must("owner", "GET /api/auth/authorization/TASK_DEF/t", ""), f.names["APP"])
	f.must("owner", "DELETE /api/applications/$APP", "")
	require.Equal(t, 401, f.send("app", "GET /api/token/userInfo", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "GET /api/applications/$APP", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "GET /api/users/app:$APP", "").Code)
	require.NotContains(t, f.must("owner", "GET /api/auth/authorization/TASK_DEF/t", ""), f.names["APP"])
	require.NotContains(t, f.must("ADMIN", "GET /api/metadata/tags", ""), "gone")
}

// A group gives its members what it has, as long as they are in it.
func TestGroupsOverTheAPI(t *testing.T) {
	f := newFixture(t)
	worker := f.field("worker", "GET /api/token/userInfo", "", "id")
	f.must("ADMIN", "PUT /api/groups/team", `{"description":"d","roles":["WORKFLOW_MANAGER"]}`)
	require.Equal(t, 403, f.send("worker", "GET /api/tasks/search", "").Code)
	f.must("ADMIN", "POST /api/groups/team/users/"+worker, "")
	require.Equal(t, 200, f.send("worker", "GET /api/tasks/search", "").Code)
	require.Contains(t, f.must("ADMIN", "GET /api/groups/team/users", ""), worker)
	f.must("ADMIN", "POST /api/auth/authorization", `{"subject":{"type":"GROUP","id":"team"},"target":{"type":"TASK_DEF","id":"t"},"access":["EXECUTE"]}`)
	require.Equal(t, 200, f.send("worker", "GET /api/tasks/poll/batch/t?timeout=0", "").Code)
	require.NotEmpty(t, read[map[string]any](f, "ADMIN", "GET /api/groups/team/permissions", ""))
	f.must("ADMIN", "DELETE /api/groups/team/users", fmt.Sprintf("[%q]", worker))
	require.Equal(t, 403, f.send("worker", "GET /api/tasks/search", "").Code)
	require.Equal(t, 403, f.send("worker", "GET /api/tasks/poll/batch/t?timeout=0", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "POST /api/groups/team/users/nobody", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "POST /api/groups/unknown/users/jane", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "POST /api/groups/team/users", `["jane","nobody"]`).Code)
	require.NotContains(t, f.must("ADMIN", "GET /api/groups/team/users", ""), "jane", "all of them or none")
	f.must("ADMIN", "DELETE /api/groups/team", "")
	require.Equal(t, 404, f.send("ADMIN", "GET /api/groups/team", "").Code)
}
