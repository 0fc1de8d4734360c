package access

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// A user is found by its id in any case.
func TestUserIDsHaveNoCase(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	made, err := w.PutUser(ctx, "Jane@Acme.com", UserRequest{Name: "Jane", Roles: []string{"user", "Auditor"}})
	require.NoError(t, err)
	require.Equal(t, "jane@acme.com", made.ID)
	require.Equal(t, []string{"USER", "AUDITOR"}, roleNamesOf(made.Roles))
	again, err := w.PutUser(ctx, "JANE@acme.com", UserRequest{Name: "Jane D."})
	require.NoError(t, err)
	require.Equal(t, made.UUID, again.UUID)
	found, err := w.User("jane@ACME.com")
	require.NoError(t, err)
	require.Equal(t, again, found)
	_, err = w.PutGroup(ctx, "g", GroupRequest{Description: "d"})
	require.NoError(t, err)
	require.NoError(t, w.SetMembers(ctx, "g", []string{"JANE@ACME.COM"}, true))
	w.grant("USER", "jane@ACME.com", task("t"), "READ")
	list, err := w.Permissions("JANE@acme.com")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, w.DeleteUser(ctx, "Jane@acme.com"))
	requireKind(t, fault.KindNotFound, w.DeleteUser(ctx, "jane@acme.com"))
	require.Empty(t, w.ByTarget(task("t")))
}

func roleNamesOf(roles []conductor.Role) []string {
	names := make([]string, 0, len(roles))
	for _, role := range roles {
		names = append(names, role.Name)
	}
	return names
}

func TestRefusedUsers(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	for name, c := range map[string]struct {
		id      string
		request UserRequest
		kind    fault.Kind
	}{
		"an application's":      {"App:x", UserRequest{}, fault.KindInvalid},
		"read-only and more":    {"u", UserRequest{Roles: []string{"USER_READ_ONLY", "USER"}}, fault.KindInvalid},
		"read-only in any case": {"u", UserRequest{Roles: []string{"user_read_only", "USER"}}, fault.KindInvalid},
		"read-only in a group":  {"u", UserRequest{Roles: []string{"USER_READ_ONLY"}, Groups: []string{"g"}}, fault.KindInvalid},
		"unknown group":         {"u", UserRequest{Groups: []string{"g"}}, fault.KindNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.PutUser(ctx, c.id, c.request)
			requireKind(t, c.kind, err)
		})
	}
	requireKind(t, fault.KindInvalid, w.DeleteUser(ctx, w.admin.ID()))
	require.Empty(t, w.Users(false))
	require.Len(t, w.Users(true), 1)
}

// A list of members goes in whole or not at all.
func TestMembersAllOrNone(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	_, err := w.PutGroup(ctx, "g", GroupRequest{Description: "d"})
	require.NoError(t, err)
	for _, id := range []string{"a", "b"} {
		_, err := w.PutUser(ctx, id, UserRequest{})
		require.NoError(t, err)
	}
	requireKind(t, fault.KindNotFound, w.SetMembers(ctx, "g", []string{"a", "nobody"}, true))
	members, err := w.Members("g")
	require.NoError(t, err)
	require.Empty(t, members)
	require.NoError(t, w.SetMembers(ctx, "g", []string{"a", "b", "a"}, true))
	members, err = w.Members("g")
	require.NoError(t, err)
	require.Len(t, members, 2)
	require.Len(t, members[0].Groups, 1)
	require.NoError(t, w.DeleteGroup(ctx, "g"))
	user, err := w.User("a")
	require.NoError(t, err)
	require.Empty(t, user.Groups)
	requireKind(t, fault.KindNotFound, w.SetMembers(ctx, "g", []string{"a"}, true))
	_, err = w.Members("g")
	requireKind(t, fault.KindNotFound, err)
}

func TestRefusedGroups(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	_, err := w.PutGroup(ctx, "g", GroupRequest{})
	requireKind(t, fault.KindInvalid, err)
	_, err = w.PutGroup(ctx, "g", GroupRequest{Description: "d", DefaultAccess: map[string][]string{"SECRET_NAME": {"READ"}}})
	requireKind(t, fault.KindInvalid, err)
	requireKind(t, fault.KindNotFound, w.DeleteGroup(ctx, "g"))
}

// Only an administrator gives the roles that reach beyond an application's own grants.
func TestAddRole(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	maker := w.app("maker", "APPLICATION_CREATOR")
	app, err := w.CreateApplication(ctx, maker, "a")
	require.NoError(t, err)
	require.Equal(t, maker.ID(), app.CreatedBy)
	for _, role := range []string{"worker", "METADATA_API", "APPLICATION_CREATOR"} {
		require.NoError(t, w.AddRole(ctx, maker, app.ID, role))
	}
	for _, role := range []string{"ADMIN", "unrestricted_worker", "METADATA_MANAGER", "AUDITOR"} {
		requireKind(t, fault.KindForbidden, w.AddRole(ctx, maker, app.ID, role))
		require.NoError(t, w.AddRole(ctx, w.admin, app.ID, role))
	}
	require.NoError(t, w.RemoveRole(ctx, app.ID, "Worker"))
	require.NoError(t, w.RemoveRole(ctx, app.ID, "NEVER_HAD"))
	user, err := w.User(app.UserID())
	require.NoError(t, err)
	require.NotContains(t, roleNamesOf(user.Roles), "WORKER")
	requireKind(t, fault.KindNotFound, w.AddRole(ctx, w.admin, "nothing", "WORKER"))
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	one, two := conductor.Tag{Key: "a", Value: "1"}, conductor.Tag{Key: "b", Value: "2"}
	require.NoError(t, w.SetTags(ctx, task("t"), []conductor.Tag{one}))
	require.NoError(t, w.AddTags(ctx, task("t"), []conductor.Tag{two, {Key: "a", Value: "3"}}))
	require.Equal(t, []conductor.Tag{two, {Key: "a", Value: "3"}}, w.Tags(task("t")))
	requireKind(t, fault.KindNotFound, w.RemoveTags(ctx, task("t"), []conductor.Tag{one}, true))
	require.NoError(t, w.RemoveTags(ctx, task("t"), []conductor.Tag{one, two}, false))
	require.Equal(t, []conductor.Tag{{Key: "a", Value: "3"}}, w.Tags(task("t")))
	for _, key := range []string{"", "a:b"} {
		requireKind(t, fault.KindInvalid, w.AddTags(ctx, task("t"), []conductor.Tag{{Key: key, Value: "v"}}))
	}
	require.NoError(t, w.SetTags(ctx, workflow("f"), []conductor.Tag{{Key: "a", Value: "3"}, one}))
	require.Equal(t, []conductor.Tag{one, {Key: "a", Value: "3"}}, w.AllTags())
}
