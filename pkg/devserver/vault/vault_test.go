package vault_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
	"github.com/orkesctl/orkesctl/pkg/devserver/vault"
)

func TestValuesComeBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "v.db")
	ctx := t.Context()
	open := func() (*vault.Vault, *vault.Vault, store.Store) {
		kept, err := store.Open(file)
		require.NoError(t, err)
		secrets, err := vault.Open(ctx, kept, vault.Secrets)
		require.NoError(t, err)
		environment, err := vault.Open(ctx, kept, vault.Environment)
		require.NoError(t, err)
		return secrets, environment, kept
	}
	secrets, environment, kept := open()
	require.NoError(t, secrets.Put(ctx, "b", "2"))
	require.NoError(t, secrets.Put(ctx, "a", "1"))
	require.NoError(t, secrets.Put(ctx, "a", "one"))
	require.NoError(t, environment.Put(ctx, "a", "other"))
	require.NoError(t, secrets.Put(ctx, "gone", "x"))
	old, err := secrets.Delete(ctx, "gone")
	require.NoError(t, err)
	require.Equal(t, "x", old)
	require.NoError(t, kept.Close())
	secrets, environment, kept = open()
	require.Equal(t, []string{"a", "b"}, secrets.Names())
	value, known := secrets.Get("a")
	require.True(t, known)
	require.Equal(t, "one", value)
	value, _ = environment.Get("a")
	require.Equal(t, "other", value)
	_, known = secrets.Get("gone")
	require.False(t, known)
	require.NoError(t, kept.Close())
}

func TestRefusals(t *testing.T) {
	v, err := vault.Open(t.Context(), store.NewMemory(), vault.Secrets)
	require.NoError(t, err)
	require.Empty(t, v.Names())
	require.NotNil(t, v.Names(), "an empty list travels as one")
	require.Equal(t, fault.KindInvalid, fault.KindOf(v.Put(t.Context(), "", "x")))
	require.Equal(t, fault.KindTooLarge, fault.KindOf(v.Put(t.Context(), "a", strings.Repeat("x", vault.MaxValue+1))))
	require.NoError(t, v.Put(t.Context(), "a", strings.Repeat("x", vault.MaxValue)))
	_, err = v.Delete(t.Context(), "b")
	require.Equal(t, fault.KindNotFound, fault.KindOf(err))
}

// broken is a store that fails, and one that holds what is no text.
type broken struct{ store.Store }

func (broken) Load(_ context.Context, visit func(kind, key string, data []byte) error) error {
	return visit(vault.Secrets, "a", []byte(`{"hush":1}`))
}

func (broken) Commit(context.Context, []store.Record) error { return errors.New("no room") }

func TestABrokenStoreTellsNoValues(t *testing.T) {
	_, err := vault.Open(t.Context(), broken{}, vault.Secrets)
	require.ErrorContains(t, err, `secret "a" cannot be read`)
	require.NotContains(t, err.Error(), "hush")
	v, err := vault.Open(t.Context(), broken{}, vault.Environment)
	require.NoError(t, err)
	require.ErrorContains(t, v.Put(t.Context(), "a", "hush"), "no room")
	_, known := v.Get("a")
	require.False(t, known, "what is not stored is not there")
}
