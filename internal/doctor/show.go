package doctor

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
)

// How a report is laid out: how wide the first column gets, and how many good results of one check are shown one by one.
const (
	labelWidth = 32
	manyGood   = 4
	indent     = "    "
)

// screen prints a report for people.
type screen struct {
	term  *term.Term
	wide  bool // every result is shown
	width int  // zero is without end
	out   strings.Builder

	quiet  map[string]bool
	titles map[string]string
}

// Show prints the report as people read it: by category, with the fix under each finding, and one line at the end that says what to
// do first. All shows what is well and of no interest too.
func (r Report) Show(t *term.Term, all bool) error {
	s := screen{term: t, wide: all}
	if t.OutTTY() {
		s.width = t.Width()
	}
	s.report(r)
	s.verdict(r)
	_, err := io.WriteString(t.Out, s.out.String())
	return err
}

func (r Report) of(category Category) []Result {
	var list []Result
	for _, result := range r.Checks {
		if result.Category == category {
			list = append(list, result)
		}
	}
	return list
}

// report prints the categories; those that were not checked at all, for one and the same reason, are told together.
func (s *screen) report(r Report) {
	var names []string
	var untold []Result
	flush := func() {
		if len(names) > 0 {
			s.category(strings.Join(names, ", "), untold)
		}
		names, untold = nil, nil
	}
	for _, category := range Categories() {
		list := s.worth(r.of(category))
		if len(list) == 0 {
			continue
		}
		if alone := len(list) == 1 && list[0].State == Skipped; !alone || len(untold) > 0 && untold[0].Label != list[0].Label {
			flush()
			if !alone {
				s.category(string(category), list)
				continue
			}
		}
		names, untold = append(names, string(category)), list
	}
	flush()
}

func (s *screen) category(title string, list []Result) {
	fmt.Fprintln(&s.out, s.term.Paint(term.Dim, title))
	width := 0
	for _, result := range list {
		if result.Evidence != "" {
			width = max(width, min(labelWidth, utf8.RuneCountInString(result.Label)))
		}
	}
	if s.width > 0 && s.width < 2*labelWidth {
		width = 0
	}
	for _, result := range list {
		s.result(result, width)
	}
}

// worth leaves out what people need not read: good results of quiet checks, those of one check beyond a few, and reasons for
// skipping that were given already.
func (s *screen) worth(all []Result) []Result {
	var list []Result
	quiet, titles := s.checks()
	good, given := map[string]int{}, map[string]bool{}
	for _, result := range all {
		if result.State == OK {
			good[result.ID]++
		}
	}
	for _, result := range all {
		switch {
		case s.wide:
		case result.State == OK && quiet[result.ID]:
			continue
		case result.State == OK && good[result.ID] > manyGood:
			if given[result.ID] {
				continue
			}
			given[result.ID] = true
			result.Label, result.Evidence = titles[result.ID], fmt.Sprintf("%d tasks", good[result.ID])
		case result.State == Skipped:
			if given[result.Because] || quiet[result.ID] && len(all) > 1 || !strings.HasPrefix(result.Because, "needs ") {
				continue
			}
			given[result.Because] = true
			result.Label = "not checked: " + result.Because
			result.Because = ""
		}
		list = append(list, result)
	}
	return list
}

// checks says of each check whether its good results are left out, and its title.
func (s *screen) checks() (quiet map[string]bool, titles map[string]string) {
	if s.quiet == nil {
		s.quiet, s.titles = map[string]bool{}, map[string]string{}
		for _, check := range Checks() {
			s.quiet[check.ID], s.titles[check.ID] = check.Quiet, check.Title
		}
	}
	return s.quiet, s.titles
}

func markOf(state State) (string, term.Tone) {
	switch state {
	case OK:
		return "✓", term.Done
	case Warning:
		return "!", term.Look
	case Failed:
		return "✗", term.Bad
	case Unknown:
		return "?", term.Look
	default:
		return "–", term.Dim
	}
}

func (s *screen) result(r Result, width int) {
	mark, tone := markOf(r.State)
	line := r.Label
	if r.Evidence != "" {
		line += strings.Repeat(" ", max(0, width-utf8.RuneCountInString(line))) + "  " + r.Evidence
	}
	tail := ""
	if r.State == Failed || r.State == Warning || r.State == Unknown {
		tail = r.ID
	}
	lines := s.wrap(line, len(indent))
	last := len(lines) - 1
	for i, text := range lines {
		lead := indent
		if i == 0 {
			lead = "  " + s.term.Paint(tone, mark) + " "
		}
		if i == last && tail != "" {
			text += "  " + s.term.Paint(term.Dim, tail)
		}
		fmt.Fprintln(&s.out, lead+text)
	}
	if r.State == OK && !s.wide {
		return
	}
	if r.Because != "" {
		s.paragraph(r.Because, "", term.Plain)
	}
	for _, row := range tableLines(r.Table) {
		fmt.Fprintln(&s.out, indent+"  "+row)
	}
	if r.Fix != "" && r.State != OK {
		s.paragraph(r.Fix, "→ ", term.Plain)
	}
}

// wrap breaks a line at blanks where the terminal ends; a line that fits keeps its columns.
func (s *screen) wrap(text string, taken int) []string {
	if s.width == 0 {
		return []string{text}
	}
	return render.Wrap(text, max(1, s.width-taken-len(" ORK-XXXXX-000 ")))
}

func (s *screen) paragraph(text, lead string, tone term.Tone) {
	lines := []string{text}
	if s.width > 0 && lead == "" { // what is to be typed stays whole
		lines = render.Wrap(text, max(1, s.width-len(indent)))
	}
	for _, line := range lines {
		fmt.Fprintln(&s.out, indent+lead+s.term.Paint(tone, line))
	}
}

// tableLines aligns the columns of a small table.
func tableLines(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if len(widths) <= i {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+3))
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// verdict is the last line: how many problems there are, and the one thing to type first.
func (s *screen) verdict(r Report) {
	text := "All is well."
	switch problems, warnings, unknown := r.Summary[Failed], r.Summary[Warning], r.Summary[Unknown]; {
	case problems > 0:
		text = render.Count(problems, "problem")
		if warnings > 0 {
			text += ", " + render.Count(warnings, "warning")
		}
		text += "."
	case warnings > 0:
		text = "Nothing is broken; " + render.Count(warnings, "warning") + "."
	case unknown > 0:
		text = "Nothing found; " + render.Count(unknown, "thing") + " could not be known."
	case r.Summary[OK] == 0:
		text = "Nothing was checked."
	}
	if first := r.First(); first != nil {
		text += " First: " + first.Fix
		if slices.ContainsFunc(r.Checks, func(r Result) bool { return r.Apply != nil && r.State == Failed }) {
			text += "      (or orkesctl doctor --fix)"
		}
	}
	fmt.Fprintf(&s.out, "\n%s\n", text)
}
