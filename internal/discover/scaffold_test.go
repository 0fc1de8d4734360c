package discover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// Every project that orkesctl makes is understood, whatever the language: a new folder of templates is tested here by itself.
func TestGeneratedProjects(t *testing.T) {
	languages, err := launch.Languages()
	require.NoError(t, err)
	require.NotEmpty(t, languages)
	for _, language := range languages {
		t.Run(language.Key(), func(t *testing.T) { generated(t, language) })
	}
}

func generated(t *testing.T, language *scaffold.Language) {
	t.Helper()
	inDomain, bare := scaffolded(t, language, "john"), scaffolded(t, language, "")
	mary := discover.NewEnvironment([]string{"CONDUCTOR_WORKER_DOMAIN=mary"}, "", nil)
	for _, tc := range []struct {
		root         string
		env          discover.Environment
		domain, from string
	}{
		{inDomain, discover.Environment{}, "john", "code"},
		{inDomain, mary, "mary", "env CONDUCTOR_WORKER_DOMAIN"},
		{bare, discover.Environment{}, "", ""},
		{bare, mary, "mary", "env CONDUCTOR_WORKER_DOMAIN"},
	} {
		found, err := discover.Project(t.Context(), tc.root, tc.env)
		require.NoError(t, err)
		require.Empty(t, found.Notices)
		require.Len(t, found.Workers, 2, "%+v", found.Workers)
		tasks := map[string]discover.Worker{}
		for _, w := range found.Workers {
			tasks[w.Task] = w
			require.Empty(t, w.TaskExpr+w.DomainExpr)
			require.Equal(t, tc.domain, w.Domain)
			require.Equal(t, tc.from, w.DomainFrom)
			if language.Name != "rust" { // whose projects do not let the SDK poll
				require.Equal(t, 4, w.Concurrency)
			}
			require.Equal(t, language.Name, w.Language)
			require.Equal(t, language.SDK.Name, w.SDK)
			requireNamed(t, tc.root, w)
			requireWritten(t, tc.root, w)
		}
		require.Contains(t, tasks, "get-inventory")
		require.Contains(t, tasks, "ship order")
	}
}

// requireNamed wants a worker's place to be a line, or in a file, that is the worker's own.
func requireNamed(t *testing.T, root string, w discover.Worker) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(w.Place.File)))
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	require.Positive(t, w.Place.Line)
	require.LessOrEqual(t, w.Place.Line, len(lines))
	where := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(w.Place.File + lines[w.Place.Line-1]))
	require.Contains(t, where, strings.NewReplacer("-", "", " ", "").Replace(w.Task))
}

// requireWritten wants the place of a domain to be where it is written, and none where it is written nowhere.
func requireWritten(t *testing.T, root string, w discover.Worker) {
	t.Helper()
	if w.DomainFrom != "code" {
		require.Zero(t, w.DomainPlace, w.DomainFrom)
		return
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(w.DomainPlace.File)))
	require.NoError(t, err, "%+v", w)
	require.Contains(t, strings.Split(string(text), "\n")[w.DomainPlace.Line-1], "john")
}

func scaffolded(t *testing.T, language *scaffold.Language, domain string) string {
	t.Helper()
	guide := scaffold.GuideTask()
	guide.Domain = domain
	spec := scaffold.Spec{Application: "stock-worker", Domain: domain, Tasks: []scaffold.Task{guide, {Name: "ship order", Domain: domain}}}
	plan, err := language.Make(spec)
	require.NoError(t, err)
	root := t.TempDir()
	for _, file := range plan.Files {
		path := filepath.Join(root, filepath.FromSlash(file.Path))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, file.Content, 0o600))
	}
	return root
}
