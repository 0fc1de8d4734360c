package render

import (
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// facts prints rows whose last cell may be long: on a terminal it goes on below itself, broken at blanks only, so that nothing is
// lost and no name is broken; in a pipe each row is one line.
func (p Printer) facts(rows [][]cell) error {
	if !p.Term.OutTTY() {
		return p.tabbed(rows)
	}
	widths := widthsOf(rows)
	for _, row := range rows {
		if err := p.fact(row, widths); err != nil {
			return err
		}
	}
	return nil
}

// below is how far a last cell is indented that goes below its row.
const below = 4

func (p Printer) fact(row []cell, widths []int) error {
	end, limit := len(row)-1, p.Term.Width()
	last := row[end]
	at := behind(widths[:end])
	if at+narrowest > limit { // some name is longer than the terminal is wide: rows are not aligned to it
		widths = widthsOf([][]cell{row})
		at = behind(widths[:end])
	}
	space, longest := limit-at, 0
	for word := range strings.FieldsSeq(last.text) {
		longest = max(longest, lipgloss.Width(word))
	}
	head, indent := row[:end], at
	parts := Wrap(last.text, space)
	if lipgloss.Width(last.text) > space && (longest > space || space < limit/2) && longest <= limit-below { // it has more room below
		parts, indent = Wrap(last.text, limit-below), below
	} else {
		head, parts = append(slices.Clone(head), cell{text: parts[0], tone: last.tone}), parts[1:]
		widths = append(slices.Clone(widths[:end]), lipgloss.Width(head[end].text))
	}
	if err := p.line(p.aligned(head, widths)); err != nil {
		return err
	}
	for _, part := range parts {
		if err := p.line(strings.Repeat(" ", indent) + p.Term.Paint(last.tone, part)); err != nil {
			return err
		}
	}
	return nil
}

// behind is where what follows columns of these widths begins.
func behind(widths []int) int {
	at := 0
	for _, w := range widths {
		at += w + len(gap)
	}
	return at
}

// Wrap breaks a text at blanks into lines of at most width columns; a longer word stays whole. It returns at least one line.
func Wrap(text string, width int) []string {
	if lipgloss.Width(text) <= width {
		return []string{text}
	}
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := len(lines) - 1
		switch {
		case lines[last] == "":
			lines[last] = word
		case lipgloss.Width(lines[last])+1+lipgloss.Width(word) <= width:
			lines[last] += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// Fold breaks each line that is longer than width columns at blanks; a longer word stays whole, and a width of 0 breaks none. What
// a broken line is indented by, its rest is too.
func Fold(text string, width int) string {
	if width <= 0 {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		rest := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(rest)]
		for _, part := range Wrap(rest, width-len(indent)) {
			lines = append(lines, indent+part)
		}
	}
	return strings.Join(lines, "\n")
}
