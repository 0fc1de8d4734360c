package definition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func TestPlaces(t *testing.T) {
	var tree map[string]any
	require.NoError(t, conductor.Decode([]byte(`{"tasks":[{"taskReferenceName":"a"},7,
		{"taskReferenceName":"s","type":"SWITCH","decisionCases":{"y":[{"taskReferenceName":"y"}],"x":[{"taskReferenceName":"x"}]},"defaultCase":[{"taskReferenceName":"d"}]},
		{"taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[{"taskReferenceName":"l","type":"DO_WHILE","loopOver":[
			{"taskReferenceName":"in"},{"taskReferenceName":"m","type":"DO_WHILE","loopOver":[{"taskReferenceName":"deep"}]}]}],"no list"]},
		{"taskReferenceName":"j","type":"JOIN"}]}`), &tree))
	var order []string
	loops, next, paths := map[string][]string{}, map[string]any{}, map[string][]any{}
	for _, at := range definition.Places(tree) {
		name := at.Text("taskReferenceName")
		order = append(order, name)
		loops[name], next[name], paths[name] = at.Loops, at.Next["taskReferenceName"], at.Path()
	}
	require.Equal(t, []string{"a", "s", "d", "x", "y", "f", "l", "in", "m", "deep", "j"}, order)
	require.Equal(t, []string{"l", "m"}, loops["deep"])
	require.Equal(t, []string{"l"}, loops["l"], "a loop is in itself")
	require.Empty(t, loops["j"])
	require.Nil(t, next["a"], "what follows it is no task")
	require.Equal(t, "j", next["f"])
	require.Nil(t, next["j"])
	require.Equal(t, []any{"tasks", 3, "forkTasks", 0, 0, "loopOver", 1, "loopOver", 0}, paths["deep"])
	require.Equal(t, []any{"tasks", 2, "decisionCases", "y", 0}, paths["y"], "no path is written over by a later one")
	require.Empty(t, definition.Places(map[string]any{"tasks": "none"}))
}

func TestExpressions(t *testing.T) {
	for text, want := range map[string][]string{
		"":                           nil,
		"plain":                      nil,
		"${a.b}":                     {"a.b"},
		"x ${ a.b } and ${c}":        {" a.b ", "c"},
		"$${a.b}":                    nil,
		"$${a.b} ${c.d}":             {"c.d"},
		"${}":                        {""},
		"${a${b}}":                   {"b"},
		"${a['x.y'].z}":              {"a['x.y'].z"},
		"not closed ${a.b":           nil,
		"${workflow.input.a}/${b.c}": {"workflow.input.a", "b.c"},
	} {
		require.Equal(t, want, definition.Expressions(text), text)
	}
}
