package conductor_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestEventHandlers(t *testing.T) {
	ctx, def := t.Context(), json.RawMessage(`{"name":"h","ours":{"b":1,"a":2.0}}`)
	checkCalls(t, []apiCall{
		{name: "create", nameless: true, line: "POST /api/event", sent: string(def), answer: ``, call: func(c *conductor.Client, _ string) error { return c.Events.Create(ctx, def) }},
		{name: "update", nameless: true, line: "PUT /api/event", sent: string(def), answer: ``, call: func(c *conductor.Client, _ string) error { return c.Events.Update(ctx, def) }},
		{name: "delete", line: "DELETE /api/event/%s", answer: ``, call: func(c *conductor.Client, name string) error { return c.Events.Delete(ctx, name) }},
		{name: "list", nameless: true, line: "GET /api/event", answer: `[{"name":"h","event":"e","actions":[{"action":"fail_task","fail_task":{"taskId":"t"}}]}]`, call: func(c *conductor.Client, _ string) error {
			list, err := c.Events.List(ctx)
			if err == nil {
				require.Equal(t, "t", list[0].Value.Actions[0].FailTask["taskId"])
			}
			return err
		}},
		{name: "executions", line: "GET /api/event/execution/%s", answer: `[{"name":"h","status":"SKIPPED"}]`, call: func(c *conductor.Client, name string) error {
			list, err := c.Events.Executions(ctx, name)
			if err == nil {
				require.Equal(t, conductor.EventSkipped, list[0].Value.Status)
			}
			return err
		}},
		{name: "publish", nameless: true, line: "POST /api/event/handleIncomingEvent", sent: `{"event":"e:x","payload":{}}`, answer: ``, call: func(c *conductor.Client, _ string) error {
			return c.Events.Publish(ctx, "e:x", nil)
		}},
	})
}

func TestWebhooks(t *testing.T) {
	ctx, def := t.Context(), json.RawMessage(`{"name":"h","verifier":"SLACK_BASED"}`)
	const made = `{"id":"i","name":"h","webhookExecutionHistory":[{"eventId":"e","matched":true,"workflowIds":["w"]}]}`
	id := func(d conductor.Document[conductor.Webhook], err error) error {
		if err == nil {
			require.Equal(t, "i", d.Value.ID)
		}
		return err
	}
	checkCalls(t, []apiCall{
		{name: "create", nameless: true, line: "POST /api/metadata/webhook", sent: string(def), answer: made, call: func(c *conductor.Client, _ string) error { return id(c.Webhooks.Create(ctx, def)) }},
		{name: "update", line: "PUT /api/metadata/webhook/%s", sent: string(def), answer: made, call: func(c *conductor.Client, name string) error { return id(c.Webhooks.Update(ctx, name, def)) }},
		{name: "get", line: "GET /api/metadata/webhook/%s", answer: made, call: func(c *conductor.Client, name string) error { return id(c.Webhooks.Get(ctx, name)) }},
		{name: "list", nameless: true, line: "GET /api/metadata/webhook", answer: `[` + made + `]`, call: func(c *conductor.Client, _ string) error {
			list, err := c.Webhooks.List(ctx)
			if err == nil {
				require.Equal(t, []string{"w"}, list[0].Value.History[0].WorkflowIDs)
			}
			return err
		}},
		{name: "delete", line: "DELETE /api/metadata/webhook/%s", answer: ``, call: func(c *conductor.Client, name string) error { return c.Webhooks.Delete(ctx, name) }},
	})
	c, err := conductor.New("https://conductor.example.com/api")
	require.NoError(t, err)
	require.Equal(t, "https://conductor.example.com/webhook/a%20b", c.WebhookURL("a b"))
}

// The values of a webhook's headers may be called anything: no trace shows what is sent or comes back.
func TestATraceHidesWebhooks(t *testing.T) {
	const value = "canary-of-a-header"
	var seen strings.Builder
	c := connect(t, serve(t, answer(http.StatusOK, `{"id":"i","headers":{"X-From":"`+value+`"}}`)), conductor.WithTrace(func(e conductor.Exchange) { seen.WriteString(e.String()) }))
	_, err := c.Webhooks.Create(t.Context(), json.RawMessage(`{"headers":{"X-From":"`+value+`"}}`))
	require.NoError(t, err)
	_, err = c.Webhooks.Get(t.Context(), "i")
	require.NoError(t, err)
	require.Contains(t, seen.String(), "/api/metadata/webhook")
	require.NotContains(t, seen.String(), value)
}
