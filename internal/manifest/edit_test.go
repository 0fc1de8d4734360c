package manifest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/manifest"
)

const edited = `# the order
name: order      # its name

tasks:
  # checks it
  - name: validate
    taskReferenceName: validate   # first

  # forks
  - name: fork
    forkTasks:
      - - name: a
    joinOn: [a, b]     # both
  - name: ship
    inputParameters:
      text: |
        many

        # no comment
    # the end of tasks

# outputs
outputParameters:
  a: 1
---
name: other
tasks:
- {name: x}
words:
  - one   # 1
  - two
`

// editor reads the n-th document of a text.
func editor(t *testing.T, text string, n int) *manifest.Editor {
	t.Helper()
	documents, problems := manifest.Read("f.yaml", strings.NewReader(text), "")
	require.Empty(t, problems)
	return manifest.NewEditor(documents[n], []byte(text))
}

func TestEditorKeepsTheOtherLines(t *testing.T) {
	for name, tc := range map[string]struct {
		document int
		path     []any
		value    string
		set      bool
		old, new string // what is replaced in the text, and by what
	}{
		"first":            {0, []any{"tasks", 0}, `{"name":"new","x":{"z":1}}`, false, "  # checks it\n", "  - name: new\n    x:\n      z: 1\n  # checks it\n"},
		"above a comment":  {0, []any{"tasks", 1}, `{"name":"new"}`, false, "# first\n", "# first\n  - name: new\n"},
		"last":             {0, []any{"tasks", 3}, `{"name":"new"}`, false, "    # the end of tasks\n", "    # the end of tasks\n  - name: new\n"},
		"inside":           {0, []any{"tasks", 1, "forkTasks", 0, 1}, `{"name":"new"}`, false, "      - - name: a\n", "      - - name: a\n        - name: new\n"},
		"a list in a list": {0, []any{"tasks", 1, "forkTasks", 1}, `[{"name":"new"}]`, false, "      - - name: a\n", "      - - name: a\n      - - name: new\n"},
		"a word of []":     {0, []any{"tasks", 1, "joinOn", 0}, `"new"`, true, "[a, b]", "[new, b]"},
		"a word more":      {0, []any{"tasks", 1, "joinOn", 2}, `"new"`, false, "[a, b]", "[a, b, new]"},
		"a word of a list": {1, []any{"words", 0}, `"new"`, true, "- one ", "- new "},
		"a member more":    {0, []any{"tasks", 0, "optional"}, `true`, true, "# first\n", "# first\n    optional: true\n"},
		"in the second":    {1, []any{"tasks", 1}, `{"name":"new"}`, false, "- {name: x}\n", "- {name: x}\n- name: new\n"},
	} {
		t.Run(name, func(t *testing.T) {
			e := editor(t, edited, tc.document)
			change := e.Insert
			if tc.set {
				change = e.Set
			}
			require.NoError(t, change(tc.path, json.RawMessage(tc.value)))
			require.Equal(t, 1, strings.Count(edited, tc.old))
			require.Equal(t, strings.Replace(edited, tc.old, tc.new, 1), string(e.Bytes()))
		})
	}
}

func TestEditorWritesAnewWhereItMust(t *testing.T) {
	const text = "# top\nname: w   # its name\ntasks: [{name: a}]   # in brackets\n---\n# second\nname: v\ntasks: []\n"
	e := editor(t, text, 0)
	require.NoError(t, e.Insert([]any{"tasks", 1}, json.RawMessage(`{"name":"new"}`)))
	require.NoError(t, e.Insert([]any{"tasks", 0}, json.RawMessage(`{"name":"m"}`)), "twice")
	for _, comment := range []string{"# top", "# its name", "# in brackets", "# second"} {
		require.Contains(t, string(e.Bytes()), comment)
	}
	documents, problems := manifest.Read("f", strings.NewReader(string(e.Bytes())), "")
	require.Empty(t, problems)
	require.JSONEq(t, `{"name":"w","tasks":[{"name":"m"},{"name":"a"},{"name":"new"}]}`, string(documents[0].JSON))
	require.JSONEq(t, `{"name":"v","tasks":[]}`, string(documents[1].JSON))

	e = editor(t, text, 1)
	require.NoError(t, e.Insert([]any{"tasks", 0}, json.RawMessage(`{"name":"new"}`)))
	require.NoError(t, e.Set([]any{"tasks"}, json.RawMessage(`[{"name":"o"}]`)))
	require.Contains(t, string(e.Bytes()), "name: v\ntasks:\n  - name: o\n")
}

func TestEditorInAList(t *testing.T) {
	e := editor(t, "- name: a\n  tasks:\n  - name: x\n- name: b\n  tasks:\n  - name: y # why\n", 1)
	require.NoError(t, e.Insert([]any{"tasks", 0}, json.RawMessage(`{"name":"new"}`)))
	require.Equal(t, "- name: a\n  tasks:\n  - name: x\n- name: b\n  tasks:\n  - name: new\n  - name: y # why\n", string(e.Bytes()))
}

func TestEditorWithoutALineBreakAtTheEnd(t *testing.T) {
	e := editor(t, "name: a\ntasks:\n  - name: x", 0)
	require.NoError(t, e.Insert([]any{"tasks", 1}, json.RawMessage(`{"name":"new"}`)))
	require.Equal(t, "name: a\ntasks:\n  - name: x\n  - name: new\n", string(e.Bytes()))
}

func TestEditorRefusesWhatIsNotThere(t *testing.T) {
	for _, path := range [][]any{{}, {"tasks", 9}, {"tasks", -1}, {"gone", 0}, {"name", 0}, {"tasks", "x"}, {1.5}} {
		e := editor(t, edited, 0)
		require.Error(t, e.Insert(path, json.RawMessage(`1`)), "%v", path)
		require.Equal(t, edited, string(e.Bytes()))
	}
	e := editor(t, edited, 0)
	require.Error(t, e.Set([]any{"tasks"}, json.RawMessage(`{`)))
	shared := editor(t, "name: a\nx: &l [1]\ntasks: *l\n", 0)
	require.Error(t, shared.Insert([]any{"tasks", 0}, json.RawMessage(`1`)), "a list that is written elsewhere")
}

func FuzzEditor(f *testing.F) {
	f.Add(edited, 1)
	f.Add("name: a\ntasks:\n- {x: [1]}\n- |\n  text\n", 2)
	f.Add("name: a\ntasks: [a, 'b', \"c\"]\n", 3)
	f.Add("name: a\ntasks:\n  - a\n  # c\n  -\n    - b\n", 1)
	f.Fuzz(func(t *testing.T, text string, index int) {
		documents, problems := manifest.Read("f", strings.NewReader(text), "")
		if len(problems) > 0 || len(documents) == 0 || !strings.Contains(text, "tasks") {
			return
		}
		before, ok := documents[0].Tree["tasks"].([]any)
		if !ok {
			return
		}
		e := manifest.NewEditor(documents[0], []byte(text))
		if e.Insert([]any{"tasks", index}, json.RawMessage(`{"name":"new"}`)) != nil {
			return
		}
		after, problems := manifest.Read("f", strings.NewReader(string(e.Bytes())), "")
		require.Empty(t, problems, string(e.Bytes()))
		require.Len(t, after, len(documents))
		tasks := after[0].Tree["tasks"].([]any)
		require.Len(t, tasks, len(before)+1)
		require.Equal(t, map[string]any{"name": "new"}, tasks[index])
	})
}
