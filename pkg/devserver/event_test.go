package devserver_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

const (
	eventFlow = `{"name":"from","version":1,"tasks":[{"name":"e","taskReferenceName":"e","type":"EVENT","sink":"conductor"}]}`
	stateFlow = `{"name":"state","version":1,"tasks":[{"name":"n","taskReferenceName":"n","type":"NOOP","onStateChange":{"onSuccess":[{"type":"conductor:done"}]}}]}`
	otherFlow = `{"name":"to","version":1,"tasks":[{"name":"w","taskReferenceName":"w","type":"WAIT_FOR_WEBHOOK","inputParameters":{"matches":{"$['n']":5}}}]}`
)

func defineFlows(t *testing.T, admin *conductor.Client) {
	t.Helper()
	for _, flow := range []string{eventFlow, stateFlow, otherFlow} {
		require.NoError(t, admin.WorkflowDefs.Create(t.Context(), json.RawMessage(flow), conductor.PutOptions{}))
	}
}

func startsTo(event string) json.RawMessage {
	return json.RawMessage(`{"name":"h-` + event + `","event":"` + event + `","active":true,"actions":[{"action":"start_workflow","start_workflow":{"name":"to"}}]}`)
}

func launch(t *testing.T, client *conductor.Client, name string) {
	t.Helper()
	_, err := client.Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: name})
	require.NoError(t, err)
}

// executions waits until a handler has done something.
func executions(t *testing.T, client *conductor.Client, handler string) conductor.EventExecution {
	t.Helper()
	var done []conductor.Document[conductor.EventExecution]
	require.Eventually(t, func() bool {
		var err error
		done, err = client.Events.Executions(t.Context(), handler)
		require.NoError(t, err)
		return len(done) > 0
	}, 10*time.Second, time.Millisecond)
	return done[0].Value
}

// What a handler does it does with the rights of who wrote it last, whoever lets the event happen.
func TestHandlersActWithTheRightsOfWhoWroteThem(t *testing.T) {
	server, admin := start(t, devserver.Options{})
	defineFlows(t, admin)
	other := application(t, server, admin, "METADATA_API")
	require.NoError(t, other.Events.Create(t.Context(), startsTo("conductor:from:e")))
	launch(t, admin, "from")
	refused := executions(t, admin, "h-conductor:from:e")
	require.Equal(t, conductor.EventFailed, refused.Status)
	require.Contains(t, refused.StatusDescription, "You don't have permissions to execute workflow: to")

	require.NoError(t, admin.Events.Create(t.Context(), startsTo("conductor:state:done")))
	launch(t, admin, "state")
	done := executions(t, admin, "h-conductor:state:done")
	require.Equal(t, conductor.EventCompleted, done.Status)
	err := other.Events.Update(t.Context(), startsTo("conductor:state:done"))
	require.True(t, conductor.IsForbidden(err), "nobody borrows another's rights: %v", err)
	list, err := other.Events.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1, "its own")
}

// application is a client with a key of its own and a role.
func application(t *testing.T, server *devserver.Server, admin *conductor.Client, role string) *conductor.Client {
	t.Helper()
	app, err := admin.Applications.Create(t.Context(), "other")
	require.NoError(t, err)
	require.NoError(t, admin.Applications.AddRole(t.Context(), app.Value.ID, role))
	key, err := admin.Applications.CreateKey(t.Context(), app.Value.ID)
	require.NoError(t, err)
	client, err := conductor.New(server.URL(), conductor.WithCredentials(key.ID, key.Secret))
	require.NoError(t, err)
	return client
}

// Only Orkes tells of states: open source keeps onStateChange and does nothing with it.
func TestStatesAreToldOnOrkesAlone(t *testing.T) {
	_, admin := start(t, devserver.Options{Flavor: devserver.FlavorOSS})
	defineFlows(t, admin)
	for _, event := range []string{"conductor:state:done", "conductor:from:e"} {
		require.NoError(t, admin.Events.Create(t.Context(), startsTo(event)))
	}
	launch(t, admin, "state")
	launch(t, admin, "from")
	var found conductor.SearchResult[conductor.Document[conductor.WorkflowSummary]]
	require.Eventually(t, func() bool {
		var err error
		found, err = admin.Workflows.Search(t.Context(), conductor.SearchQuery{Query: "workflowType IN (to)"})
		require.NoError(t, err)
		return found.TotalHits > 0
	}, 10*time.Second, time.Millisecond)
	require.EqualValues(t, 1, found.TotalHits, "messages are handled in their order: the first would have been there")
	require.Equal(t, "conductor:from:e", found.Results[0].Value.Event)
}

// post calls a webhook's address as another system does: without a token.
func post(t *testing.T, server http.Handler, path, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+path, strings.NewReader(body))
	request.Header = header
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	return answer
}

// Handlers and webhooks are there after a restart, with their secrets.
func TestHandlersAndWebhooksSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	var key, secret string
	serve := func() (*devserver.Server, *conductor.Client, func()) {
		kept, err := store.Open(path)
		require.NoError(t, err)
		server, err := devserver.New(devserver.Options{Store: kept, Key: key, Secret: secret})
		require.NoError(t, err)
		key, secret = server.Credentials()
		_, err = server.Start(context.Background(), "127.0.0.1:0")
		require.NoError(t, err)
		client, err := conductor.New(server.URL(), conductor.WithCredentials(key, secret))
		require.NoError(t, err)
		return server, client, func() {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			require.NoError(t, server.Close(ctx))
			require.NoError(t, kept.Close())
		}
	}
	from := http.Header{"X-From": {"there"}}
	server, admin, stop := serve()
	defineFlows(t, admin)
	require.NoError(t, admin.Events.Create(t.Context(), startsTo("conductor:from:e")))
	made, err := admin.Webhooks.Create(t.Context(), json.RawMessage(`{"name":"hook","verifier":"HEADER_BASED","headers":{"X-From":"there"},
		"workflowsToStart":{"from":1},"receiverWorkflowNamesToVersions":{"to":1}}`))
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, post(t, server, "/webhook/"+made.Value.ID, "{}", http.Header{}).Code)
	stop()

	server, admin, stop = serve()
	defer stop()
	answer := post(t, server, "/webhook/"+made.Value.ID, `{"n":4}`, from)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	require.Equal(t, conductor.EventCompleted, executions(t, admin, "h-conductor:from:e").Status, "the webhook started what raises the event")
	post(t, server, "/webhook/"+made.Value.ID, `{"n":5}`, from)
	hook, err := admin.Webhooks.Get(t.Context(), made.Value.ID)
	require.NoError(t, err)
	require.True(t, hook.Value.URLVerified)
	require.Len(t, hook.Value.History, 2)
	require.Len(t, hook.Value.History[0].WorkflowIDs, 2, "one that waited for n=5, and one that it started")
	require.Equal(t, http.StatusNotFound, post(t, server, "/webhook/nobody", "{}", from).Code)
}
