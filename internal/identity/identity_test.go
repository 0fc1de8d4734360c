package identity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// at makes the dependencies of a command in a folder with these files and variables.
func at(t *testing.T, files, env map[string]string) (deps *cli.Deps, errs func() string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	terminal, _, stderr := term.Test("")
	getenv := func(name string) string {
		if value, set := env[name]; set {
			return value
		}
		return map[string]string{"HOME": dir}[name]
	}
	return cli.NewDeps(terminal, getenv, dir, "test"), stderr.String
}

func TestFind(t *testing.T) {
	shell := map[string]string{"CONDUCTOR_SERVER_URL": "http://mine", "CONDUCTOR_AUTH_KEY": "k", "CONDUCTOR_AUTH_SECRET": "s"}
	for name, tc := range map[string]struct {
		files               map[string]string
		server, key, domain string
		source, note        string
	}{
		"no project":      {nil, "http://mine/api", "k", "", "CONDUCTOR_AUTH_KEY", ""},
		"no .env":         {map[string]string{"orkesctl.yaml": "domain: john"}, "http://mine/api", "k", "john", "CONDUCTOR_AUTH_KEY", ""},
		"a key":           {map[string]string{"orkesctl.yaml": "domain: john", ".env": "CONDUCTOR_AUTH_KEY=w\nCONDUCTOR_AUTH_SECRET=hidden"}, "http://mine/api", "w", "john", ".env", "note: the worker uses the key w from .env, not your shell's\n"},
		"the same key":    {map[string]string{"orkesctl.yaml": "domain: john", ".env": "CONDUCTOR_AUTH_KEY=k\nCONDUCTOR_AUTH_SECRET=hidden"}, "http://mine/api", "k", "john", ".env", ""},
		"a server":        {map[string]string{"orkesctl.yaml": "{}", ".env": "CONDUCTOR_SERVER_URL=http://theirs"}, "http://theirs", "", "", ".env", ""},
		"another domain":  {map[string]string{"orkesctl.yaml": "domain: john", ".env": "CONDUCTOR_WORKER_DOMAIN=mary"}, "http://mine/api", "k", "mary", "CONDUCTOR_AUTH_KEY", ""},
		"another file":    {map[string]string{"orkesctl.yaml": "env: worker.env", "worker.env": "CONDUCTOR_AUTH_KEY=w"}, "http://mine/api", "w", "", "worker.env", "note: the worker uses the key w from worker.env, not your shell's\n"},
		"an empty .env":   {map[string]string{"orkesctl.yaml": "{}", ".env": ""}, "http://mine/api", "k", "", "CONDUCTOR_AUTH_KEY", ""},
		"blank variables": {map[string]string{"orkesctl.yaml": "{}", ".env": "CONDUCTOR_AUTH_KEY=\nCONDUCTOR_SERVER_URL="}, "http://mine/api", "k", "", "CONDUCTOR_AUTH_KEY", ""},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := at(t, tc.files, shell)
			who, err := identity.Find(deps)
			require.NoError(t, err)
			require.Equal(t, tc.server, who.Settings.Server.Value)
			require.Equal(t, tc.key, who.Settings.Key.Value)
			require.Equal(t, tc.domain, who.Domain)
			require.Equal(t, tc.source, who.Settings.Key.Source+map[bool]string{true: who.Settings.Server.Source}[who.Settings.Key.Source == ""])
			require.Equal(t, tc.note, errs())
		})
	}
}

func TestFindFails(t *testing.T) {
	half := map[string]string{"CONDUCTOR_AUTH_KEY": "k"}
	project := "application: x"
	for name, tc := range map[string]struct {
		files map[string]string
		env   map[string]string
		want  string
	}{
		"settings, without a project": {nil, half, "are a pair"},
		"settings, and no .env":       {map[string]string{"orkesctl.yaml": project}, half, "are a pair"},
		"settings, and no server":     {map[string]string{"orkesctl.yaml": project, ".env": "CONDUCTOR_AUTH_KEY=w"}, half, "are a pair"},
		"an .env that is none":        {map[string]string{"orkesctl.yaml": project, ".env": "what"}, nil, ".env: line 1"},
		"a project that is none":      {map[string]string{"orkesctl.yaml": "a: [1"}, nil, "orkesctl.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			deps, _ := at(t, tc.files, tc.env)
			_, err := identity.Find(deps)
			require.ErrorContains(t, err, tc.want)
		})
	}
	deps, _ := at(t, map[string]string{"orkesctl.yaml": project, ".env": "CONDUCTOR_SERVER_URL=http://theirs"}, half)
	who, err := identity.Find(deps)
	require.NoError(t, err, "the worker has settings of its own")
	require.Equal(t, "http://theirs", who.Settings.Server.Value)
}

func TestHints(t *testing.T) {
	who := identity.Worker{Settings: config.Settings{
		Key: config.Setting{Value: "k1", Source: ".env"}, Secret: config.Setting{Value: "hidden"}, Server: config.Setting{Source: ".env"},
	}}
	require.Equal(t, "the key k1 from .env", who.Key())
	require.Equal(t, "no key", identity.Worker{}.Key())
	require.Contains(t, who.Hint(&conductor.Error{Status: 401}), "does not accept the key k1 from .env. A new one: orkesctl app key create")
	require.Contains(t, who.Hint(&conductor.ConnectError{}), "The URL is from .env. Start a server here")
	require.Contains(t, who.Hint(&conductor.ProtocolError{Kind: conductor.HTMLPage}), "The URL is from .env. The API is usually at a path")
	require.Empty(t, who.Hint(&conductor.Error{Status: 500}))
}
