package term_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/internal/term/termtest"
)

// openTerminal returns a terminal for the time of the test.
func openTerminal(t *testing.T, columns uint16) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, screen, err := termtest.Open(columns)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { _ = keyboard.Close(); _ = screen.Close() })
	return keyboard, screen
}

// onTerminal makes the process's streams such a terminal for the time of the test.
func onTerminal(t *testing.T, columns uint16) {
	t.Helper()
	_, screen := openTerminal(t, columns)
	in, out, errs := os.Stdin, os.Stdout, os.Stderr
	t.Cleanup(func() { os.Stdin, os.Stdout, os.Stderr = in, out, errs })
	os.Stdin, os.Stdout, os.Stderr = screen, screen, screen
}

func TestColourOnATerminal(t *testing.T) {
	onTerminal(t, 132)
	for name, tc := range map[string]struct {
		env          map[string]string
		colour, asks bool
	}{
		"by itself":   {map[string]string{"TERM": "xterm"}, true, true},
		"NO_COLOR":    {map[string]string{"NO_COLOR": "1"}, false, true},
		"CLICOLOR=0":  {map[string]string{"CLICOLOR": "0"}, false, true},
		"dumb":        {map[string]string{"TERM": "dumb"}, false, true},
		"dumb, force": {map[string]string{"TERM": "dumb", "CLICOLOR_FORCE": "1"}, true, true},
		"CI":          {map[string]string{"CI": "true"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			terminal := term.System(env(tc.env))
			require.True(t, terminal.OutTTY() && terminal.ErrTTY() && terminal.InTTY())
			require.Equal(t, tc.asks, terminal.CanAsk())
			requireColour(t, tc.colour, terminal)
			if tc.env["TERM"] == "dumb" {
				require.Empty(t, terminal.Erase(2), "it cannot go up")
			} else {
				require.NotEmpty(t, terminal.Erase(2))
			}
		})
	}
}

func TestWidthOfATerminal(t *testing.T) {
	onTerminal(t, 132)
	require.Equal(t, 132, term.System(env(nil)).Width())
	require.Equal(t, 40, term.System(env(map[string]string{"COLUMNS": "40"})).Width())
	require.Equal(t, 24, term.System(env(nil)).Height())
	require.Equal(t, 7, term.System(env(map[string]string{"LINES": "7"})).Height())
	onTerminal(t, 0)
	require.Equal(t, 80, term.System(env(nil)).Width(), "a terminal that does not know")
}

// hasty is who types as soon as a question is on the screen.
type hasty struct {
	io.Writer
	answer func()
}

func (h hasty) Write(text []byte) (int, error) {
	n, err := h.Writer.Write(text)
	if strings.HasSuffix(string(text), ": ") {
		h.answer()
	}
	return n, err
}

// types returns what types a text on a keyboard.
func types(t *testing.T, keyboard *os.File, text string) func() {
	t.Helper()
	return func() {
		t.Helper()
		_, err := io.WriteString(keyboard, text)
		require.NoError(t, err)
	}
}

// stateOf is the state of a terminal.
func stateOf(t *testing.T, screen *os.File) *unix.Termios {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	require.NoError(t, err)
	return state
}

// shown is all that a person has seen, up to now.
func shown(t *testing.T, keyboard, screen *os.File) string {
	t.Helper()
	_, err := io.WriteString(screen, "end\n")
	require.NoError(t, err)
	var all strings.Builder
	for buffer := make([]byte, 4096); !strings.HasSuffix(all.String(), "end\r\n"); {
		n, err := keyboard.Read(buffer)
		require.NoError(t, err)
		all.Write(buffer[:n])
	}
	return strings.TrimSuffix(strings.ReplaceAll(all.String(), "\r\n", "\n"), "end\n")
}

func TestSecretIsNotShown(t *testing.T) {
	keyboard, screen := openTerminal(t, 80)
	before := stateOf(t, screen)
	person := hasty{Writer: screen}
	terminal := term.NewInteractive(screen, io.Discard, &person)

	person.answer = types(t, keyboard, "the-key\n")
	key, err := terminal.Ask(t.Context(), "Key", "")
	require.NoError(t, err)
	require.Equal(t, "the-key", key)

	person.answer = types(t, keyboard, "hiddem\x7fn \n")
	secret, err := terminal.AskSecret(t.Context(), "Secret")
	require.NoError(t, err)
	require.Equal(t, "hidden", secret, "and no earlier question takes the line")
	require.Equal(t, before, stateOf(t, screen))

	person.answer = types(t, keyboard, "y\n")
	sure, err := terminal.Confirm(t.Context(), "Sure?")
	require.NoError(t, err)
	require.True(t, sure)
	require.Equal(t, "Key: the-key\nSecret: \nSure? (y/N): y\n", shown(t, keyboard, screen))
}

// A terminal that other programs have left without lines, signals or a return key gets them for the answer.
func TestSecretOnAStrangeTerminal(t *testing.T) {
	keyboard, screen := openTerminal(t, 80)
	strange := stateOf(t, screen)
	strange.Lflag &^= unix.ICANON | unix.ISIG
	strange.Iflag &^= unix.ICRNL
	require.NoError(t, unix.IoctlSetTermios(int(screen.Fd()), unix.TCSETS, strange))
	secret, err := term.NewInteractive(screen, io.Discard, hasty{screen, types(t, keyboard, "hidden\r")}).AskSecret(t.Context(), "Secret")
	require.NoError(t, err)
	require.Equal(t, "hidden", secret)
	require.Equal(t, strange, stateOf(t, screen))
	require.Equal(t, "Secret: \n", shown(t, keyboard, screen))
}

func TestASecretThatEndsWithoutALine(t *testing.T) {
	keyboard, screen := openTerminal(t, 80)
	before := stateOf(t, screen)
	terminal := term.NewInteractive(screen, io.Discard, hasty{screen, types(t, keyboard, "\x04")})
	_, err := terminal.AskSecret(t.Context(), "Secret")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, before, stateOf(t, screen))
	require.Equal(t, "Secret: \n", shown(t, keyboard, screen))
}

func TestASecretLeftByInterruptShowsAgain(t *testing.T) {
	_, screen := openTerminal(t, 80)
	before := stateOf(t, screen)
	ctx, cancel := context.WithCancel(t.Context())
	terminal := term.NewInteractive(screen, io.Discard, hasty{io.Discard, func() {
		require.Zero(t, stateOf(t, screen).Lflag&unix.ECHO)
		cancel()
	}})
	for range 2 { // the second is over before it begins
		_, err := terminal.AskSecret(ctx, "Secret")
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, stateOf(t, screen))
	}
}

func TestASecretFromWhatIsNoTerminal(t *testing.T) {
	file, err := os.Open(os.DevNull)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	var errs bytes.Buffer
	_, err = term.NewInteractive(file, io.Discard, &errs).AskSecret(t.Context(), "Secret")
	require.ErrorContains(t, err, "read the terminal's state: ")
	require.Empty(t, errs.String(), "what cannot be hidden is not asked")
}
