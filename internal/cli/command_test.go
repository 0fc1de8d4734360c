package cli_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
)

// leaf is a command that takes the named arguments and does nothing.
func leaf(use, example string, names ...string) *cobra.Command {
	return &cobra.Command{Use: use, Example: example, Args: cli.Args(names...), RunE: func(*cobra.Command, []string) error { return nil }}
}

// words are a command line's arguments; ” is an empty one.
func words(line string) []string {
	args := strings.Fields(line)
	for i, arg := range args {
		args[i] = strings.Trim(arg, "'")
	}
	return args
}

func run(cmd *cobra.Command, args ...string) error {
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(io.Discard)
	return cmd.Execute()
}

// hintOf returns an error's next step, and checks that it is one of usage.
func hintOf(t *testing.T, err error) string {
	t.Helper()
	var known *cli.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	return known.Hint
}

func TestArgs(t *testing.T) {
	for name, tc := range map[string]struct {
		names []string
		args  string
		want  string // empty: they fit
	}{
		"none":               {nil, "", ""},
		"one too many":       {nil, "a", `unexpected argument "a"`},
		"required":           {[]string{"NAME"}, "a", ""},
		"required, missing":  {[]string{"NAME"}, "", "missing argument: NAME"},
		"two missing":        {[]string{"NAME", "FILE"}, "", "missing argument: NAME, FILE"},
		"one of two missing": {[]string{"NAME", "FILE"}, "a", "missing argument: FILE"},
		"third of two":       {[]string{"NAME", "FILE"}, "a b c d", `unexpected argument "c"`},
		"optional, absent":   {[]string{"NAME", "[FILE]"}, "a", ""},
		"optional, given":    {[]string{"NAME", "[FILE]"}, "a b", ""},
		"optional, too many": {[]string{"NAME", "[FILE]"}, "a b c", `unexpected argument "c"`},
		"many":               {[]string{"NAME…"}, "a b c", ""},
		"many, none":         {[]string{"NAME…"}, "", "missing argument: NAME…"},
		"any number":         {[]string{"[NAME…]"}, "", ""},
		"any number, given":  {[]string{"[NAME…]"}, "a b c", ""},
		"empty":              {[]string{"NAME"}, "''", "NAME is empty"},
		"one of many empty":  {[]string{"[NAME…]"}, "a '' c", "NAME is empty"},
		"may be empty":       {[]string{"NAME", "VALUE?"}, "a ''", ""},
		"rest may be empty":  {[]string{"CMD", "[ARGS…]?"}, "a b '' ''", ""},
		"missing, may be":    {[]string{"NAME", "VALUE?"}, "a", "missing argument: VALUE"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(leaf("do", "", tc.names...), words(tc.args)...)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tc.want)
			require.Equal(t, "Help: do --help", hintOf(t, err))
		})
	}
}

func TestUsageHintShowsTheFirstExample(t *testing.T) {
	cmd := leaf("do", "\n  do a b\n  do c d\n", "NAME")
	require.Equal(t, "Example: do a b\nHelp: do --help", cli.UsageHint(cmd))
	require.Equal(t, cli.UsageHint(cmd), hintOf(t, run(cmd)))
}

func TestGroup(t *testing.T) {
	group := func() *cobra.Command {
		secret := leaf("secret", "")
		secret.Hidden = true
		return cli.Group("top", "Top", cli.Group("task", "Tasks", leaf("list", ""), leaf("define", ""), leaf("delete", ""), secret))
	}
	for name, tc := range map[string]struct{ args, message, hint string }{
		"no verb":         {"task", "top task needs a verb", "One of: define, delete, list\nHelp: top task --help"},
		"a typing error":  {"task lsit", `unknown command "lsit" for "top task"`, "Did you mean: top task list"},
		"a beginning":     {"task del", `unknown command "del" for "top task"`, "Did you mean: top task delete"},
		"another case":    {"task LIST", `unknown command "LIST" for "top task"`, "Did you mean: top task list"},
		"nothing near":    {"task explode", `unknown command "explode" for "top task"`, "One of: define, delete, list\nHelp: top task --help"},
		"at the top":      {"tusk list", `unknown command "tusk" for "top"`, "Did you mean: top task"},
		"hidden from all": {"task secre", `unknown command "secre" for "top task"`, "One of: define, delete, list\nHelp: top task --help"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(group(), strings.Fields(tc.args)...)
			require.EqualError(t, err, tc.message)
			require.Equal(t, tc.hint, hintOf(t, err))
		})
	}
	require.NoError(t, run(group(), "task", "list"))
	require.Contains(t, hintOf(t, run(group(), "task", "")), "One of: ", "an empty word is like no other")
}

func TestConfirm(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		want   string
		exit   int
	}{
		"yes":         {"y\n", "", 0},
		"in full":     {" YES \n", "", 0},
		"no":          {"n\n", "not confirmed", cli.ExitFailed},
		"only return": {"\n", "not confirmed", cli.ExitFailed},
		"other words": {"sure\n", "not confirmed", cli.ExitFailed},
		"end of file": {"", "read the answer: EOF", cli.ExitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			deps, _ := newDeps(t, nil)
			var errs bytes.Buffer
			deps.Term = term.NewInteractive(strings.NewReader(tc.answer), io.Discard, &errs)
			err := deps.Confirm(t.Context(), "Delete %s?", "100%")
			require.Equal(t, "Delete 100%? (y/N): ", strings.TrimRight(errs.String(), "\n"))
			require.Equal(t, tc.exit, cli.ExitCode(err))
			if tc.want != "" {
				require.EqualError(t, err, tc.want)
			}
		})
	}
}

func TestConfirmWithoutAnybody(t *testing.T) {
	deps, errs := newDeps(t, nil)
	err := deps.Confirm(t.Context(), "Delete %s?", "x")
	require.EqualError(t, err, "Delete x?: this needs an answer, and nobody can be asked")
	require.Equal(t, "Answer it beforehand: --yes", hintOf(t, err))
	deps.Globals.Yes = true
	require.NoError(t, deps.Confirm(t.Context(), "Delete %s?", "x"))
	require.Empty(t, errs.String())
}
