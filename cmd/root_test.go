package cmd_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/cmd"
	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
)

// run is one command line in an empty home, without a server or a person.
func run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	terminal, stdout, stderr := term.Test("")
	home := t.TempDir()
	getenv := func(name string) string { return map[string]string{"HOME": home, "ORKESCTL_KEYRING": "off"}[name] }
	deps := cli.NewDeps(terminal, getenv, home, "1.2.3")
	code = cmd.Run(t.Context(), deps, args)
	return code, stdout.String(), stderr.String()
}

func TestVersionFlagWhereverItStands(t *testing.T) {
	for name, args := range map[string][]string{
		"alone, the quick way": {"--version"},
		"before another flag":  {"--version", "--yes"},
		"behind another flag":  {"--no-input", "--version"},
		"with a value":         {"--version=true"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := run(t, args...)
			require.Equal(t, cli.ExitOK, code)
			require.Equal(t, "orkesctl 1.2.3\n", out)
			require.Empty(t, errs)
		})
	}
}

func TestVersionFlagSaysWhatTheCommandSays(t *testing.T) {
	_, flag, _ := run(t, "--version")
	code, command, _ := run(t, "version", "--client", "--template", "orkesctl {{.client}}")
	require.Equal(t, cli.ExitOK, code)
	require.Equal(t, flag, command)
}

func TestVersionFlagOfACommandIsUnknown(t *testing.T) {
	code, _, errs := run(t, "task", "list", "--version")
	require.Equal(t, cli.ExitUsage, code)
	require.Contains(t, errs, "unknown flag: --version")
}

func TestFlagsSayWhatTheyTake(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"a number":       {[]string{"dev", "start", "--port", "abc"}, "error: invalid argument \"abc\" for \"--port\" flag: want a whole number\n"},
		"too large":      {[]string{"dev", "start", "--port", "99999999999999999999"}, "error: invalid argument \"99999999999999999999\" for \"--port\" flag: want a whole number\n"},
		"out of range":   {[]string{"dev", "start", "--port", "70000"}, "error: --port 70000: a port is 0 to 65535\n"},
		"negative":       {[]string{"dev", "start", "--port", "-1"}, "error: --port -1: a port is 0 to 65535\n"},
		"yes or no":      {[]string{"app", "list", "--yes=maybe"}, "error: invalid argument \"maybe\" for \"--yes\" flag: want true or false\n"},
		"no value":       {[]string{"dev", "start", "--port"}, "error: flag needs an argument: --port\n"},
		"nearly a flag":  {[]string{"dev", "start", "--prot", "1"}, "Did you mean --port?\n"},
		"nearly a verb":  {[]string{"app", "lst"}, "Did you mean: orkesctl app list\n"},
		"no verb":        {[]string{"app"}, "error: orkesctl app needs a verb\n"},
		"unknown format": {[]string{"app", "list", "-o", "xml"}, "error: -o xml: not one of table, wide, json, yaml, name\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := run(t, tc.args...)
			require.Equal(t, cli.ExitUsage, code)
			require.Empty(t, out)
			require.Contains(t, errs, tc.want)
		})
	}
}

func TestInterruptedIsSaidOnce(t *testing.T) {
	terminal, _, errs := term.Test("")
	home := t.TempDir()
	deps := cli.NewDeps(terminal, func(name string) string {
		return map[string]string{"HOME": home, "CONDUCTOR_SERVER_URL": "http://127.0.0.1:1"}[name]
	}, home, "1.2.3")
	deps.Term.Out = io.Discard
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, cli.ExitInterrupted, cmd.Run(ctx, deps, []string{"app", "list"}))
	require.Equal(t, "interrupted\n", errs.String())
}

func TestTheNameAloneIsHelp(t *testing.T) {
	_, help, _ := run(t, "--help")
	code, out, errs := run(t)
	require.Equal(t, cli.ExitOK, code)
	require.Empty(t, errs)
	require.Equal(t, help, out)
	for _, line := range []string{"Start here: orkesctl quickstart", "Begin:", "Find out:", "  doctor       Say what keeps", "More:", "  api          Send any request"} {
		require.Contains(t, out, line)
	}
	for path := range leaves(t) {
		require.Equal(t, 1, strings.Count(out, "\n  "+strings.Fields(path)[0]+" "), "%s is listed once", path)
	}
}
