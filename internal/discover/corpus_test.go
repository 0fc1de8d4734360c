package discover_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/project"
)

// The corpus is sources with what is to be found in them, said in comments on the lines where it is:
//
//	expect: TASK [domain=DOMAIN] [from=SOURCE] [slots=N] [poll=TIME]     a worker; ?EXPR for what cannot be resolved, from=code left out
//	notice: KIND [SUBJECT]                                               a notice, on a line without a worker
//	env: NAME=VALUE                                                      a variable that the workers see
//
// Several on one line are parted by " ; ". A case is a file, or a folder with several.
var (
	expectation = regexp.MustCompile(`\b(expect|notice): (.*?)(?: ?\*/| ?-->)?$`)
	variable    = regexp.MustCompile(`\benv: (\S+=.*?)(?: \*/)?$`)
)

func TestCorpus(t *testing.T) {
	cases, err := filepath.Glob("testdata/corpus/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	files := 0
	for _, path := range cases {
		t.Run(strings.TrimPrefix(filepath.ToSlash(path), "testdata/corpus/"), func(t *testing.T) {
			root := caseRoot(t, path)
			want, env := expected(t, root, &files)
			found, err := discover.Project(t.Context(), root, env)
			require.NoError(t, err)
			require.Equal(t, want, describe(found))
		})
	}
	require.GreaterOrEqual(t, files, 60, "source files in the corpus")
}

// caseRoot is a folder that holds just the case.
func caseRoot(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	root := t.TempDir()
	if info.IsDir() {
		require.NoError(t, os.CopyFS(root, os.DirFS(path)))
		return root
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, filepath.Base(path)), text, 0o600))
	return root
}

// expected reads what the files of a case say is to be found, each as FILE:LINE and a description.
func expected(t *testing.T, root string, files *int) ([]string, discover.Environment) {
	t.Helper()
	var want, shell []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		*files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		for i, line := range strings.Split(string(text), "\n") {
			line = strings.TrimRight(line, "\r")
			if found := variable.FindStringSubmatch(line); found != nil {
				shell = append(shell, found[1])
			}
			if found := expectation.FindStringSubmatch(line); found != nil {
				for one := range strings.SplitSeq(found[2], " ; ") {
					want = append(want, fmt.Sprintf("%s:%d %s: %s", filepath.ToSlash(relative), i+1, found[1], one))
				}
			}
		}
		return err
	}))
	slices.Sort(want)
	return want, discover.NewEnvironment(shell, ".env", nil)
}

func describe(found discover.Findings) []string {
	var all []string
	for _, w := range found.Workers {
		all = append(all, fmt.Sprintf("%s expect: %s", w.Place, describeWorker(w)))
	}
	for _, n := range found.Notices {
		line := fmt.Sprintf("%s notice: %s", n.Place, n.Kind)
		if n.Subject != "" && n.Subject != n.Place.File {
			line += " " + n.Subject
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

func describeWorker(w discover.Worker) string {
	text := w.Task
	if w.TaskExpr != "" {
		text = "?" + w.TaskExpr
	}
	if w.Domain != "" {
		text += " domain=" + w.Domain
	}
	if w.DomainExpr != "" {
		text += " domain=?" + w.DomainExpr
	}
	if w.DomainFrom != "" && w.DomainFrom != "code" {
		text += " from=" + w.DomainFrom
	}
	if w.Concurrency != 0 {
		text += fmt.Sprintf(" slots=%d", w.Concurrency)
	}
	if w.PollInterval != 0 {
		text += fmt.Sprintf(" poll=%s", w.PollInterval)
	}
	return text
}

func TestEnvironment(t *testing.T) {
	env := discover.NewEnvironment([]string{"A=shell", "B=b=c", "", "=x", "C"}, "sub/.env", []project.Variable{{Name: "A", Value: "file", Line: 3}})
	value, found := env.Lookup("A")
	require.True(t, found)
	require.Equal(t, "file", value, "the file wins")
	require.Equal(t, []discover.Variable{{"A", "file", discover.Place{"sub/.env", 3}}, {Name: "B", Value: "b=c"}}, env.All())
	_, found = discover.Environment{}.Lookup("A")
	require.False(t, found)
}
