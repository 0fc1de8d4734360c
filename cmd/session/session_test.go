package session

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/term"
)

// sit is a person at a terminal who types these lines; the variables are those of their shell.
func sit(t *testing.T, typed string, env map[string]string) (deps *cli.Deps, out, errs *bytes.Buffer) {
	t.Helper()
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	home := t.TempDir()
	deps = cli.NewDeps(term.NewInteractive(strings.NewReader(typed), out, errs), func(name string) string {
		return map[string]string{"HOME": home, "USERPROFILE": home, "ORKESCTL_KEYRING": "off"}[name] + env[name]
	}, home, "test")
	deps.Once = true
	return deps, out, errs
}

// orkes accepts the key k with the secret s.
func orkes(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		if !strings.Contains(body.String(), `"keyId":"k"`) || !strings.Contains(body.String(), `"keySecret":"s"`) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"error":"INVALID_TOKEN","message":"Invalid Access Key"}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"token":"t"}`)
	})
	mux.HandleFunc("GET /api/token/userInfo", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"id":"app:1","name":"ann"}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func profiles(t *testing.T, deps *cli.Deps) *config.Profiles {
	t.Helper()
	found, _, err := deps.Profiles()
	require.NoError(t, err)
	return found
}

func TestLoginAsksWhatItIsNotTold(t *testing.T) {
	url := orkes(t)
	for name, tc := range map[string]struct {
		typed  string
		env    map[string]string
		server string // --server
		opts   loginOptions
		asked  string
	}{
		"everything":            {url + "\nk\ns\n", nil, "", loginOptions{}, "Server URL: Access key: Secret: "},
		"the shell's URL first": {"\nk\ns\n", map[string]string{"CONDUCTOR_SERVER_URL": url}, "", loginOptions{}, "Server URL [" + url + "]: Access key: Secret: "},
		"a key and its secret":  {"k\ns\n", nil, url, loginOptions{}, "Access key: Secret: "},
		"the secret alone":      {"s\n", nil, url, loginOptions{key: "k"}, "Secret: "},
		"nothing":               {"s\n", nil, url, loginOptions{key: "k", secretStdin: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			deps, out, errs := sit(t, tc.typed, tc.env)
			deps.Globals.Settings.Server = tc.server
			require.NoError(t, runLogin(t.Context(), deps, tc.opts))
			require.Equal(t, tc.asked, strings.Split(errs.String(), "There is no keyring")[0])
			require.Equal(t, "profile/default  signed in  to "+url+"/api as ann\n", out.String())
			stored := profiles(t, deps)
			require.Equal(t, "default", stored.Current)
			require.Equal(t, config.Profile{Server: url + "/api", Key: "k", SecretIn: config.InFile}, stored.Profiles["default"])
		})
	}
}

func TestLoginStoresNothingThatDoesNotWork(t *testing.T) {
	url := orkes(t)
	for want, tc := range map[string]struct {
		typed, server string
		exit          int
	}{
		"Invalid Access Key":    {"k\nwrong-canary\n", url, cli.ExitDenied},
		"the secret is empty":   {"k\n\n", url, cli.ExitUsage},
		"an access key is need": {"\n", url, cli.ExitUsage},
		"use http or https":     {"", "ftp://x", cli.ExitUsage},
		"read the answer: EOF":  {"", "", cli.ExitFailed},
	} {
		deps, out, _ := sit(t, tc.typed, nil)
		deps.Globals.Settings.Server = tc.server
		err := runLogin(t.Context(), deps, loginOptions{})
		require.ErrorContains(t, err, want)
		require.Equal(t, tc.exit, cli.ExitCode(err), want)
		require.NotContains(t, err.Error(), "canary")
		require.Empty(t, out.String())
		require.Empty(t, profiles(t, deps).Names(), want)
	}
}

// A second login that fails leaves what was there.
func TestLoginThatFailsKeepsTheFirst(t *testing.T) {
	url := orkes(t)
	deps, _, _ := sit(t, "k\ns\nk\nwrong\n", nil)
	deps.Globals.Settings.Server = url
	require.NoError(t, runLogin(t.Context(), deps, loginOptions{}))
	before := profiles(t, deps)
	require.Error(t, runLogin(t.Context(), deps, loginOptions{}))
	require.Equal(t, before, profiles(t, deps))
	paths, err := deps.Paths()
	require.NoError(t, err)
	secret, err := os.ReadFile(filepath.Join(paths.Config, "secrets.json"))
	require.NoError(t, err)
	require.Contains(t, string(secret), `"s"`)

	require.NoError(t, runLogout(deps, true))
	require.Equal(t, before, profiles(t, deps), "--dry-run")
	require.NoError(t, runLogout(deps, false))
	require.Equal(t, config.Profile{Server: url + "/api"}, profiles(t, deps).Profiles["default"])
	require.NoError(t, runLogout(deps, false), "twice is once")
}

func TestLeavingAQuestionIsNoMistake(t *testing.T) {
	require.Equal(t, context.Canceled, cannotAsk(context.Canceled, "--key KEY"))
	err := cannotAsk(term.ErrCannotAsk, "--key KEY")
	var explained *cli.Error
	require.ErrorAs(t, err, &explained)
	require.Equal(t, "Give it instead: --key KEY", explained.Hint)
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}
