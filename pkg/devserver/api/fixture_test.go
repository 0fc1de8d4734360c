package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/event"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
	"github.com/orkesctl/orkesctl/pkg/devserver/vault"
	"github.com/orkesctl/orkesctl/pkg/devserver/webhook"
)

const adminKey, adminSecret = "admin-key", "admin-secret"

// fixture is a server's handler over a small world: task t and workflow f and application "owned" are the owner's, one execution of f waits
// for t, jane is a user and g a group. Its clock stands still until a test moves it.
type fixture struct {
	t       *testing.T
	api     *api
	handler http.Handler
	rules   *access.Access
	now     time.Time
	admin   *access.Caller
	tokens  map[string]string // by identity
	granted string            // the user id of that identity
	names   map[string]string // what $NAME stands for in a path or body
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := bareFixture(t)
	var err error
	f.rules, err = access.New(access.Options{Store: store.NewMemory(), Now: func() time.Time { return f.now }})
	require.NoError(t, err)
	f.serve(engine.Options{EnforceIdempotency: true})
	require.NoError(t, f.rules.Bootstrap(context.Background(), "admin", adminKey, adminSecret))
	f.identities()
	f.definitions("owner")
	f.schedule("owner")
	f.things()
	f.execution("ADMIN")
	return f
}

// newOpenFixture is the same world on the open-source flavour: nobody has an identity, nothing has an owner or tags.
func newOpenFixture(t *testing.T) *fixture {
	t.Helper()
	f := bareFixture(t)
	f.tokens["anybody"] = ""
	f.serve(engine.Options{})
	f.definitions("anybody")
	f.schedule("anybody")
	f.execution("anybody")
	return f
}

func bareFixture(t *testing.T) *fixture {
	t.Helper()
	return &fixture{t: t, now: time.Now(), tokens: map[string]string{}, names: map[string]string{}}
}

func (f *fixture) serve(opts engine.Options) {
	f.t.Helper()
	handlers, err := event.Open(context.Background(), event.Options{Store: store.NewMemory(), Logger: slog.New(slog.DiscardHandler), Terminates: true})
	require.NoError(f.t, err)
	opts.Listener = handlers
	eng, err := engine.New(opts)
	require.NoError(f.t, err)
	handlers.Serve(eng)
	f.t.Cleanup(handlers.Close)
	hooks, err := webhook.Open(context.Background(), webhook.Options{
		Store: store.NewMemory(), Engine: eng, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return f.now },
	})
	require.NoError(f.t, err)
	f.t.Cleanup(func() { require.NoError(f.t, eng.Close()) })
	open := func(kind string) *vault.Vault {
		values, err := vault.Open(context.Background(), store.NewMemory(), kind)
		require.NoError(f.t, err)
		return values
	}
	schedules, err := schedule.Open(context.Background(), schedule.Options{
		Store: store.NewMemory(), Clock: engine.NewManualClock(f.now), Start: eng.StartOnce,
	})
	require.NoError(f.t, err)
	f.t.Cleanup(schedules.Close)
	f.api = newAPI(Options{
		Secrets: open(vault.Secrets), Environment: open(vault.Environment), Schedules: schedules,
		Events: handlers, Webhooks: hooks, Engine: eng, Access: f.rules, Logger: slog.New(slog.DiscardHandler), Version: "test",
		Now: func() time.Time { return f.now }, Control: f.control(),
	})
	f.handler = f.api.handler()
}

// control is that of a server whose state is a word.
func (f *fixture) control() Control {
	state := "state"
	return Control{
		Advance: func(d time.Duration) { f.now = f.now.Add(d) },
		Snapshot: func(_ context.Context, to io.Writer) error {
			_, err := io.WriteString(to, state)
			return err
		},
		Restore: func(_ context.Context, from io.Reader) (StateSummary, error) {
			data, err := io.ReadAll(from)
			if err == nil && !bytes.HasPrefix(data, []byte("state")) {
				err = fault.Invalid("no state")
			}
			if err == nil {
				state = string(data)
			}
			return StateSummary{Tasks: 1}, err
		},
		Reset: func(_ context.Context, executionsOnly bool) (StateSummary, error) {
			state = fmt.Sprint("state without all, only executions: ", executionsOnly)
			return StateSummary{Executions: 2}, nil
		},
	}
}

func (f *fixture) identities() {
	f.t.Helper()
	ctx := context.Background()
	expired, err := f.rules.Token(adminKey, adminSecret, time.Minute)
	require.NoError(f.t, err)
	f.now = f.now.Add(time.Hour)
	admin, err := f.rules.Token(adminKey, adminSecret, 0)
	require.NoError(f.t, err)
	f.admin, err = f.rules.Authenticate(admin)
	require.NoError(f.t, err)
	f.tokens = map[string]string{"none": "", "bad": admin + "x", "expired": expired, "ADMIN": admin}
	f.application("worker", "WORKER")
	f.granted = f.application("granted", "WORKER")
	f.application("owner", "METADATA_API", "APPLICATION_CREATOR")
	f.application("METADATA_API", "METADATA_API")
	for target, right := range map[conductor.Target]string{taskTarget("t"): "EXECUTE", workflowTarget("f"): "EXECUTE", access.Schedule("d"): "READ"} {
		require.NoError(f.t, f.rules.Grant(ctx, conductor.Authorization{
			Subject: conductor.Subject{Type: "USER", ID: f.granted}, Target: target, Access: []string{right},
		}))
	}
}

// application makes an application that the identity of its name calls with, and returns its user's id.
func (f *fixture) application(name string, roles ...string) string {
	f.t.Helper()
	ctx := context.Background()
	app, err := f.rules.CreateApplication(ctx, f.admin, name)
	require.NoError(f.t, err)
	for _, role := range roles {
		require.NoError(f.t, f.rules.AddRole(ctx, f.admin, app.ID, role))
	}
	key, err := f.rules.CreateKey(ctx, app.ID)
	require.NoError(f.t, err)
	f.tokens[name], err = f.rules.Token(key.ID, key.Secret, 0)
	require.NoError(f.t, err)
	return app.UserID()
}

func (f *fixture) definitions(as string) {
	f.t.Helper()
	f.must(as, "POST /api/metadata/taskdefs", `[{"name":"t","retryCount":0}]`)
	f.must(as, "POST /api/metadata/workflow", `{"name":"f","version":1,"tasks":[{"name":"t","taskReferenceName":"r"}]}`)
	f.must(as, "POST /api/event", handlerOf("h"))
}

// handlerOf is an event handler of the event x of workflow f.
func handlerOf(name string) string {
	return `{"name":"` + name + `","event":"conductor:f:x","active":true,"actions":[{"action":"start_workflow","start_workflow":{"name":"f"}}]}`
}

func (f *fixture) schedule(as string) {
	f.t.Helper()
	f.must(as, "POST /api/scheduler/schedules", `{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"f"},"tags":[{"key":"k","value":"v"}]}`)
}

func (f *fixture) things() {
	f.t.Helper()
	f.must("owner", "POST /api/metadata/task/t/tags", `{"key":"k","value":"v"}`)
	f.must("owner", "POST /api/metadata/workflow/f/tags", `{"key":"k","value":"v"}`)
	f.must("owner", "POST /api/metadata/webhook", `{"id":"wh","name":"wh","verifier":"HEADER_BASED","headers":{"X-From":"there"}}`)
	f.must("owner", "POST /api/metadata/webhook", `{"id":"slack","name":"s","verifier":"SLACK_BASED"}`)
	f.must("ADMIN", "PUT /api/groups/g", `{"description":"d"}`)
	f.must("ADMIN", "PUT /api/users/jane", `{"name":"Jane","groups":["g"]}`)
	f.must("ADMIN", "PUT /api/environment/e", "v")
	f.names["PAYLOAD"] = f.upload("owner", `{"n":1}`)
	f.must("owner", "POST /api/schema", `[{"name":"of-t","version":1,"type":"JSON","data":{"type":"object"}}]`)
	f.must("ADMIN", "PUT /api/secrets/s", `"v"`)
	f.must("ADMIN", "PUT /api/secrets/s/tags", `[{"key":"shared","value":"yes"}]`)
	require.NoError(f.t, f.rules.Grant(context.Background(), conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: f.granted}, Target: conductor.Target{Type: "TAG", ID: "shared:yes"}, Access: []string{"READ"},
	}))
	f.names["APP"] = f.field("owner", "POST /api/applications", `{"name":"owned"}`, "id")
	f.names["KEY"] = f.field("owner", "POST /api/applications/$APP/accessKeys", "", "id")
}

func (f *fixture) execution(as string) {
	f.t.Helper()
	f.names["RUN"] = f.must(as, "POST /api/workflow/f?correlationId=c", `{}`)
	f.names["ENDED"] = f.must(as, "POST /api/workflow/f", `{}`)
	f.must(as, "DELETE /api/workflow/$ENDED", "")
	var run conductor.Workflow
	require.NoError(f.t, json.Unmarshal([]byte(f.must(as, "GET /api/workflow/$RUN", "")), &run))
	f.names["TASK"] = run.Tasks[0].TaskID
}

func (f *fixture) must(as, call, body string) string {
	f.t.Helper()
	answer := f.send(as, call, body)
	require.Equal(f.t, http.StatusOK, answer.Code, "%s: %s", call, answer.Body)
	return answer.Body.String()
}

func (f *fixture) field(as, call, body, name string) string {
	f.t.Helper()
	var object map[string]any
	require.NoError(f.t, json.Unmarshal([]byte(f.must(as, call, body)), &object))
	value, _ := object[name].(string)
	require.NotEmpty(f.t, value)
	return value
}

// send makes a call like "GET /api/workflow/$RUN" as an identity.
func (f *fixture) send(as, call, body string) *httptest.ResponseRecorder {
	f.t.Helper()
	for name, value := range f.names {
		call, body = strings.ReplaceAll(call, "$"+name, value), strings.ReplaceAll(body, "$"+name, value)
	}
	method, path, _ := strings.Cut(call, " ")
	request := httptest.NewRequestWithContext(f.t.Context(), method, "http://localhost:8080"+path, strings.NewReader(body))
	if token, known := f.tokens[as]; token != "" {
		request.Header.Set("X-Authorization", token)
	} else {
		require.True(f.t, known, "identity %s", as)
	}
	answer := httptest.NewRecorder()
	f.handler.ServeHTTP(answer, request)
	return answer
}

// patterns lists every route that the server has, and which of them only say that they are missing.
func (f *fixture) patterns() []string {
	var found []string
	for at, routes := range f.api.router.routes {
		for _, r := range routes {
			found = append(found, at.method+" /"+strings.Join(r.segments, "/"))
		}
	}
	return found
}
