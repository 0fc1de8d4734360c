package doctor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// limit is how long a question may take in these tests where a server hangs.
const limit = 150 * time.Millisecond

// folder makes the dependencies of a command in a folder with these files.
func folder(t *testing.T, files, vars map[string]string) *cli.Deps {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	terminal, _, _ := term.Test("")
	return cli.NewDeps(terminal, func(name string) string {
		if name == "HOME" {
			return dir
		}
		return vars[name]
	}, dir, "test")
}

func workerFiles(url, key, secret string) map[string]string {
	return map[string]string{
		"orkesctl.yaml":        "application: shop\ndomain: john\nscaffold: {tasks: [get-inventory]}\n",
		"definitions/get.yaml": taskText,
		".env":                 fmt.Sprintf("CONDUCTOR_SERVER_URL=%s/api\nCONDUCTOR_AUTH_KEY=%s\nCONDUCTOR_AUTH_SECRET=%s\n", url, key, secret),
	}
}

func gather(t *testing.T, deps *cli.Deps, change func(*doctor.Sources)) *doctor.Facts {
	t.Helper()
	src := doctor.Sources{Deps: deps, Limit: 5 * time.Second}
	if change != nil {
		change(&src)
	}
	facts, err := doctor.Gather(t.Context(), src)
	require.NoError(t, err)
	return facts
}

// stop ends a server without waiting for connections that were made and never used, which net/http gives 5 s.
func stop(t *testing.T, server *devserver.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	defer cancel()
	_ = server.Close(ctx)
}

// live is a development server with an application shop, its worker's key, and the administrator's client.
func live(t *testing.T) (url string, key conductor.NewAccessKey, admin *conductor.Client, vars map[string]string) {
	t.Helper()
	server, err := devserver.New(devserver.Options{Version: "test"})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, server) })
	id, secret := server.Credentials()
	admin, err = conductor.New(server.URL(), conductor.WithCredentials(id, secret))
	require.NoError(t, err)
	app, err := admin.Applications.Create(t.Context(), "shop")
	require.NoError(t, err)
	require.NoError(t, admin.Applications.AddRole(t.Context(), app.Value.ID, "WORKER"))
	key, err = admin.Applications.CreateKey(t.Context(), app.Value.ID)
	require.NoError(t, err)
	return strings.TrimSuffix(server.URL(), "/api"), key, admin, map[string]string{
		"CONDUCTOR_SERVER_URL": server.URL(), "CONDUCTOR_AUTH_KEY": id, "CONDUCTOR_AUTH_SECRET": secret,
	}
}

func TestGatherAsBoth(t *testing.T) {
	url, key, _, vars := live(t)
	f := gather(t, folder(t, workerFiles(url, key.ID, key.Secret), vars), nil)
	require.True(t, f.Worker.Own)
	require.Equal(t, key.ID, f.Worker.Settings.Key.Value)
	require.True(t, f.Worker.Token.Known() && f.Person.Token.Known())
	require.False(t, f.Worker.Expires.IsZero())
	require.Equal(t, conductor.KindOrkes, f.Server.Kind.Value)
	require.True(t, f.Server.Same)
	require.False(t, f.Server.Date.IsZero())
	require.Equal(t, "shop", f.App.Value.Name)
	require.Equal(t, []string{"WORKER"}, f.Holder.Value.Roles)
	require.True(t, f.Holder.Value.GrantsKnown)
	require.Len(t, f.Keys.Value, 1)
	require.True(t, f.TaskDefs.Known() && f.WorkflowDefs.Known())
	require.Equal(t, []doctor.Worker{{Task: "get-inventory", Domain: "john", DomainFrom: "orkesctl.yaml"}}, f.Declared)
	require.Less(t, f.Requests, 20)
}

// The worker alone: what it may not read about others it may read about itself.
func TestGatherAsTheWorkerAlone(t *testing.T) {
	url, key, _, _ := live(t)
	f := gather(t, folder(t, workerFiles(url, key.ID, key.Secret), nil), nil)
	require.False(t, f.Server.Same && f.Person.Token.Asked)
	require.True(t, f.Holder.Value.RolesKnown)
	require.True(t, f.Holder.Value.GrantsKnown)
	report := doctor.Examine(f, doctor.Filter{Only: []string{"ORK-PERM-003"}})
	require.Equal(t, doctor.Failed, report.Checks[0].State)
}

func TestGatherAsAnotherApplication(t *testing.T) {
	_, _, admin, vars := live(t)
	deps := folder(t, nil, vars)
	f := gather(t, deps, func(src *doctor.Sources) { src.As, src.Tasks = "shop", []string{"ship"} })
	require.Equal(t, "shop", f.App.Value.Name)
	require.Equal(t, []string{"WORKER"}, f.Holder.Value.Roles)
	report := doctor.Examine(f, doctor.Filter{Only: []string{"ORK-PERM-003"}})
	require.Equal(t, "orkesctl app grant --task ship --app shop", report.Checks[0].Fix)

	app, err := admin.Applications.ByKey(t.Context(), vars["CONDUCTOR_AUTH_KEY"])
	require.NoError(t, err)
	require.NotEqual(t, "shop", app.Value.Name)
	f = gather(t, deps, func(src *doctor.Sources) { src.As = "nobody" })
	require.ErrorContains(t, f.App.Err, `no application "nobody"`)
}

// An own server, with no key, and none at all.
func TestGatherFromOpenSource(t *testing.T) {
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, server) })
	f := gather(t, folder(t, workerFiles(strings.TrimSuffix(server.URL(), "/api"), "", ""), nil), nil)
	require.Equal(t, conductor.KindOSS, f.Server.Kind.Value)
	require.True(t, f.TaskDefs.Known())
	report := doctor.Examine(f, doctor.Filter{Categories: []doctor.Category{doctor.Identity, doctor.Permissions}})
	require.Empty(t, findings(report))
}

func TestGatherOffline(t *testing.T) {
	f := gather(t, folder(t, workerFiles("http://conductor.invalid", "k", canary), nil), func(src *doctor.Sources) { src.Offline = true })
	require.Zero(t, f.Requests)
	require.False(t, f.Server.Version.Asked)
	require.NotEmpty(t, f.Declared)
}

func TestGatherFromServersThatMisbehave(t *testing.T) {
	released := make(chan struct{})
	t.Cleanup(func() { close(released) })
	hang := func(http.ResponseWriter, *http.Request) { <-released }
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		id      string
		state   doctor.State
	}{
		"hangs":  {hang, "ORK-CONN-004", doctor.Failed},
		"resets": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "ORK-CONN-004", doctor.Failed},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html><html><body>Console</body></html>"))
		}, "ORK-CONN-005", doctor.Failed},
		"500":  {status(http.StatusInternalServerError), "ORK-CONN-004", doctor.Failed},
		"404":  {status(http.StatusNotFound), "ORK-CONN-005", doctor.Failed},
		"429":  {status(http.StatusTooManyRequests), "ORK-CONN-009", doctor.Warning},
		"401s": {status(http.StatusUnauthorized), "ORK-IDENT-002", doctor.Failed},
		"a token, and then 401s": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/token" {
				_, _ = w.Write([]byte(`{"token":"t"}`))
				return
			}
			status(http.StatusUnauthorized)(w, r)
		}, "ORK-TASK-001", doctor.Unknown},
		"a version, and then it hangs": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/version" {
				hang(w, r)
			}
			_, _ = w.Write([]byte("5.2.0"))
		}, "ORK-CONN-005", doctor.Unknown},
		"endless lists": {func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/api/version":
				_, _ = w.Write([]byte("5.2.0"))
			case "/api/token":
				_, _ = w.Write([]byte(`{"token":"t"}`))
			default:
				_, _ = w.Write([]byte("["))
				for {
					if _, err := w.Write([]byte(strings.Repeat(" ", 1<<16))); err != nil {
						return
					}
				}
			}
		}, "ORK-TASK-001", doctor.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(tc.handler)
			server.Start()
			t.Cleanup(server.CloseClientConnections) // and not Close, which waits for handlers that hang
			f := gather(t, folder(t, workerFiles(server.URL, "k1", canary), nil), func(src *doctor.Sources) { src.Limit = limit })
			report := doctor.Examine(f, doctor.Filter{})
			states := map[string]doctor.State{}
			for _, result := range report.Checks {
				if result.State != doctor.OK {
					states[result.ID] = result.State
				}
				require.NotContains(t, result.Evidence+result.Because+result.Fix, canary)
			}
			require.Equal(t, tc.state, states[tc.id], "%+v", findings(report))
			require.LessOrEqual(t, f.Requests, 20)
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = fmt.Fprintf(w, `{"status":%d,"message":"made to fail"}`, code)
	}
}

func TestGatherIsLeftByInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := doctor.Gather(ctx, doctor.Sources{Deps: folder(t, nil, nil), Limit: time.Second})
	require.ErrorIs(t, err, context.Canceled)
}
