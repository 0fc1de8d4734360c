package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

func TestMemoryForgets(t *testing.T) {
	memory := store.NewMemory()
	require.NoError(t, memory.Commit(t.Context(), []store.Record{{Kind: "taskDef", Key: "a", Value: 1}}))
	require.NoError(t, memory.Load(t.Context(), func(kind, key string, _ []byte) error {
		t.Errorf("%s %s came back", kind, key)
		return nil
	}))
	require.NoError(t, memory.Close())
}
