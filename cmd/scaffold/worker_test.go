package scaffold

import (
	"context"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

func deps(t *testing.T) *cli.Deps {
	t.Helper()
	terminal, _, _ := term.Test("")
	return cli.NewDeps(terminal, func(string) string { return "" }, t.TempDir(), "test")
}

// Whatever a task is called, the Go project parses and is formatted, and the name is unchanged on the wire.
func TestGoProjectForAnyName(t *testing.T) {
	for _, name := range []string{
		"get-inventory", "ship.order", "ship order", "naïve-täsk", "在庫", "func", "type", "42nd", "a/b", `quote"d`, "ÜBER", "x", "CON", "test", "a_test",
	} {
		t.Run(name, func(t *testing.T) {
			d := deps(t)
			require.NoError(t, runWorker(context.Background(), d, workerOptions{lang: "go", tasks: []string{name}, dir: "p"}))
			root := filepath.Join(d.Dir, "p")
			found := false
			require.NoError(t, filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
				require.NoError(t, err)
				if filepath.Ext(path) != ".go" {
					return nil
				}
				source, err := os.ReadFile(path)
				require.NoError(t, err)
				_, err = parser.ParseFile(token.NewFileSet(), path, source, parser.AllErrors)
				require.NoError(t, err, "%s", source)
				formatted, err := format.Source(source)
				require.NoError(t, err)
				require.Equal(t, string(formatted), string(source), path)
				return nil
			}))
			documents, problems, err := manifest.ReadPaths([]string{filepath.Join(root, "definitions")}, "", nil)
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Empty(t, manifest.CheckAll(documents))
			for _, document := range documents {
				found = found || document.Name() == name
			}
			require.True(t, found, "no definition is called %q", name)
		})
	}
}

func TestSameCallTwiceChangesNothing(t *testing.T) {
	d := deps(t)
	opts := workerOptions{lang: "golang"}
	require.NoError(t, runWorker(context.Background(), d, opts))
	p, err := project.Find(filepath.Join(d.Dir, "get-inventory-worker", "internal"))
	require.NoError(t, err)
	require.Equal(t, "get-inventory-worker", p.Application)
	require.Equal(t, "john", p.Domain)
	require.Equal(t, scaffold.Commands{{"./bin/get-inventory-worker"}}, p.Worker.Run)
	const dir = "get-inventory-worker"
	require.Empty(t, changed(t, d, opts))
	// An edited file is kept, and named.
	edited := filepath.Join(d.Dir, dir, "main.go")
	require.NoError(t, os.WriteFile(edited, []byte("package main // mine\n"), 0o600))
	err = runWorker(context.Background(), d, opts)
	require.ErrorContains(t, err, "main.go")
	opts.force = true
	require.NoError(t, runWorker(context.Background(), d, opts))
	text, err := os.ReadFile(edited)
	require.NoError(t, err)
	require.NotContains(t, string(text), "mine")
}

// changed lists the files that the same command would change.
func changed(t *testing.T, d *cli.Deps, opts workerOptions) []string {
	t.Helper()
	tasks, err := opts.wanted(t.Context(), d)
	require.NoError(t, err)
	at, err := opts.place(d, tasks)
	require.NoError(t, err)
	language, err := opts.language(at.existing)
	require.NoError(t, err)
	plan, err := opts.plan(language, at, tasks)
	require.NoError(t, err)
	outcomes, err := scaffold.Compare(at.dir, plan, true)
	require.NoError(t, err)
	var paths []string
	for _, outcome := range outcomes {
		if outcome.Action != scaffold.Unchanged {
			paths = append(paths, string(outcome.Action)+" "+outcome.File.Path)
		}
	}
	return paths
}

// A task added to a project brings its own files and one line of registration, and touches nothing else.
func TestSecondTask(t *testing.T) {
	d := deps(t)
	require.NoError(t, runWorker(t.Context(), d, workerOptions{lang: "go"}))
	definition := filepath.Join(d.Dir, "ship.yaml")
	require.NoError(t, os.WriteFile(definition, []byte(shipOrder), 0o600))
	second := workerOptions{dir: "get-inventory-worker", from: []string{definition}}
	require.Equal(t, []string{
		"created internal/worker/ship_order_worker.go", "created internal/worker/ship_order_worker_test.go",
		"created definitions/ship-order.task.yaml", "created definitions/ship-order-demo.workflow.yaml", "updated internal/worker/all.go",
	}, changed(t, d, second))
	require.NoError(t, runWorker(t.Context(), d, second))
	require.Empty(t, changed(t, d, second))
	require.Empty(t, changed(t, d, workerOptions{lang: "go"}), "the first call again")
	source, err := os.ReadFile(filepath.Join(d.Dir, "get-inventory-worker", "internal", "worker", "ship_order_worker.go"))
	require.NoError(t, err)
	require.Regexp(t, `OrderID +string +.json:"order_id".`, string(source))
	require.Regexp(t, `Lines +\[\]string +.json:"lines".`, string(source))
	require.Regexp(t, `Weight +float64 +.json:"weight".`, string(source))
	kept, err := os.ReadFile(filepath.Join(d.Dir, "get-inventory-worker", "definitions", "ship-order.task.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(kept), "retryCount: 7")
}

const shipOrder = `name: ship-order
retryCount: 7
ownerEmail: a@example.com
inputSchema:
  name: ship-order-input
  version: 1
  type: JSON
  data:
    type: object
    required: [order_id]
    properties:
      order_id: {type: string}
      lines: {type: array, items: {type: string}}
      weight: {type: [number, "null"]}
      free: true
outputKeys: [tracking]
`

func TestForeignFolderIsRefused(t *testing.T) {
	d := deps(t)
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "mine.txt"), nil, 0o600))
	err := runWorker(context.Background(), d, workerOptions{lang: "go", dir: "."})
	require.ErrorContains(t, err, "not a worker project")
}

// A link that leads out of the project is not followed.
func TestWritesStayInside(t *testing.T) {
	d := deps(t)
	outside := t.TempDir()
	root := filepath.Join(d.Dir, "p")
	require.NoError(t, os.MkdirAll(root, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "orkesctl.yaml"), nil, 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(root, "internal")))
	require.Error(t, runWorker(context.Background(), d, workerOptions{lang: "go", dir: "p", force: true}))
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// The generated project builds and passes its own tests and vet.
func TestGoProjectBuilds(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil || testing.Short() {
		t.Skip("no Go toolchain, or -short")
	}
	d := deps(t)
	require.NoError(t, runWorker(context.Background(), d, workerOptions{lang: "go", tasks: []string{"ship order", "get-inventory"}, dir: "p"}))
	require.NoError(t, runWorker(context.Background(), d, workerOptions{lang: "go"}))
	for _, dir := range []string{"p", "get-inventory-worker"} {
		for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}} {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			command := exec.CommandContext(ctx, "go", args...)
			command.Dir = filepath.Join(d.Dir, dir)
			output, err := command.CombinedOutput()
			cancel()
			if err != nil && strings.Contains(string(output), "dial tcp") {
				t.Skip("the module proxy cannot be reached")
			}
			require.NoError(t, err, "%s", output)
		}
	}
}
