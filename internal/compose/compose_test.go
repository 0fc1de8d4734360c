package compose_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/compose"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const order = `{"name":"order", "x-unknown": 1.50, "inputParameters":["id"], "tasks":[
 {"name":"validate","taskReferenceName":"validate"},
 {"name":"decide","taskReferenceName":"decide","type":"SWITCH","decisionCases":{"big":[{"name":"audit","taskReferenceName":"audit"}]}},
 {"name":"fork","taskReferenceName":"fork","type":"FORK_JOIN","forkTasks":[[{"name":"a","taskReferenceName":"a"}],[{"name":"b","taskReferenceName":"b"}]]},
 {"name":"join","taskReferenceName":"join","type":"JOIN","joinOn":["a","b"]},
 {"name":"loop","taskReferenceName":"loop","type":"DO_WHILE","loopOver":[{"name":"c","taskReferenceName":"c"}]},
 {"name":"ship","taskReferenceName":"ship"}
], "version": 3}`

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var tree map[string]any
	require.NoError(t, conductor.Decode([]byte(text), &tree))
	return tree
}

// add adds to a definition and returns the plan and what the definition becomes.
func add(t *testing.T, text string, addition compose.Addition) (compose.Plan, map[string]any) {
	t.Helper()
	plan, err := compose.Add(decode(t, text), addition)
	require.NoError(t, err)
	changed, err := compose.Apply(json.RawMessage(text), plan.Edits)
	require.NoError(t, err)
	return plan, decode(t, string(changed))
}

func TestPlaces(t *testing.T) {
	for name, tc := range map[string]struct {
		place compose.Place
		path  []any
	}{
		"the end":          {compose.Place{}, []any{"tasks", 6}},
		"the beginning":    {compose.Place{First: true}, []any{"tasks", 0}},
		"after":            {compose.Place{After: "validate"}, []any{"tasks", 1}},
		"before":           {compose.Place{Before: "ship"}, []any{"tasks", 5}},
		"after, inside":    {compose.Place{After: "audit"}, []any{"tasks", 1, "decisionCases", "big", 1}},
		"before, inside":   {compose.Place{Before: "b"}, []any{"tasks", 2, "forkTasks", 1, 0}},
		"in a case":        {compose.Place{In: "decide:big"}, []any{"tasks", 1, "decisionCases", "big", 1}},
		"first in a case":  {compose.Place{In: "decide:big", First: true}, []any{"tasks", 1, "decisionCases", "big", 0}},
		"in a new case":    {compose.Place{In: "decide:small"}, []any{"tasks", 1, "decisionCases", "small", 0}},
		"in the default":   {compose.Place{In: "decide:default"}, []any{"tasks", 1, "defaultCase", 0}},
		"in a branch":      {compose.Place{In: "fork:0"}, []any{"tasks", 2, "forkTasks", 0, 1}},
		"in a new branch":  {compose.Place{In: "fork:2"}, []any{"tasks", 2, "forkTasks", 2, 0}},
		"in a loop":        {compose.Place{In: "loop"}, []any{"tasks", 4, "loopOver", 1}},
		"in a loop, after": {compose.Place{In: "loop", After: "c"}, []any{"tasks", 4, "loopOver", 1}},
	} {
		t.Run(name, func(t *testing.T) {
			plan, after := add(t, order, compose.Addition{Name: "new", Place: tc.place})
			require.Equal(t, tc.path, plan.Path)
			require.Equal(t, "new", at(after, plan.Path).(map[string]any)["taskReferenceName"])
			require.Len(t, compose.References(after), len(compose.References(decode(t, order)))+1)
		})
	}
}

func at(value any, path []any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			value = value.(map[string]any)[s]
		case int:
			value = value.([]any)[s]
		}
	}
	return value
}

func TestWrongPlaces(t *testing.T) {
	for message, place := range map[string]compose.Place{
		`no task has the reference "nope"`:                   {After: "nope"},
		`no task has the reference "audit" in loop`:          {In: "loop", After: "audit"},
		`no task has the reference "gone"`:                   {In: "gone:x"},
		"say which case of decide":                           {In: "decide"},
		"--in fork:0 to --in fork:2":                         {In: "fork:3"},
		"say which branch of fork":                           {In: "fork"},
		"validate is a SIMPLE task and holds no others":      {In: "validate:x"},
		"nothing may stand between the fork fork and its jo": {After: "fork"},
		"use --after join, or --in fork:BRANCH":              {Before: "join"},
	} {
		_, err := compose.Add(decode(t, order), compose.Addition{Name: "new", Place: place})
		var wrong *compose.PlaceError
		require.ErrorAs(t, err, &wrong, message)
		require.ErrorContains(t, err, message)
	}
}

func TestJoinsWaitForTheLastTaskOfEachBranch(t *testing.T) {
	for name, tc := range map[string]struct {
		place compose.Place
		on    []any
	}{
		"at a branch's end":   {compose.Place{In: "fork:0"}, []any{"new", "b"}},
		"behind the last":     {compose.Place{After: "b"}, []any{"a", "new"}},
		"at its beginning":    {compose.Place{In: "fork:0", First: true}, []any{"a", "b"}},
		"in a new branch":     {compose.Place{In: "fork:2"}, []any{"a", "b", "new"}},
		"somewhere else":      {compose.Place{}, []any{"a", "b"}},
		"inside another task": {compose.Place{In: "decide:big"}, []any{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, after := add(t, order, compose.Addition{Name: "new", Place: tc.place})
			for _, task := range after["tasks"].([]any) {
				if task := task.(map[string]any); task["type"] == "JOIN" {
					require.Equal(t, tc.on, task["joinOn"])
				}
			}
		})
	}
}

func TestReferences(t *testing.T) {
	plan, _ := add(t, order, compose.Addition{Name: "audit"})
	require.Equal(t, "audit_2", plan.Ref, "taken at any depth")
	plan, _ = add(t, order, compose.Addition{Name: "audit", Ref: "second"})
	require.Equal(t, "second", plan.Ref)
	_, err := compose.Add(decode(t, order), compose.Addition{Name: "new", Ref: "c"})
	require.ErrorContains(t, err, `"c" is taken`)
}

func TestInputsAreWired(t *testing.T) {
	outputs := map[string][]string{"validate": {"customer", "id"}, "audit": {"risk"}, "a": {"weight"}, "new": {"later"}}
	plan, after := add(t, order, compose.Addition{
		Name: "new", Place: compose.Place{After: "a"}, Outputs: outputs, InputKeys: []string{"id", "customer", "risk", "weight", "given", "later"},
		Inputs: map[string]any{"given": "x", "own": json.Number("1")},
	})
	require.Equal(t, map[string]any{
		"id":       "${workflow.input.id}", // declared by the workflow, so it wins
		"customer": "${validate.output.customer}",
		"risk":     "${workflow.input.risk}", // the case may not have run
		"weight":   "${a.output.weight}",
		"later":    "${workflow.input.later}",
		"given":    "x", "own": json.Number("1"),
	}, at(after, plan.Path).(map[string]any)["inputParameters"])
	require.Equal(t, map[string]string{
		"id": "from the task's inputKeys", "risk": "from the task's inputKeys", "later": "from the task's inputKeys",
		"customer": "from the outputKeys of validate", "weight": "from the outputKeys of a",
	}, plan.Origin)
}

func TestWhatATaskHolds(t *testing.T) {
	plan, _ := add(t, order, compose.Addition{
		Name: "child", Ref: "r", Type: "SUB_WORKFLOW", Optional: true, CacheKey: "${id}", CacheSeconds: 300, Inputs: map[string]any{"q": "<&>"},
	})
	require.Equal(t, `{"name":"child","taskReferenceName":"r","type":"SUB_WORKFLOW","inputParameters":{"q":"<&>"},`+
		`"subWorkflowParam":{"name":"child"},"optional":true,"cacheConfig":{"key":"${id}","ttlInSecond":300}}`, string(plan.Task))
}

func TestAddingTwiceAddsOnce(t *testing.T) {
	for name, addition := range map[string]compose.Addition{
		"at the end":    {Name: "new", InputKeys: []string{"id"}},
		"after":         {Name: "new", Place: compose.Place{After: "validate"}, Optional: true},
		"before":        {Name: "new", Place: compose.Place{Before: "ship"}},
		"first":         {Name: "new", Place: compose.Place{First: true}},
		"in a new case": {Name: "new", Place: compose.Place{In: "decide:small"}},
		"named":         {Name: "new", Ref: "mine", Place: compose.Place{In: "fork:0"}},
		"with a cache":  {Name: "new", CacheKey: "k", CacheSeconds: 5},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := compose.Add(decode(t, order), addition)
			require.NoError(t, err)
			changed, err := compose.Apply(json.RawMessage(order), plan.Edits)
			require.NoError(t, err)
			again, err := compose.Add(decode(t, string(changed)), addition)
			require.NoError(t, err)
			require.Empty(t, again.Edits)
			require.Equal(t, plan.Ref, again.Ref)
			addition.Inputs = map[string]any{"other": "x"}
			other, err := compose.Add(decode(t, string(changed)), addition)
			if addition.Ref != "" {
				require.ErrorContains(t, err, "taken")
				return
			}
			require.NoError(t, err)
			require.NotEmpty(t, other.Edits, "another input is another task")
		})
	}
}

func TestListsThatAreNotThere(t *testing.T) {
	for text, tc := range map[string]struct {
		place compose.Place
		want  string
	}{
		`{"name":"w"}`:            {compose.Place{}, `{"name":"w","tasks":[NEW]}`},
		`{"name":"w","tasks":[]}`: {compose.Place{}, `{"name":"w","tasks":[NEW]}`},
		`{"tasks":[{"taskReferenceName":"s","type":"SWITCH"}]}`:                    {compose.Place{In: "s:x"}, `{"tasks":[{"taskReferenceName":"s","type":"SWITCH","decisionCases":{"x":[NEW]}}]}`},
		`{"tasks":[{"taskReferenceName":"s","type":"SWITCH","defaultCase":null}]}`: {compose.Place{In: "s:default"}, `{"tasks":[{"taskReferenceName":"s","type":"SWITCH","defaultCase":[NEW]}]}`},
		`{"tasks":[{"taskReferenceName":"f","type":"FORK_JOIN"}]}`:                 {compose.Place{In: "f:0"}, `{"tasks":[{"taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[NEW]]}]}`},
		`{"tasks":[{"taskReferenceName":"l","type":"DO_WHILE"}]}`:                  {compose.Place{In: "l"}, `{"tasks":[{"taskReferenceName":"l","type":"DO_WHILE","loopOver":[NEW]}]}`},
	} {
		plan, err := compose.Add(decode(t, text), compose.Addition{Name: "n", Place: tc.place})
		require.NoError(t, err, text)
		got, err := compose.Apply(json.RawMessage(text), plan.Edits)
		require.NoError(t, err, text)
		require.JSONEq(t, jsonWith(tc.want, plan.Task), string(got))
	}
}

func jsonWith(text string, task json.RawMessage) string {
	before, after, _ := cut(text, "NEW")
	return before + string(task) + after
}
