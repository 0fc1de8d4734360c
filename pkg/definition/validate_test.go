package definition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func workflow(t *testing.T, tasks string) conductor.WorkflowDef {
	t.Helper()
	var def conductor.WorkflowDef
	require.NoError(t, conductor.Decode([]byte(`{"name":"w","version":1,"tasks":[`+tasks+`]}`), &def))
	return def
}

func said(violations []definition.Violation) []string {
	var messages []string
	for _, violation := range violations {
		messages = append(messages, violation.Message)
	}
	return messages
}

// The server's rules by task type, with its messages (engine sheet §3.18, access sheet §8.4).
func TestRulesOfTaskTypes(t *testing.T) {
	const dup = "taskReferenceName: r should be unique across tasks for a given workflowDefinition: w"
	for name, c := range map[string]struct {
		tasks string
		want  []string
	}{
		"simple":                    {`{"name":"a","taskReferenceName":"r"}`, nil},
		"no name":                   {`{"taskReferenceName":"r"}`, []string{"WorkflowTask name cannot be empty or null"}},
		"no reference":              {`{"name":"a"}`, []string{"WorkflowTask taskReferenceName name cannot be empty or null"}},
		"same reference":            {`{"name":"a","taskReferenceName":"r"},{"name":"a","taskReferenceName":"r"}`, []string{dup}},
		"same reference in a loop":  {`{"name":"a","taskReferenceName":"r"},` + loop(`{"name":"a","taskReferenceName":"r"}`), []string{dup}},
		"event":                     {`{"name":"a","taskReferenceName":"r","type":"EVENT"}`, []string{"sink field is required for taskType: EVENT taskName: a"}},
		"kafka":                     {`{"name":"a","taskReferenceName":"r","type":"KAFKA_PUBLISH"}`, []string{"inputParameters.kafka_request field is required for taskType: KAFKA_PUBLISH taskName: a"}},
		"kafka from the template":   {template("KAFKA_PUBLISH", "kafka_request"), nil},
		"jq":                        {`{"name":"a","taskReferenceName":"r","type":"JSON_JQ_TRANSFORM"}`, []string{"inputParameters.queryExpression field is required for taskType: JSON_JQ_TRANSFORM taskName: a"}},
		"jq from the template":      {template("JSON_JQ_TRANSFORM", "queryExpression"), nil},
		"http from the template":    {template("HTTP", "http_request"), nil},
		"wait":                      {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"duration":"1s"}}`, nil},
		"wait for an expression":    {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"duration":"${workflow.input.x}"}}`, nil},
		"wait for nothing":          {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"duration":"","until":null}}`, nil},
		"wait for a bad duration":   {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"duration":"5"}}`, []string{"Either date or duration is passed as null "}},
		"wait until a bad time":     {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"until":"x${workflow.input.x}"}}`, []string{"Unable to parse date "}},
		"wait until an odd time":    {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"until":"2020-01-01 99:99"}}`, nil},
		"wait twice":                {`{"name":"a","taskReferenceName":"r","type":"WAIT","inputParameters":{"duration":"1s","until":"2030-01-01 10:00"}}`, []string{"Both 'duration' and 'until' specified. Please provide only one input"}},
		"terminate":                 {`{"name":"a","taskReferenceName":"r","type":"TERMINATE","inputParameters":{"terminationStatus":"TERMINATED"}}`, nil},
		"terminate by expression":   {`{"name":"a","taskReferenceName":"r","type":"TERMINATE","inputParameters":{"terminationStatus":"${workflow.input.x}"}}`, []string{"terminate task must have an terminationStatus parameter and must be set to COMPLETED or FAILED, taskName: a"}},
		"type rules in a fork":      {`{"name":"f","taskReferenceName":"f","type":"FORK_JOIN","forkTasks":[[{"name":"a","taskReferenceName":"r","type":"EVENT"}]]}`, []string{"sink field is required for taskType: EVENT taskName: a"}},
		"type rules not in a loop":  {loop(`{"name":"a","taskReferenceName":"r","type":"EVENT"}`), nil},
		"names are needed in loops": {loop(`{"taskReferenceName":"r"}`), []string{"WorkflowTask name cannot be empty or null"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, said(definition.ValidateWorkflowDef(workflow(t, c.tasks))))
		})
	}
}

func loop(body string) string {
	return `{"name":"l","taskReferenceName":"l","type":"DO_WHILE","loopCondition":"false","loopOver":[` + body + `]}`
}

func template(kind, input string) string {
	return `{"name":"a","taskReferenceName":"r","type":"` + kind + `","taskDefinition":{"name":"a","inputTemplate":{"` + input + `":"x"}}}`
}

// What the server says of task definitions, with the offending value.
func TestRulesOfTaskDefinitions(t *testing.T) {
	for name, c := range map[string]struct {
		def, path, message string
		invalid            any
	}{
		"name":      {`{"name":" "}`, "[0].name", "TaskDef name cannot be null or empty", " "},
		"retries":   {`{"name":"a","retryCount":-1}`, "[0].retryCount", "TaskDef retryCount: 0 must be >= 0", -1},
		"response":  {`{"name":"a","responseTimeoutSeconds":0}`, "[0].responseTimeoutSeconds", "TaskDef responseTimeoutSeconds: 0 should be minimum 1 second", int64(0)},
		"timeouts":  {`{"name":"a","timeoutSeconds":5,"responseTimeoutSeconds":9}`, "[0]", "TaskDef: a responseTimeoutSeconds: 9 must be less than timeoutSeconds: 5", nil},
		"back-off":  {`{"name":"a","backoffScaleFactor":0}`, "[0].backoffScaleFactor", "Backoff scale factor. Applicable for LINEAR_BACKOFF", 0},
		"retry how": {`{"name":"a","retryLogic":"NEVER"}`, "[0].retryLogic", "retryLogic: NEVER is not one of FIXED, EXPONENTIAL_BACKOFF, LINEAR_BACKOFF", "NEVER"},
	} {
		t.Run(name, func(t *testing.T) {
			var def conductor.TaskDef
			require.NoError(t, conductor.Decode([]byte(c.def), &def))
			found := definition.ValidateTaskDefs([]conductor.TaskDef{def})
			require.Len(t, found, 1)
			require.Equal(t, c.path, found[0].Path)
			require.Equal(t, c.message, found[0].Message)
			require.EqualValues(t, c.invalid, found[0].Invalid)
		})
	}
}
