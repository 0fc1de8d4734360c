package definition

import (
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// EventHandlerFields are the fields of an event handler (engine sheet §2, and the Orkes OpenAPI document).
func EventHandlerFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "event", Type: String, Required: true},
		{Name: "actions", Type: List, Required: true},
	}, named(String, "description", "condition", "evaluatorType"), named(Boolean, "active"), named(List, "tags"), audit())
}

// actionFields are the fields of one action of a handler.
func actionFields() []Field {
	return join([]Field{{Name: "action", Type: String, Required: true, Enum: actionNames()}},
		named(Object, actionNames()...), named(Boolean, "expandInlineJSON"))
}

func actionNames() []string {
	return []string{
		conductor.ActionStartWorkflow, conductor.ActionCompleteTask, conductor.ActionFailTask, conductor.ActionTerminateWorkflow,
		conductor.ActionUpdateVariables,
	}
}

// CheckEventHandler finds what is wrong with an event handler as a person wrote it. A server takes an action without what it is about,
// and fails when the event comes.
func CheckEventHandler(tree map[string]any) []Problem {
	c := &checker{}
	c.object(nil, tree, EventHandlerFields())
	actions, isList := tree["actions"].([]any)
	if isList && len(actions) == 0 {
		c.add([]any{"actions"}, false, "want at least one action")
	}
	for i, item := range actions {
		at := []any{"actions", i}
		action, isObject := item.(map[string]any)
		if !isObject {
			c.add(at, false, "want an object: an action with what it is about")
			continue
		}
		c.object(at, action, actionFields())
		name, _ := action["action"].(string)
		if _, there := action[name]; !there && slices.Contains(actionNames(), name) {
			c.add(under(at, "action"), false, "%s says what is done; what it is done to is missing: %s: {…}", name, name)
		}
	}
	return c.problems
}

// WebhookFields are the fields of a webhook (the Orkes OpenAPI document).
func WebhookFields() []Field {
	return join([]Field{
		{Name: "name", Type: String, Required: true},
		{Name: "verifier", Type: String, Required: true, Enum: conductor.Verifiers()},
		{Name: "urlVerified", Type: Boolean, ReadOnly: true},
		{Name: "webhookExecutionHistory", Type: List, ReadOnly: true},
	},
		named(String, "id", "sourcePlatform", "headerKey", "secretKey", "evaluatorType", "expression"),
		named(Any, "secretValue"), named(Object, "headers", "receiverWorkflowNamesToVersions", "workflowsToStart"), named(List, "tags"), audit())
}

// CheckWebhook finds what is wrong with a webhook as a person wrote it. Values of secrets are not part of any message.
func CheckWebhook(tree map[string]any) []Problem {
	c := &checker{}
	c.object(nil, tree, WebhookFields())
	if _, isText := tree["secretValue"].(string); !isText && tree["secretValue"] != nil {
		c.add([]any{"secretValue"}, false, "want a string: put it in quotes")
	}
	if headers, isObject := tree["headers"].(map[string]any); isObject {
		for _, name := range keys(headers) {
			if _, isText := headers[name].(string); !isText {
				c.add([]any{"headers", name}, false, "want a string: put it in quotes")
			}
		}
	}
	if len(c.problems) > 0 {
		return c.problems
	}
	verifier, _ := tree["verifier"].(string)
	field := map[string]string{
		conductor.VerifierHeader: "headers", conductor.VerifierSignature: "headerKey", conductor.VerifierHMAC: "headerKey", conductor.VerifierStripe: "headerKey",
	}[verifier]
	if given := fmt.Sprint(tree[field]); field != "" && (tree[field] == nil || given == "" || given == "map[]") {
		c.add([]any{"verifier"}, false, "%s needs %s", verifier, field)
	}
	if !has(tree, "workflowsToStart", "receiverWorkflowNamesToVersions") {
		c.add(nil, false, "nothing would happen: want workflowsToStart or receiverWorkflowNamesToVersions")
	}
	return c.problems
}
