package access

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// A grant reaches a caller through each kind of subject, however the grant spells it.
func TestSubjects(t *testing.T) {
	ctx := context.Background()
	for name, subject := range map[string]conductor.Subject{
		"user": {Type: "USER", ID: "Jane@Acme.com"}, "type in lower case": {Type: "user", ID: "jane@acme.com"},
		"role": {Type: "ROLE", ID: "auditor"}, "role in upper case": {Type: "ROLE", ID: "AUDITOR"}, "group": {Type: "GROUP", ID: "Writers"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.PutGroup(ctx, "Writers", GroupRequest{Description: "d"})
			require.NoError(t, err)
			_, err = w.PutUser(ctx, "JANE@acme.com", UserRequest{Name: "Jane", Roles: []string{"Auditor"}, Groups: []string{"Writers"}})
			require.NoError(t, err)
			may := func() bool {
				allowed, err := w.Check("Jane@ACME.com", task("t"))
				require.NoError(t, err)
				return allowed["EXECUTE"]
			}
			require.False(t, may())
			w.grant(subject.Type, subject.ID, task("t"), "EXECUTE")
			require.True(t, may())
			require.NoError(t, w.Revoke(ctx, authorization(subject.Type, subject.ID, task("t"), "execute")))
			require.False(t, may())
		})
	}
}

// A role of a group is a role of its members, and an access implies READ.
func TestGroupRolesAndImpliedAccess(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	_, err := w.PutGroup(ctx, "g", GroupRequest{Description: "d", Roles: []string{"metadata_manager"}})
	require.NoError(t, err)
	_, err = w.PutUser(ctx, "u", UserRequest{Groups: []string{"g"}})
	require.NoError(t, err)
	allowed, err := w.Check("u", task("t"))
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"CREATE": true, "READ": true, "EXECUTE": true, "UPDATE": true, "DELETE": true}, allowed)
	_, err = w.PutUser(ctx, "v", UserRequest{})
	require.NoError(t, err)
	for given, want := range map[string][]string{
		"CREATE": {"CREATE"}, "READ": {"READ"}, "EXECUTE": {"READ", "EXECUTE"}, "UPDATE": {"READ", "UPDATE"}, "DELETE": {"READ", "DELETE"},
	} {
		w.grant("USER", "v", task(given), given)
		allowed, err := w.Check("v", task(given))
		require.NoError(t, err)
		for name, may := range allowed {
			require.Equal(t, may, newAccessSet(want)[name], "%s gives %s", given, name)
		}
	}
}

// Grants add up, a revoke takes only what it names, and reads list both ways, with what carries a granted tag.
func TestGrantsAddUp(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	who := w.app("a").ID()
	w.grant("USER", who, task("t"), "READ")
	w.grant("USER", who, conductor.Target{Type: "Task_Def", ID: "t"}, "EXECUTE", "DELETE")
	require.NoError(t, w.Revoke(ctx, authorization("USER", who, task("t"), "DELETE", "UPDATE")))
	require.Equal(t, map[string][]conductor.Subject{
		"READ": {{Type: "USER", ID: who}}, "EXECUTE": {{Type: "USER", ID: who}},
	}, w.ByTarget(task("t")))
	require.NoError(t, w.SetTags(ctx, workflow("f"), []conductor.Tag{{Key: "k", Value: "v"}}))
	w.grant("USER", who, conductor.Target{Type: "TAG", ID: "k:v"}, "READ")
	list, err := w.Permissions(who)
	require.NoError(t, err)
	require.Equal(t, []conductor.GrantedAccess{
		{Target: conductor.Target{Type: "TAG", ID: "k:v"}, Access: []string{"READ"}},
		{Target: task("t"), Access: []string{"READ", "EXECUTE"}},
		{Target: workflow("f"), Access: []string{"READ"}, Tag: "k:v"},
	}, list)
	require.NoError(t, w.RevokeAll(ctx, "user", who, "task_def"))
	require.Empty(t, w.ByTarget(task("t")))
	require.NoError(t, w.RevokeAll(ctx, "USER", who, ""))
	list, err = w.Permissions(who)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestRefusedGrants(t *testing.T) {
	w := newWorld(t)
	for name, grant := range map[string]conductor.Authorization{
		"subject type": authorization("ROBOT", "x", task("t"), "READ"),
		"no subject":   authorization("USER", "", task("t"), "READ"),
		"target type":  authorization("USER", "x", conductor.Target{Type: "TASK", ID: "t"}, "READ"),
		"no target":    authorization("USER", "x", task(""), "READ"),
		"no type":      authorization("USER", "x", conductor.Target{ID: "t"}, "READ"),
		"no access":    authorization("USER", "x", task("t")),
		"access":       authorization("USER", "x", task("t"), "READ", "WRITE"),
	} {
		t.Run(name, func(t *testing.T) {
			requireKind(t, fault.KindInvalid, w.Grant(context.Background(), grant))
			requireKind(t, fault.KindInvalid, w.Revoke(context.Background(), grant))
		})
	}
	requireKind(t, fault.KindInvalid, w.RevokeAll(context.Background(), "ROBOT", "x", ""))
	_, err := w.Grants("ROBOT", "x")
	requireKind(t, fault.KindInvalid, err)
	_, err = w.Check("nobody", task("t"))
	requireKind(t, fault.KindNotFound, err)
	secret, err := ParseTarget("secret", "s") // the legacy spelling
	require.NoError(t, err)
	require.Equal(t, conductor.Target{Type: "SECRET_NAME", ID: "s"}, secret)
}

// The maker's groups get their default access; a maker that was deleted meanwhile is no reason to fall over.
func TestOwn(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	maker := w.app("maker", "METADATA_API")
	_, err := w.PutGroup(ctx, "g", GroupRequest{Description: "d", DefaultAccess: map[string][]string{"TASK_DEF": {"read"}}})
	require.NoError(t, err)
	require.NoError(t, w.SetMembers(ctx, "g", []string{maker.ID()}, true))
	w.own(maker, task("t"))
	w.own(maker, workflow("f"))
	require.Equal(t, map[string][]conductor.Subject{"READ": {{Type: "GROUP", ID: "g"}}}, w.ByTarget(task("t")))
	require.Empty(t, w.ByTarget(workflow("f")))
	require.True(t, maker.May("DELETE", task("t")))
	require.NoError(t, w.Forget(ctx, task("t")))
	require.False(t, maker.May("DELETE", task("t")))
	require.NoError(t, w.DeleteApplication(ctx, w.appOf(maker.ID())))
	w.own(maker, task("late"))
	require.False(t, maker.Is("METADATA_API"))
	requireKind(t, fault.KindForbidden, maker.MayWriteDefinition("UPDATE", task("late"), true))
}

// Everything is there again from what was stored.
func TestStateSurvivesItsStore(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	kept := &journal{}
	w.Access = w.open(kept, []byte("k"))
	caller := w.app("a", "WORKER")
	w.grant("USER", caller.ID(), task("t"), "EXECUTE")
	w.own(caller, workflow("f"))
	require.NoError(t, w.SetTags(ctx, task("t"), []conductor.Tag{{Key: "k", Value: "v"}}))
	_, err := w.PutGroup(ctx, "g", GroupRequest{Description: "d"})
	require.NoError(t, err)
	require.NoError(t, w.SetMembers(ctx, "g", []string{caller.ID()}, true))
	again := w.open(kept, []byte("k"))
	copied := &Caller{access: again, id: caller.ID()}
	require.NoError(t, copied.MayPoll("t", ""))
	require.NoError(t, copied.MayGrant(workflow("f")))
	require.Equal(t, w.Tags(task("t")), again.Tags(task("t")))
	require.Equal(t, w.Users(true), again.Users(true))
	require.Equal(t, w.Groups(), again.Groups())
	require.Equal(t, w.Applications(w.admin), again.Applications(&Caller{access: again, id: w.admin.ID()}))
}
