package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// refusing is a server that knows the key and allows nothing; user is what it says of the key's owner, empty when it does not.
func refusing(t *testing.T, user string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"token":"t"}`)
	})
	mux.HandleFunc("GET /api/token/userInfo", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if user == "" {
			w.WriteHeader(http.StatusForbidden)
			user = `{"message":"no"}`
		}
		_, _ = fmt.Fprint(w, user)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, `{"message":"access denied"}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func identityVars(url string) map[string]string {
	return map[string]string{"CONDUCTOR_SERVER_URL": url, "CONDUCTOR_AUTH_KEY": "k1", "CONDUCTOR_AUTH_SECRET": "hidden"}
}

const other = "\nUse your own identity: orkesctl login --profile NAME, then orkesctl task get x --profile NAME   (who it is now: orkesctl whoami)\n"

func TestRefusedPermissionNamesTheKeysOwner(t *testing.T) {
	for name, tc := range map[string]struct{ user, want string }{
		"an application": {
			`{"id":"app:7","name":"shop-worker","roles":[{"name":"WORKER"},{"name":"X"}]}`, ", which belongs to application shop-worker, which has roles: WORKER, X.",
		},
		"an application without a name": {`{"id":"app:7","roles":[]}`, ", which belongs to application app:7, which has no role."},
		"a person":                      {`{"id":"john@x","name":"John","roles":[{"name":"USER"}]}`, ", which belongs to John, which has roles: USER."},
		"a server that does not say":    {"", "."},
		"an answer that is none":        {"<html>", "."},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, identityVars(refusing(t, tc.user)))
			client, err := deps.Client()
			require.NoError(t, err)
			_, err = client.TaskDefs.Get(t.Context(), "x")
			require.Equal(t, cli.ExitDenied, cli.Report(deps, err))
			require.Contains(t, errs.String(), "access denied (HTTP 403)\nThe request was made with the key k1 from your shell's CONDUCTOR_AUTH_KEY"+tc.want+other)
			require.NotContains(t, errs.String(), "hidden")
		})
	}
}

func TestRefusedPermissionWithATokenAndWithoutAnIdentity(t *testing.T) {
	url := refusing(t, `{"id":"john@x","roles":[]}`)
	deps, errs := newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": url, "CONDUCTOR_AUTH_TOKEN": "hidden"})
	cli.Report(deps, answer(http.StatusForbidden))
	require.Contains(t, errs.String(), "made with the token from your shell's CONDUCTOR_AUTH_TOKEN, which belongs to john@x, which has no role.")
	require.NotContains(t, errs.String(), "hidden")

	deps, errs = newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": refusing(t, "")})
	cli.Report(deps, answer(http.StatusForbidden))
	require.Contains(t, errs.String(), "made with no identity: no key is configured."+other)
}

func TestRefusedKeyIsNotARefusedPermission(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	deps, errs := newDeps(t, identityVars(server.URL))
	refused := &conductor.AuthError{KeyID: "k1", Err: answer(http.StatusForbidden)}
	require.Equal(t, cli.ExitDenied, cli.Report(deps, refused))
	require.Contains(t, errs.String(), "The server does not accept the key k1 from your shell's CONDUCTOR_AUTH_KEY.\nCorrect it, or unset it and sign in: orkesctl login")
	require.Zero(t, asked.Load(), "who it is cannot be asked with a key that is not accepted")
}

func TestHints(t *testing.T) {
	const url = "http://localhost:9999/api"
	connect := &conductor.ConnectError{URL: url, Reason: "connection refused"}
	configured := map[string]string{"CONDUCTOR_SERVER_URL": url, "CONDUCTOR_AUTH_KEY": "k1", "CONDUCTOR_AUTH_SECRET": "s"}
	for name, tc := range map[string]struct {
		err  error
		env  map[string]string
		want string
	}{
		"no server, none configured": {connect, nil, "No server is configured, and none listens there. Start one: orkesctl dev start"},
		"no server":                  {connect, configured, "The URL is from your shell's CONDUCTOR_SERVER_URL. Is the server running?"},
		"a web page":                 {&conductor.ProtocolError{Kind: conductor.HTMLPage}, configured, "The URL is from your shell's CONDUCTOR_SERVER_URL and leads to a web page"},
		"a sign-in page":             {&conductor.ProtocolError{Kind: conductor.LoginPage}, configured, "Where Conductor's API is, its administrator knows."},
		"sent on":                    {&conductor.ProtocolError{Kind: conductor.ForeignRedirect, Target: "http://x"}, configured, "Your key was not sent there."},
		"cut off":                    {&conductor.ProtocolError{Kind: conductor.CutOff}, configured, "See what came back: repeat the command with --debug"},
		"no token":                   {answer(401), nil, "The server wants to know who you are, and no key is configured.\nSign in: orkesctl login"},
		"a token that is too old":    {&conductor.Error{Status: 403, Code: "EXPIRED_TOKEN"}, configured, "The server does not accept the key k1"},
		"overloaded":                 {answer(503), configured, "The server is there and does not answer properly."},
		"its own hint stays":         {cli.Hint(connect, "Mine."), configured, "Mine.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, tc.env)
			cli.Report(deps, tc.err)
			require.Contains(t, errs.String(), "\n"+tc.want)
		})
	}
	deps, errs := newDeps(t, configured)
	cli.Report(deps, answer(http.StatusConflict))
	require.Equal(t, "error: get task \"x\": Conflict (HTTP 409)\n", errs.String(), "nothing to add")
}

func TestHintNamesTheProfile(t *testing.T) {
	deps, errs := newDeps(t, nil)
	paths, err := deps.Paths()
	require.NoError(t, err)
	profiles := config.Profiles{Current: "prod", Profiles: map[string]config.Profile{"prod": {Server: "http://prod.example"}}}
	require.NoError(t, profiles.Save(paths))
	cli.Report(deps, &conductor.ConnectError{URL: "http://prod.example/api", Reason: "no such host"})
	require.Contains(t, errs.String(), "The URL is from profile prod.")
}
