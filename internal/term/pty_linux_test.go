package term_test

import (
	"bytes"
	"context"
	"io"
	"os"
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

func TestSecretIsNotShown(t *testing.T) {
	keyboard, screen := openTerminal(t, 80)
	var errs bytes.Buffer
	terminal := term.NewInteractive(screen, io.Discard, &errs)
	_, err := io.WriteString(keyboard, "the-key\n")
	require.NoError(t, err)
	key, err := terminal.Ask(t.Context(), "Key", "")
	require.NoError(t, err)
	require.Equal(t, "the-key", key)

	before, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	require.NoError(t, err)
	quiet := make(chan error, 1)
	go func() { quiet <- typeWhenQuiet(t.Context(), keyboard, screen, "hidden \n") }()
	secret, err := terminal.AskSecret(t.Context(), "Secret")
	require.NoError(t, err)
	require.NoError(t, <-quiet)
	require.Equal(t, "hidden", secret, "and no earlier question takes the line")
	require.Equal(t, "Key: Secret: \n", errs.String())
	after, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	require.NoError(t, err)
	require.Equal(t, before, after)

	_, err = io.WriteString(screen, "end\n")
	require.NoError(t, err)
	shown := make([]byte, 4096)
	n, err := keyboard.Read(shown)
	require.NoError(t, err)
	require.NotContains(t, string(shown[:n]), "hidden")
}

// typeWhenQuiet types a line once the terminal no longer shows what is typed.
func typeWhenQuiet(ctx context.Context, keyboard, screen *os.File, text string) error {
	for ctx.Err() == nil {
		state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
		if err != nil {
			return err
		}
		if state.Lflag&unix.ECHO == 0 {
			_, err = io.WriteString(keyboard, text)
			return err
		}
	}
	return ctx.Err()
}

func TestASecretLeftByInterruptShowsAgain(t *testing.T) {
	_, screen := openTerminal(t, 80)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
			if err != nil || state.Lflag&unix.ECHO == 0 {
				cancel()
			}
		}
	}()
	_, err := term.NewInteractive(screen, io.Discard, io.Discard).AskSecret(ctx, "Secret")
	require.ErrorIs(t, err, context.Canceled)
	state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	require.NoError(t, err)
	require.NotZero(t, state.Lflag&unix.ECHO)
}
