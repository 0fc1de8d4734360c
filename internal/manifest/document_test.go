package manifest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/manifest"
)

func TestReadObject(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n":          "",
		"":                "",
		"# nothing\n":     "",
		"\ufeffkind: 7\n": "",
		"- a\n":           "f:1:1: want an object: names with values",
		"text":            "f:1:1: want an object: names with values",
		"a: 1\n---\nb: 2": "f:3:1: want one object, and here is another",
		"a: 1\na: 2\n":    "f:2:1: ",
	} {
		document, problems := manifest.ReadObject("f", []byte(text))
		if want == "" {
			require.Empty(t, problems, text)
			require.NotNil(t, document.Tree, text)
			line, column := document.Position([]any{"nothing"}, false)
			require.Positive(t, line*column)
			continue
		}
		require.Nil(t, document, text)
		require.Len(t, problems, 1, text)
		require.Contains(t, problems[0].String(), want)
	}
}

// A workflow without a version is version 1, so that with it it is there twice.
func TestDuplicates(t *testing.T) {
	documents, problems := manifest.Read("f", strings.NewReader(`
{name: w, tasks: []}
---
{name: w, tasks: [], version: 2}
---
{name: w, tasks: [], version: 1}
---
{kind: TaskDef, name: w}
---
{tasks: []}
---
{tasks: []}
`), "")
	require.Empty(t, problems)
	require.Equal(t, []string{"1", "2", "1", "", "1", "1"}, func() (versions []string) {
		for _, d := range documents {
			versions = append(versions, d.Version())
		}
		return versions
	}())
	twice := manifest.Duplicates(documents)
	require.Len(t, twice, 1, "what has no name has another problem")
	require.Equal(t, "f:6:1: name: w is defined twice: also in f:2", twice[0].String())
}

func TestFilesOfAFolder(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a.yaml", "b.txt", ".c.yaml", "sub/d.YML", "skip/e.json", ".git/f.yaml", "node_modules/g.yaml"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	files, err := manifest.Files(root, func(folder string) bool { return filepath.Base(folder) == "skip" })
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(root, "a.yaml"), filepath.Join(root, "sub", "d.YML")}, files)
	files, err = manifest.Files(root, func(folder string) bool { return folder == root })
	require.NoError(t, err)
	require.Empty(t, files, "the folder itself may be left out")
}
