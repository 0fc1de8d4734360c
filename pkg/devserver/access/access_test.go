package access

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// clock is a time that only tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// world is an Access with an administrator, and what a test needs to make callers.
type world struct {
	*Access
	t     *testing.T
	clock *clock
	admin *Caller
}

const adminKey, adminSecret = "admin-key", "admin-secret"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{time.UnixMilli(1_700_000_000_000)}}
	w.Access = w.open(store.NewMemory(), []byte("a signing key"))
	w.admin = w.enter(adminKey, adminSecret)
	return w
}

func (w *world) open(kept store.Store, signing []byte) *Access {
	w.t.Helper()
	a, err := New(Options{Store: kept, Now: w.clock.now, SigningKey: signing})
	require.NoError(w.t, err)
	require.NoError(w.t, a.Bootstrap(context.Background(), "admin", adminKey, adminSecret))
	return a
}

func (w *world) enter(key, secret string) *Caller {
	w.t.Helper()
	token, err := w.Token(key, secret, 0)
	require.NoError(w.t, err)
	caller, err := w.Authenticate(token)
	require.NoError(w.t, err)
	return caller
}

// app makes an application with roles, and returns it as a caller.
func (w *world) app(name string, roles ...string) *Caller {
	w.t.Helper()
	ctx := context.Background()
	app, err := w.CreateApplication(ctx, w.admin, name)
	require.NoError(w.t, err)
	for _, role := range roles {
		require.NoError(w.t, w.AddRole(ctx, w.admin, app.ID, role))
	}
	key, err := w.CreateKey(ctx, app.ID)
	require.NoError(w.t, err)
	return w.enter(key.ID, key.Secret)
}

func (w *world) grant(subjectType, id string, target conductor.Target, access ...string) {
	w.t.Helper()
	require.NoError(w.t, w.Grant(context.Background(), authorization(subjectType, id, target, access...)))
}

func authorization(subjectType, id string, target conductor.Target, access ...string) conductor.Authorization {
	return conductor.Authorization{Subject: conductor.Subject{Type: subjectType, ID: id}, Target: target, Access: access}
}

func (w *world) own(by *Caller, target conductor.Target) {
	w.t.Helper()
	require.NoError(w.t, w.Own(context.Background(), by, target))
}

func task(name string) conductor.Target { return conductor.Target{Type: "TASK_DEF", ID: name} }

func workflow(name string) conductor.Target { return conductor.Target{Type: "WORKFLOW_DEF", ID: name} }

func requireKind(t *testing.T, kind fault.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, kind, fault.KindOf(err), "%v", err)
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, fault.KindUnauthenticated, f.Kind)
	require.Equal(t, code, f.Code)
}
