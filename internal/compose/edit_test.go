package compose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/compose"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func cut(text, at string) (before, after string, found bool) { return strings.Cut(text, at) }

func TestApplyKeepsEveryOtherByte(t *testing.T) {
	const text = ` { "a" : [ 1.50 , {"b":"<\u00e9>"} ],  "c":{} , "d":[] } `
	for name, tc := range map[string]struct {
		edit compose.Edit
		want string
	}{
		"first in a list": {compose.Edit{Path: []any{"a", 0}, Value: json.RawMessage("9"), Insert: true}, ` { "a" : [ 9, 1.50 , {"b":"<\u00e9>"} ],  "c":{} , "d":[] } `},
		"in the middle":   {compose.Edit{Path: []any{"a", 1}, Value: json.RawMessage("9"), Insert: true}, ` { "a" : [ 1.50 , 9, {"b":"<\u00e9>"} ],  "c":{} , "d":[] } `},
		"at the end":      {compose.Edit{Path: []any{"a", 2}, Value: json.RawMessage("9"), Insert: true}, ` { "a" : [ 1.50 , {"b":"<\u00e9>"}, 9 ],  "c":{} , "d":[] } `},
		"in an empty one": {compose.Edit{Path: []any{"d", 0}, Value: json.RawMessage("9"), Insert: true}, ` { "a" : [ 1.50 , {"b":"<\u00e9>"} ],  "c":{} , "d":[9] } `},
		"another item":    {compose.Edit{Path: []any{"a", 0}, Value: json.RawMessage("9")}, ` { "a" : [ 9 , {"b":"<\u00e9>"} ],  "c":{} , "d":[] } `},
		"another value":   {compose.Edit{Path: []any{"a", 1, "b"}, Value: json.RawMessage("9")}, ` { "a" : [ 1.50 , {"b":9} ],  "c":{} , "d":[] } `},
		"a member more":   {compose.Edit{Path: []any{"a", 1, "n\"w"}, Value: json.RawMessage("9")}, ` { "a" : [ 1.50 , {"b":"<\u00e9>","n\"w":9} ],  "c":{} , "d":[] } `},
		"the first one":   {compose.Edit{Path: []any{"c", "x"}, Value: json.RawMessage("9")}, ` { "a" : [ 1.50 , {"b":"<\u00e9>"} ],  "c":{"x":9} , "d":[] } `},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := compose.Apply(json.RawMessage(text), []compose.Edit{tc.edit})
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestApplyRefusesWhatIsNotThere(t *testing.T) {
	for _, edit := range []compose.Edit{
		{},
		{Path: []any{"a", 3}, Insert: true},
		{Path: []any{"a", -1}, Insert: true},
		{Path: []any{"a", 2}},
		{Path: []any{"a", "x"}},
		{Path: []any{0}, Insert: true},
		{Path: []any{"gone", "x"}},
		{Path: []any{"a", 7, "x"}},
		{Path: []any{1.5}},
	} {
		edit.Value = json.RawMessage("1")
		_, err := compose.Apply(json.RawMessage(`{"a":[1,2]}`), []compose.Edit{edit})
		require.Error(t, err, "%v", edit.Path)
	}
	_, err := compose.Apply(json.RawMessage(`{"a":`), []compose.Edit{{Path: []any{"a"}, Value: json.RawMessage("1")}})
	require.Error(t, err)
}

func FuzzApply(f *testing.F) {
	f.Add(`{"tasks":[{"a":1}]}`, "tasks", 0)
	f.Add(` {"tasks" : [ ] }`, "tasks", 0)
	f.Add(`{"tasks":[[],{},"]"],"x":"\""}`, "tasks", 3)
	f.Add(`{"a":1,"a":[2]}`, "a", 1)
	f.Fuzz(func(t *testing.T, text, name string, index int) {
		var before map[string]any
		if conductor.Decode([]byte(text), &before) != nil || before == nil {
			return
		}
		got, err := compose.Apply(json.RawMessage(text), []compose.Edit{{Path: []any{name, index}, Value: json.RawMessage(`"new"`), Insert: true}})
		if err != nil {
			return
		}
		var after map[string]any
		require.NoError(t, conductor.Decode(got, &after), string(got))
		require.Len(t, after, len(before))
		require.Equal(t, "new", after[name].([]any)[index])
		require.Len(t, after[name].([]any), len(before[name].([]any))+1)
	})
}

func TestApplyLaysOutAsTheFileDoes(t *testing.T) {
	const text = "{\n  \"tasks\": [\n    {\"a\": 1}\n  ]\n}\n"
	value := json.RawMessage(`{"b":[2]}`)
	for index, want := range map[int]string{
		0: "{\n  \"tasks\": [\n    {\n      \"b\": [\n        2\n      ]\n    },\n    {\"a\": 1}\n  ]\n}\n",
		1: "{\n  \"tasks\": [\n    {\"a\": 1},\n    {\n      \"b\": [\n        2\n      ]\n    }\n  ]\n}\n",
	} {
		got, err := compose.Apply(json.RawMessage(text), []compose.Edit{{Path: []any{"tasks", index}, Value: value, Insert: true}})
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}
