package doctor

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

const secret = "s3cr3t-canary"

// at makes the dependencies of a command in a worker's folder whose server is at url, and its output and notes.
func at(t *testing.T, url string) (deps *cli.Deps, out, notes func() string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"orkesctl.yaml": "application: shop\ndomain: john\nscaffold: {tasks: [get-inventory]}\n",
		".env":          "CONDUCTOR_SERVER_URL=" + url + "\nCONDUCTOR_AUTH_KEY=k\nCONDUCTOR_AUTH_SECRET=" + secret + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	terminal, stdout, stderr := term.Test("")
	env := map[string]string{"HOME": dir, "CONDUCTOR_SERVER_URL": url}
	return cli.NewDeps(terminal, func(name string) string { return env[name] }, dir, "test"), stdout.String, stderr.String
}

// port are options for a look at the connection alone.
func port() options {
	return options{limit: time.Second, only: []string{"ORK-CONN-002"}, output: reportOutput()}
}

// --wait looks again until the server is there; its clock is the test's.
func TestWaitUntilTheServerIsThere(t *testing.T) {
	server, err := devserver.New(devserver.Options{})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	address := strings.TrimPrefix(strings.TrimSuffix(server.URL(), "/api"), "http://")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	_ = server.Close(ctx)
	cancel()

	deps, out, _ := at(t, "http://"+address+"/api")
	opts, waits := port(), 0
	opts.wait = time.Minute
	opts.after = func(d time.Duration) <-chan time.Time {
		waits++
		require.Equal(t, between, d)
		if waits == 2 {
			_, err := server.Start(t.Context(), address)
			require.NoError(t, err)
			t.Cleanup(func() { _ = server.Close(ctx) })
		}
		ready := make(chan time.Time, 1)
		ready <- time.Time{}
		return ready
	}
	require.NoError(t, runDoctor(t.Context(), deps, opts))
	require.Equal(t, 2, waits)
	require.Contains(t, out(), "All is well.")
}

func TestWaitEnds(t *testing.T) {
	deps, out, _ := at(t, "http://127.0.0.1:9/api")
	began := deps.Now()
	looks := 0
	deps.Now = func() time.Time { looks++; return began.Add(time.Duration(looks) * 10 * time.Second) }
	opts := port()
	opts.wait = time.Minute
	opts.after = func(time.Duration) <-chan time.Time {
		ready := make(chan time.Time, 1)
		ready <- time.Time{}
		return ready
	}
	require.Equal(t, cli.ExitFindings, cli.ExitCode(runDoctor(t.Context(), deps, opts)))
	require.Contains(t, out(), "connection refused")

	ctx, cancel := context.WithCancel(t.Context())
	deps, _, _ = at(t, "http://127.0.0.1:9/api")
	opts.after = func(time.Duration) <-chan time.Time { cancel(); return nil }
	require.ErrorIs(t, runDoctor(ctx, deps, opts), context.Canceled)
}

// failing is an examination in which each look shows the plan of the next one.
func failing(same bool, plans ...[][]string) look {
	seen := look{facts: &doctor.Facts{Server: doctor.ServerFacts{Same: same}}}
	for _, plan := range plans {
		seen.report.Checks = append(seen.report.Checks, doctor.Result{State: doctor.Failed, Apply: plan})
	}
	return seen
}

func TestFixRunsWhatIsShownAsThePerson(t *testing.T) {
	deps, out, notes := at(t, "http://127.0.0.1:9/api")
	deps.Globals.Yes = true
	deps.Globals.Settings.Profile = "prod"
	var ran [][]string
	opts := port()
	opts.run = func(_ context.Context, inner *cli.Deps, args []string) int {
		_, _ = inner.Term.Out.Write([]byte("done\n"))
		ran = append(ran, args)
		return 0
	}
	grant := []string{"app", "grant", "--task", "a b"}
	_, err := opts.mend(t.Context(), deps, failing(true, [][]string{grant}, [][]string{grant, {"app", "role", "add", "worker"}}))
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"app", "grant", "--task", "a b", "--profile", "prod", "--yes"}, {"app", "role", "add", "worker", "--profile", "prod", "--yes"},
	}, ran, "once each")
	require.Contains(t, notes(), "orkesctl app grant --task 'a b'\n")
	require.Contains(t, notes(), "done\n", "what a command prints stands beside the report")
	require.Empty(t, out())
}

func TestFixStops(t *testing.T) {
	grant := [][]string{{"app", "grant"}, {"app", "role", "add", "worker"}}
	never := func(context.Context, *cli.Deps, []string) int { t.Error("nothing is to be run"); return 0 }
	for name, tc := range map[string]struct {
		seen look
		yes  bool
		opts func(*options)
		exit int
		note string
	}{
		"nobody to ask":   {failing(true, grant), false, func(o *options) { o.run = never }, cli.ExitUsage, "orkesctl app grant"},
		"dry run":         {failing(true, grant), true, func(o *options) { o.dryRun, o.run = true, never }, cli.ExitOK, "Nothing was run."},
		"nothing to mend": {failing(true), true, func(o *options) { o.run = never }, cli.ExitOK, "Nothing that a command mends"},
		"two servers":     {failing(false, grant), true, func(o *options) { o.run = never }, cli.ExitOK, "two servers"},
		"a command fails": {failing(true, grant), true, func(o *options) {
			o.run = func(_ context.Context, _ *cli.Deps, args []string) int {
				require.Equal(t, "grant", args[1], "the second is not run")
				return cli.ExitDenied
			}
		}, cli.ExitDenied, "Stopped at: orkesctl app grant"},
	} {
		t.Run(name, func(t *testing.T) {
			deps, _, notes := at(t, "http://127.0.0.1:9/api")
			deps.Globals.Yes = tc.yes
			opts := port()
			tc.opts(&opts)
			_, err := opts.mend(t.Context(), deps, tc.seen)
			require.Equal(t, tc.exit, cli.ExitCode(err))
			require.Contains(t, notes(), tc.note)
		})
	}
}

func TestFlagsThatDoNotFit(t *testing.T) {
	for args, want := range map[string]string{
		"--fix --offline":        "--fix does not go with --offline",
		"--fix --as shop":        "--fix does not go with --offline and --as",
		"--dry-run":              "--dry-run is for --fix",
		"--wait -1s":             "want a time that is not negative",
		"--only ORK-X":           `no check "ORK-X"`,
		"-o name":                "-o name: unknown form",
		"--category permissions": "",
	} {
		t.Run(args, func(t *testing.T) {
			deps, _, _ := at(t, "http://127.0.0.1:9/api")
			cmd := New(deps, nil)
			cmd.SetArgs(strings.Fields(args))
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			err := cmd.ExecuteContext(t.Context())
			if want == "" {
				require.NoError(t, err, "permissions are skipped: no server")
				return
			}
			require.ErrorContains(t, err, want)
			require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
		})
	}
	deps, _, _ := at(t, "http://127.0.0.1:9/api")
	deps.Globals.Format.JQ = ".checks"
	opts := port()
	opts.output.Value = "sarif"
	require.ErrorContains(t, opts.check(deps), "does not go with --jq")
}

// Every form of the report, the notes and the archive are without the secret.
func TestNoSecretAnywhere(t *testing.T) {
	for _, form := range outputs() {
		deps, out, notes := at(t, "http://127.0.0.1:9/api")
		opts := options{limit: time.Second, output: cli.ReportOutput{Forms: outputs(), Value: form}, bundle: "support.zip"}
		require.NoError(t, opts.check(deps))
		require.Equal(t, cli.ExitFindings, cli.ExitCode(runDoctor(t.Context(), deps, opts)))
		require.NotEmpty(t, out())
		require.NotContains(t, out()+notes(), secret, form)
		archive := filepath.Join(deps.Dir, "support.zip")
		data, err := os.ReadFile(archive)
		require.NoError(t, err)
		require.NotContains(t, string(data), secret)
		info, err := os.Stat(archive)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

		require.ErrorContains(t, opts.pack(t.Context(), deps, look{facts: &doctor.Facts{}}), "Replace support.zip?", "what is there is not replaced without a word")
	}
	require.True(t, slices.Contains(outputs(), "sarif"))
}

// Only what a command makes good is mended, and what was mended once is not tried again: it may not have helped.
func TestFixLooksAgain(t *testing.T) {
	server, err := devserver.New(devserver.Options{})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 50*time.Millisecond)
		defer cancel()
		_ = server.Close(ctx)
	})
	deps, out, notes := at(t, server.URL())
	deps.Globals.Yes = true
	var ran []string
	opts := options{limit: 5 * time.Second, fix: true, only: []string{"ORK-IDENT-002"}}
	opts.run = func(_ context.Context, _ *cli.Deps, args []string) int {
		ran = append(ran, strings.Join(args, " "))
		return cli.ExitOK // and nothing has changed
	}
	require.Equal(t, cli.ExitFindings, cli.ExitCode(runDoctor(t.Context(), deps, opts)))
	require.Equal(t, []string{"app key create --env-file .env --yes"}, ran, "once")
	require.Contains(t, out(), "ORK-IDENT-002", "it is still so")
	require.NotContains(t, out()+notes(), secret)
}

// A question that is answered with no changes nothing, and is no finding.
func TestFixAsks(t *testing.T) {
	for answer, runs := range map[string]int{"y\n": 1, "n\n": 0, "\n": 0} {
		deps, _, _ := at(t, "http://127.0.0.1:9/api")
		deps.Term = term.NewInteractive(strings.NewReader(answer), io.Discard, io.Discard)
		ran := 0
		opts := port()
		opts.run = func(context.Context, *cli.Deps, []string) int { ran++; return cli.ExitOK }
		_, err := opts.mend(t.Context(), deps, failing(true, [][]string{{"app", "grant"}}))
		require.Equal(t, runs, ran, "%q", answer)
		require.Equal(t, runs == 1, err == nil, "%q", answer)
	}
}

func TestForms(t *testing.T) {
	for form, want := range map[string]string{
		"":      "connection\n  ✗ server  connection refused  ORK-CONN-002\n",
		"table": "✗ server  connection refused",
		"wide":  "✗ server  connection refused",
		"json":  `"id": "ORK-CONN-002"`,
		"yaml":  "id: ORK-CONN-002",
		"sarif": `"ruleId": "ORK-CONN-002"`,
		"junit": `<failure message="connection refused">`,
		"short": "ORK-CONN-002 failed server: connection refused → orkesctl dev start --detach\n",
	} {
		t.Run(form, func(t *testing.T) {
			deps, out, _ := at(t, "http://127.0.0.1:9/api")
			opts := port()
			opts.output.Value = form
			require.NoError(t, opts.check(deps))
			require.Equal(t, cli.ExitFindings, cli.ExitCode(runDoctor(t.Context(), deps, opts)))
			require.Contains(t, out(), want)
		})
	}
}

// The archive goes where it can be written, else the report stands and the error is told.
func TestBundleThatCannotBeWritten(t *testing.T) {
	deps, out, _ := at(t, "http://127.0.0.1:9/api")
	opts := port()
	opts.bundle = filepath.Join("nowhere", "support.zip")
	err := runDoctor(t.Context(), deps, opts)
	require.ErrorContains(t, err, "support.zip")
	require.Equal(t, cli.ExitFailed, cli.ExitCode(err))
	require.Contains(t, out(), "connection refused")
}
