package quickstart_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/cmd"
	"github.com/orkesctl/orkesctl/cmd/quickstart"
	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
)

// play is one quickstart, in a folder and with a folder for temporary files that are empty. before is called before each of its
// command lines and answers with the exit code of one that is not to be run, else zero.
type play struct {
	dir, temp string
	url       string // of its server
	out, errs string
}

func (p *play) run(ctx context.Context, t *testing.T, before func(line string) int, args ...string) int {
	t.Helper()
	p.dir, p.temp = t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", p.temp)
	t.Setenv("TMP", p.temp)
	terminal, out, errs := term.Test("")
	deps := cli.NewDeps(terminal, func(string) string { return "" }, p.dir, "test")
	command := quickstart.New(deps, func(ctx context.Context, deps *cli.Deps, args []string) int {
		p.url = deps.Getenv("CONDUCTOR_SERVER_URL")
		if code := before(strings.Join(args, " ")); code != cli.ExitOK {
			_, _ = io.WriteString(deps.Term.Err, "error: made to fail\n")
			return code
		}
		return cmd.Run(ctx, deps, args)
	})
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetArgs(args)
	code := cli.Report(deps, command.ExecuteContext(ctx))
	p.out, p.errs = out.String(), errs.String()
	return code
}

// requireGone checks that nothing of it is left: no temporary file, and no server.
func (p *play) requireGone(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(p.temp)
	require.NoError(t, err)
	require.Empty(t, left)
	if p.url == "" {
		return
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/version", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.Error(t, err, "its server still answers")
}

func proceed(string) int { return cli.ExitOK }

func TestQuickstart(t *testing.T) {
	p := &play{}
	var lines []string
	code := p.run(t.Context(), t, func(line string) int { lines = append(lines, line); return cli.ExitOK }, "--lang", "builtin")
	require.Equal(t, cli.ExitOK, code, p.errs)
	require.Regexp(t, `(?m)^   COMPLETED in .*: \{"inventory":\d+,"product_id":42\}$`, p.out)
	require.Contains(t, p.out, "✗ the worker's poll was refused")
	for i, want := range []string{"scaffold worker", "task define", "workflow define", "app create", "app key create", "app grant", "workflow start", "app revoke", "workflow start"} {
		require.Contains(t, lines[i], want)
	}
	p.requireGone(t)
	left, err := os.ReadDir(p.dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Wherever Ctrl-C comes, it ends with 130, says that everything is gone, and it is.
func TestInterruptedAnywhere(t *testing.T) {
	for _, at := range []string{"scaffold worker", "task define", "workflow define", "app create", "app key create", "app grant", "workflow start", "app revoke"} {
		t.Run(at, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p := &play{}
			code := p.run(ctx, t, func(line string) int {
				if strings.HasPrefix(line, at) {
					cancel()
				}
				return cli.ExitOK
			}, "--lang", "builtin")
			require.Equal(t, cli.ExitInterrupted, code, p.out+p.errs)
			require.Equal(t, "Everything was removed: the server, the project and the worker.\ninterrupted\n", p.errs)
			require.NotContains(t, p.out, "Keep it next time")
			p.requireGone(t)
		})
	}
}

func TestInterruptedKeepsWhatWasToBeKept(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := &play{}
	code := p.run(ctx, t, func(line string) int {
		if strings.HasPrefix(line, "app create") {
			cancel()
		}
		return cli.ExitOK
	}, "--lang", "builtin", "--keep", "mine")
	require.Equal(t, cli.ExitInterrupted, code)
	require.Equal(t, "The server has gone. What there is of the project is in mine.\ninterrupted\n", p.errs)
	require.FileExists(t, filepath.Join(p.dir, "mine", "orkesctl.yaml"))
	p.requireGone(t)
}

// A step that fails ends it with what the step said, and nothing is left.
func TestAStepThatFails(t *testing.T) {
	for _, at := range []string{"scaffold worker", "task define", "app key create", "workflow start"} {
		t.Run(at, func(t *testing.T) {
			p := &play{}
			code := p.run(t.Context(), t, func(line string) int {
				if strings.HasPrefix(line, at) {
					return cli.ExitNotFound
				}
				return cli.ExitOK
			}, "--lang", "builtin")
			require.Equal(t, cli.ExitFailed, code)
			require.Regexp(t, "^error: orkesctl "+at+".*: exit 3\nerror: made to fail\n$", p.errs)
			p.requireGone(t)
		})
	}
}

func TestWhatIsRefusedBeforeAnythingIsBegun(t *testing.T) {
	for want, args := range map[string][]string{
		"the quickstart has no such worker": {"--lang", "cobol"},
		"the folder is not empty":           {"--lang", "builtin", "--keep", "."},
		"there is no go on the PATH":        {"--lang", "go"},
	} {
		t.Run(want, func(t *testing.T) {
			if slices.Contains(args, "go") {
				t.Setenv("PATH", t.TempDir())
			}
			p := &play{}
			full := slices.Contains(args, "--keep")
			if full {
				args = []string{"--lang", "builtin", "--keep", t.TempDir()}
				require.NoError(t, os.WriteFile(filepath.Join(args[3], "x"), nil, 0o600))
			}
			require.NotEqual(t, cli.ExitOK, p.run(t.Context(), t, proceed, args...))
			require.Contains(t, p.errs, want)
			require.Empty(t, p.out)
			require.Empty(t, p.url)
			p.requireGone(t)
		})
	}
}

// Without Go the built-in worker stands in, and that is said.
func TestWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	p := &play{}
	require.Equal(t, cli.ExitOK, p.run(t.Context(), t, proceed), p.errs)
	require.Contains(t, p.out, "no Go toolchain is installed")
	require.Contains(t, p.out, "COMPLETED in ")
	p.requireGone(t)
}

// A Go worker that cannot be built gives way to the built-in one, unless Go was asked for.
func TestAWorkerThatDoesNotStart(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script is no program on Windows")
	}
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\n"), 0o700))
	t.Setenv("PATH", bin)
	broken := func(line string) int {
		if line == "worker run" {
			return cli.ExitFailed
		}
		return cli.ExitOK
	}
	p := &play{}
	require.Equal(t, cli.ExitOK, p.run(t.Context(), t, broken), p.errs)
	require.Contains(t, p.out, "the Go worker did not start (error: made to fail); going on with the built-in one")
	require.Contains(t, p.out, "COMPLETED in ")
	p.requireGone(t)

	p = &play{}
	require.Equal(t, cli.ExitFailed, p.run(t.Context(), t, broken, "--lang", "go"))
	require.Equal(t, "error: the worker did not start: it ended with code 1\nerror: made to fail\nWithout Go: orkesctl quickstart --lang builtin\n", p.errs)
	p.requireGone(t)
}
