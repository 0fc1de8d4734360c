package launch_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// deadline bounds every wait of these tests.
const deadline = 20 * time.Second

func languages() []*scaffold.Language {
	steps := []scaffold.Steps{
		{When: scaffold.When{"build": "one"}, Install: scaffold.Commands{{"one", "install"}}, Run: scaffold.Commands{{"./bin/{{.Module}}"}}},
		{When: scaffold.When{"build": "two"}, Install: scaffold.Commands{{"{{.Option.build}}", "install"}}, Run: scaffold.Commands{{"two", "{{.Package}}"}}},
	}
	rules := []scaffold.Rule{{Target: "one.xml", When: scaffold.When{"build": "one"}}, {Target: "two.xml", When: scaffold.When{"build": "two"}}}
	return []*scaffold.Language{
		{
			Name: "alpha", Sources: []string{".al", "alpha.toml", "shared.lock"}, Steps: steps, Files: rules,
			Options: []scaffold.Option{{Name: "build", Choices: []string{"one", "two"}}},
		},
		{Name: "beta", Sources: []string{".be", "shared.lock"}, Steps: []scaffold.Steps{{Run: scaffold.Commands{{"beta", "{{.First}}"}}}}},
	}
}

// folder is my-worker with the given empty files.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "My-Worker")
	require.NoError(t, os.Mkdir(dir, 0o700))
	for _, name := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	return dir
}

func TestFindRecognises(t *testing.T) {
	for name, tc := range map[string]struct {
		files    []string
		language string
		run      scaffold.Commands
	}{
		"its file":              {[]string{"alpha.toml"}, "alpha", scaffold.Commands{{"./bin/my-worker"}}},
		"the more files":        {[]string{"alpha.toml", "shared.lock"}, "alpha", scaffold.Commands{{"./bin/my-worker"}}},
		"the choice, by a file": {[]string{"alpha.toml", "two.xml"}, "alpha", scaffold.Commands{{"two", "my_worker"}}},
		"nothing":               {[]string{"x.al"}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			unit, err := launch.Find(languages(), nil, folder(t, tc.files...))
			require.NoError(t, err)
			if tc.language == "" {
				require.Nil(t, unit)
				return
			}
			require.True(t, unit.Recognised)
			require.Equal(t, tc.language, unit.Language.Name)
			require.Equal(t, tc.run, unit.Project.Worker.Run)
		})
	}
}

func TestFindByTheProjectFile(t *testing.T) {
	dir := folder(t, "alpha.toml")
	require.NoError(t, os.WriteFile(filepath.Join(dir, project.FileName), []byte("worker:\n  run: [mine]\nscaffold: {language: beta}\n"), 0o600))
	unit, err := launch.Find(languages(), nil, dir)
	require.NoError(t, err)
	require.False(t, unit.Recognised)
	require.Equal(t, "beta", unit.Language.Name)
	require.Equal(t, scaffold.Commands{{"mine"}}, unit.Project.Worker.Run)
	require.Empty(t, unit.Project.Worker.Install, "what the project says is all there is")
}

func TestACommandThatNeedsAProjectFile(t *testing.T) {
	list := languages()
	_, err := launch.Find(list[1:], nil, folder(t, "shared.lock"))
	require.ErrorContains(t, err, `the command "{{.First}}" needs an orkesctl.yaml`)
}

func TestTheRealLanguages(t *testing.T) {
	list, err := launch.Languages()
	require.NoError(t, err)
	for want, files := range map[string][]string{
		"go":         {"go.mod", "go.sum"},
		"javascript": {"package.json", "package-lock.json"},
		"typescript": {"package.json", "package-lock.json", "tsconfig.json"},
	} {
		unit, err := launch.Find(list, nil, folder(t, files...))
		require.NoError(t, err)
		require.Equal(t, want, unit.Language.Name)
	}
}

// A command may name a choice: it is the one that the project's files show.
func TestACommandThatNamesAChoice(t *testing.T) {
	unit, err := launch.Find(languages(), nil, folder(t, "alpha.toml", "two.xml"))
	require.NoError(t, err)
	require.Equal(t, scaffold.Commands{{"two", "install"}}, unit.Project.Worker.Install)
}

func TestCheck(t *testing.T) {
	dir := folder(t, "ready/x")
	unit := func(tool scaffold.Toolchain, ready string) *launch.Unit {
		return &launch.Unit{Project: &project.Project{Root: dir}, Language: &scaffold.Language{Toolchain: tool, Ready: ready}}
	}
	for name, tc := range map[string]struct {
		unit *launch.Unit
		want []launch.Problem
	}{
		"language not known": {&launch.Unit{Project: &project.Project{Root: dir}}, nil},
		"well":               {unit(scaffold.Toolchain{Program: "go", Args: []string{"version"}, Minimum: "1.9"}, "ready"), nil},
		"missing":            {unit(scaffold.Toolchain{Program: "no-such-tool", Hint: "Install it"}, ""), []launch.Problem{{What: "no-such-tool is not installed", Fix: "Install it"}}},
		"not installed":      {unit(scaffold.Toolchain{}, "deps"), []launch.Problem{{What: "the dependencies are not installed (no deps)", Fix: "orkesctl worker install"}}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.unit.Check(t.Context(), true))
		})
	}
	if _, err := exec.LookPath("echo"); err == nil {
		old := unit(scaffold.Toolchain{Program: "echo", Args: []string{"tool v1.2.9"}, Minimum: "1.10", Hint: "Install 1.10"}, "")
		require.Equal(t, []launch.Problem{{What: "echo is version 1.2.9; at least 1.10 is needed", Fix: "Install 1.10"}}, old.Check(t.Context(), false))
	}
}

// A toolchain that takes its time to say its version does not hold up the start.
func TestCheckWaitsForNoToolchain(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh on this machine")
	}
	tool := scaffold.Toolchain{Program: shell, Args: []string{"-c", "echo 1.0; sleep 300"}, Minimum: "2"}
	unit := &launch.Unit{Project: &project.Project{Root: t.TempDir()}, Language: &scaffold.Language{Toolchain: tool}}
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	require.Empty(t, unit.Check(ctx, false))
	require.NoError(t, ctx.Err())
}

func TestExplain(t *testing.T) {
	unit := &launch.Unit{}
	require.Empty(t, unit.Explain("x", os.ErrPermission))
	require.Equal(t, "Install x, then try again.", unit.Explain("x", fmt.Errorf("start: %w", exec.ErrNotFound)))
	unit.Language = &scaffold.Language{Toolchain: scaffold.Toolchain{Hint: "Install X 7"}}
	require.Equal(t, "Install X 7, then try again.", unit.Explain("x", exec.ErrNotFound))
}

func TestWatch(t *testing.T) {
	dir := folder(t, "a.al", "node_modules/b.al", "note.txt", ".git", "made/c.al", "made.al")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("/made/\nmade.*\n"), 0o600))
	unit := &launch.Unit{Project: &project.Project{Root: dir}, Language: languages()[0]}
	watch := func(change string) bool {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		changed := make(chan bool, 1)
		go func() { changed <- unit.Watch(ctx, 2*time.Millisecond) }()
		tick := time.NewTicker(20 * time.Millisecond) // writes until the watcher, whenever it began, has seen one
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case did := <-changed:
				return did
			case <-tick.C:
				if n > 10 && change != "a.al" && change != "new.al" {
					cancel()
					continue
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, change), make([]byte, n), 0o600))
			}
		}
	}
	require.True(t, watch("a.al"))
	require.True(t, watch("new.al"))
	require.False(t, watch("node_modules/b.al"), "what package managers fill")
	require.False(t, watch("note.txt"), "not a source")
	require.False(t, watch("made/c.al"), "a folder that git leaves out")
	require.False(t, watch("made.al"), "a file that git leaves out")
}

func TestToolchainSaysItsVersion(t *testing.T) {
	u := &launch.Unit{Project: &project.Project{Root: folder(t)}, Language: &scaffold.Language{
		Toolchain: scaffold.Toolchain{Program: "go", Args: []string{"version"}, Minimum: "1.9"},
	}}
	found, problem := u.Toolchain(t.Context(), deadline)
	require.Nil(t, problem)
	require.Regexp(t, `^1\.\d+`, found)
	u.Language.Toolchain.Minimum = "99"
	_, problem = u.Toolchain(t.Context(), deadline)
	require.Contains(t, problem.What, "at least 99 is needed")
	require.Nil(t, (&launch.Unit{}).Dependencies(), "of a language that is not known nothing is said")
}
