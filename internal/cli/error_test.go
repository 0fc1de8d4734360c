package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// newDeps returns what a command may use, in an empty home, and what it writes to standard error.
func newDeps(t *testing.T, values map[string]string) (*cli.Deps, *bytes.Buffer) {
	t.Helper()
	terminal, _, errs := term.Test("")
	home := t.TempDir()
	getenv := func(name string) string {
		switch name {
		case "XDG_CONFIG_HOME", "XDG_STATE_HOME":
			return filepath.Join(home, name)
		case "ORKESCTL_KEYRING":
			return "off"
		default:
			return values[name]
		}
	}
	deps := cli.NewDeps(terminal, getenv, home, "test")
	deps.Args = []string{"task", "get", "x"}
	return deps, errs
}

func answer(status int) error { return &conductor.Error{Operation: `get task "x"`, Status: status} }

func TestExitCodes(t *testing.T) {
	canceled := fmt.Errorf("poll: %w", context.Canceled)
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"nothing":                    {nil, 0},
		"plain":                      {errors.New("x"), 1},
		"failed":                     {cli.Failed("", "x"), 1},
		"a file that is not there":   {fmt.Errorf("read: %w", fs.ErrNotExist), 1},
		"usage":                      {cli.Usage("", "x"), 2},
		"a wrong format":             {fmt.Errorf("x: %w", &render.FormatError{Message: "x"}), 2},
		"nobody to ask":              {fmt.Errorf("x: %w", term.ErrCannotAsk), 2},
		"not found":                  {cli.NotFound("", "x"), 3},
		"404":                        {answer(http.StatusNotFound), 3},
		"400":                        {answer(http.StatusBadRequest), 1},
		"401":                        {answer(http.StatusUnauthorized), 4},
		"403":                        {answer(http.StatusForbidden), 4},
		"409":                        {answer(http.StatusConflict), 1},
		"429":                        {answer(http.StatusTooManyRequests), 1},
		"500":                        {answer(http.StatusInternalServerError), 1},
		"a key not accepted":         {&conductor.AuthError{KeyID: "k", Err: answer(http.StatusBadRequest)}, 4},
		"no server":                  {&conductor.ConnectError{Err: io.EOF}, 1},
		"no API":                     {&conductor.ProtocolError{Kind: conductor.HTMLPage}, 1},
		"findings, already shown":    {cli.Silent(cli.ExitFindings), 5},
		"ended badly, already shown": {fmt.Errorf("x: %w", cli.Silent(cli.ExitEndedBadly)), 6},
		"interrupted":                {canceled, 130},
		"interrupted with a hint":    {cli.Hint(canceled, "x"), 130},
		"interrupted while failing":  {errors.Join(context.Canceled, cli.Failed("", "x")), 130},
		"too late":                   {context.DeadlineExceeded, 1},
		"the reader has gone":        {&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, 0},
		"the server has gone":        {&conductor.ConnectError{Err: &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}}, 1},
		"a hint keeps the code":      {cli.Hint(answer(http.StatusNotFound), "x"), 3},
		"wrapped":                    {fmt.Errorf("x: %w", cli.Usage("", "x")), 2},
		"a hint on a usage error":    {cli.Hint(cli.Usage("", "x"), "y"), 2},
		"the outer code counts":      {&cli.Error{Err: answer(http.StatusNotFound), Exit: cli.ExitFailed}, 1},
		"one of many":                {errors.Join(errors.New("x"), answer(http.StatusForbidden)), 4},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, cli.ExitCode(tc.err)) })
	}
	require.NoError(t, cli.Hint(nil, "x"))
}

func TestReportInText(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"nothing":             {nil, ""},
		"already shown":       {cli.Silent(cli.ExitFindings), ""},
		"the reader has gone": {syscall.EPIPE, ""},
		"plain":               {errors.New("no luck"), "error: no luck\n"},
		"with a hint":         {cli.Failed("Try again.\nOr not.\n", "no luck with %d%%", 7), "error: no luck with 7%\nTry again.\nOr not.\n"},
		"hint added":          {cli.Hint(errors.New("no luck"), "Type: %s", "50% more"), "error: no luck\nType: 50% more\n"},
		"interrupted":         {context.Canceled, "interrupted\n"},
		"interrupted, explained": {
			cli.Hint(fmt.Errorf("wait: %w", context.Canceled), "It goes on: orkesctl execution get 1"),
			"interrupted\nIt goes on: orkesctl execution get 1\n",
		},
		"the server's words": {
			&conductor.Error{Operation: `get task "x"`, Status: 400, Message: "bad", RequestID: "r1", Invalid: []conductor.FieldError{{Path: "name", Message: "empty"}}},
			"error: get task \"x\": bad (HTTP 400, request r1)\n  name: empty\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, nil)
			require.Equal(t, cli.ExitCode(tc.err), cli.Report(deps, tc.err))
			require.Equal(t, tc.want, errs.String())
		})
	}
}

func TestReportInJSON(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"plain":               {errors.New("a <b> & c"), `{"error":{"id":"failed","message":"a <b> & c"}}`},
		"usage":               {cli.Usage("Help: x --help", "what?"), `{"error":{"id":"usage","message":"what?","hint":"Help: x --help"}}`},
		"format":              {&render.FormatError{Message: "-o x"}, `{"error":{"id":"usage","message":"-o x"}}`},
		"not found":           {answer(404), `{"error":{"id":"not-found","message":"get task \"x\": Not Found (HTTP 404)","status":404}}`},
		"findings":            {&cli.Error{Err: errors.New("two"), Exit: cli.ExitFindings}, `{"error":{"id":"findings","message":"two"}}`},
		"ended badly":         {&cli.Error{Err: errors.New("FAILED"), Exit: cli.ExitEndedBadly}, `{"error":{"id":"ended-badly","message":"FAILED"}}`},
		"interrupted":         {context.Canceled, `{"error":{"id":"interrupted","message":"context canceled"}}`},
		"its own id":          {&cli.Error{Err: answer(409), ID: "exists", Hint: "h"}, `{"error":{"id":"exists","message":"get task \"x\": Conflict (HTTP 409)","status":409,"hint":"h"}}`},
		"a hint keeps the id": {cli.Hint(cli.Usage("", "x"), "h"), `{"error":{"id":"usage","message":"x","hint":"h"}}`},
		"wrapped": {
			fmt.Errorf("second: %w", cli.NotFound("h", "first")), `{"error":{"id":"not-found","message":"second: first","hint":"h"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			deps, errs := newDeps(t, nil)
			deps.Globals.Format = render.Format{Output: "json"}
			require.Equal(t, cli.ExitCode(tc.err), cli.Report(deps, tc.err))
			require.JSONEq(t, tc.want, errs.String())
			require.Equal(t, 1, bytes.Count(errs.Bytes(), []byte("\n")), "one line")
			require.NotContains(t, errs.String(), `\u003c`)
		})
	}
	deps, errs := newDeps(t, nil)
	deps.Globals.Format = render.Format{Output: "json"}
	require.Equal(t, 5, cli.Report(deps, cli.Silent(5)))
	require.Empty(t, errs.String(), "it was shown already")
	deps.Globals.Format = render.Format{JQ: ".x"}
	cli.Report(deps, errors.New("no luck"))
	require.False(t, json.Valid(errs.Bytes()), "only -o json makes errors JSON")
}

func TestSettingsErrors(t *testing.T) {
	deps, errs := newDeps(t, nil)
	deps.Globals.Settings.Profile = "prod"
	_, err := deps.Client()
	require.Equal(t, cli.ExitNotFound, cli.Report(deps, err))
	require.Equal(t, "error: no profile \"prod\" (known: dev)\nMake it: orkesctl login --profile prod\n", errs.String())

	deps, errs = newDeps(t, nil)
	deps.Globals.Settings.Profile = config.DevProfile
	_, err = deps.Settings()
	require.Equal(t, cli.ExitFailed, cli.Report(deps, err))
	require.Equal(t, "error: no development server runs on this machine\nStart one: orkesctl dev start\n", errs.String())

	deps, errs = newDeps(t, map[string]string{"CONDUCTOR_AUTH_SECRET": "hidden"})
	_, err = deps.Client()
	require.Equal(t, cli.ExitUsage, cli.Report(deps, err))
	require.Contains(t, errs.String(), "are a pair")
	require.NotContains(t, errs.String(), "hidden")
}
