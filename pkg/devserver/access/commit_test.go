package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

var errFull = errors.New("no space left on device")

// breakable is a store that keeps what it is given until it is full.
type breakable struct {
	journal
	mu   sync.Mutex
	full bool
}

func (b *breakable) Commit(ctx context.Context, records []store.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return errFull
	}
	return b.journal.Commit(ctx, records)
}

// picture is all that the rules know, as text.
func (a *Access) picture(t *testing.T) string {
	t.Helper()
	a.mu.RLock()
	defer a.mu.RUnlock()
	var lines []string
	for target, owner := range a.owners {
		lines = append(lines, fmt.Sprint("owner ", target, owner))
	}
	for target, tags := range a.tags {
		if len(tags) > 0 {
			lines = append(lines, fmt.Sprint("tags ", target, tags))
		}
	}
	for who, targets := range a.grants {
		for target, set := range targets {
			lines = append(lines, fmt.Sprint("grant ", who, target, set))
		}
	}
	slices.Sort(lines)
	text, err := json.MarshalIndent(map[string]any{"users": a.users, "groups": a.groups, "apps": a.apps, "keys": a.keys, "lines": lines}, "", " ")
	require.NoError(t, err)
	return string(text)
}

// change is one of the ways to change the rules, in a world where application and group g, user jane and task t are.
type change struct {
	name string
	make func(ctx context.Context, w *world, app, key string) error
}

func changes() []change {
	jane := func(access ...string) conductor.Authorization {
		return authorization("USER", "jane", task("t"), access...)
	}
	tag := []conductor.Tag{{Key: "team", Value: "b"}}
	return []change{
		{"create an application", func(ctx context.Context, w *world, _, _ string) error {
			_, err := w.CreateApplication(ctx, w.admin, "new")
			return err
		}},
		{"rename an application", func(ctx context.Context, w *world, app, _ string) error {
			_, err := w.RenameApplication(ctx, w.admin, app, "renamed")
			return err
		}},
		{"add a role", func(ctx context.Context, w *world, app, _ string) error {
			return w.AddRole(ctx, w.admin, app, "WORKER")
		}},
		{"remove a role", func(ctx context.Context, w *world, app, _ string) error {
			return w.RemoveRole(ctx, app, "METADATA_API")
		}},
		{"create a key", func(ctx context.Context, w *world, app, _ string) error {
			_, err := w.CreateKey(ctx, app)
			return err
		}},
		{"toggle a key", func(ctx context.Context, w *world, app, key string) error {
			_, err := w.ToggleKey(ctx, app, key)
			return err
		}},
		{"delete a key", func(ctx context.Context, w *world, app, key string) error { return w.DeleteKey(ctx, app, key) }},
		{"delete an application", func(ctx context.Context, w *world, app, _ string) error { return w.DeleteApplication(ctx, app) }},
		{"grant", func(ctx context.Context, w *world, _, _ string) error { return w.Grant(ctx, jane("EXECUTE")) }},
		{"revoke", func(ctx context.Context, w *world, _, _ string) error { return w.Revoke(ctx, jane("READ")) }},
		{"revoke all", func(ctx context.Context, w *world, _, _ string) error { return w.RevokeAll(ctx, "USER", "jane", "") }},
		{"own", func(ctx context.Context, w *world, _, _ string) error { return w.Own(ctx, w.admin, workflow("new")) }},
		{"forget", func(ctx context.Context, w *world, _, _ string) error { return w.Forget(ctx, task("t")) }},
		{"set tags", func(ctx context.Context, w *world, _, _ string) error { return w.SetTags(ctx, task("t"), tag) }},
		{"add tags", func(ctx context.Context, w *world, _, _ string) error { return w.AddTags(ctx, task("t"), tag) }},
		{"remove tags", func(ctx context.Context, w *world, _, _ string) error {
			return w.RemoveTags(ctx, task("t"), []conductor.Tag{{Key: "team", Value: "a"}}, true)
		}},
		{"create a user", func(ctx context.Context, w *world, _, _ string) error {
			_, err := w.PutUser(ctx, "joe", UserRequest{Name: "Joe", Roles: []string{"USER"}})
			return err
		}},
		{"change a user", func(ctx context.Context, w *world, _, _ string) error {
			_, err := w.PutUser(ctx, "jane", UserRequest{Name: "Jane II", Roles: []string{"ADMIN"}})
			return err
		}},
		{"delete a user", func(ctx context.Context, w *world, _, _ string) error { return w.DeleteUser(ctx, "jane") }},
		{"create a group", func(ctx context.Context, w *world, _, _ string) error {
			_, err := w.PutGroup(ctx, "new", GroupRequest{Description: "d"})
			return err
		}},
		{"change a group", func(ctx context.Context, w *world, _, _ string) error {
			_, err := w.PutGroup(ctx, "g", GroupRequest{Description: "other", Roles: []string{"WORKFLOW_MANAGER"}})
			return err
		}},
		{"add members", func(ctx context.Context, w *world, _, _ string) error {
			return w.SetMembers(ctx, "g", []string{"jim"}, true)
		}},
		{"remove members", func(ctx context.Context, w *world, _, _ string) error {
			return w.SetMembers(ctx, "g", []string{"jane"}, false)
		}},
		{"delete a group", func(ctx context.Context, w *world, _, _ string) error { return w.DeleteGroup(ctx, "g") }},
	}
}

// furnished is a world over a store, with the things that changes want.
func furnished(t *testing.T, kept store.Store) (w *world, app, key string) {
	t.Helper()
	w = newWorld(t)
	w.Access = w.open(kept, []byte("k"))
	w.admin = w.enter(adminKey, adminSecret)
	ctx := t.Context()
	made, err := w.CreateApplication(ctx, w.admin, "a")
	require.NoError(t, err)
	require.NoError(t, w.AddRole(ctx, w.admin, made.ID, "METADATA_API"))
	newKey, err := w.CreateKey(ctx, made.ID)
	require.NoError(t, err)
	_, err = w.PutGroup(ctx, "g", GroupRequest{Description: "d"})
	require.NoError(t, err)
	for _, id := range []string{"jane", "jim"} {
		_, err = w.PutUser(ctx, id, UserRequest{Name: id})
		require.NoError(t, err)
	}
	require.NoError(t, w.SetMembers(ctx, "g", []string{"jane"}, true))
	w.grant("USER", "jane", task("t"), "READ")
	w.grant("GROUP", "g", task("t"), "EXECUTE")
	w.grant("USER", made.UserID(), task("t"), "EXECUTE")
	w.own(w.admin, task("t"))
	require.NoError(t, w.SetTags(ctx, task("t"), []conductor.Tag{{Key: "team", Value: "a"}}))
	return w, made.ID, newKey.ID
}

// What cannot be stored is not done, and says why; what was done is there again after a restart, whole.
func TestAChangeIsStoredOrNotMade(t *testing.T) {
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			kept := &breakable{}
			w, app, key := furnished(t, kept)
			before := w.picture(t)
			kept.full = true
			require.ErrorIs(t, c.make(t.Context(), w, app, key), errFull)
			require.Equal(t, before, w.picture(t), "half done")
			kept.full = false
			require.NoError(t, c.make(t.Context(), w, app, key))
			require.NotEqual(t, before, w.picture(t), "nothing done")
			require.Equal(t, w.picture(t), w.open(kept, []byte("k")).picture(t), "not all of it stored")
		})
	}
}

// Whoever changes the rules at the same time, what is known at the end is what was stored.
func TestChangesAtTheSameTime(t *testing.T) {
	kept := &breakable{}
	w, app, key := furnished(t, kept)
	var busy sync.WaitGroup
	for _, c := range changes() {
		for range 8 {
			busy.Go(func() {
				_ = c.make(context.Background(), w, app, key) // many find what they change gone
				_ = w.admin.May("READ", task("t"))
				_, _ = w.Permissions("jane")
				_ = w.TagGroups()
			})
		}
	}
	busy.Wait()
	require.Equal(t, w.picture(t), w.open(kept, []byte("k")).picture(t))
}

// A store that holds something else than rules is refused, not half read.
func TestStoresThatCannotBeRead(t *testing.T) {
	for _, kind := range []string{kindUser, kindGroup, kindApp, kindKey, kindGrant, kindTags, kindOwner} {
		kept := &journal{kept: map[[2]string][]byte{{kind, "x"}: []byte(`{"id":5,"subject":5,"target":5`)}}
		_, err := New(Options{Store: kept, Now: newWorld(t).clock.now})
		require.ErrorContains(t, err, "load the access rules", kind)
	}
	kept := &journal{kept: map[[2]string][]byte{{"execution", "x"}: []byte("of another room")}}
	_, err := New(Options{Store: kept, Now: newWorld(t).clock.now})
	require.NoError(t, err)
}
