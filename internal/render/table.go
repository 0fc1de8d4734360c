package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/orkesctl/orkesctl/internal/term"
)

// Millis is a time in milliseconds since 1970; zero prints as "–" on a terminal and empty in a pipe.
type Millis int64

// State is a word whose colour says how things are.
type State string

// Column is one column of a table. Value returns a string, an integer, Millis, State or a list of strings.
type Column[T any] struct {
	Title string
	Wide  bool // only with -o wide
	Whole bool // never cut, as what the next command wants is not; the first column is whole anyway
	Value func(T) any
}

// View says how a kind of object is printed. Kind is the noun in "kind/name"; empty where the name has its own.
type View[T any] struct {
	Kind    string
	Name    func(T) string
	Columns []Column[T]
}

// reference is what -o name prints.
func (v View[T]) reference(item T) string { return strings.TrimPrefix(v.Kind+"/"+v.Name(item), "/") }

// gap stands between the columns of a table on a terminal.
const gap = "  "

// List prints items: a table on a terminal, tab-separated rows without a header in a pipe, or a document.
func List[T any](p Printer, view View[T], items []T) error {
	if p.Format.Structured() {
		if items == nil {
			items = []T{}
		}
		return p.Format.Document(p.Term, items)
	}
	if p.Format.Output == "name" {
		for _, item := range items {
			if err := p.line(view.reference(item)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(items) == 0 {
		return nil // the command says on standard error what there could be
	}
	columns := visible(view.Columns, p.Format.Output == "wide")
	rows := make([][]cell, 0, len(items))
	for _, item := range items {
		rows = append(rows, cells(p, columns, item))
	}
	header, whole := make([]cell, len(columns)), make([]bool, len(columns))
	for i, column := range columns {
		header[i] = cell{text: strings.ToUpper(column.Title), tone: term.Dim}
		whole[i] = column.Whole || i == 0
	}
	return p.table(header, whole, rows)
}

// One prints a single object: its columns one under the other, or the object itself as a document.
func One[T any](p Printer, view View[T], item T) error {
	if p.Format.Structured() {
		return p.Format.Document(p.Term, item)
	}
	if p.Format.Output == "name" {
		return p.line(view.reference(item))
	}
	rows := make([][]cell, 0, len(view.Columns))
	for _, column := range view.Columns {
		value := p.cell(column.Value(item))
		if value.text == "" {
			continue
		}
		rows = append(rows, []cell{{text: strings.ToLower(column.Title), tone: term.Dim}, value})
	}
	return p.facts(rows)
}

func visible[T any](columns []Column[T], wide bool) []Column[T] {
	var kept []Column[T]
	for _, column := range columns {
		if wide || !column.Wide {
			kept = append(kept, column)
		}
	}
	return kept
}

func cells[T any](p Printer, columns []Column[T], item T) []cell {
	values := make([]any, 0, len(columns))
	for _, column := range columns {
		values = append(values, column.Value(item))
	}
	return p.cells(values)
}

func (p Printer) cells(values []any) []cell {
	row := make([]cell, 0, len(values))
	for _, value := range values {
		row = append(row, p.cell(value))
	}
	return row
}

type cell struct {
	text string
	tone term.Tone
}

func (p Printer) cell(value any) cell {
	switch v := value.(type) {
	case nil:
		return cell{}
	case Millis:
		return cell{text: p.Time(int64(v))}
	case State:
		return cell{text: string(v), tone: ToneOf(string(v))}
	case []string:
		return cell{text: oneLine(strings.Join(v, ", "))}
	default:
		return cell{text: oneLine(fmt.Sprint(v))}
	}
}

// Time prints a time in milliseconds since 1970: how long ago on a terminal, RFC 3339 in a pipe.
func (p Printer) Time(millis int64) string {
	if millis <= 0 {
		if p.Term.OutTTY() {
			return "–"
		}
		return ""
	}
	at := time.UnixMilli(millis)
	if !p.Term.OutTTY() {
		return at.UTC().Format(time.RFC3339)
	}
	return ago(p.now().Sub(at))
}

func ago(d time.Duration) string {
	switch {
	case d < 0:
		return "in " + Duration(-d)
	case d < time.Second:
		return "now"
	default:
		return Duration(d) + " ago"
	}
}

// Duration prints d in one or two units: 38 ms, 12s, 4m12s, 3h5m, 9d.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	}
}

// Count is a number of things: 1 file, 2 files.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// ToneOf returns the tone of a state word: green for done, red for broken, yellow for what needs a look.
func ToneOf(state string) term.Tone {
	switch state {
	case "COMPLETED", "created", "granted", "started", "resumed", "ACTIVE", "healthy":
		return term.Done
	case "updated", "deleted", "revoked", "paused", "terminated", "SCHEDULED", "PAUSED", "COMPLETED_WITH_ERRORS", "INACTIVE", "TERMINATED", "CANCELED", "warning":
		return term.Look
	case "FAILED", "FAILED_WITH_TERMINAL_ERROR", "TIMED_OUT", "error":
		return term.Bad
	case "unchanged", "SKIPPED", "info":
		return term.Dim
	default:
		return term.Plain
	}
}

func (p Printer) table(header []cell, whole []bool, rows [][]cell) error {
	if !p.Term.OutTTY() {
		return p.tabbed(rows)
	}
	rows = append([][]cell{header}, rows...)
	widths := widthsOf(rows)
	if p.Format.Output != "wide" {
		widths = fit(widths, whole, p.Term.Width())
	}
	for _, row := range rows {
		if err := p.line(p.aligned(row[:min(len(row), len(widths))], widths)); err != nil {
			return err
		}
	}
	return nil
}

func widthsOf(rows [][]cell) []int {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			for len(widths) <= i {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(c.text))
		}
	}
	return widths
}

func (p Printer) aligned(row []cell, widths []int) string {
	var b strings.Builder
	for i, c := range row {
		text := shorten(c.text, widths[i])
		b.WriteString(p.Term.Paint(c.tone, text))
		if i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(text)) + gap)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// narrowest is the width under which fit narrows no column.
const narrowest = 8

// fit leaves out the last columns where not even narrow ones have room, and narrows the widest of the others until the table fits.
// Whole columns, which hold the name or the id that the next command wants, keep their width.
func fit(widths []int, whole []bool, limit int) []int {
	least, total := make([]int, len(widths)), -len(gap)
	for i, w := range widths {
		if least[i] = w; !whole[i] {
			least[i] = min(w, narrowest)
		}
		if total += len(gap) + least[i]; total > limit && i > 0 {
			return fit(widths[:i], whole, limit)
		}
	}
	for {
		total, widest := -len(gap), 0
		for i, w := range widths {
			total += len(gap) + w
			if w-least[i] > widths[widest]-least[widest] {
				widest = i
			}
		}
		if total <= limit || widths[widest] == least[widest] {
			return widths
		}
		widths[widest] = max(least[widest], widths[widest]-(total-limit))
	}
}

func shorten(text string, width int) string {
	if lipgloss.Width(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && lipgloss.Width(string(runes)) > width-1 {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// oneLine makes blanks of what would end a row or a column.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\r", "").Replace(text)
}

func (p Printer) tabbed(rows [][]cell) error {
	for _, row := range rows {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = oneLine(c.text)
		}
		if err := p.line(strings.Join(texts, "\t")); err != nil {
			return err
		}
	}
	return nil
}

func (p Printer) line(text string) error {
	_, err := fmt.Fprintln(p.Term.Out, text)
	return err
}
