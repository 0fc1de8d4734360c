package flowtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/orkesctl/orkesctl/internal/junit"
	"github.com/orkesctl/orkesctl/internal/term"
)

// Result is what came of one case.
type Result struct {
	Name        string         `json:"name"`
	File        string         `json:"file,omitempty"`
	Line        int            `json:"line,omitempty"`
	Workflow    string         `json:"workflow"`
	Version     int            `json:"version,omitempty"`
	Passed      bool           `json:"passed"`
	Status      string         `json:"status,omitempty"` // the workflow's
	Reason      string         `json:"reason,omitempty"`
	Path        []string       `json:"path,omitempty"`
	Output      map[string]any `json:"output,omitempty"`
	Differences []Difference   `json:"differences,omitempty"`
}

// Summary counts the results of a report.
type Summary struct {
	Tests  int `json:"tests"`
	Passed int `json:"passed"`
	Failed int `json:"failed"`
}

// Report is the results of all cases, in the order of their files.
type Report struct {
	Tests   []Result `json:"tests"`
	Summary Summary  `json:"summary"`
}

// Add runs the cases of a suite whose names are wanted, and adds what came of them.
func (r *Report) Add(ctx context.Context, runner Runner, suite Suite, wanted func(name string) bool) error {
	for _, c := range suite.Cases {
		if !wanted(c.Name) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result := Result{Name: c.Name, Workflow: suite.Name}
		if result.File, result.Line, _ = c.Place.position(); result.File == "" {
			result.File = suite.File
		}
		if err := result.run(ctx, runner, suite, c); err != nil {
			return fmt.Errorf("test %q: %w", c.Name, err)
		}
		if result.Passed = len(result.Differences) == 0; result.Passed {
			r.Summary.Passed++
		} else {
			r.Summary.Failed++
		}
		r.Summary.Tests++
		r.Tests = append(r.Tests, result)
	}
	return nil
}

func (r *Result) run(ctx context.Context, runner Runner, suite Suite, c Case) error {
	run, err := runner.Run(ctx, suite, c)
	var refused *RefusalError
	switch {
	case errors.As(err, &refused):
		file, line, column := c.Place.position()
		r.Differences = []Difference{{Field: "start", File: file, Line: line, Column: column, Message: "refused: " + refused.Error()}}
		return nil
	case err != nil:
		return err
	}
	wf := run.Workflow
	r.Version, r.Status, r.Reason, r.Path, r.Output = wf.WorkflowVersion, wf.Status, wf.ReasonForIncompletion, pathOf(wf), wf.Output
	r.Differences, err = compare(c.Expect, run)
	return err
}

// JUnit writes the report as JUnit's XML: a suite for each workflow's file, a case for each test.
func (r *Report) JUnit(w io.Writer) error {
	var suites []junit.Suite
	for _, result := range r.Tests {
		name := result.File
		if name == "" {
			name = result.Workflow
		}
		if last := len(suites) - 1; last < 0 || suites[last].Name != name {
			suites = append(suites, junit.Suite{Name: name})
		}
		suite := &suites[len(suites)-1]
		suite.Cases = append(suite.Cases, result.junit())
	}
	return junit.Write(w, suites)
}

func (r *Result) junit() junit.Case {
	entry := junit.Case{Class: "orkesctl.workflow." + r.Workflow, Name: r.Name}
	if r.Passed {
		entry.Out = strings.Join(r.Path, "\n")
		return entry
	}
	var text strings.Builder
	for _, d := range r.Differences {
		text.WriteString(d.text("", nil))
	}
	entry.Failure = &junit.Message{Line: r.Differences[0].title(), Text: text.String()}
	return entry
}

// Show prints the report as people read it. Wide also shows the way that each workflow took.
func (r *Report) Show(t *term.Term, wide bool) error {
	var out strings.Builder
	for i, result := range r.Tests {
		if result.File != "" && (i == 0 || result.File != r.Tests[i-1].File) {
			fmt.Fprintln(&out, t.Paint(term.Dim, result.File))
		}
		if result.Passed {
			fmt.Fprintf(&out, "%s %s\n", t.Paint(term.Done, "✓"), result.Name)
		} else {
			fmt.Fprintf(&out, "%s %s\n", t.Paint(term.Bad, "✗"), result.Name)
		}
		if wide {
			fmt.Fprintln(&out, t.Paint(term.Dim, "    "+result.Status+": "+strings.Join(result.Path, " → ")))
		}
		for _, d := range result.Differences {
			out.WriteString(d.text("    ", t))
		}
	}
	_, err := io.WriteString(t.Out, out.String())
	return err
}

// title is a difference in one line.
func (d Difference) title() string {
	place := ""
	if d.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d: ", d.File, d.Line, d.Column)
	}
	if d.Want == nil && d.Got == nil && d.Message != "" {
		return place + d.Field + ": " + d.Message
	}
	return place + d.Field
}

// text is a difference as diff has it, each line indented. Without a terminal nothing is coloured.
func (d Difference) text(indent string, t *term.Term) string {
	paint := func(tone term.Tone, text string) string {
		if t == nil {
			return text
		}
		return t.Paint(tone, text)
	}
	var out strings.Builder
	fmt.Fprintln(&out, indent+d.title())
	for _, line := range d.lines() {
		tone := term.Plain
		switch line[0] {
		case '-':
			tone = term.Bad
		case '+':
			tone = term.Done
		}
		fmt.Fprintln(&out, indent+"  "+paint(tone, line))
	}
	if d.Message != "" && (d.Want != nil || d.Got != nil) {
		fmt.Fprintln(&out, indent+"  "+paint(term.Dim, d.Message))
	}
	return out.String()
}

func (d Difference) lines() []string {
	if d.Lines != nil {
		return d.Lines
	}
	var lines []string
	if d.Want != nil {
		lines = append(lines, "- "+shown(d.Want))
	}
	if d.Got != nil {
		lines = append(lines, "+ "+shown(d.Got))
	}
	return lines
}
