package term_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/term"
)

// env returns an environment of these variables and no others.
func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// piped makes standard output and error pipes for the time of the test, and standard input an empty file.
func piped(t *testing.T) {
	t.Helper()
	in, out, errs := os.Stdin, os.Stdout, os.Stderr
	t.Cleanup(func() { os.Stdin, os.Stdout, os.Stderr = in, out, errs })
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close(); _ = writer.Close() })
	os.Stdin, os.Stdout, os.Stderr = reader, writer, writer
}

func TestColourInAPipe(t *testing.T) {
	piped(t)
	for name, tc := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"by itself":       {nil, false},
		"forced":          {map[string]string{"CLICOLOR_FORCE": "1"}, true},
		"not forced":      {map[string]string{"CLICOLOR_FORCE": "0"}, false},
		"forced, dumb":    {map[string]string{"CLICOLOR_FORCE": "1", "TERM": "dumb"}, true},
		"forced, no":      {map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		"a good terminal": {map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			terminal := term.System(env(tc.env))
			require.False(t, terminal.OutTTY())
			require.False(t, terminal.ErrTTY())
			require.False(t, terminal.InTTY())
			require.False(t, terminal.CanAsk())
			requireColour(t, tc.want, terminal)
		})
	}
}

func requireColour(t *testing.T, want bool, terminal *term.Term) {
	t.Helper()
	for _, painted := range []string{terminal.Paint(term.Bad, "word"), terminal.PaintErr(term.Bad, "word")} {
		if want {
			require.Equal(t, "\x1b[31mword\x1b[0m", painted)
		} else {
			require.Equal(t, "word", painted)
		}
	}
}

func TestTones(t *testing.T) {
	piped(t)
	terminal := term.System(env(map[string]string{"CLICOLOR_FORCE": "1"}))
	for tone, want := range map[term.Tone]string{
		term.Plain: "x", term.Done: "\x1b[32mx\x1b[0m", term.Look: "\x1b[33mx\x1b[0m", term.Bad: "\x1b[31mx\x1b[0m", term.Dim: "\x1b[2mx\x1b[0m",
	} {
		require.Equal(t, want, terminal.Paint(tone, "x"))
		require.Empty(t, terminal.Paint(tone, ""))
	}
}

func TestWidthWithoutATerminal(t *testing.T) {
	piped(t)
	for columns, want := range map[string]int{"": 80, "40": 40, "1": 1, "0": 80, "-5": 80, "wide": 80, " 40": 80} {
		require.Equal(t, want, term.System(env(map[string]string{"COLUMNS": columns})).Width(), columns)
	}
	for lines, want := range map[string]int{"": 24, "50": 50, "0": 24, "-5": 24, "tall": 24} {
		require.Equal(t, want, term.System(env(map[string]string{"LINES": lines})).Height(), lines)
	}
}

func TestTermsForTests(t *testing.T) {
	terminal, out, errs := term.Test("in")
	require.False(t, terminal.OutTTY() || terminal.ErrTTY() || terminal.InTTY() || terminal.CanAsk())
	require.Equal(t, 80, terminal.Width())
	require.Empty(t, terminal.Erase(3), "no escape codes in a pipe")
	require.False(t, terminal.CanErase())
	requireColour(t, false, terminal)
	_, _ = io.Copy(terminal.Out, terminal.In)
	_, _ = io.WriteString(terminal.Err, "err")
	require.Equal(t, "in", out.String())
	require.Equal(t, "err", errs.String())

	terminal = term.NewInteractive(strings.NewReader(""), new(bytes.Buffer), io.Discard)
	require.True(t, terminal.OutTTY() && terminal.ErrTTY() && terminal.InTTY() && terminal.CanAsk())
	requireColour(t, false, terminal)
	require.Equal(t, "\x1b[3A\x1b[J", terminal.Erase(3))
	require.Empty(t, terminal.Erase(0))
}
