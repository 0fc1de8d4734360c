package discover_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover"
)

const goWorker = `package a

import "github.com/conductor-sdk/conductor-go/sdk/worker"

var _ = worker.NewWorker("found", nil)
`

// written makes a project of the files.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func placesOf(t *testing.T, root string) []string {
	t.Helper()
	found, err := discover.Project(t.Context(), root, discover.Environment{})
	require.NoError(t, err)
	var places []string
	for _, w := range found.Workers {
		require.Equal(t, "found", w.Task)
		places = append(places, w.Place.String())
	}
	return places
}

func TestOnlySourcesOfTheProjectAreRead(t *testing.T) {
	files := map[string]string{".gitignore": "/gen/\n*_made.go\n", "myenv/pyvenv.cfg": ""}
	for _, left := range []string{
		"node_modules/a.go", "target/a.go", "build/a.go", "dist/a.go", "vendor/a.go", "venv/a.go", ".hidden/a.go", "myenv/a.go", "x.egg-info/a.go",
		"gen/a.go", "b_made.go", "a_test.go", "tests/a.go", "deep/testdata/a.go", "a.txt",
	} {
		files[left] = goWorker
	}
	files["a.go"], files["src/bin/a.go"], files["sub/gen/a.go"] = goWorker, goWorker, goWorker
	require.Equal(t, []string{"a.go:5", "src/bin/a.go:5", "sub/gen/a.go:5"}, placesOf(t, written(t, files)))
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	root := written(t, map[string]string{"big.go": goWorker + "//" + string(bytes.Repeat([]byte("x"), 10<<20)), "a.go": goWorker, "closed.go": goWorker})
	want := []string{"big.go:0 notice: file"}
	if os.Geteuid() != 0 && runtime.GOOS != "windows" {
		require.NoError(t, os.Chmod(filepath.Join(root, "closed.go"), 0))
		want = append(want, "closed.go:0 notice: file")
	} else {
		require.NoError(t, os.Remove(filepath.Join(root, "closed.go")))
	}
	found, err := discover.Project(t.Context(), root, discover.Environment{})
	require.NoError(t, err)
	require.Equal(t, append([]string{"a.go:5 expect: found"}, want...), describe(found))
	for _, n := range found.Notices {
		require.NotContains(t, n.Message, root)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	root := written(t, map[string]string{"sub/a.go": goWorker})
	if err := os.Symlink("..", filepath.Join(root, "sub", "loop")); err != nil {
		t.Skip("no links on this machine: " + err.Error())
	}
	require.NoError(t, os.Symlink("a.go", filepath.Join(root, "sub", "again.go")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "sub", "broken.go")))
	require.Equal(t, []string{"sub/a.go:5"}, placesOf(t, root))
}

func TestProjectsThatAreNone(t *testing.T) {
	_, err := discover.Project(t.Context(), filepath.Join(t.TempDir(), "missing"), discover.Environment{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Empty(t, placesOf(t, t.TempDir()))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = discover.Project(ended, written(t, map[string]string{"a.go": goWorker}), discover.Environment{})
	require.ErrorIs(t, err, context.Canceled)
}
