package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/templates"
)

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(t, err)
		found[entry.Name()] = string(text)
	}
	return found
}

// The reference in docs/ must be what the command tree says now. Mend it with: go run ./docs/gen
func TestReferenceIsCurrent(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "reference")
	require.NoError(t, reference(fresh))
	want, got := files(t, fresh), files(t, filepath.Join("..", "reference"))
	for name, text := range want {
		require.Equal(t, text, got[name], "docs/reference/%s is stale: go run ./docs/gen", name)
	}
	require.Len(t, got, len(want), "docs/reference has pages of commands that are gone: go run ./docs/gen")
}

func TestReleaseFiles(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, generate(out))
	pages := files(t, filepath.Join(out, "man"))
	require.Contains(t, pages, "orkesctl-task-define.1")
	scripts := files(t, filepath.Join(out, "completions"))
	require.Len(t, scripts, 4)
	for name, script := range scripts {
		require.NotEmpty(t, script, name)
	}
	packed, err := zip.OpenReader(filepath.Join(out, "templates.zip"))
	require.NoError(t, err)
	defer func() { require.NoError(t, packed.Close()) }()
	require.NoError(t, fs.WalkDir(templates.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := fs.ReadFile(templates.FS(), name)
		require.NoError(t, err)
		got, err := fs.ReadFile(packed, name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
		return nil
	}))
}

// Every command must say what it does, show how it is used, check its arguments and complete them.
func TestEveryCommandIsComplete(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			require.NotEmpty(t, c.Short)
			require.NotRegexp(t, `\.$`, c.Short, "Short is a phrase")
			require.NotNil(t, c.Args)
			if !c.HasSubCommands() {
				require.NotEmpty(t, c.Example)
				require.True(t, c.ValidArgsFunction != nil || len(c.ValidArgs) > 0, "no completion")
			}
		})
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	walk(tree())
}
