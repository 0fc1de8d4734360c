package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/manifest"
)

// Whatever a file holds: there are definitions or problems, each problem has a place, and each definition is JSON that its tree
// agrees with.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "name: a\n", "- name: a\n  retryCount: 1\n- name: b\n", "kind: TaskDef\nname: a\n---\nkind: Other\n", `{"name":"a","tasks":[]}`,
		"a: &x {b: *x}\n", "<<: {name: a}\nretryCount: 0x1f\n", "name: a\nname: b\n", "name:\t- x", "? [a]\n: b\n", "name: .inf\n", "\xff\x00",
		// What once took long: very many problems, very long words, very deep values.
		"name: a\nretryCount: 1\n" + strings.Repeat("retryCoun: 1\n", 5), "name: a\nretryCount: 1\n" + strings.Repeat("long", 100) + ": 1\n",
		"name: a\ntasks: " + strings.Repeat("[{loopOver: ", 50) + strings.Repeat("}]", 50),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		documents, problems := manifest.Read("f.yaml", strings.NewReader(text), "")
		require.NotZero(t, len(documents)+len(problems), "a file that says nothing is a problem too")
		for _, problem := range append(problems, manifest.CheckAll(documents)...) {
			require.True(t, strings.HasPrefix(problem.String(), "f.yaml:"))
			require.NotEmpty(t, problem.Message)
			require.GreaterOrEqual(t, problem.Line, 0)
		}
		for _, document := range documents {
			require.True(t, json.Valid(document.JSON), "%s", document.JSON)
			require.NotContains(t, document.Tree, "kind")
			require.NotEmpty(t, document.Kind)
		}
	})
}
