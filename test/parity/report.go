package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// score is how an area, or all of them, came out.
type score struct {
	area                            string
	scenarios, same, meant, differs int
}

func (s *score) percent() string {
	return fmt.Sprintf("%.1f %%", 100*float64(s.same)/float64(max(s.scenarios, 1)))
}

// scores are the areas' in order, and the sum.
func scores(results []result) ([]score, score) {
	byArea, total := map[string]*score{}, score{area: "all"}
	for i := range results {
		area := results[i].scenario.area
		if byArea[area] == nil {
			byArea[area] = &score{area: area}
		}
		for _, s := range []*score{byArea[area], &total} {
			s.scenarios++
			switch {
			case !results[i].meant():
				s.differs++
			case len(results[i].differences) > 0:
				s.meant++
			default:
				s.same++
			}
		}
	}
	var list []score
	for _, s := range byArea {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b score) int { return cmp.Compare(a.area, b.area) })
	return list, total
}

// report prints what differs and the scores, and fails where something differs that is not meant to.
func report(out io.Writer, b *book, results []result, opts options) error {
	if opts.note {
		return b.note(results)
	}
	var text strings.Builder
	for i := range results {
		text.WriteString(results[i].text())
	}
	areas, total := scores(results)
	fmt.Fprintf(&text, "%-16s %9s %9s %12s %10s %8s\n", "AREA", "SCENARIOS", "THE SAME", "DELIBERATE", "DIFFERENT", "SCORE")
	for _, s := range append(areas, total) {
		fmt.Fprintf(&text, "%-16s %9d %9d %12d %10d %8s\n", s.area, s.scenarios, s.same, s.meant, s.differs, s.percent())
	}
	if _, err := io.WriteString(out, text.String()); err != nil {
		return err
	}
	if total.differs > 0 {
		return fmt.Errorf("%d of %d scenarios differ and are not marked as meant", total.differs, total.scenarios)
	}
	return nil
}

// text tells what there is to mend in one scenario; nothing is an empty text.
func (r *result) text() string {
	var text strings.Builder
	if r.err != nil {
		fmt.Fprintf(&text, "✗ %s: %v\n", r.scenario, r.err)
	}
	for _, d := range r.differences {
		if d.meant {
			continue
		}
		fmt.Fprintf(&text, "✗ %s, line %d: %s\n", r.scenario, d.step.line, d.step.text())
		if d.stale {
			fmt.Fprint(&text, "  differs no longer: delete its ~ lines (-note does it)\n")
			continue
		}
		for _, line := range d.wanted {
			fmt.Fprintf(&text, "  real     %s\n", line)
		}
		for _, line := range d.got {
			fmt.Fprintf(&text, "  embedded %s\n", line)
		}
		if len(d.got) == 0 {
			fmt.Fprint(&text, "  embedded (nothing)\n")
		}
		for _, line := range d.step.own {
			fmt.Fprintf(&text, "  marked   %s\n", line)
		}
	}
	return text.String()
}

// Where the published part of docs/parity.md begins and ends.
const (
	publishedFrom = "<!-- parity: written by `go run ./test/parity -publish` -->\n"
	publishedTo   = "<!-- parity: end -->\n"
)

// publish writes the score table and the list of differences into a document.
func publish(b *book, path string) error {
	data, err := os.ReadFile(path) //nolint:gosec // a document of the repository
	if err != nil {
		return err
	}
	before, rest, began := strings.Cut(string(data), publishedFrom)
	_, after, ended := strings.Cut(rest, publishedTo)
	if !began || !ended {
		return fmt.Errorf("%s has no place for the scores", path)
	}
	return os.WriteFile(path, []byte(before+b.published()+after), 0o644) //nolint:gosec // documentation is public
}

// published is the part of docs/parity.md that tells the scores and what differs on purpose, as the scenarios have it. That it is so
// is what the recorded run tests.
func (b *book) published() string {
	var text strings.Builder
	text.WriteString(publishedFrom)
	results := make([]result, len(b.scenarios))
	because := map[string][]string{}
	for i, s := range b.scenarios {
		results[i].scenario = s
		for j := range s.steps {
			if step := &s.steps[j]; step.differs {
				results[i].differences = append(results[i].differences, difference{step: step, meant: true})
				if named := because[step.because]; !slices.Contains(named, s.String()) {
					because[step.because] = append(named, s.String())
				}
			}
		}
	}
	areas, total := scores(results)
	text.WriteString("| area | scenarios | the same | different on purpose | score |\n|---|---|---|---|---|\n")
	for _, s := range append(areas, total) {
		fmt.Fprintf(&text, "| %s | %d | %d | %d | %s |\n", s.area, s.scenarios, s.same, s.meant, s.percent())
	}
	text.WriteString("\n| what differs on purpose | in scenario |\n|---|---|\n")
	for _, key := range slices.Sorted(maps.Keys(because)) {
		fmt.Fprintf(&text, "| %s | %s |\n", strings.ReplaceAll(b.reasons[key], "|", `\|`), strings.Join(because[key], ", "))
	}
	return text.String() + publishedTo
}
