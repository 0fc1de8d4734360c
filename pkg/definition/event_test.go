package definition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/definition"
)

func TestCheckEventHandler(t *testing.T) {
	const start = `{"action":"start_workflow","start_workflow":{"name":"w"}}`
	for text, want := range map[string][]string{
		`{"name":"h","event":"e","active":true,"condition":"$.a","evaluatorType":"javascript","description":"d","tags":[],"actions":[` + start + `]}`: {},
		`{"name":"h","event":"e","actions":[{"action":"update_workflow_variables","update_workflow_variables":{},"expandInlineJSON":true}]}`:          {},
		`{}`:                                    {"[]: name is required", "[]: event is required", "[]: actions is required"},
		`{"name":"h","event":"e","actions":[]}`: {"[actions]: want at least one action"},
		`{"name":"h","event":"e","actions":["x"]}`:                                  {"[actions 0]: want an object: an action with what it is about"},
		`{"name":"h","event":"e","actions":[{}]}`:                                   {"[actions 0]: action is required"},
		`{"name":"h","event":"e","actions":[{"action":"start"}]}`:                   {`[actions 0 action]: "start" is not one of start_workflow, complete_task, fail_task, terminate_workflow, update_workflow_variables`},
		`{"name":"h","event":"e","actions":[` + start + `,{"action":"fail_task"}]}`: {"[actions 1 action]: fail_task says what is done; what it is done to is missing: fail_task: {…}"},
		`{"name":"h","event":"e","actions":[{"action":"fail_task","fail_tsk":{}}]}`: {"![actions 0 fail_tsk]: unknown field; did you mean fail_task?", "[actions 0 action]: fail_task says what is done; what it is done to is missing: fail_task: {…}"},
		`{"name":"h","event":"e","activ":true,"actions":[` + start + `]}`:           {"![activ]: unknown field; did you mean active?"},
		`{"name":"h","event":"e","actions":{"action":"start_workflow"}}`:            {`[actions]: {"action":"start_workflow"} is not a list`},
	} {
		require.Equal(t, want, problemTexts(definition.CheckEventHandler(tree(t, text))), text)
	}
}

func TestCheckWebhook(t *testing.T) {
	for text, want := range map[string][]string{
		`{"name":"h","verifier":"SLACK_BASED","workflowsToStart":{"w":1}}`:                                             {},
		`{"name":"h","verifier":"STRIPE","headerKey":"k","secretValue":"s","receiverWorkflowNamesToVersions":{"w":1}}`: {},
		`{"name":"h","verifier":"HEADER_BASED","headers":{"a":"b"},"workflowsToStart":{}}`:                             {},
		`{}`:                                    {"[]: name is required", "[]: verifier is required"},
		`{"name":"h","verifier":"NONE"}`:        {`[verifier]: "NONE" is not one of HEADER_BASED, SIGNATURE_BASED, HMAC_BASED, SLACK_BASED, STRIPE, TWITTER, SENDGRID`},
		`{"name":"h","verifier":"SLACK_BASED"}`: {"[]: nothing would happen: want workflowsToStart or receiverWorkflowNamesToVersions"},
		`{"name":"h","verifier":"STRIPE","workflowsToStart":{}}`:                            {"[verifier]: STRIPE needs headerKey"},
		`{"name":"h","verifier":"HMAC_BASED","headerKey":"","workflowsToStart":{}}`:         {"[verifier]: HMAC_BASED needs headerKey"},
		`{"name":"h","verifier":"HEADER_BASED","headers":{},"workflowsToStart":{}}`:         {"[verifier]: HEADER_BASED needs headers"},
		`{"name":"h","verifier":"SLACK_BASED","secretValue":4711,"workflowsToStart":{}}`:    {"[secretValue]: want a string: put it in quotes"},
		`{"name":"h","verifier":"HEADER_BASED","headers":{"a":4711},"workflowsToStart":{}}`: {"[headers a]: want a string: put it in quotes"},
	} {
		require.Equal(t, want, problemTexts(definition.CheckWebhook(tree(t, text))), text)
	}
}

func TestKindsByTheirShape(t *testing.T) {
	for text, want := range map[string]definition.Kind{
		`{"name":"h","event":"e","actions":[]}`: definition.KindEventHandler, `{"name":"h","verifier":"x"}`: definition.KindWebhook,
		`{"name":"h","event":"e","tasks":[]}`: definition.KindWorkflowDef, `{"kind":"Webhook"}`: definition.KindWebhook,
	} {
		kind, sure := definition.KindOf(tree(t, text))
		require.True(t, sure)
		require.Equal(t, want, kind, text)
	}
	_, sure := definition.KindOf(tree(t, `{"kind":"Nonsense","event":"e","actions":[]}`))
	require.False(t, sure)
}
