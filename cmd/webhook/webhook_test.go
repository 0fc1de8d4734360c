package webhook

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func hookOf(t *testing.T, text string) hook {
	t.Helper()
	found := hook{Raw: json.RawMessage(text)}
	require.NoError(t, conductor.Decode([]byte(text), &found.Value))
	return found
}

func document(t *testing.T, text string) *manifest.Document {
	t.Helper()
	read := &manifest.Document{File: "f.yaml", JSON: json.RawMessage(text)}
	require.NoError(t, conductor.Decode([]byte(text), &read.Tree))
	return read
}

// A server that shows secrets, as Orkes does with headers, is not believed: nothing of them is printed.
func TestSecretsThatAServerShowsAreMasked(t *testing.T) {
	shown := masked(hookOf(t, `{"id":"i","name":"h","ours":1.50,"secretValue":"canary","headers":{"X-From":"canary"}}`))
	require.JSONEq(t, `{"id":"i","name":"h","ours":1.50,"secretValue":"***","headers":{"X-From":"***"}}`, string(shown.Raw))
	require.JSONEq(t, `{"id":"i"}`, string(masked(hookOf(t, `{"id":"i"}`)).Raw))
	broken := hook{Raw: json.RawMessage(`[`)}
	require.Equal(t, broken, masked(broken))
}

func TestWhichWebhookAFileIsAbout(t *testing.T) {
	hooks := []hook{
		hookOf(t, `{"id":"1","name":"a","verifier":"SLACK_BASED"}`), hookOf(t, `{"id":"2","name":"b","verifier":"SLACK_BASED"}`),
		hookOf(t, `{"id":"3","name":"b","verifier":"SLACK_BASED"}`),
	}
	for text, want := range map[string]struct{ id, action, detail string }{
		`{"name":"a","verifier":"SLACK_BASED"}`:              {"1", "unchanged", ""},
		`{"name":"a","verifier":"TWITTER"}`:                  {"1", "updated", "verifier SLACK_BASED → TWITTER"},
		`{"name":"c","verifier":"TWITTER"}`:                  {"", "created", "f.yaml"},
		`{"id":"3","name":"b","verifier":"SLACK_BASED"}`:     {"3", "unchanged", ""},
		`{"id":"1","name":"other","verifier":"SLACK_BASED"}`: {"1", "updated", "name a → other"},
		`{"id":"9","name":"a","verifier":"SLACK_BASED"}`:     {"", "created", "f.yaml"},
	} {
		change, id, err := compare(hooks, document(t, text))
		require.NoError(t, err)
		require.Equal(t, want.id, id, text)
		require.Equal(t, want.action, change.Action, text)
		require.Equal(t, want.detail, change.Detail, text)
	}
	_, _, err := compare(hooks, document(t, `{"name":"b","verifier":"SLACK_BASED"}`))
	require.ErrorContains(t, err, `2 webhooks have the name "b"`)
	_, _, err = compare([]hook{{Raw: json.RawMessage(`[]`), Value: conductor.Webhook{Name: "a"}}}, document(t, `{"name":"a"}`))
	require.ErrorContains(t, err, "read the server's webhook a")
}

func TestASecretThatIsNotGivenStays(t *testing.T) {
	require.JSONEq(t, `{"name":"a","secretValue":"***"}`, string(keeping(document(t, `{"name":"a"}`))))
	const given = `{"name":"a", "secretValue":"new"}`
	require.Equal(t, given, string(keeping(document(t, given))), "to the byte")
}

func TestWhatAWebhookStarts(t *testing.T) {
	def := hookOf(t, `{"name":"a","workflowsToStart":{"b":1,"a":2,"idempotencyKey":"k","idempotencyStrategy":"FAIL"},"receiverWorkflowNamesToVersions":{"y":1,"x":1}}`).Value
	require.Equal(t, []string{"a", "b"}, starts(def))
	require.Equal(t, []string{"x", "y"}, receivers(def))
}
