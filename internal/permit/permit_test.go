package permit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func on(kind, id string, access ...string) conductor.GrantedAccess {
	if len(access) == 0 {
		access = []string{"EXECUTE"}
	}
	return conductor.GrantedAccess{Target: conductor.Target{Type: kind, ID: id}, Access: access}
}

// holder knows all of an application.
func holder(roles []string, grants ...conductor.GrantedAccess) permit.Holder {
	return permit.Holder{ID: "app:1", Roles: roles, Grants: grants, RolesKnown: true, GrantsKnown: true}
}

func stock(domain string) permit.Task { return permit.Task{Name: "stock", Domain: domain} }

func TestMay(t *testing.T) {
	worker := []string{"WORKER"}
	tagged := permit.Task{Name: "stock", Domain: "john", Tags: []string{"team:a"}}
	through := on("TASK_DEF", "stock")
	through.Tag = "team:a"
	for name, tc := range map[string]struct {
		holder permit.Holder
		task   permit.Task
		want   permit.Verdict
	}{
		"the task": {
			holder(worker, on("TASK_DEF", "stock")), stock("john"),
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"task stock"}},
		},
		"the task in the domain": {
			holder(worker, on("TASK_DEF", "john:stock")), stock("john"),
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"task stock in domain john"}},
		},
		"the domain, and the tag": {
			holder(worker, on("DOMAIN", "john"), on("TAG", "team:a")), tagged,
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"every task in domain john", "tag team:a"}},
		},
		"what a tag reaches": {
			holder(worker, through), stock(""),
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"task stock (tag team:a)"}},
		},
		"another domain": {
			holder(worker, on("TASK_DEF", "mary:stock"), on("DOMAIN", "mary")), stock("john"),
			permit.Verdict{Answer: permit.No, Role: permit.Yes, Grant: permit.No, Near: []string{"task stock in domain mary"}},
		},
		"a domain is not the queue without one": {
			holder(worker, on("TASK_DEF", "john:stock"), on("DOMAIN", "")), stock(""),
			permit.Verdict{Answer: permit.No, Role: permit.Yes, Grant: permit.No, Near: []string{"task stock in domain john"}},
		},
		"only to read": {
			holder(worker, on("TASK_DEF", "stock", "READ", "UPDATE")), stock("john"),
			permit.Verdict{Answer: permit.No, Role: permit.Yes, Grant: permit.No},
		},
		"no role": {
			holder(nil, on("TASK_DEF", "stock")), stock("john"),
			permit.Verdict{Answer: permit.No, Role: permit.No, Grant: permit.Yes, Through: []string{"task stock"}},
		},
		"unrestricted": {
			holder([]string{"UNRESTRICTED_WORKER"}), stock("john"),
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"role UNRESTRICTED_WORKER"}},
		},
		"a manager needs the role still": {
			holder([]string{"WORKFLOW_MANAGER"}), stock("john"),
			permit.Verdict{Answer: permit.No, Role: permit.No, Grant: permit.Yes, Through: []string{"role WORKFLOW_MANAGER"}},
		},
		"its maker": {
			holder(worker),
			permit.Task{Name: "stock", CreatedBy: "app:1"},
			permit.Verdict{Answer: permit.Yes, Role: permit.Yes, Grant: permit.Yes, Through: []string{"having made the task"}},
		},
		"made by nobody": {
			permit.Holder{RolesKnown: true, GrantsKnown: true},
			stock(""),
			permit.Verdict{Answer: permit.No, Role: permit.No, Grant: permit.No},
		},
		"other things": {
			holder(worker, on("WORKFLOW_DEF", "stock"), on("TASK_DEF", "ship")), stock(""),
			permit.Verdict{Answer: permit.No, Role: permit.Yes, Grant: permit.No},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.holder.May(tc.task, grant.Reader{}))
		})
	}
}

func TestWhatIsNotKnownIsNotGuessed(t *testing.T) {
	for name, tc := range map[string]struct {
		holder            permit.Holder
		all, role, grants permit.Answer
	}{
		"nothing":                 {permit.Holder{}, permit.Unknown, permit.Unknown, permit.Unknown},
		"roles":                   {permit.Holder{Roles: []string{"WORKER"}, RolesKnown: true}, permit.Unknown, permit.Yes, permit.Unknown},
		"roles, and it lacks one": {permit.Holder{RolesKnown: true}, permit.No, permit.No, permit.Unknown},
		"grants, in vain":         {permit.Holder{GrantsKnown: true}, permit.Unknown, permit.Unknown, permit.Unknown},
		"some grants": {
			permit.Holder{Roles: []string{"WORKER"}, RolesKnown: true, Grants: []conductor.GrantedAccess{on("TASK_DEF", "stock")}},
			permit.Yes, permit.Yes, permit.Yes,
		},
		"a role that needs none": {permit.Holder{Roles: []string{"ADMIN"}, RolesKnown: true}, permit.Yes, permit.Yes, permit.Yes},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := tc.holder.May(stock("john"), grant.Reader{})
			require.Equal(t, tc.all, verdict.Answer)
			require.Equal(t, tc.role, verdict.Role)
			require.Equal(t, tc.grants, verdict.Grant)
		})
	}
}

func TestTheClustersWayOfWritingADomain(t *testing.T) {
	h := holder([]string{"WORKER"}, on("TASK_DEF", "stock@john"))
	require.Equal(t, permit.No, h.May(stock("john"), grant.Reader{}).Answer)
	require.Equal(t, permit.Yes, h.May(stock("john"), grant.Reader{Style: "task@domain"}).Answer)
	require.Equal(t, permit.Yes, h.May(stock("john"), grant.Reader{Tasks: []string{"stock"}}).Answer, "an id that names a task is read by it")
}

func TestMissing(t *testing.T) {
	tasks := []permit.Task{{Name: "a", Domain: "john"}, {Name: "b", Domain: "john"}, {Name: "a", Domain: "john"}, {Name: "c"}, {Name: "d", Domain: "mary"}}
	plan := holder(nil, on("DOMAIN", "mary")).Missing(tasks, grant.Reader{})
	require.Equal(t, permit.Plan{
		Role:   "WORKER",
		Grants: []grant.Flags{{Tasks: []string{"a", "b"}, Domains: []string{"john"}}, {Tasks: []string{"c"}}},
	}, plan)
	require.Equal(t, [][]string{
		{"app", "role", "add", "worker", "--app", "shop"},
		{"app", "grant", "--task", "a", "--task", "b", "--domain", "john", "--app", "shop"},
		{"app", "grant", "--task", "c", "--app", "shop"},
	}, plan.Commands("shop"))
	require.Equal(t, []string{"app", "role", "add", "worker"}, plan.Commands("")[0])

	require.Empty(t, holder([]string{"ADMIN"}).Missing(tasks, grant.Reader{}).Commands("x"))
	require.Empty(t, permit.Holder{}.Missing(tasks, grant.Reader{}).Commands("x"), "what is not known is not planned")
}

func TestOf(t *testing.T) {
	def := conductor.TaskDef{Name: "stock", Tags: []conductor.Tag{{Key: "team", Value: "a"}}, Audit: conductor.Audit{CreatedBy: "app:9"}}
	require.Equal(t, permit.Task{Name: "stock", Domain: "john", Tags: []string{"team:a"}, CreatedBy: "app:9"}, permit.Of(def, "john"))
	require.Equal(t, "task stock in domain john", stock("john").String())
	require.Equal(t, "task stock", stock("").String())
}
