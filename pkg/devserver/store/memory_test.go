package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// What others can tell is not kept, the rest until the end.
func TestMemoryForgetsWhatIsTold(t *testing.T) {
	memory, ctx := store.NewMemory("task", "plan"), t.Context()
	require.NoError(t, memory.Commit(ctx, []store.Record{{Kind: "taskDef", Key: "a", Value: 1}, {Kind: "task", Key: "a", Value: 1}, {Kind: "taskDef", Key: "b", Value: "<"}}))
	require.NoError(t, memory.Commit(ctx, []store.Record{{Kind: "plan", Key: "a", Value: func() {}}}), "it does not even look at it")
	require.Equal(t, map[string]string{"taskDef/a": "1", "taskDef/b": `"<"`}, content(t, memory))
	require.NoError(t, memory.Commit(ctx, []store.Record{{Kind: "taskDef", Key: "a"}, {Kind: "taskDef", Key: "none"}}))
	require.Equal(t, map[string]string{"taskDef/b": `"<"`}, content(t, memory))

	require.False(t, store.Keeps(memory, []string{"taskDef", "task"}))
	require.True(t, store.Keeps(memory, []string{"taskDef"}))
	require.True(t, store.Keeps(store.NewMemory(), []string{"task"}))
	require.NoError(t, memory.Close())
}

func TestAMemoryCommitIsAllOrNothing(t *testing.T) {
	memory := store.NewMemory()
	require.ErrorContains(t, memory.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: "2", Value: func() {}}}), `encode a "2"`)
	require.Empty(t, content(t, memory))
}

func TestMemoryLoadStopsAtAnError(t *testing.T) {
	memory, wrong, visits := store.NewMemory(), errors.New("wrong"), 0
	require.NoError(t, memory.Commit(t.Context(), []store.Record{{Kind: "a", Key: "1", Value: 1}, {Kind: "a", Key: "2", Value: 2}}))
	require.ErrorIs(t, memory.Load(t.Context(), func(string, string, []byte) error { visits++; return wrong }), wrong)
	require.Equal(t, 1, visits)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, memory.Load(ctx, func(string, string, []byte) error { return nil }), context.Canceled)
}

func TestMemoryIsReplaced(t *testing.T) {
	memory := store.NewMemory("task")
	require.NoError(t, memory.Commit(t.Context(), []store.Record{{Kind: "old", Key: "1", Value: 1}}))
	require.NoError(t, memory.Replace(t.Context(), []store.Entry{{Kind: "new", Key: "1", Data: []byte("2")}, {Kind: "task", Key: "1", Data: []byte("3")}}))
	require.Equal(t, map[string]string{"new/1": "2"}, content(t, memory))
}
