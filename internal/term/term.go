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
	xterm "github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
)

// The size that is taken where it cannot be known: 80 columns and 24 rows.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Term holds the three streams. The zero value is not usable; see System and Test.
type Term struct {
	In       io.Reader
	Out, Err io.Writer

	inTTY, outTTY, errTTY bool
	noInput, dumb         bool
	width, height         func() int
	outStyle, errStyle    *lipgloss.Renderer
	reader                *lineReader
}

// System returns the process's own terminal. getenv is asked for NO_COLOR, CLICOLOR, CLICOLOR_FORCE, COLUMNS, LINES, CI and TERM.
func System(getenv func(string) string) *Term {
	t := &Term{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		inTTY: isTTY(os.Stdin), outTTY: isTTY(os.Stdout), errTTY: isTTY(os.Stderr),
		noInput: getenv("CI") != "", dumb: getenv("TERM") == "dumb",
	}
	t.width = func() int {
		columns, _ := systemSize()
		return firstOf(getenv("COLUMNS"), columns, defaultWidth)
	}
	t.height = func() int {
		_, rows := systemSize()
		return firstOf(getenv("LINES"), rows, defaultHeight)
	}
	t.outStyle = newRenderer(t.Out, t.outTTY, getenv)
	t.errStyle = newRenderer(t.Err, t.errTTY, getenv)
	return t
}

// Test returns a terminal over buffers, with nobody behind it, and the buffers of its output and error streams.
func Test(stdin string) (t *Term, out, errs *bytes.Buffer) {
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	t = &Term{In: strings.NewReader(stdin), Out: out, Err: errs}
	t.width, t.height = func() int { return defaultWidth }, func() int { return defaultHeight }
	none := func(string) string { return "" }
	t.outStyle, t.errStyle = newRenderer(out, false, none), newRenderer(errs, false, none)
	return t, out, errs
}

// NewInteractive returns a terminal over the given streams as if a person sat behind all three; for tests of prompts.
func NewInteractive(in io.Reader, out, errs io.Writer) *Term {
	t := &Term{In: in, Out: out, Err: errs, inTTY: true, outTTY: true, errTTY: true}
	t.width, t.height = func() int { return defaultWidth }, func() int { return defaultHeight }
	noColor := func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
	t.outStyle, t.errStyle = newRenderer(out, true, noColor), newRenderer(errs, true, noColor)
	return t
}

func isTTY(f *os.File) bool { return xterm.IsTerminal(f.Fd()) }

// systemSize is the size of standard output's terminal, zero where it has none.
func systemSize() (columns, rows int) {
	columns, rows, err := xterm.GetSize(os.Stdout.Fd())
	if err != nil {
		return 0, 0
	}
	return columns, rows
}

// firstOf is the first of the three that is a number above zero: what the environment says, what the terminal says, what is usual.
func firstOf(variable string, measured, usual int) int {
	if n, err := strconv.Atoi(variable); err == nil && n > 0 {
		return n
	}
	if measured > 0 {
		return measured
	}
	return usual
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

// Height is the number of rows of the terminal: LINES, else what the terminal says, else 24. At least 1.
func (t *Term) Height() int { return t.height() }

// SetNoInput makes every question an error, as --no-input and --yes do.
func (t *Term) SetNoInput() { t.noInput = true }

// CanAsk reports whether questions may be asked: standard input and error are terminals, and neither --no-input nor CI is set.
func (t *Term) CanAsk() bool { return t.inTTY && t.errTTY && !t.noInput }
