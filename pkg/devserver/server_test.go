package devserver_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

func start(t *testing.T, opts devserver.Options) (*devserver.Server, *conductor.Client) {
	t.Helper()
	server, err := devserver.New(opts)
	require.NoError(t, err)
	_, err = server.Start(context.Background(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		require.NoError(t, server.Close(ctx))
	})
	key, secret := server.Credentials()
	client, err := conductor.New(server.URL(), conductor.WithCredentials(key, secret))
	require.NoError(t, err)
	return server, client
}

// define puts the guide's task and workflow on a server.
func define(t *testing.T, admin *conductor.Client) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, admin.TaskDefs.Put(ctx, []json.RawMessage{json.RawMessage(`{"name":"get-inventory","retryCount":0}`)}))
	require.NoError(t, admin.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"get-inventory-demo","version":1,"timeoutSeconds":0,
		"tasks":[{"name":"get-inventory","taskReferenceName":"ref","inputParameters":{"product_id":"${workflow.input.product_id}"}}],
		"outputParameters":{"inventory":"${ref.output.inventory}"}}`), conductor.PutOptions{}))
}

func run(t *testing.T, admin *conductor.Client, domain string) string {
	t.Helper()
	request := conductor.StartWorkflowRequest{Name: "get-inventory-demo", Input: map[string]any{"product_id": "42"}}
	if domain != "" {
		request.TaskToDomain = map[string]string{"get-inventory": domain}
	}
	id, err := admin.Workflows.Start(context.Background(), request)
	require.NoError(t, err)
	return id
}

func TestOneTaskWorkflow(t *testing.T) {
	for _, flavor := range []devserver.Flavor{devserver.FlavorOrkes, devserver.FlavorOSS} {
		t.Run(string(flavor), func(t *testing.T) {
			_, admin := start(t, devserver.Options{Flavor: flavor})
			define(t, admin)
			ctx := context.Background()
			id := run(t, admin, "")
			tasks, err := admin.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "get-inventory", WorkerID: "w", Count: 5, Timeout: time.Second})
			require.NoError(t, err)
			require.Len(t, tasks, 1)
			task := tasks[0].Value
			require.Equal(t, "42", task.InputData["product_id"])
			require.NoError(t, admin.Tasks.Update(ctx, conductor.TaskResult{
				WorkflowInstanceID: id, TaskID: task.TaskID, Status: "COMPLETED", OutputData: map[string]any{"inventory": 7},
			}))
			w, err := admin.Workflows.Get(ctx, id, true)
			require.NoError(t, err)
			require.Equal(t, "COMPLETED", w.Value.Status)
			require.Equal(t, "7", w.Value.Output["inventory"].(json.Number).String())
		})
	}
}

// Who may poll, by role and grant, in and without a domain (design §4).
func TestWhoMayPoll(t *testing.T) {
	server, admin := start(t, devserver.Options{})
	define(t, admin)
	task := func(id string) conductor.Target { return conductor.Target{Type: "TASK_DEF", ID: id} }
	tag := conductor.Tag{Key: "team", Value: "stock"}
	_, err := admin.Raw(context.Background(), "POST", "/metadata/task/get-inventory/tags", []byte(`{"key":"team","value":"stock"}`), "application/json")
	require.NoError(t, err)
	cases := []struct {
		name    string
		roles   []string
		grants  []conductor.Target
		domains map[string]bool
	}{
		{"nothing", nil, nil, map[string]bool{"": false, "john": false}},
		{"role only", []string{"WORKER"}, nil, map[string]bool{"": false, "john": false}},
		{"grant only", nil, []conductor.Target{task("get-inventory")}, map[string]bool{"": false, "john": false}},
		{"task", []string{"WORKER"}, []conductor.Target{task("get-inventory")}, map[string]bool{"": true, "john": true, "mary": true}},
		{"task in domain", []string{"WORKER"}, []conductor.Target{task("john:get-inventory")}, map[string]bool{"": false, "john": true, "mary": false}},
		{"domain", []string{"WORKER"}, []conductor.Target{{Type: "DOMAIN", ID: "john"}}, map[string]bool{"": false, "john": true, "mary": false}},
		{"tag", []string{"WORKER"}, []conductor.Target{{Type: "TAG", ID: tag.Key + ":" + tag.Value}}, map[string]bool{"": true, "john": true}},
		{"other task", []string{"WORKER"}, []conductor.Target{task("get_inventory")}, map[string]bool{"": false, "john": false}},
		{"unrestricted", []string{"UNRESTRICTED_WORKER"}, nil, map[string]bool{"": true, "john": true}},
		{"admin", []string{"ADMIN"}, nil, map[string]bool{"": true, "john": true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			app, err := admin.Applications.Create(ctx, c.name)
			require.NoError(t, err)
			for _, role := range c.roles {
				require.NoError(t, admin.Applications.AddRole(ctx, app.Value.ID, role))
			}
			for _, target := range c.grants {
				require.NoError(t, admin.Authorization.Grant(ctx, conductor.Authorization{
					Subject: conductor.Subject{Type: "USER", ID: app.Value.UserID()}, Target: target, Access: []string{"EXECUTE"},
				}))
			}
			key, err := admin.Applications.CreateKey(ctx, app.Value.ID)
			require.NoError(t, err)
			worker, err := conductor.New(server.URL(), conductor.WithCredentials(key.ID, key.Secret))
			require.NoError(t, err)
			for domain, allowed := range c.domains {
				_, err := worker.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "get-inventory", Domain: domain})
				require.Equal(t, !allowed, conductor.IsForbidden(err), "domain %q: %v", domain, err)
			}
		})
	}
}

// A disabled key gives no tokens, and the tokens it gave are refused with a code that makes SDKs fetch another.
func TestKeyLifecycle(t *testing.T) {
	server, admin := start(t, devserver.Options{})
	ctx := context.Background()
	app, err := admin.Applications.Create(ctx, "a")
	require.NoError(t, err)
	key, err := admin.Applications.CreateKey(ctx, app.Value.ID)
	require.NoError(t, err)
	worker, err := conductor.New(server.URL(), conductor.WithCredentials(key.ID, key.Secret))
	require.NoError(t, err)
	user, err := worker.Token.UserInfo(ctx)
	require.NoError(t, err)
	require.Equal(t, app.Value.UserID(), user.Value.ID)
	toggled, err := admin.Applications.ToggleKey(ctx, app.Value.ID, key.ID)
	require.NoError(t, err)
	require.Equal(t, "INACTIVE", toggled.Status)
	_, err = worker.Token.UserInfo(ctx)
	require.True(t, conductor.IsUnauthenticated(err), "%v", err)
	require.NotContains(t, err.Error(), key.Secret)
}

// Tokens survive a restart with the same signing key.
func TestTokensSurviveARestart(t *testing.T) {
	signing := []byte("0123456789abcdef0123456789abcdef")
	opts := devserver.Options{Key: "k", Secret: "s", SigningKey: signing}
	_, first := start(t, opts)
	token, err := first.Token.Mint(context.Background())
	require.NoError(t, err)
	server, _ := start(t, opts)
	second, err := conductor.New(server.URL(), conductor.WithToken(token))
	require.NoError(t, err)
	_, err = second.TaskDefs.List(context.Background())
	require.NoError(t, err)
}

// carrier answers requests in the network's place.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// A test can answer the requests of HTTP tasks itself, without a network.
func TestHTTPTasksGoThroughWeb(t *testing.T) {
	web := carrier(func(r *http.Request) (*http.Response, error) {
		answer := httptest.NewRecorder()
		_, err := answer.WriteString("from " + r.URL.Host)
		return answer.Result(), err
	})
	_, client := start(t, devserver.Options{Web: web})
	def := json.RawMessage(`{"name":"call","outputParameters":{"said":"${h.output.response.body}"},"tasks":[{"name":"h","taskReferenceName":"h","type":"HTTP",
		"inputParameters":{"http_request":{"uri":"http://no.such.host.example/x","method":"GET"}}}]}`)
	require.NoError(t, client.WorkflowDefs.Create(t.Context(), def, conductor.PutOptions{}))
	id, err := client.Workflows.Start(t.Context(), conductor.StartWorkflowRequest{Name: "call"})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		run, err := client.Workflows.Get(t.Context(), id, false)
		return err == nil && run.Value.Output["said"] == "from no.such.host.example"
	}, 10*time.Second, 5*time.Millisecond)
}
