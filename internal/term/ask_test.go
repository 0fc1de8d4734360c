package term_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/term"
)

func TestAsk(t *testing.T) {
	for name, tc := range map[string]struct{ typed, preset, want, shown string }{
		"an answer":           {"john\n", "", "john", "Name: "},
		"with blanks":         {"  john b \r\n", "", "john b", "Name: "},
		"no preset":           {"\n", "", "", "Name: "},
		"the preset":          {"\n", "mary", "mary", "Name [mary]: "},
		"blanks, the preset":  {"  \n", "mary", "mary", "Name [mary]: "},
		"not the preset":      {"john\n", "mary", "john", "Name [mary]: "},
		"the last line":       {"john", "", "john", "Name: "},
		"only the first line": {"john\nmary\n", "", "john", "Name: "},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			got, err := term.NewInteractive(strings.NewReader(tc.typed), &out, &errs).Ask(t.Context(), "Name", tc.preset)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.shown, errs.String())
			require.Empty(t, out.String(), "standard output is for the result")
		})
	}
}

func TestAskLineByLine(t *testing.T) {
	terminal := term.NewInteractive(strings.NewReader("a\nb\nc"), io.Discard, io.Discard)
	for _, want := range []string{"a", "b", "c"} {
		got, err := terminal.Ask(t.Context(), "?", "")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for range 2 {
		_, err := terminal.Ask(t.Context(), "?", "preset")
		require.ErrorIs(t, err, io.EOF, "each time, and not a wait for ever")
	}
}

func TestConfirm(t *testing.T) {
	for typed, want := range map[string]bool{
		"y\n": true, "Y\n": true, "yes\n": true, " Yes \r\n": true, "y": true,
		"\n": false, "n\n": false, "no\n": false, "yess\n": false, "ja\n": false, "1\n": false,
	} {
		var errs bytes.Buffer
		got, err := term.NewInteractive(strings.NewReader(typed), io.Discard, &errs).Confirm(t.Context(), "Sure?")
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", typed)
		require.Equal(t, "Sure? (y/N): ", errs.String())
	}
	var errs bytes.Buffer
	_, err := term.NewInteractive(strings.NewReader(""), io.Discard, &errs).Confirm(t.Context(), "Sure?")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "Sure? (y/N): \n", errs.String(), "what is said next has its own line")
}

func TestAskSecretWithoutATerminal(t *testing.T) {
	terminal := term.NewInteractive(strings.NewReader(" hidden \n"), io.Discard, io.Discard)
	got, err := terminal.AskSecret(t.Context(), "Secret")
	require.NoError(t, err)
	require.Equal(t, "hidden", got)
}

func TestNobodyToAsk(t *testing.T) {
	quiet := term.NewInteractive(strings.NewReader("y\n"), io.Discard, io.Discard)
	require.True(t, quiet.CanAsk())
	quiet.SetNoInput()
	piped, _, errs := term.Test("y\n")
	for _, terminal := range []*term.Term{quiet, piped} {
		require.False(t, terminal.CanAsk())
		_, err := terminal.Ask(t.Context(), "?", "preset")
		require.ErrorIs(t, err, term.ErrCannotAsk)
		_, err = terminal.Confirm(t.Context(), "?")
		require.ErrorIs(t, err, term.ErrCannotAsk)
		_, err = terminal.AskSecret(t.Context(), "?")
		require.ErrorIs(t, err, term.ErrCannotAsk)
	}
	require.Empty(t, errs.String(), "nothing is asked")
}

func TestAQuestionIsLeftByInterrupt(t *testing.T) {
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	terminal := term.NewInteractive(in, io.Discard, io.Discard)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := terminal.Ask(canceled, "?", "preset")
	require.ErrorIs(t, err, context.Canceled)
	_, err = terminal.Confirm(canceled, "?")
	require.ErrorIs(t, err, context.Canceled)
	_, err = terminal.AskSecret(canceled, "?")
	require.ErrorIs(t, err, context.Canceled)

	go func() { _, _ = io.WriteString(typing, "later\nlast\n") }()
	for _, want := range []string{"later", "last"} {
		got, err := terminal.Ask(t.Context(), "?", "")
		require.NoError(t, err)
		require.Equal(t, want, got, "no line is lost to a question that was left")
	}
}
