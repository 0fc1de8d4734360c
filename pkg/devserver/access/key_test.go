package access

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// recorder keeps what is written, as text.
type recorder struct {
	store.Store
	text strings.Builder
}

func (r *recorder) Commit(ctx context.Context, records []store.Record) error {
	data, err := json.Marshal(records)
	if err != nil {
		return err
	}
	r.text.Write(data)
	return r.Store.Commit(ctx, records)
}

func TestSecretsAreStoredHashed(t *testing.T) {
	w := newWorld(t)
	kept := &recorder{Store: store.NewMemory()}
	a := w.open(kept, nil)
	app, err := a.CreateApplication(context.Background(), nil, "a")
	require.NoError(t, err)
	key, err := a.CreateKey(context.Background(), app.ID)
	require.NoError(t, err)
	require.Contains(t, kept.text.String(), key.ID)
	require.NotContains(t, kept.text.String(), key.Secret)
	require.NotContains(t, kept.text.String(), adminSecret)
	list, err := a.Keys(app.ID)
	require.NoError(t, err)
	require.Equal(t, []conductor.AccessKey{{ID: key.ID, CreatedAt: w.clock.at.UnixMilli(), Status: "ACTIVE"}}, list)
}

// An inactive or deleted key gives no token, and the tokens that it gave are refused with the code that makes SDKs fetch another.
func TestKeysInactiveAndDeleted(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	app, err := w.CreateApplication(ctx, w.admin, "a")
	require.NoError(t, err)
	key, err := w.CreateKey(ctx, app.ID)
	require.NoError(t, err)
	token, err := w.Token(key.ID, key.Secret, 0)
	require.NoError(t, err)
	_, err = w.Authenticate(token)
	require.NoError(t, err)
	refused := func() {
		t.Helper()
		_, err := w.Token(key.ID, key.Secret, 0)
		requireCode(t, fault.CodeInvalidToken, err)
		_, err = w.Authenticate(token)
		requireCode(t, fault.CodeInvalidToken, err)
	}
	toggled, err := w.ToggleKey(ctx, app.ID, key.ID)
	require.NoError(t, err)
	require.Equal(t, "INACTIVE", toggled.Status)
	refused()
	toggled, err = w.ToggleKey(ctx, app.ID, key.ID)
	require.NoError(t, err)
	require.Equal(t, "ACTIVE", toggled.Status)
	_, err = w.Authenticate(token)
	require.NoError(t, err)
	require.NoError(t, w.DeleteKey(ctx, app.ID, key.ID))
	refused()
	requireKind(t, fault.KindNotFound, w.DeleteKey(ctx, app.ID, key.ID))
}

func TestAKeyBelongsToItsApplication(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	one, err := w.CreateApplication(ctx, w.admin, "one")
	require.NoError(t, err)
	other, err := w.CreateApplication(ctx, w.admin, "other")
	require.NoError(t, err)
	key, err := w.CreateKey(ctx, one.ID)
	require.NoError(t, err)
	_, err = w.ToggleKey(ctx, other.ID, key.ID)
	requireKind(t, fault.KindNotFound, err)
	requireKind(t, fault.KindNotFound, w.DeleteKey(ctx, other.ID, key.ID))
	found, err := w.ApplicationOfKey(key.ID)
	require.NoError(t, err)
	require.Equal(t, one.ID, found.ID)
	require.NoError(t, w.DeleteApplication(ctx, one.ID))
	_, err = w.Token(key.ID, key.Secret, 0)
	requireCode(t, fault.CodeInvalidToken, err)
}
