package render

import (
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

func (p Printer) fact(row []cell, widths []int) error {
	end := len(row) - 1
	at := 0
	for _, w := range widths[:end] {
		at += w + len(gap)
	}
	parts := wrap(row[end].text, p.Term.Width()-at)
	head := append(append([]cell{}, row[:end]...), cell{text: parts[0], tone: row[end].tone})
	widths = append(append([]int{}, widths[:end]...), lipgloss.Width(parts[0]))
	if err := p.line(p.aligned(head, widths)); err != nil {
		return err
	}
	for _, part := range parts[1:] {
		if err := p.line(strings.Repeat(" ", at) + p.Term.Paint(row[end].tone, part)); err != nil {
			return err
		}
	}
	return nil
}

// wrap breaks a text at blanks into lines of at most width columns; a longer word stays whole. It returns at least one line.
func wrap(text string, width int) []string {
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
