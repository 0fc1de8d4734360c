package project_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
)

// tree writes files under a new folder that is a repository of git, and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o700))
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func TestIgnored(t *testing.T) {
	for name, tc := range map[string]struct {
		above, beside string
		want          bool
	}{
		"nothing says so":             {"", "", false},
		"beside":                      {"", "a\n.env\n", true},
		"beside, CRLF":                {"", ".env\r\n", true},
		"beside, with a slash":        {"", "/.env\n", true},
		"a pattern":                   {"", ".env*\n", true},
		"any depth":                   {"**/.env\n", "", true},
		"above":                       {".env\n", "", true},
		"above, with a slash":         {"/.env\n", "", false},
		"another name":                {".envrc\n", "env\n", false},
		"a comment":                   {"#.env\n", "# .env\n", false},
		"a folder of that name":       {".env/\n", "", false},
		"taken back":                  {"", ".env\n!.env\n", false},
		"taken back and forth":        {"", "!.env\n.env\n", true},
		"taken back beside":           {".env\n", "!.env\n", false},
		"taken back above, set below": {"!.env\n", ".env\n", true},
		"a pattern that is none":      {"", "[\n.env\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, map[string]string{".gitignore": tc.above, "sub/.gitignore": tc.beside})
			require.Equal(t, tc.want, project.Ignored(filepath.Join(root, "sub", ".env")))
		})
	}
}

func TestIgnores(t *testing.T) {
	root := tree(t, map[string]string{
		".gitignore":     "*.log\n!keep.log\nbuild/\n/out\ndocs/*.html\na/**/z\nall/**\n**/deep/x\n\\#odd\n[\nspace.txt   \n",
		"sub/.gitignore": "*.txt\n!*.log\n/own\n",
	})
	ignores := project.NewIgnores(root)
	for path, want := range map[string]bool{
		"a.log": true, "sub/deeper/a.log": false, "x/a.log": true, "keep.log": false, "x/keep.log": false,
		"build/": true, "build": false, "x/build/": true, "out": true, "out/": true, "x/out": false,
		"docs/a.html": true, "docs/x/a.html": false, "x/docs/a.html": false,
		"a/z": true, "a/b/z": true, "a/b/c/z": true, "a/b/zz": false, "z": false,
		"all/x": true, "all/x/y": true, "all/": false, "deep/x": true, "p/q/deep/x": true, "deep/y": false,
		"#odd": true, "space.txt": true, "a.txt": false, "sub/a.txt": true, "sub/x/a.txt": true, "sub/own": true, "sub/x/own": false, "own": false,
	} {
		name, folder := strings.CutSuffix(path, "/")
		require.Equal(t, want, ignores.Ignored(filepath.Join(root, filepath.FromSlash(name)), folder), path)
	}
	hostile := strings.Repeat("**/a/", 40) + "b"
	slow := tree(t, map[string]string{".gitignore": hostile + "\n"})
	require.False(t, project.NewIgnores(slow).Ignored(filepath.Join(slow, filepath.FromSlash(strings.Repeat("a/", 80)+"c")), false), "in no time")
	require.True(t, project.Ignored(filepath.Join(root, "build", "keep.log")), "what is in a folder that is left out")
	require.False(t, project.Ignored(filepath.Join(root, "builds", "keep.log")))
}

// What git itself says of the same files and lines.
func TestIgnoresAsGitDoes(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git on this machine")
	}
	patterns := []string{"a", "/a", "a/", "/a/", "a/b", "/a/b", "**/a", "a/**", "a/**/b", "*", "*.x", "!a", "!b", "!*.x", "?", "[ab]", "a*", "**", "b/*", "!/a/b", "\\a", "#a", "c/a"}
	random := rand.New(rand.NewPCG(7, 7))
	pick := func() (lines string) {
		for range random.IntN(4) {
			lines += patterns[random.IntN(len(patterns))] + "\n"
		}
		return lines
	}
	for range 60 {
		files := map[string]string{".gitignore": pick(), "a/.gitignore": pick(), "a/b/.gitignore": pick()}
		names := []string{"b", "c/a", "c/b/a", "a/a", "a/b/a", "a/b/b", "a/b/c.x", "c.x", "b.x", "ab"}
		for _, name := range names {
			if name != "b" {
				files[name] = ""
			}
		}
		root := tree(t, files)
		require.NoError(t, os.Remove(filepath.Join(root, ".git")))
		require.NoError(t, exec.Command(git, "-C", root, "init", "-q").Run())
		said, err := exec.Command(git, append([]string{"-C", root, "check-ignore", "--no-index"}, names...)...).Output()
		var exit *exec.ExitError
		require.True(t, err == nil || errors.As(err, &exit) && exit.ExitCode() == 1, "%v", err)
		var ignored []string
		for _, name := range names {
			if project.Ignored(filepath.Join(root, filepath.FromSlash(name))) {
				ignored = append(ignored, name)
			}
		}
		require.Equal(t, strings.Fields(string(said)), append([]string{}, ignored...), "%q", files)
	}
}

func TestIgnoredEndsAtTheRepository(t *testing.T) {
	root := tree(t, map[string]string{".gitignore": ".env\n", "inner/.git": "gitdir: elsewhere\n"})
	require.False(t, project.Ignored(filepath.Join(root, "inner", ".env")))
	require.True(t, project.Ignored(filepath.Join(root, "other", ".env")))
}

func TestIgnoreAddsOneLine(t *testing.T) {
	for old, want := range map[string]string{
		"":           ".env\n",
		"bin\n":      "bin\n.env\n",
		"# last":     "# last\n.env\n",
		"!.env\n\n":  "!.env\n\n.env\n",
		"a\r\nb\r\n": "a\r\nb\r\n.env\n",
	} {
		root := tree(t, map[string]string{".gitignore": old})
		path := filepath.Join(root, ".env")
		require.False(t, project.Ignored(path))
		require.NoError(t, project.Ignore(path))
		data, err := os.ReadFile(filepath.Join(root, ".gitignore"))
		require.NoError(t, err)
		require.Equal(t, want, string(data))
		require.True(t, project.Ignored(path))
	}
	require.NoError(t, project.Ignore(filepath.Join(tree(t, nil), ".env")))
	root := tree(t, map[string]string{".gitignore/a": ""})
	require.ErrorContains(t, project.Ignore(filepath.Join(root, ".env")), ".gitignore")
	require.Error(t, project.Ignore(filepath.Join(root, "missing", ".env")))
}

func TestIgnoresFoldersAndPaths(t *testing.T) {
	root := tree(t, map[string]string{
		".gitignore":     "# made\n/gen/\nlogs/\n!keep/logs\ndoc/*.md\na/**/z\n**/deep/\n\n/\n",
		"sub/.gitignore": "!logs/\n",
	})
	ignores := project.NewIgnores(root)
	for path, want := range map[string]bool{
		"gen/": true, "gen": false, "sub/gen/": false, "logs/": true, "x/logs/": true, "x/logs": false, "keep/logs/": false, "sub/logs/": false,
		"doc/a.md": true, "sub/doc/a.md": false, "a/z": true, "a/b/z": true, "a/b/c/z": true, "b/a/z": false, "x/deep/": true, "deep/": true, "other": false,
	} {
		name, folder := strings.CutSuffix(path, "/")
		require.Equal(t, want, ignores.Ignored(filepath.Join(root, filepath.FromSlash(name)), folder), path)
	}
}
