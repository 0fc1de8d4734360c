package project_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

const projectFile = `# ours
application: shop-worker
domain: john
definitions: defs
env: config/worker.env
worker:
  install: [[go, mod, download]]
  run: [[go, run, .]]
scaffold:
  language: go
  options: {module: example.com/shop}
  tasks: [get-inventory]
tasks:
  get-inventory: tasks/inventory.go
`

func TestFindReadsTheNearestProject(t *testing.T) {
	root := tree(t, map[string]string{"orkesctl.yaml": projectFile, "a/b/c.txt": "", "inner/orkesctl.yaml": "domain: mary\n", "inner/x/y": ""})
	for _, dir := range []string{".", "a", "a/b"} {
		p, err := project.Find(filepath.Join(root, dir))
		require.NoError(t, err)
		require.Equal(t, &project.Project{
			Root: root, Application: "shop-worker", Domain: "john", Definitions: "defs", Env: "config/worker.env",
			Worker: project.Worker{Install: scaffold.Commands{{"go", "mod", "download"}}, Run: scaffold.Commands{{"go", "run", "."}}},
			Origin: project.Origin{Language: "go", Options: map[string]string{"module": "example.com/shop"}, Tasks: []string{"get-inventory"}},
			Tasks:  map[string]string{"get-inventory": "tasks/inventory.go"},
		}, p)
		require.Equal(t, filepath.Join(root, "defs"), p.DefinitionsDir())
		require.Equal(t, filepath.Join(root, "config", "worker.env"), p.EnvFile())
	}
	p, err := project.Find(filepath.Join(root, "inner", "x"))
	require.NoError(t, err)
	require.Equal(t, "mary", p.Domain)
	require.Equal(t, filepath.Join(root, "inner"), p.Root)
}

func TestFindIsRelativeToTheWorkingFolder(t *testing.T) {
	root := tree(t, map[string]string{"orkesctl.yaml": projectFile, "sub/x": ""})
	t.Chdir(filepath.Join(root, "sub"))
	p, err := project.Find(".")
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(p.Root))
	require.Equal(t, filepath.Base(root), filepath.Base(p.Root))
}

func TestNoProject(t *testing.T) {
	root := tree(t, map[string]string{"sub/orkesctl.yaml": projectFile})
	p, err := project.Find(root)
	require.NoError(t, err)
	require.Nil(t, p)
	p, err = project.At(filepath.Join(root, "missing"))
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestProjectDefaults(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "---\n", "null\n", "{}\n", "\ufeff{}\r\n", "later: [1, 2]\n"} {
		root := tree(t, map[string]string{"orkesctl.yaml": text})
		p, err := project.At(root)
		require.NoError(t, err, "%q", text)
		require.Equal(t, filepath.Join(root, "definitions"), p.DefinitionsDir())
		require.Equal(t, filepath.Join(root, ".env"), p.EnvFile())
	}
}

func TestProjectWithAbsolutePaths(t *testing.T) {
	elsewhere := filepath.ToSlash(t.TempDir())
	root := tree(t, map[string]string{"orkesctl.yaml": "env: '" + elsewhere + "/w.env'\ndefinitions: ../shared\n"})
	p, err := project.At(root)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(filepath.FromSlash(elsewhere), "w.env"), filepath.FromSlash(p.EnvFile()))
	require.Equal(t, filepath.Join(filepath.Dir(root), "shared"), p.DefinitionsDir())
}

func TestDamagedProjectFileIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"domain: [john\n":        "line 1",
		"a: 1\na: 2\n":           "twice",
		"- a\n":                  "cannot unmarshal array",
		"domain: [john]\n":       "domain",
		"domain: a\n\tenv: b\n":  "line 2",
		"worker: {run: 7}\n":     "run",
		"application: \xff\xfe ": "",
	} {
		root := tree(t, map[string]string{"orkesctl.yaml": text, "sub/x": ""})
		_, err := project.Find(filepath.Join(root, "sub"))
		require.ErrorContains(t, err, filepath.Join(root, "orkesctl.yaml")+": ", text)
		require.ErrorContains(t, err, want)
	}
	root := tree(t, map[string]string{"orkesctl.yaml/x": ""})
	_, err := project.At(root)
	require.ErrorContains(t, err, "read the project file: ")
}

func TestRoot(t *testing.T) {
	root := tree(t, map[string]string{"orkesctl.yaml": "damaged: [", "a/b/c": "", "a/orkesctl.yaml": ""})
	require.Equal(t, root, project.Root(root))
	require.Equal(t, filepath.Join(root, "a"), project.Root(filepath.Join(root, "a", "b")))
	require.Empty(t, project.Root(t.TempDir()))
}
