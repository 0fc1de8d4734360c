package permit_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// telling is a server that answers these paths and refuses the others.
func telling(t *testing.T, answers map[string]string) *conductor.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, found := answers[r.URL.Path]
		if !found {
			w.WriteHeader(http.StatusForbidden)
			answer = `{"status":403,"message":"not for you"}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	client, err := conductor.New(server.URL, conductor.WithToken("t"))
	require.NoError(t, err)
	return client
}

const (
	user   = `{"id":"app:1","name":"shop","roles":[{"name":"WORKER"}]}`
	grants = `[{"target":{"type":"TASK_DEF","id":"stock"},"access":["EXECUTE"]}]`
)

func TestRead(t *testing.T) {
	stock := []conductor.GrantedAccess{on("TASK_DEF", "stock")}
	whole := permit.Holder{ID: "app:1", Name: "shop", Roles: []string{"WORKER"}, RolesKnown: true, Grants: stock, GrantsKnown: true}
	told := telling(t, map[string]string{"/api/users/app:1": user, "/api/users/app:1/permissions": `{"grantedAccess":` + grants + `}`})
	self := telling(t, map[string]string{"/api/token/userInfo": user, "/api/auth/subjects/USER/app:1/grants": grants})
	refused := telling(t, nil)

	require.Equal(t, whole, permit.Read(t.Context(), "app:1", told), "an administrator")
	require.Equal(t, whole, permit.Read(t.Context(), "app:1", nil, refused, self), "itself, where the first is refused")
	half := permit.Read(t.Context(), "app:1", refused, telling(t, map[string]string{"/api/token/userInfo": user}))
	require.True(t, half.RolesKnown)
	require.False(t, half.GrantsKnown)
	require.Equal(t, []string{`list the permissions of "app:1": not for you (HTTP 403)`}, half.Unseen)

	other := permit.Read(t.Context(), "app:2", self)
	require.False(t, other.RolesKnown, "what the server says of the asker is not about others")
	require.Len(t, other.Unseen, 2)
	require.Equal(t, "there is nobody to ask the server as", permit.Read(t.Context(), "app:1").Unseen[0])
}
