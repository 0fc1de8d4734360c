package definition_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func tree(t *testing.T, text string) map[string]any {
	t.Helper()
	var tree map[string]any
	require.NoError(t, conductor.Decode([]byte(text), &tree))
	return tree
}

// problemTexts is each problem as "path: message", with ! before a path whose last step is wrong itself.
func problemTexts(problems []definition.Problem) []string {
	texts := make([]string, len(problems))
	for i, problem := range problems {
		mark := ""
		if problem.Key {
			mark = "!"
		}
		texts[i] = fmt.Sprintf("%s%v: %s", mark, problem.Path, problem.Message)
	}
	return texts
}

func TestCheckTaskDef(t *testing.T) {
	for text, want := range map[string][]string{
		`{"name":"a","createTime":1,"timeoutSeconds":5000}`: {},
		`{"name":"a","ownerEmail":null}`:                    {},
		`{}`:                                                {"[]: name is required"},
		`{"name":null}`:                                     {"[name]: must not be null"},
		`{"name":" "}`:                                      {"[name]: must not be empty"},
		`{"name":7}`:                                        {"[name]: 7 is not a string"},
		`{"name":"a","retryLogc":"FIXED","zzz":1}`:                                     {"![retryLogc]: unknown field; did you mean retryLogic?", "![zzz]: unknown field"},
		`{"name":"a","retryCount":-1}`:                                                 {"[retryCount]: -1 is less than 0"},
		`{"name":"a","retryCount":1.5}`:                                                {"[retryCount]: 1.5 is not an integer"},
		`{"name":"a","retryCount":1e2}`:                                                {},
		`{"name":"a","inputKeys":["a",1]}`:                                             {`[inputKeys]: ["a",1] is not a list of strings`},
		`{"name":"a","timeoutPolicy":"RETRY_WF"}`:                                      {`[timeoutPolicy]: "RETRY_WF" is not one of RETRY, TIME_OUT_WF, ALERT_ONLY`},
		`{"name":"a","inputTemplate":[["a long list of values","that is not shown"]]}`: {"[inputTemplate]: this list is not an object"},
		`{"name":"a","timeoutSeconds":5}`: {
			"[timeoutSeconds]: responseTimeoutSeconds is 3600 when it is not given, more than timeoutSeconds (5): set it too",
		},
		`{"name":"a","timeoutSeconds":5,"responseTimeoutSeconds":9}`:  {"[responseTimeoutSeconds]: 9 is more than timeoutSeconds (5): the server refuses that"},
		`{"name":"a","timeoutSeconds":5000,"totalTimeoutSeconds":10}`: {"[timeoutSeconds]: 5000 is more than totalTimeoutSeconds (10)"},
	} {
		require.Equal(t, want, problemTexts(definition.CheckTaskDef(tree(t, text))), text)
	}
}

func TestCheckWorkflowDefFindsTasksAtAnyDepth(t *testing.T) {
	problems := definition.CheckWorkflowDef(tree(t, `{"name":"w","tasks":[5,
		{"name":"s","taskReferenceName":"s","decisionCases":{"b":[{"name":"x"}]},"defaultCase":[{"nam":"y"}]},
		{"name":"f","taskReferenceName":"f","forkTasks":[[{"name":"z","taskReferenceName":"z","retryCount":"no"}]]},
		{"name":"l","taskReferenceName":"l","loopOver":[{"name":"i","taskReferenceName":"i","taskDefinition":{"retryCont":1}}]}]}`))
	require.Equal(t, []string{
		"[tasks 0]: a task is an object with name and taskReferenceName",
		"[tasks 1 defaultCase 0]: name is required",
		"[tasks 1 defaultCase 0]: taskReferenceName is required",
		"![tasks 1 defaultCase 0 nam]: unknown field; did you mean name?",
		"[tasks 1 decisionCases b 0]: taskReferenceName is required",
		`[tasks 2 forkTasks 0 0 retryCount]: "no" is not an integer`,
		"![tasks 3 loopOver 0 taskDefinition retryCont]: unknown field; did you mean retryCount?",
	}, problemTexts(problems))
}

func TestCheckWorkflowDefAppliesTheServersRules(t *testing.T) {
	problems := definition.CheckWorkflowDef(tree(t, `{"name":"w","tasks":[
		{"name":"a","taskReferenceName":"a"},
		{"name":"s","taskReferenceName":"s","type":"SWITCH","evaluatorType":"value-param","expression":"x","decisionCases":{"k":[{"name":"h","taskReferenceName":"h","type":"HTTP"}]}}]}`))
	require.Len(t, problems, 1)
	require.Equal(t, []any{"tasks", 1, "decisionCases", "k", 0}, problems[0].Path)
	require.Contains(t, problems[0].Message, "http_request")
}

// Of very many problems the first hundred are said, and that there are more: finding the place of each takes time.
func TestProblemsAreBounded(t *testing.T) {
	unknown, tasks, wrong := map[string]any{"name": "a"}, []any{}, []any{}
	for i := range 5000 {
		unknown[fmt.Sprintf("retryCount%04d", i)] = 1
		tasks = append(tasks, map[string]any{"name": "a", "taskReferenceName": "same"})
		wrong = append(wrong, map[string]any{"name": "a", "taskReferenceName": fmt.Sprint(i), "taskDefinition": map[string]any{"x": 1, "y": 2}})
	}
	for name, problems := range map[string][]definition.Problem{
		"unknown fields":     definition.CheckTaskDef(unknown),
		"the server's rules": definition.CheckWorkflowDef(map[string]any{"name": "w", "tasks": tasks}),
		"inline definitions": definition.CheckWorkflowDef(map[string]any{"name": "w", "tasks": wrong}),
		"tasks that are not": definition.CheckWorkflowDef(map[string]any{"name": "w", "tasks": make([]any, 5000)}),
	} {
		require.Len(t, problems, 101, name)
		require.NotContains(t, problems[99].Message, "more than", name)
		require.Equal(t, "more than 100 problems: these are the first", problems[100].Message, name)
	}
}
