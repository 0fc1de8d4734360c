// Package term is the program's view of the terminal: its streams, whether a person sits behind them, colour and width,
// and the few questions that a command may ask. No other package asks these things.
package term

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	xterm "golang.org/x/term"
)

// defaultWidth is used where the width cannot be known: 80 columns.
const defaultWidth = 80

// Term holds the three streams. The zero value is not usable; see System and Test.
type Term struct {
	In       io.Reader
	Out, Err io.Writer

	inTTY, outTTY, errTTY bool
	noInput, dumb         bool
	width                 func() int
	outStyle, errStyle    *lipgloss.Renderer
	reader                *lineReader
}

// System returns the process's own terminal. getenv is asked for NO_COLOR, CLICOLOR, CLICOLOR_FORCE, COLUMNS, CI and TERM.
func System(getenv func(string) string) *Term {
	t := &Term{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		inTTY: isTTY(os.Stdin), outTTY: isTTY(os.Stdout), errTTY: isTTY(os.Stderr),
		noInput: getenv("CI") != "", dumb: getenv("TERM") == "dumb",
	}
	t.width = func() int { return systemWidth(getenv) }
	t.outStyle = newRenderer(t.Out, t.outTTY, getenv)
	t.errStyle = newRenderer(t.Err, t.errTTY, getenv)
	return t
}

// Test returns a terminal over buffers, with nobody behind it, and the buffers of its output and error streams.
func Test(stdin string) (t *Term, out, errs *bytes.Buffer) {
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	t = &Term{In: strings.NewReader(stdin), Out: out, Err: errs, width: func() int { return defaultWidth }}
	none := func(string) string { return "" }
	t.outStyle, t.errStyle = newRenderer(out, false, none), newRenderer(errs, false, none)
	return t, out, errs
}

// NewInteractive returns a terminal over the given streams as if a person sat behind all three; for tests of prompts.
func NewInteractive(in io.Reader, out, errs io.Writer) *Term {
	t := &Term{In: in, Out: out, Err: errs, inTTY: true, outTTY: true, errTTY: true, width: func() int { return defaultWidth }}
	noColor := func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
	t.outStyle, t.errStyle = newRenderer(out, true, noColor), newRenderer(errs, true, noColor)
	return t
}

func isTTY(f *os.File) bool { return xterm.IsTerminal(int(f.Fd())) }

func systemWidth(getenv func(string) string) int {
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if n, _, err := xterm.GetSize(int(os.Stdout.Fd())); err == nil && n > 0 {
		return n
	}
	return defaultWidth
}

func newRenderer(w io.Writer, tty bool, getenv func(string) string) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(w, termenv.WithTTY(tty))
	r.SetHasDarkBackground(true)
	r.SetColorProfile(colorProfile(tty, getenv))
	return r
}

// colorProfile follows no-color.org and bixense.com/clicolors: NO_COLOR wins, then CLICOLOR_FORCE, then the terminal.
func colorProfile(tty bool, getenv func(string) string) termenv.Profile {
	switch {
	case getenv("NO_COLOR") != "":
		return termenv.Ascii
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return termenv.ANSI
	case !tty || getenv("TERM") == "dumb" || getenv("CLICOLOR") == "0":
		return termenv.Ascii
	default:
		return termenv.ANSI
	}
}

// OutTTY reports whether standard output is a terminal: then tables are aligned and times relative.
func (t *Term) OutTTY() bool { return t.outTTY }

// ErrTTY reports whether standard error is a terminal: then long work shows its progress there.
func (t *Term) ErrTTY() bool { return t.errTTY }

// InTTY reports whether standard input is a terminal, so that nothing can be read from it without a person typing.
func (t *Term) InTTY() bool { return t.inTTY }

// Width is the number of columns of the terminal: COLUMNS, else what the terminal says, else 80. At least 1.
func (t *Term) Width() int { return t.width() }

// SetNoInput makes every question an error, as --no-input and --yes do.
func (t *Term) SetNoInput() { t.noInput = true }

// CanAsk reports whether questions may be asked: standard input and error are terminals, and neither --no-input nor CI is set.
func (t *Term) CanAsk() bool { return t.inTTY && t.errTTY && !t.noInput }
