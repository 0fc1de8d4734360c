package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestRemaining(t *testing.T) {
	holds := func(kind, id, tag string, access ...string) conductor.GrantedAccess {
		return conductor.GrantedAccess{Target: conductor.Target{Type: kind, ID: id}, Access: access, Tag: tag}
	}
	for name, tc := range map[string]struct {
		held []conductor.GrantedAccess
		want []string
	}{
		"nothing else":         {[]conductor.GrantedAccess{holds("TASK_DEF", "john:get", "", "EXECUTE")}, nil},
		"the task everywhere":  {[]conductor.GrantedAccess{holds("TASK_DEF", "get", "", "EXECUTE")}, []string{"task get"}},
		"the same by a tag":    {[]conductor.GrantedAccess{holds("TASK_DEF", "get", "team:x", "EXECUTE")}, []string{"task get (tag team:x)"}},
		"only to read it":      {[]conductor.GrantedAccess{holds("TASK_DEF", "get", "", "READ")}, nil},
		"in another domain":    {[]conductor.GrantedAccess{holds("TASK_DEF", "mary:get", "", "EXECUTE"), holds("DOMAIN", "mary", "", "EXECUTE")}, nil},
		"all tasks of its own": {[]conductor.GrantedAccess{holds("DOMAIN", "john", "", "EXECUTE", "READ")}, []string{"every task in domain john"}},
	} {
		t.Run(name, func(t *testing.T) {
			items := grant.InDomain("get", "john", grant.DomainFirst)
			require.Equal(t, tc.want, revocation{held: tc.held, items: items, access: []string{"EXECUTE"}}.remaining())
		})
	}
}
