package dev

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Without a file no execution is kept twice: the engine has it, and a second copy as JSON would cost half the speed.
func TestOnlyAFileKeepsExecutions(t *testing.T) {
	terminal, _, _ := term.Test("")
	deps := cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
	for db, keeps := range map[string]bool{"": false, "d.db": true, filepath.Join(t.TempDir(), "e.db"): true} {
		kept, err := openStore(deps, startOptions{db: db})
		require.NoError(t, err)
		require.Equal(t, keeps, store.Keeps(kept, engine.ExecutionKinds()), db)
		require.NoError(t, kept.Close())
	}
}
