package access

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// What each role lets its holder do without any grant (access sheet §2.1).
func TestRoles(t *testing.T) {
	w := newWorld(t)
	w.own(w.admin, task("t"))
	w.own(w.admin, workflow("f"))
	def := conductor.WorkflowDef{Name: "f", Tasks: []conductor.WorkflowTask{{Name: "t"}}}
	defined := func(name string) bool { return name == "t" }
	run := conductor.Workflow{WorkflowName: "f"}
	rules := map[string]func(c *Caller) error{
		"poll":       func(c *Caller) error { return c.MayPoll("t", "") },
		"start":      func(c *Caller) error { return c.MayStart(def, false, defined) },
		"inline":     func(c *Caller) error { return c.MayStart(def, true, func(string) bool { return false }) },
		"read run":   func(c *Caller) error { return c.MayReadExecution(run) },
		"steer":      func(c *Caller) error { return c.MaySteerExecution(run) },
		"create def": func(c *Caller) error { return c.MayWriteDefinition("UPDATE", task("new"), false) },
		"change def": func(c *Caller) error { return c.MayWriteDefinition("UPDATE", task("t"), true) },
		"delete def": func(c *Caller) error { return c.MayWriteDefinition("DELETE", workflow("f"), true) },
		"read def":   func(c *Caller) error { return c.MayRead(workflow("f")) },
		"create app": func(c *Caller) error { return c.MayCreateApplications() },
		"manage app": func(c *Caller) error { return c.MayManage("UPDATE", "another") },
		"grant":      func(c *Caller) error { return c.MayGrant(task("t")) },
		"administer": func(c *Caller) error { return c.MayAdminister() },
	}
	all := make([]string, 0, len(rules))
	for name := range rules {
		all = append(all, name)
	}
	for role, may := range map[string][]string{
		"":                    {"inline"},
		"WORKER":              {"inline"},
		"UNRESTRICTED_WORKER": {"inline", "poll"},
		"METADATA_API":        {"inline", "create def"},
		"APPLICATION_CREATOR": {"inline", "create app"},
		"METADATA_MANAGER":    {"inline", "create def", "change def", "delete def", "read def", "start", "read run", "steer"},
		"WORKFLOW_MANAGER":    {"inline", "start", "read run", "steer", "read def"},
		"APPLICATION_MANAGER": {"inline", "create app", "manage app"},
		"USER":                {"inline", "create def", "create app"},
		"USER_READ_ONLY":      {"inline", "read def", "read run"},
		"ADMIN":               all,
	} {
		t.Run("role "+role, func(t *testing.T) {
			var roles []string
			if role != "" {
				roles = []string{role}
			}
			caller := w.app("app "+role, roles...)
			var allowed []string
			for name, rule := range rules {
				err := rule(caller)
				if err == nil {
					allowed = append(allowed, name)
					continue
				}
				requireKind(t, fault.KindForbidden, err)
			}
			require.ElementsMatch(t, may, allowed)
		})
	}
}

// Without access control everything is allowed, and nobody is recorded.
func TestNilCallerMayDoEverything(t *testing.T) {
	var nobody *Caller
	require.Empty(t, nobody.ID())
	require.True(t, nobody.Is("ADMIN"))
	require.True(t, nobody.May("DELETE", task("t")))
	require.True(t, nobody.MaySeeExecutions()("f", "x"))
	require.NoError(t, nobody.MayPoll("t", "d"))
	require.NoError(t, nobody.MayStart(conductor.WorkflowDef{}, false, nil))
	require.NoError(t, nobody.MaySteerExecution(conductor.Workflow{}))
	require.NoError(t, nobody.MayWriteDefinition("DELETE", task("t"), true))
	require.NoError(t, nobody.MayGrant(task("t")))
}

// Who may poll T in domain D: every kind of target that reaches it, with and without the Worker role (design §4).
func TestMayPoll(t *testing.T) {
	const all, none = "-,john,mary", ""
	for name, c := range map[string]struct {
		target  conductor.Target
		access  string
		allowed string
	}{
		"the task":               {task("t"), "EXECUTE", all},
		"the task in the domain": {TaskInDomain("t", "john"), "EXECUTE", "john"},
		"the domain":             {conductor.Target{Type: "DOMAIN", ID: "john"}, "EXECUTE", "john"},
		"a tag of the task":      {conductor.Target{Type: "TAG", ID: "team:stock"}, "EXECUTE", all},
		"another tag":            {conductor.Target{Type: "TAG", ID: "team:sales"}, "EXECUTE", none},
		"another task":           {task("T"), "EXECUTE", none},
		"another task's domain":  {TaskInDomain("u", "john"), "EXECUTE", none},
		"a workflow of the name": {workflow("t"), "EXECUTE", none},
		"reading only":           {task("t"), "READ", none},
		"changing only":          {task("t"), "UPDATE", none},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.SetTags(context.Background(), task("t"), []conductor.Tag{{Key: "team", Value: "stock"}}))
			worker, grantee, idle := w.app("worker", "WORKER"), w.app("no role"), w.app("no grant", "WORKER")
			w.grant("USER", worker.ID(), c.target, c.access)
			w.grant("USER", grantee.ID(), c.target, c.access)
			allowed := ""
			for _, domain := range []string{"", "john", "mary"} {
				if err := worker.MayPoll("t", domain); err == nil {
					allowed += "," + map[string]string{"": "-"}[domain] + domain
				} else {
					requireKind(t, fault.KindForbidden, err)
				}
				requireKind(t, fault.KindForbidden, grantee.MayPoll("t", domain))
				requireKind(t, fault.KindForbidden, idle.MayPoll("t", domain))
			}
			if allowed != "" {
				allowed = allowed[1:]
			}
			require.Equal(t, c.allowed, allowed)
		})
	}
}

// The refusal of who holds the grant and not the role says so.
func TestMayPollNamesTheMissingRole(t *testing.T) {
	w := newWorld(t)
	caller := w.app("no role")
	w.grant("USER", caller.ID(), task("t"), "EXECUTE")
	require.EqualError(t, caller.MayPoll("t", "d"), "You don't have permissions to execute task: t in domain: d (the application has no WORKER role)")
	require.EqualError(t, caller.MayPoll("u", ""), "You don't have permissions to execute task: u")
}

// A starter needs EXECUTE on the workflow, and on each task that has a definition, at any depth.
func TestMayStart(t *testing.T) {
	w := newWorld(t)
	caller := w.app("starter")
	def := conductor.WorkflowDef{Name: "f", Tasks: []conductor.WorkflowTask{{
		Name: "switch", Type: "SWITCH", DecisionCases: map[string][]conductor.WorkflowTask{"a": {{Name: "deep"}}},
	}}}
	defined := func(name string) bool { return name == "deep" }
	require.EqualError(t, caller.MayStart(def, false, defined), "You don't have permissions to execute workflow: f")
	w.grant("USER", caller.ID(), workflow("f"), "EXECUTE")
	require.EqualError(t, caller.MayStart(def, false, defined), "You don't have permissions to execute task: deep")
	w.grant("USER", caller.ID(), task("deep"), "EXECUTE")
	require.NoError(t, caller.MayStart(def, false, defined))
}

// Who may grant: an administrator and the maker, who also may on its task in a domain.
func TestMayGrant(t *testing.T) {
	w := newWorld(t)
	maker, other := w.app("maker", "METADATA_API"), w.app("other", "METADATA_API")
	w.own(maker, task("t"))
	w.own(maker, workflow("f"))
	for name, c := range map[string]struct {
		target conductor.Target
		may    bool
	}{
		"task":                 {task("t"), true},
		"type in lower case":   {conductor.Target{Type: "task_def", ID: "t"}, true},
		"task in a domain":     {TaskInDomain("t", "john"), true},
		"workflow":             {workflow("f"), true},
		"workflow in a domain": {workflow("john:f"), false},
		"domain":               {conductor.Target{Type: "DOMAIN", ID: "john"}, false},
		"another's task":       {task("u"), false},
		"not of one's own":     {TaskInDomain("u", "t"), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, w.admin.MayGrant(c.target))
			requireKind(t, fault.KindForbidden, other.MayGrant(c.target))
			if c.may {
				require.NoError(t, maker.MayGrant(c.target))
				return
			}
			requireKind(t, fault.KindForbidden, maker.MayGrant(c.target))
		})
	}
}

func TestMayWriteDefinition(t *testing.T) {
	w := newWorld(t)
	maker, other, plain := w.app("maker", "METADATA_API"), w.app("other", "METADATA_API"), w.app("plain")
	w.own(maker, task("t"))
	require.NoError(t, maker.MayWriteDefinition("DELETE", task("t"), true))
	require.EqualError(t, other.MayWriteDefinition("DELETE", task("t"), true), "You don't have permissions to delete task: t")
	require.EqualError(t, other.MayWriteDefinition("UPDATE", task("t"), true), "You don't have permissions to update task: t")
	require.EqualError(t, plain.MayWriteDefinition("DELETE", task("t"), false), "You don't have permissions to delete task: t")
	require.EqualError(t, plain.MayWriteDefinition("UPDATE", workflow("f"), false), "You don't have permissions to create or update workflow: f")
	w.grant("USER", plain.ID(), task("t"), "UPDATE", "DELETE")
	requireKind(t, fault.KindForbidden, plain.MayWriteDefinition("UPDATE", task("t"), true)) // a grant needs the role too
	w.grant("USER", other.ID(), task("t"), "UPDATE")
	require.NoError(t, other.MayWriteDefinition("UPDATE", task("t"), true))
	requireKind(t, fault.KindForbidden, other.MayWriteDefinition("DELETE", task("t"), true))
}

// An execution is its starter's, and of who holds the right on its definition.
func TestExecutions(t *testing.T) {
	w := newWorld(t)
	starter, reader, other := w.app("starter"), w.app("reader"), w.app("other")
	w.grant("USER", reader.ID(), workflow("f"), "READ")
	run := conductor.Workflow{WorkflowID: "1", WorkflowName: "f", Audit: conductor.Audit{CreatedBy: starter.ID()}}
	require.NoError(t, starter.MaySteerExecution(run))
	require.NoError(t, reader.MayReadExecution(run))
	require.EqualError(t, reader.MaySteerExecution(run), "User doesn't have permission to execute the workflow with ID: 1")
	require.EqualError(t, other.MayReadExecution(run), "User doesn't have permission to read the workflow with ID: 1")
	for caller, may := range map[*Caller]bool{starter: true, reader: true, other: false} {
		require.Equal(t, may, caller.MaySeeExecutions()("f", starter.ID()))
	}
	require.False(t, starter.MaySeeExecutions()("f", other.ID()))
}
