package scaffold

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// oddNames are names that some language, file system or shell does not like.
func oddNames() []string {
	return []string{
		"ship.order", "ship order", "naïve-täsk", "在庫", "class", "func", "42nd", "a/b", `quote"d`, "it's", "CON", "test", "a_test", "__init__",
		"../up", "${x}", "{{.Name}}", strings.Repeat("long-", 60),
	}
}

// generate makes a project with every odd name in it, of tasks and of fields, and returns its folder.
func generate(t *testing.T, language *scaffold.Language) string {
	t.Helper()
	d := deps(t)
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "odd.json"), []byte(oddFields()), 0o600))
	opts := workerOptions{
		lang: language.Name, variant: language.Variant, dir: "p",
		tasks: append([]string{scaffold.GuideTask().Name, "odd fields"}, oddNames()...), from: []string{"odd.json"},
	}
	require.NoError(t, runWorker(t.Context(), d, opts))
	require.Empty(t, changed(t, d, opts), "the same call again")
	return filepath.Join(d.Dir, "p")
}

// Every language takes every name, twice with the same outcome, and nothing of a template is left in what it makes.
func TestEveryLanguageTakesEveryName(t *testing.T) {
	list, err := languages()
	require.NoError(t, err)
	for _, language := range list {
		t.Run(language.Key(), func(t *testing.T) {
			root := generate(t, language)
			require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				require.NoError(t, err)
				if entry.IsDir() {
					return nil
				}
				require.Less(t, len(filepath.Base(path)), 200, path)
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				for _, left := range []string{"<no value>", "{{if", "{{range", "{{end", "%!"} {
					require.NotContains(t, string(text), left, path)
				}
				return nil
			}))
		})
	}
}

// golden is the list of the files of each language's project for the guide's example, kept in testdata.
func TestListingsAreGolden(t *testing.T) {
	list, err := languages()
	require.NoError(t, err)
	for _, language := range list {
		t.Run(language.Key(), func(t *testing.T) {
			options, err := language.Choices(nil)
			require.NoError(t, err)
			guide := scaffold.GuideTask()
			plan, err := language.Make(scaffold.Spec{Application: "get-inventory-worker", Domain: guide.Domain, Options: options, Tasks: []scaffold.Task{guide}})
			require.NoError(t, err)
			var b strings.Builder
			for _, file := range plan.Files {
				fmt.Fprintf(&b, "%s %s\n", file.Mode, file.Path)
			}
			golden := filepath.Join("testdata", language.Key()+".files")
			if os.Getenv("UPDATE") != "" {
				require.NoError(t, os.MkdirAll("testdata", 0o750))
				require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "make it: UPDATE=1 go test ./cmd/scaffold -run Golden")
			require.Equal(t, string(want), b.String())
		})
	}
}

// required are the parts that a project has in every language, by a piece of their path.
func required() []string {
	return []string{
		"orkesctl.yaml", ".env.example", ".gitignore", ".dockerignore", "Dockerfile", "README.md", ".github/workflows/ci.yaml",
		"definitions/get-inventory.task.yaml", "definitions/get-inventory-demo.workflow.yaml",
	}
}

// Every project has the common parts; .env is ignored by git and docker, and no variable for the key has a value.
func TestEveryProjectIsWhole(t *testing.T) {
	list, err := languages()
	require.NoError(t, err)
	for _, language := range list {
		t.Run(language.Key(), func(t *testing.T) {
			root := generate(t, language)
			for _, path := range required() {
				require.FileExists(t, filepath.Join(root, filepath.FromSlash(path)))
			}
			for _, ignore := range []string{".gitignore", ".dockerignore"} {
				text, err := os.ReadFile(filepath.Join(root, ignore))
				require.NoError(t, err)
				require.Contains(t, strings.Split(string(text), "\n"), ".env", ignore)
			}
			example, err := os.ReadFile(filepath.Join(root, ".env.example"))
			require.NoError(t, err)
			require.Contains(t, string(example), "CONDUCTOR_AUTH_SECRET=\n")
		})
	}
}

// What the names become is legal where Python is there to say so.
func TestPythonCompiles(t *testing.T) {
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	language, err := workerOptions{lang: "python"}.language(nil)
	require.NoError(t, err)
	root := generate(t, language)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, program, "-W", "error", "-m", "compileall", "-q", root).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// So it is to Java, which reads the files without the libraries that they need: --release 21 would want a newer one than some have.
func TestJavaParses(t *testing.T) {
	program, err := exec.LookPath("javac")
	if err != nil {
		t.Skip("no javac")
	}
	for _, variant := range []string{"", "spring"} {
		language, err := workerOptions{lang: "java", variant: variant}.language(nil)
		require.NoError(t, err)
		args := []string{"-encoding", "UTF-8", "-XDshould-stop.ifNoError=PARSE", "-d", t.TempDir()}
		require.NoError(t, filepath.WalkDir(generate(t, language), func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".java") {
				args = append(args, path)
			}
			return err
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		output, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
}

// And to Rust, whose formatter reads every file and would change none.
func TestRustParses(t *testing.T) {
	program, err := exec.LookPath("rustfmt")
	if err == nil {
		err = exec.CommandContext(t.Context(), program, "--version").Run() // rustup's stands there also without a toolchain
	}
	if err != nil {
		t.Skip("no rustfmt")
	}
	language, err := workerOptions{lang: "rust"}.language(nil)
	require.NoError(t, err)
	root := generate(t, language)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, "--check", "--edition", "2024", "src/main.rs", "src/lib.rs", "tests/server.rs")
	command.Dir = root
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// The program knows no language by name: a new one is a folder of data.
func TestNoLanguageIsNamed(t *testing.T) {
	list, err := languages()
	require.NoError(t, err)
	for _, folder := range []string{".", "../worker", "../../pkg/scaffold"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, language := range list {
				for _, word := range []string{language.Name, language.Key()} {
					require.NotContains(t, string(text), `"`+word+`"`, file)
				}
			}
		}
	}
}
