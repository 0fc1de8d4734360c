package reconcile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestEventHandlersAndWebhooks(t *testing.T) {
	type compare func(have, want reconcile.Tree) []reconcile.Field
	for name, tc := range map[string]struct {
		compare    compare
		have, want string
		fields     string
	}{
		"what the server fills in": {
			reconcile.EventHandlers,
			`{"name":"h","event":"e","active":false,"createdBy":"me","tags":[{"key":"a","value":"b"}],"actions":[{"action":"start_workflow","expandInlineJSON":false,"start_workflow":{"name":"w","input":{}}}]}`,
			`{"name":"h","event":"e","actions":[{"action":"start_workflow","start_workflow":{"name":"w"}}]}`, "[]",
		},
		"an action": {
			reconcile.EventHandlers, `{"name":"h","event":"e","actions":[{"action":"a"}]}`, `{"name":"h","event":"e","active":true,"actions":[{"action":"b"},5]}`,
			`[actions [{"action":"a"}] → [{"action":"b"},5] active – → true]`,
		},
		"no actions": {reconcile.EventHandlers, `{"name":"h","actions":[{"action":"a"}]}`, `{"name":"h"}`, `[actions [{"action":"a"}] → –]`},
		"what only the server knows": {
			reconcile.Webhooks, `{"name":"h","id":"i","verifier":"SLACK_BASED","urlVerified":true,"createdBy":"me","webhookExecutionHistory":[{}],"secretValue":"***"}`,
			`{"name":"h","verifier":"SLACK_BASED"}`, "[]",
		},
		"a secret that is given": {
			reconcile.Webhooks, `{"name":"h","secretValue":"***","headers":{"a":"***"}}`, `{"name":"h","secretValue":"canary","headers":{"a":"canary","b":"canary"}}`,
			"[headers.a *** → *** headers.b – → *** secretValue *** → ***]",
		},
		"a secret that is shown": {reconcile.Webhooks, `{"name":"h","headers":{"a":"canary"}}`, `{"name":"h","headers":{"a":"canary"}}`, "[]"},
		"a secret that is kept":  {reconcile.Webhooks, `{"name":"h","secretValue":"***"}`, `{"name":"h","secretValue":"***"}`, "[]"},
		"a receiver": {
			reconcile.Webhooks, `{"name":"h","receiverWorkflowNamesToVersions":{"w":1}}`, `{"name":"h","receiverWorkflowNamesToVersions":{"w":2}}`,
			"[receiverWorkflowNamesToVersions.w 1 → 2]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var have, want reconcile.Tree
			require.NoError(t, conductor.Decode([]byte(tc.have), &have))
			require.NoError(t, conductor.Decode([]byte(tc.want), &want))
			said := fmt.Sprint(tc.compare(have, want))
			require.Equal(t, tc.fields, said)
			require.NotContains(t, said, "canary")
		})
	}
}
