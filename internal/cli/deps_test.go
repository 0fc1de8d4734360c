package cli_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// listing is a server with three task definitions that wants the token of a key; it returns its URL and the headers it got last.
func listing(t *testing.T) (url string, last *http.Header) {
	t.Helper()
	last = &http.Header{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/api/token" {
			_, _ = fmt.Fprint(w, `{"token":"hidden-token"}`)
			return
		}
		*last = r.Header.Clone()
		_, _ = fmt.Fprint(w, `[{"name":"get-inventory"},{"name":"get-price"},{"name":"ship"}]`)
	}))
	t.Cleanup(server.Close)
	return server.URL, last
}

func taskNames(ctx context.Context, client *conductor.Client) ([]string, error) {
	defs, err := client.TaskDefs.List(ctx)
	names := make([]string, 0, len(defs))
	for _, def := range defs {
		names = append(names, def.Value.Name)
	}
	return names, err
}

func TestClientIsMadeOnceWithTheSettings(t *testing.T) {
	url, last := listing(t)
	deps, errs := newDeps(t, identityVars(url))
	client, err := deps.Client()
	require.NoError(t, err)
	again, err := deps.Client()
	require.NoError(t, err)
	require.Same(t, client, again)
	require.Equal(t, url+"/api", client.BaseURL())
	names, err := taskNames(t.Context(), client)
	require.NoError(t, err)
	require.Len(t, names, 3)
	require.Equal(t, "hidden-token", last.Get("X-Authorization"))
	require.Equal(t, "orkesctl/test", last.Get("User-Agent"))
	require.Empty(t, errs.String(), "nothing is said without need")
}

func TestClientWithATokenAndWithoutAnIdentity(t *testing.T) {
	url, last := listing(t)
	for token, want := range map[string]string{"mine": "mine", "": ""} {
		deps, _ := newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": url, "CONDUCTOR_AUTH_TOKEN": token})
		client, err := deps.Client()
		require.NoError(t, err)
		_, err = taskNames(t.Context(), client)
		require.NoError(t, err)
		require.Equal(t, want, last.Get("X-Authorization"))
	}
}

func TestDebugMasksSecrets(t *testing.T) {
	url, _ := listing(t)
	deps, errs := newDeps(t, identityVars(url))
	deps.Globals.Debug = true
	client, err := deps.Client()
	require.NoError(t, err)
	_, err = taskNames(t.Context(), client)
	require.NoError(t, err)
	require.Contains(t, errs.String(), "> POST "+url+"/api/token\n")
	require.Contains(t, errs.String(), "< 200 OK in ")
	require.NotContains(t, errs.String(), "hidden")
}

func TestDevelopmentServerIsSaidOnce(t *testing.T) {
	deps, errs := newDeps(t, nil)
	paths, err := deps.Paths()
	require.NoError(t, err)
	dev := config.Dev{URL: "http://localhost:9090/api", Key: "k", Secret: "s", PID: os.Getpid()}
	require.NoError(t, config.WriteDev(paths, dev))
	for range 2 {
		_, err = deps.Client()
		require.NoError(t, err)
	}
	require.Equal(t, "using the development server at http://localhost:9090/api (nothing else is configured)\n", errs.String())
}

func TestCertificatesThatCannotBeRead(t *testing.T) {
	deps, errs := newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": "https://h", "ORKESCTL_CA_FILE": "/no/such/ca.pem"})
	_, err := deps.Client()
	require.Equal(t, cli.ExitFailed, cli.Report(deps, err))
	require.Contains(t, errs.String(), "set up the connection to https://h/api: ")
	require.Contains(t, errs.String(), "/no/such/ca.pem")
}

func TestProjectOfTheWorkingFolder(t *testing.T) {
	deps, _ := newDeps(t, nil)
	found, err := deps.Project()
	require.NoError(t, err)
	require.Nil(t, found)
	deps, _ = newDeps(t, nil)
	require.NoError(t, os.WriteFile(filepath.Join(deps.Dir, "orkesctl.yaml"), []byte("domain: john\n"), 0o600))
	found, err = deps.Project()
	require.NoError(t, err)
	require.Equal(t, "john", found.Domain)
}

func TestPrinterHasTheClockOfTheCommand(t *testing.T) {
	deps, _ := newDeps(t, nil)
	deps.Now = func() time.Time { return time.UnixMilli(1) }
	deps.Globals.Format.Output = "yaml"
	p := deps.Printer()
	require.Equal(t, time.UnixMilli(1), p.Now())
	require.Equal(t, "yaml", p.Format.Output)
}

func TestCompleteNames(t *testing.T) {
	url, _ := listing(t)
	failing := func(context.Context, *conductor.Client) ([]string, error) {
		return []string{"get-none"}, errors.New("no")
	}
	for name, tc := range map[string]struct {
		env    map[string]string
		list   func(context.Context, *conductor.Client) ([]string, error)
		args   []string
		prefix string
		want   []cobra.Completion
	}{
		"all":                        {identityVars(url), taskNames, nil, "", []string{"get-inventory", "get-price", "ship"}},
		"those that begin so":        {identityVars(url), taskNames, nil, "get-", []string{"get-inventory", "get-price"}},
		"those not given":            {identityVars(url), taskNames, []string{"get-price"}, "get-", []string{"get-inventory"}},
		"none":                       {identityVars(url), taskNames, nil, "x", nil},
		"a server that fails":        {identityVars(url), failing, nil, "", nil},
		"settings that are not good": {map[string]string{"CONDUCTOR_AUTH_KEY": "half"}, taskNames, nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, tc.env)
			cmd := &cobra.Command{}
			cmd.SetContext(t.Context())
			got, directive := cli.CompleteNames(deps, tc.list)(cmd, tc.args, tc.prefix)
			require.Equal(t, tc.want, got)
			require.Equal(t, cobra.ShellCompDirectiveNoFileComp, directive)
			require.Empty(t, errs.String(), "nothing disturbs the line that is being typed")
		})
	}
}

func TestCompleteFirst(t *testing.T) {
	complete := cli.CompleteFirst(func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return []cobra.Completion{"a"}, cobra.ShellCompDirectiveNoFileComp
	})
	got, _ := complete(nil, nil, "")
	require.Equal(t, []cobra.Completion{"a"}, got)
	got, directive := complete(nil, []string{"a"}, "")
	require.Empty(t, got)
	require.Equal(t, cobra.ShellCompDirectiveNoFileComp, directive)
	_, directive = cli.CompleteFiles(nil, nil, "")
	require.Equal(t, cobra.ShellCompDirectiveDefault, directive)
}

func TestRelative(t *testing.T) {
	root := t.TempDir()
	d := &cli.Deps{Dir: filepath.Join(root, "a")}
	for path, want := range map[string]string{
		filepath.Join(root, "a", "b", "c.yaml"): filepath.Join("b", "c.yaml"),
		filepath.Join(root, "a"):                ".",
		filepath.Join(root, "a", "..b"):         "..b",
		root:                                    root,
		filepath.Join(root, "ab", "c"):          filepath.Join(root, "ab", "c"),
		"<stdin>":                               "<stdin>",
	} {
		require.Equal(t, want, d.Relative(path))
	}
}

func TestProfilesThatCannotBeRead(t *testing.T) {
	deps, _ := newDeps(t, nil)
	profiles, paths, err := deps.Profiles()
	require.NoError(t, err)
	require.Empty(t, profiles.Names(), "nobody has made any")
	require.NoError(t, os.MkdirAll(paths.ProfilesFile(), 0o700))
	_, _, err = deps.Profiles()
	require.ErrorContains(t, err, paths.ProfilesFile())
}

// Two clients at one time, as doctor has them for two identities, trace into one stream: run with -race.
func TestClientsTraceTogether(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, map[bool]string{true: `{"token":"canary"}`, false: `[]`}[r.URL.Path == "/api/token"])
	}))
	t.Cleanup(server.Close)
	deps, errs := newDeps(t, nil)
	deps.Globals.Debug = true
	var group sync.WaitGroup
	for _, key := range []string{"k1", "k2"} {
		client, err := deps.NewClient(config.Settings{
			Server: config.Setting{Value: server.URL}, Key: config.Setting{Value: key}, Secret: config.Setting{Value: "canary"},
		})
		require.NoError(t, err)
		group.Go(func() {
			for range 20 {
				_, _ = taskNames(t.Context(), client)
			}
		})
	}
	group.Wait()
	require.Equal(t, 42, strings.Count(errs.String(), " 200 "), "a token and 20 lists for each")
	require.NotContains(t, errs.String(), "canary")
}
