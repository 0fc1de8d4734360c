package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Stream prints rows one by one as things happen: aligned as far as the rows so far say on a terminal, tab-separated in a pipe.
type Stream struct {
	printer Printer
	indent  string
	widths  []int
}

// NewStream returns a stream of rows; indent stands before each on a terminal.
func NewStream(p Printer, indent string) *Stream { return &Stream{printer: p, indent: indent} }

// Row prints one row of the values that columns hold (see Column).
func (s *Stream) Row(values ...any) error {
	row := s.printer.cells(values)
	for i, c := range row {
		if len(s.widths) <= i {
			s.widths = append(s.widths, 0)
		}
		s.widths[i] = max(s.widths[i], lipgloss.Width(c.text))
	}
	if !s.printer.Term.OutTTY() {
		return s.printer.tabbed([][]cell{row})
	}
	return s.printer.line(s.indent + s.printer.aligned(row, s.widths))
}

// Live draws the same lines over and over on a terminal, each time in place of the last.
type Live struct {
	printer Printer
	lines   int
}

// NewLive returns a drawing on the printer's terminal. Where it is none, each drawing follows the last.
func NewLive(p Printer) *Live { return &Live{printer: p} }

// Draw replaces the last drawing by what write prints. A terminal cannot draw over what has left it at the top: of a drawing with
// more lines than the terminal, the first are left out.
func (l *Live) Draw(write func(Printer) error) error { return l.draw(write, l.printer.Term.CanErase()) }

// Last is Draw for the drawing that stays: nothing is left out of it.
func (l *Live) Last(write func(Printer) error) error { return l.draw(write, false) }

func (l *Live) draw(write func(Printer) error, bound bool) error {
	var text strings.Builder
	to := *l.printer.Term
	to.Out = &text
	inner := l.printer
	inner.Term = &to
	if err := write(inner); err != nil {
		return err
	}
	drawing, width := text.String(), l.printer.Term.Width()
	if bound {
		drawing = lastLines(drawing, width, max(2, l.printer.Term.Height()-1)) // the cursor stands on a line of its own
	}
	erase := l.printer.Term.Erase(l.lines)
	l.lines = height(drawing, width)
	_, err := io.WriteString(l.printer.Term.Out, erase+drawing)
	return err
}

// lastLines cuts a text to the last lines that fit in so many rows, with a line that says how many are missing.
func lastLines(text string, width, rows int) string {
	if height(text, width) <= rows {
		return text
	}
	lines := slices.Collect(strings.Lines(text))
	first, left := len(lines), rows-1
	for first > 0 && height(lines[first-1], width) <= left {
		first--
		left -= height(lines[first], width)
	}
	return fmt.Sprintf("… %d lines above\n", first) + strings.Join(lines[first:], "")
}

// height is how many lines a text takes on a terminal that breaks those longer than width columns.
func height(text string, width int) int {
	lines := 0
	for line := range strings.Lines(text) {
		lines += max(1, (lipgloss.Width(strings.TrimSuffix(line, "\n"))+width-1)/width)
	}
	return lines
}

// Reserve makes the first columns at least this wide, in characters, before the first row.
func (s *Stream) Reserve(widths ...int) { s.widths = append(s.widths[:0], widths...) }
