package launch_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/launch"
)

func TestBelow(t *testing.T) {
	root := folder(t, ".git", "one/alpha.toml", "two/orkesctl.yaml", "deep/1/2/orkesctl.yaml", "deep/1/2/3/orkesctl.yaml", "deep/1/2/3/4/orkesctl.yaml",
		".hidden/orkesctl.yaml", "node_modules/x/orkesctl.yaml", "made/orkesctl.yaml", "plain/x.al", "damaged/orkesctl.yaml")
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o600))
	}
	write(".gitignore", "/made/\n")
	write("two/orkesctl.yaml", "application: billing")
	write("deep/1/2/orkesctl.yaml", "application: '2'")
	write("damaged/orkesctl.yaml", "a: [")
	found := map[string][]string{}
	for _, project := range launch.Below(languages(), root) {
		short, err := filepath.Rel(root, project.Dir)
		require.NoError(t, err)
		found[filepath.ToSlash(short)] = project.Names
	}
	require.Equal(t, map[string][]string{
		"one": {"one"}, "two": {"two", "billing"}, "damaged": {"damaged"}, "deep/1/2": {"2"}, "deep/1/2/3": {"3"},
	}, found)
	found = map[string][]string{}
	for _, project := range launch.Below(languages(), filepath.Join(root, "one")) {
		found[filepath.Base(project.Dir)] = project.Names
	}
	require.Equal(t, map[string][]string{"one": {"one"}}, found, "the folder itself")
	require.Empty(t, launch.Below(languages(), filepath.Join(root, "nowhere")))
}
