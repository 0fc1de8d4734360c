package cli_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		typed, add []string
		want       string
	}{
		"as it was":            {[]string{"app", "list"}, nil, "orkesctl app list"},
		"nothing typed":        {nil, nil, "orkesctl"},
		"a flag more":          {[]string{"app", "grant", "--task", "t"}, []string{"--app", "x"}, "orkesctl app grant --task t --app x"},
		"in the other's place": {[]string{"--profile", "a", "app", "list"}, []string{"--profile", "b"}, "orkesctl app list --profile b"},
		"with an equals sign":  {[]string{"app", "list", "--profile=a"}, []string{"--profile", "b"}, "orkesctl app list --profile b"},
		"at the end, alone":    {[]string{"app", "list", "--profile"}, []string{"--profile", "b"}, "orkesctl app list --profile b"},
		"before what follows":  {[]string{"x", "--", "--y"}, []string{"--app", "z"}, "orkesctl x --app z -- --y"},
		"for a shell":          {[]string{"app", "get", "my app", "it's", ""}, nil, `orkesctl app get 'my app' 'it'\''s' ''`},
		"a secret":             {[]string{"api", "POST", "token", "-f", "keySecret=hidden"}, []string{"--profile", "b"}, "orkesctl … --profile b"},
		"a flag's own name":    {[]string{"login", "--secret-stdin"}, nil, "orkesctl login --secret-stdin"},
	} {
		t.Run(name, func(t *testing.T) {
			deps, _ := newDeps(t, nil)
			deps.Args = tc.typed
			require.Equal(t, tc.want, deps.Again(tc.add...))
			require.Equal(t, tc.typed, deps.Args, "what was typed stays")
		})
	}
}

func TestRefusalSaysWhatItTakes(t *testing.T) {
	deps, errs := newDeps(t, identityVars(refusing(t, "")))
	err := cli.Needs(answer(http.StatusForbidden), "Reading tasks needs READ.")
	require.Equal(t, cli.ExitDenied, cli.Report(deps, err))
	require.Contains(t, errs.String(), ".\nReading tasks needs READ. Use your own identity: ")

	deps, errs = newDeps(t, identityVars(refusing(t, "")))
	require.Equal(t, cli.ExitNotFound, cli.Report(deps, cli.Needs(answer(http.StatusNotFound), "Reading tasks needs READ.")))
	require.NotContains(t, errs.String(), "needs READ", "nothing was refused")
	require.NoError(t, cli.Needs(nil, "x"))
}

func TestRefusalNamesAProfileThatHasAnotherKey(t *testing.T) {
	url := refusing(t, "")
	deps, errs := newDeps(t, identityVars(url))
	paths, err := deps.Paths()
	require.NoError(t, err)
	dev := config.Dev{URL: url + "/api", Key: "k9", Secret: "s", PID: os.Getpid()}
	require.NoError(t, config.WriteDev(paths, dev))
	cli.Report(deps, answer(http.StatusForbidden))
	require.Contains(t, errs.String(), "identity: orkesctl task get x --profile dev ")

	profiles := config.Profiles{Profiles: map[string]config.Profile{
		"a-same": {Server: url, Key: "k1"}, "b-none": {Server: url}, "prod": {Server: url, Key: "k2"},
	}}
	require.NoError(t, profiles.Save(paths))
	errs.Reset()
	cli.Report(deps, answer(http.StatusForbidden))
	require.Contains(t, errs.String(), "identity: orkesctl task get x --profile prod ")
}

func TestWebPageAtAPath(t *testing.T) {
	deps, errs := newDeps(t, map[string]string{"CONDUCTOR_SERVER_URL": "https://h.example/console/ui"})
	cli.Report(deps, &conductor.ProtocolError{Kind: conductor.HTMLPage})
	require.Contains(t, errs.String(), "\nTry: CONDUCTOR_SERVER_URL=https://h.example/api\n")
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	for name, tc := range map[string]struct {
		env  map[string]string
		exit int
		want string
	}{
		"half a pair": {map[string]string{"CONDUCTOR_AUTH_KEY": "k"}, cli.ExitUsage, "unset CONDUCTOR_AUTH_KEY CONDUCTOR_AUTH_SECRET"},
		"no URL":      {map[string]string{"CONDUCTOR_SERVER_URL": "ftp://me:hidden@h"}, cli.ExitUsage, "Example: https://conductor.example.com/api"},
		"no server":   {map[string]string{"ORKESCTL_PROFILE": "dev"}, cli.ExitFailed, "Start one: orkesctl dev start"},
		"no profile":  {map[string]string{"ORKESCTL_PROFILE": "x"}, cli.ExitNotFound, "Make it: orkesctl login --profile x"},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, tc.env)
			_, err := deps.Client()
			require.Equal(t, tc.exit, cli.Report(deps, err))
			require.Contains(t, errs.String(), tc.want)
			require.NotContains(t, errs.String(), "hidden")
		})
	}
}
