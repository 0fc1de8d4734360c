package file_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/file"
)

// read returns a file's text and mode, and checks that nothing was left behind beside it.
func read(t *testing.T, path string) (string, fs.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	noLeftovers(t, filepath.Dir(path))
	return string(data), info.Mode().Perm()
}

func noLeftovers(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, ".orkesctl-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestWriteMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for name, tc := range map[string]struct {
		old, want fs.FileMode // old zero: there is no file yet
		write     func(path string, data []byte) error
	}{
		"new":                {0, 0o640, func(path string, data []byte) error { return file.Write(path, data, 0o640) }},
		"keeps its mode":     {0o755, 0o755, func(path string, data []byte) error { return file.Write(path, data, 0o600) }},
		"a new secret":       {0, 0o600, file.WriteSecret},
		"a secret, too wide": {0o644, 0o600, file.WriteSecret},
		"a read-only secret": {0o400, 0o600, file.WriteSecret},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if tc.old != 0 {
				require.NoError(t, os.WriteFile(path, []byte("a longer text than the new one"), tc.old))
				require.NoError(t, os.Chmod(path, tc.old))
			}
			require.NoError(t, tc.write(path, []byte("new\n")))
			text, mode := read(t, path)
			require.Equal(t, "new\n", text)
			require.Equal(t, tc.want, mode)
		})
	}
}

func TestWriteFollowsLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links take a right there that tests do not have")
	}
	target, dir := filepath.Join(t.TempDir(), "real"), t.TempDir()
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o644))
	link, second := filepath.Join(dir, "link"), filepath.Join(dir, "second")
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, os.Symlink("link", second))
	require.NoError(t, file.WriteSecret(second, []byte("new")))
	text, mode := read(t, target)
	require.Equal(t, "new", text)
	require.Equal(t, fs.FileMode(0o600), mode)
	for _, path := range []string{link, second} {
		info, err := os.Lstat(path)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&fs.ModeSymlink, "the link stays a link")
	}
	noLeftovers(t, dir)
}

func TestWriteReplacesInOneStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	reader, err := os.Open(path)
	require.NoError(t, err)
	defer reader.Close()
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be replaced there")
	}
	require.NoError(t, file.Write(path, []byte("new"), 0o600))
	held := make([]byte, 10)
	n, err := reader.Read(held)
	require.NoError(t, err)
	require.Equal(t, "old", string(held[:n]), "who has it open reads the old text to the end")
}

func TestAFailedWriteLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	require.NoError(t, os.MkdirAll(filepath.Join(path, "inside"), 0o700)) // a folder cannot be replaced by a file
	err := file.Write(path, []byte("new"), 0o600)
	require.ErrorContains(t, err, "write "+path+": ")
	require.DirExists(t, filepath.Join(path, "inside"))
	noLeftovers(t, dir)

	missing := filepath.Join(dir, "missing", "f")
	require.ErrorIs(t, file.WriteSecret(missing, nil), fs.ErrNotExist)
	require.ErrorContains(t, file.WriteSecret(missing, nil), "write "+missing+": ")
}
