package doctor

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/internal/term"
)

// showVerdicts prints verdicts as a report, or {"verdicts":[…],"summary":{…}}.
func showVerdicts(p render.Printer, verdicts []stuck.Verdict) error {
	if p.Format.Structured() {
		summary := map[string]int{"stuck": 0, "harmless": 0}
		for _, v := range verdicts {
			if v.Harmless() {
				summary["harmless"]++
			} else {
				summary["stuck"]++
			}
		}
		if verdicts == nil {
			verdicts = []stuck.Verdict{}
		}
		return p.Format.Document(p.Term, map[string]any{"verdicts": verdicts, "summary": summary})
	}
	var b strings.Builder
	for i, v := range verdicts {
		if i > 0 {
			b.WriteString("\n")
		}
		if p.Format.Output == "name" {
			fmt.Fprintf(&b, "execution/%s", v.Execution)
			continue
		}
		writeVerdict(&b, p, v)
	}
	if p.Format.Output == "name" && len(verdicts) > 0 {
		b.WriteString("\n")
	}
	_, err := fmt.Fprint(p.Term.Out, b.String())
	return err
}

func writeVerdict(b *strings.Builder, p render.Printer, v stuck.Verdict) {
	b.WriteString(heading(p, v) + "\n")
	fmt.Fprintln(b, p.Term.Paint(term.Dim, "  execution "+v.Execution+", workflow "+v.Workflow))
	if len(v.Causes) == 0 {
		b.WriteString("\n? The server does not tell enough to say why.\n")
	}
	for _, cause := range v.Causes {
		writeCause(b, p, cause)
	}
}

// heading says what stands where, and since when.
func heading(p render.Printer, v stuck.Verdict) string {
	if v.Reference == "" {
		return "execution " + v.Execution + " is " + p.Term.Paint(render.ToneOf(v.Status), v.Status)
	}
	name := v.Task
	if v.Reference != v.Task {
		name += " (reference " + v.Reference + ")"
	}
	if len(v.Path) > 0 {
		name += " in sub-workflow " + strings.Join(v.Path, " > ")
	}
	if v.Causes != nil && v.Causes[0].ID == stuck.Failed {
		return name + " is why its execution is " + p.Term.Paint(render.ToneOf(v.Status), v.Status)
	}
	text := name + " has been " + p.Term.Paint(render.ToneOf(v.Status), v.Status) + " for " + render.Duration(p.Now().Sub(time.UnixMilli(v.Since)))
	if v.Like > 0 {
		text += fmt.Sprintf(", and %d more like it", v.Like)
	}
	return text
}

func writeCause(b *strings.Builder, p render.Printer, cause stuck.Cause) {
	mark, tone := "✗", term.Bad
	if cause.Harmless {
		mark, tone = "·", term.Dim
	}
	fmt.Fprintf(b, "\n%s %s\n", p.Term.Paint(tone, mark), cause.Claim)
	label, value := 0, 0
	for _, fact := range cause.Facts {
		label, value = max(label, utf8.RuneCountInString(fact.Label)), max(value, min(40, utf8.RuneCountInString(fact.Value)))
	}
	for _, fact := range cause.Facts {
		line := fmt.Sprintf("    %-*s  %-*s  %s", label, fact.Label, value, fact.Value, fact.Source)
		if fact.Odd {
			line += "  ← odd one out"
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if cause.Remark != "" {
		b.WriteString("  " + cause.Remark + "\n")
	}
	for _, fix := range cause.Fix {
		b.WriteString("→ " + fix + "\n")
	}
}
