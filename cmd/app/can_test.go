package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// serving answers paths with bodies; all else is refused, as a cluster refuses who is no administrator.
func serving(t *testing.T, bodies map[string]string) *conductor.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body, found := bodies[r.URL.RequestURI()]
		if !found {
			w.WriteHeader(http.StatusForbidden)
			body = `{"status":403,"message":"not yours"}`
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	client, err := conductor.New(server.URL, conductor.WithToken("t"))
	require.NoError(t, err)
	return client
}

func TestAskServerSettlesWhatGrantsLeaveOpen(t *testing.T) {
	const check = "/api/users/app:1/checkPermissions?id=x&type=WORKFLOW_DEF"
	target := []conductor.Target{{Type: "WORKFLOW_DEF", ID: "x"}}
	for name, tc := range map[string]struct {
		reply  reply
		bodies map[string]string
		want   permit.Answer
		unseen int
	}{
		"it says yes":              {reply{Answer: permit.Unknown, Kind: "workflow", Access: "READ"}, map[string]string{check: `{"READ":true}`}, permit.Yes, 0},
		"it says no":               {reply{Answer: permit.Unknown, Kind: "workflow", Access: "READ"}, map[string]string{check: `{"READ":false,"EXECUTE":true}`}, permit.No, 0},
		"it does not say":          {reply{Answer: permit.Unknown, Kind: "workflow", Access: "READ"}, nil, permit.Unknown, 1},
		"it need not be asked":     {reply{Answer: permit.Yes, Kind: "workflow", Access: "READ"}, nil, permit.Yes, 0},
		"the role is not in it":    {reply{Answer: permit.Unknown, Kind: "task", Access: "EXECUTE"}, map[string]string{check: `{"EXECUTE":true}`}, permit.Unknown, 0},
		"without access, no doubt": {reply{Answer: permit.Unknown, Kind: "task", Access: "EXECUTE"}, map[string]string{check: `{}`}, permit.No, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := tc.reply
			r.askServer(t.Context(), serving(t, tc.bodies), "app:1", target)
			require.Equal(t, tc.want, r.Answer)
			require.Len(t, r.Unseen, tc.unseen)
		})
	}
}

func TestOfGrants(t *testing.T) {
	q, err := ask("update", "task", "stock", "john")
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		held    []conductor.GrantedAccess
		roles   []string
		want    permit.Answer
		through []string
	}{
		"nothing":      {nil, nil, permit.Unknown, nil},
		"an admin":     {nil, []string{"ADMIN"}, permit.Yes, []string{"role ADMIN"}},
		"the task":     {[]conductor.GrantedAccess{{Target: conductor.Target{Type: "TASK_DEF", ID: "stock"}, Access: []string{"UPDATE"}}}, nil, permit.Yes, []string{"task stock"}},
		"in a domain":  {[]conductor.GrantedAccess{{Target: conductor.Target{Type: "TASK_DEF", ID: "john:stock"}, Access: []string{"UPDATE"}, Tag: "a:b"}}, nil, permit.Yes, []string{"task stock in domain john (tag a:b)"}},
		"the domain":   {[]conductor.GrantedAccess{{Target: conductor.Target{Type: "DOMAIN", ID: "john"}, Access: []string{"UPDATE"}}}, nil, permit.Yes, []string{"every task in domain john"}},
		"other access": {[]conductor.GrantedAccess{{Target: conductor.Target{Type: "TASK_DEF", ID: "stock"}, Access: []string{"READ"}}}, nil, permit.Unknown, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := reply{}
			r.ofGrants(permit.Holder{Grants: tc.held, Roles: tc.roles}, q, grant.Reader{})
			require.Equal(t, tc.want, r.Answer)
			require.Equal(t, tc.through, r.Through)
		})
	}
}

func TestTargetsOfAQuestion(t *testing.T) {
	q := question{access: "EXECUTE", kind: "task", name: "stock", domain: "john"}
	task, domain := conductor.Target{Type: "TASK_DEF", ID: "stock"}, conductor.Target{Type: "DOMAIN", ID: "john"}
	require.Equal(t, []conductor.Target{task, {Type: "TASK_DEF", ID: "john:stock"}, domain}, q.targets(grant.DomainFirst))
	require.Equal(t, []conductor.Target{task, domain}, q.targets(grant.Both), "each once")
	require.True(t, q.polling())
}
