package reconcile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func tree(t *testing.T, text string) reconcile.Tree {
	t.Helper()
	var v reconcile.Tree
	require.NoError(t, conductor.Decode([]byte(text), &v))
	return v
}

func texts(fields []reconcile.Field) []string {
	lines := []string{}
	for _, field := range fields {
		lines = append(lines, field.String())
	}
	return lines
}

// stored is a definition as a server sends it: audit fields, every default, and a field of a version that we do not know.
const stored = `{"createTime":1,"updateTime":2,"createdBy":"app:x","ownerApp":"","name":"t","retryCount":3,"timeoutSeconds":0,
"inputKeys":["a"],"outputKeys":[],"timeoutPolicy":"TIME_OUT_WF","retryLogic":"FIXED","retryDelaySeconds":60,
"responseTimeoutSeconds":3600,"inputTemplate":{},"rateLimitPerFrequency":0,"rateLimitFrequencyInSeconds":1,"backoffScaleFactor":1,
"ownerEmail":"a@b.c","totalTimeoutSeconds":0,"enforceSchema":false,"somethingNew":{"a":1},"tags":[{"key":"k","value":"v"}]}`

func TestTaskDefs(t *testing.T) {
	for name, tc := range map[string]struct {
		have, want string
		fields     []string
	}{
		"defaults mean nothing":   {stored, `{"name":"t","inputKeys":["a"]}`, nil},
		"nor when written out":    {`{"name":"t"}`, `{"name":"t","retryCount":3,"timeoutSeconds":0,"outputKeys":[],"description":"","inputSchema":null}`, nil},
		"a number":                {stored, `{"name":"t","inputKeys":["a"],"retryCount":5}`, []string{"retryCount 3 → 5"}},
		"zero is not the default": {stored, `{"name":"t","inputKeys":["a"],"retryCount":0}`, []string{"retryCount 3 → 0"}},
		"back to the default":     {`{"name":"t","responseTimeoutSeconds":60}`, `{"name":"t"}`, []string{"responseTimeoutSeconds 60 → 3600"}},
		"a field goes":            {stored, `{"name":"t"}`, []string{`inputKeys ["a"] → –`}},
		"a field comes":           {`{"name":"t"}`, `{"name":"t","ownerEmail":"x@y.z"}`, []string{"ownerEmail – → x@y.z"}},
		"two, in order": {
			`{"name":"t"}`, `{"name":"t","retryCount":5,"responseTimeoutSeconds":60}`,
			[]string{"responseTimeoutSeconds 3600 → 60", "retryCount 3 → 5"},
		},
		"inside an object":         {`{"name":"t","inputTemplate":{"a":1,"b":2}}`, `{"name":"t","inputTemplate":{"a":1,"b":3}}`, []string{"inputTemplate.b 2 → 3"}},
		"numbers by value":         {`{"name":"t","inputTemplate":{"a":1.0,"b":100}}`, `{"name":"t","inputTemplate":{"a":1,"b":1e2}}`, nil},
		"every digit counts":       {`{"name":"t","inputTemplate":{"a":9007199254740993}}`, `{"name":"t","inputTemplate":{"a":9007199254740992}}`, []string{"inputTemplate.a 9007199254740993 → 9007199254740992"}},
		"empty values of people's": {`{"name":"t","inputTemplate":{"a":""}}`, `{"name":"t","inputTemplate":{"a":0}}`, []string{`inputTemplate.a "" → 0`}},
		"lists": {
			`{"name":"t","inputTemplate":{"a":[1,{"b":2}]}}`, `{"name":"t","inputTemplate":{"a":[1,{"b":3}]}}`,
			[]string{`inputTemplate.a [1,{"b":2}] → [1,{"b":3}]`},
		},
		"long texts are cut": {
			`{"name":"t"}`, `{"name":"t","description":"a text of more than forty letters, which is too long for a line"}`,
			[]string{"description – → a text of more than forty letters, whic…"}, //nolint:misspell // cut here
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.fields == nil {
				tc.fields = []string{}
			}
			require.Equal(t, tc.fields, texts(reconcile.TaskDefs(tree(t, tc.have), tree(t, tc.want))))
		})
	}
}

const order = `{"name":"order","version":1,"tasks":[
 {"name":"validate","taskReferenceName":"validate","inputParameters":{"id":"${workflow.input.id}"}},
 {"name":"decide","taskReferenceName":"decide","type":"SWITCH","evaluatorType":"value-param","expression":"k","inputParameters":{"k":"x"},
  "decisionCases":{"big":[{"name":"audit","taskReferenceName":"audit"}]},"defaultCase":[{"name":"skip","taskReferenceName":"skip"}]},
 {"name":"fork","taskReferenceName":"fork","type":"FORK_JOIN","forkTasks":[[{"name":"a","taskReferenceName":"a"}],[{"name":"b","taskReferenceName":"b"}]]},
 {"name":"join","taskReferenceName":"join","type":"JOIN","joinOn":["a","b"]},
 {"name":"loop","taskReferenceName":"loop","type":"DO_WHILE","loopCondition":"false","loopOver":[{"name":"c","taskReferenceName":"c"}]},
 {"name":"ship","taskReferenceName":"ship","taskDefinition":{"name":"ship","retryCount":1}}
]}`

// change decodes order, lets f change it, and returns what the comparison finds.
func change(t *testing.T, f func(tasks []any) []any) []string {
	t.Helper()
	want := tree(t, order)
	want["tasks"] = f(want["tasks"].([]any))
	return texts(reconcile.WorkflowDefs(tree(t, order), want))
}

func task(list []any, i int) map[string]any { return list[i].(map[string]any) }

func TestWorkflowDefs(t *testing.T) {
	same := func(tasks []any) []any { return tasks }
	for name, tc := range map[string]struct {
		change func(tasks []any) []any
		fields []string
	}{
		"the same": {same, []string{}},
		"a task's input": {
			func(l []any) []any { task(l, 0)["inputParameters"] = map[string]any{"id": "x"}; return l },
			[]string{"tasks.validate.inputParameters.id ${workflow.input.id} → x"},
		},
		"a task more": {
			func(l []any) []any { return append(l, map[string]any{"name": "bill", "taskReferenceName": "bill"}) },
			[]string{"tasks.bill – → SIMPLE bill"},
		},
		"a task less":   {func(l []any) []any { return l[1:] }, []string{"tasks.validate SIMPLE validate → –"}},
		"another order": {func(l []any) []any { l[0], l[5] = l[5], l[0]; return l }, []string{`tasks ["validate","decide","fork","join","loo… → ["ship","decide","fork","join","loop","…`}},
		"in a case": {func(l []any) []any {
			first(task(l, 1)["decisionCases"].(map[string]any)["big"])["optional"] = true
			return l
		}, []string{"tasks.decide.decisionCases.big.audit.optional – → true"}},
		"a case goes":    {func(l []any) []any { task(l, 1)["decisionCases"] = map[string]any{}; return l }, []string{`tasks.decide.decisionCases {"big":[{"name":"audit","taskReferenceN… → –`}},
		"in the default": {func(l []any) []any { first(task(l, 1)["defaultCase"])["startDelay"] = json.Number("5"); return l }, []string{"tasks.decide.defaultCase.skip.startDelay – → 5"}},
		"in a branch":    {func(l []any) []any { first(task(l, 2)["forkTasks"].([]any)[1])["name"] = "bb"; return l }, []string{"tasks.fork.forkTasks.1.b.name b → bb"}},
		"in a loop":      {func(l []any) []any { first(task(l, 4)["loopOver"])["type"] = "HTTP"; return l }, []string{"tasks.loop.loopOver.c.type SIMPLE → HTTP"}},
		"in a definition": {func(l []any) []any {
			task(l, 5)["taskDefinition"].(map[string]any)["retryCount"] = json.Number("2")
			return l
		}, []string{"tasks.ship.taskDefinition.retryCount 1 → 2"}},
		"defaults written": {func(l []any) []any {
			task(l, 0)["type"] = "SIMPLE"
			task(l, 0)["forkTasks"] = []any{[]any{}}
			task(l, 0)["onStateChange"] = map[string]any{}
			return l
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.fields, change(t, tc.change))
		})
	}
}

func first(list any) map[string]any { return task(list.([]any), 0) }

func TestWorkflowDefsWithBrokenTasks(t *testing.T) {
	for _, text := range []string{
		`{"name":"w","tasks":[{"name":"a"}]}`,
		`{"name":"w","tasks":[1,{"name":"a","taskReferenceName":"r"},{"name":"b","taskReferenceName":"r"}]}`,
		`{"name":"w","tasks":"x"}`,
		`{"name":"w","tasks":[{"name":"f","taskReferenceName":"f","decisionCases":[],"forkTasks":[1],"loopOver":{}}]}`,
	} {
		require.Empty(t, reconcile.WorkflowDefs(tree(t, text), tree(t, text)), text)
		require.NotEmpty(t, reconcile.WorkflowDefs(tree(t, text), tree(t, order)), text)
	}
}

func TestComparingChangesNothing(t *testing.T) {
	have, want := tree(t, order), tree(t, order)
	reconcile.WorkflowDefs(have, want)
	require.Equal(t, tree(t, order), have)
	require.Equal(t, want, tree(t, order))
}

func TestSchedules(t *testing.T) {
	const sent = `{"name":"d","cronExpression":"@daily","zoneId":"UTC","runCatchupScheduleInstances":false,"paused":false,"createTime":1,"updatedTime":2,
		"createdBy":"x","updatedBy":"x","startWorkflowRequest":{"name":"f","input":{},"taskToDomain":{},"priority":0},"cronSchedules":[]}`
	for want, text := range map[string]string{
		"":                                   `{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"f"}}`,
		"cronExpression @daily → @hourly":    `{"name":"d","cronExpression":"@hourly","startWorkflowRequest":{"name":"f"}}`,
		"zoneId UTC → Asia/Tokyo":            `{"name":"d","cronExpression":"@daily","zoneId":"Asia/Tokyo","startWorkflowRequest":{"name":"f"}}`,
		"paused – → true":                    `{"name":"d","cronExpression":"@daily","paused":true,"startWorkflowRequest":{"name":"f"}}`,
		"startWorkflowRequest.version – → 2": `{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"f","version":2}}`,
		"scheduleEndTime – → 5":              `{"name":"d","cronExpression":"@daily","scheduleEndTime":5,"startWorkflowRequest":{"name":"f"}}`,
	} {
		require.Equal(t, want, strings.Join(texts(reconcile.Schedules(tree(t, sent), tree(t, text))), "; "), text)
	}
	several := `{"name":"d","cronSchedules":[{"cronExpression":"@daily","zoneId":"UTC"}],"startWorkflowRequest":{"name":"f"}}`
	require.Empty(t, reconcile.Schedules(tree(t, several), tree(t, `{"name":"d","cronSchedules":[{"cronExpression":"@daily"}],"startWorkflowRequest":{"name":"f"}}`)))
	require.NotEmpty(t, reconcile.Schedules(tree(t, several), tree(t, `{"name":"d","cronSchedules":[{"cronExpression":"@hourly"},7],"startWorkflowRequest":{"name":"f"}}`)))
}

// Whether a schedule is paused is compared only where the file says it.
func TestAPauseIsNoDifference(t *testing.T) {
	have := tree(t, `{"name":"d","cronExpression":"@daily","paused":true,"pausedReason":"why","startWorkflowRequest":{"name":"f"}}`)
	require.Empty(t, reconcile.Schedules(have, tree(t, `{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"f"}}`)))
	require.Empty(t, reconcile.Schedules(have, tree(t, `{"name":"d","cronExpression":"@daily","paused":true,"pausedReason":"why","startWorkflowRequest":{"name":"f"}}`)))
	require.Equal(t, []string{"paused true → –", "pausedReason why → –"}, texts(reconcile.Schedules(have, tree(t, `{"name":"d","cronExpression":"@daily","paused":false,"startWorkflowRequest":{"name":"f"}}`))))
	require.Equal(t, true, have["paused"], "the given tree stays as it is")
}
