package access

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

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
	refused := func() {
		t.Helper()
		_, err := w.Token(key.ID, key.Secret, 0)
		requireCode(t, fault.CodeInvalidToken, err)
		_, _, err = w.Authenticate(token)
		requireCode(t, fault.CodeInvalidToken, err)
	}
	toggled, err := w.ToggleKey(ctx, app.ID, key.ID)
	require.NoError(t, err)
	require.Equal(t, "INACTIVE", toggled.Status)
	refused()
	toggled, err = w.ToggleKey(ctx, app.ID, key.ID)
	require.NoError(t, err)
	require.Equal(t, "ACTIVE", toggled.Status)
	_, _, err = w.Authenticate(token)
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

func TestTokenLife(t *testing.T) {
	for name, c := range map[string]struct{ life, good, ended time.Duration }{
		"not said":      {0, 24*time.Hour - time.Second, 24 * time.Hour},
		"an hour":       {time.Hour, time.Hour - time.Second, time.Hour},
		"a millisecond": {time.Millisecond, 999 * time.Millisecond, time.Second},
		"the longest":   {math.MaxInt64, 50 * 365 * 24 * time.Hour, 101 * 365 * 24 * time.Hour},
		"never ends":    {-1, 200 * 365 * 24 * time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token, err := w.Token(adminKey, adminSecret, c.life)
			require.NoError(t, err)
			born := w.clock.at
			w.clock.at = born.Add(c.good)
			_, _, err = w.Authenticate(token)
			require.NoError(t, err)
			if c.ended == 0 {
				return
			}
			w.clock.at = born.Add(c.ended)
			_, _, err = w.Authenticate(token)
			requireCode(t, fault.CodeExpiredToken, err)
		})
	}
}

// A token is good on a server that was started again with the same signing key and the administrator's same key, even without its
// state; with another signing key it is not.
func TestTokensAcrossRestarts(t *testing.T) {
	w := newWorld(t)
	token, err := w.Token(adminKey, adminSecret, 0)
	require.NoError(t, err)
	_, said, err := w.open(store.NewMemory(), []byte("a signing key")).Authenticate(token)
	require.NoError(t, err)
	require.Equal(t, w.admin.ID(), said["sub"])
	_, _, err = w.open(store.NewMemory(), []byte("another")).Authenticate(token)
	requireCode(t, fault.CodeInvalidToken, err)
}

func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	token, err := w.Token(adminKey, adminSecret, 0)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	for name, forged := range map[string]string{
		"none": "", "text": "abc", "no signature": parts[0] + "." + parts[1], "empty signature": parts[0] + "." + parts[1] + ".",
		"other payload": parts[0] + "." + parts[1][:len(parts[1])-2] + "AA." + parts[2], "algorithm none": "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"bearer": "Bearer " + token,
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.Authenticate(forged)
			requireCode(t, fault.CodeInvalidToken, err)
		})
	}
}

// Only what the server signed is a token, whatever bytes come.
func FuzzAuthenticate(f *testing.F) {
	f.Add("", "")
	f.Add("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.", "{}")
	f.Add("a.b.c", `{"sub":"app:x","key":"admin-key","exp":-1}`)
	f.Add("....", `{"sub":1}`)
	f.Fuzz(func(t *testing.T, token, payload string) {
		a, err := New(Options{Store: store.NewMemory(), Now: time.Now, SigningKey: []byte("k")})
		require.NoError(t, err)
		_, _, err = a.Authenticate(token)
		require.Equal(t, fault.KindUnauthenticated, fault.KindOf(err))
		text := header + "." + payload // well signed, with anything inside
		_, _, err = a.Authenticate(text + "." + a.signature(text))
		require.Equal(t, fault.KindUnauthenticated, fault.KindOf(err))
	})
}
