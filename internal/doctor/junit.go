package doctor

import (
	"fmt"
	"io"

	"github.com/orkesctl/orkesctl/internal/junit"
)

// JUnit writes the report as JUnit's XML: a suite for each category, a case for each result. What is not known counts as skipped, a
// warning as passed, with its text.
func (r Report) JUnit(w io.Writer) error {
	var suites []junit.Suite
	for _, category := range Categories() {
		suite := junit.Suite{Name: string(category)}
		for _, result := range r.of(category) {
			suite.Cases = append(suite.Cases, junitCase(category, result))
		}
		suites = append(suites, suite)
	}
	return junit.Write(w, suites)
}

func junitCase(category Category, r Result) junit.Case {
	entry := junit.Case{Class: "orkesctl.doctor." + string(category), Name: r.ID + " " + r.Label}
	text := r.Because + "\n" + r.Fix
	switch r.State {
	case Failed:
		entry.Failure = &junit.Message{Line: r.Evidence, Text: text}
	case Skipped, Unknown:
		entry.Skipped = &junit.Message{Line: r.Because}
	case Warning:
		entry.Out = "warning: " + r.Evidence + "\n" + text
	case OK:
		entry.Out = r.Evidence
	}
	return entry
}

// Short writes one line for each finding: id, state, what it is about, what was seen and what to type.
func (r Report) Short(w io.Writer) error {
	for _, result := range r.Checks {
		if sarifLevel(result.State) == "" {
			continue
		}
		evidence, fix := result.Evidence, result.Fix
		if evidence != "" {
			evidence = ": " + evidence
		}
		if fix != "" {
			fix = " → " + fix
		}
		if _, err := fmt.Fprintf(w, "%s %s %s%s%s\n", result.ID, result.State, result.Label, evidence, fix); err != nil {
			return err
		}
	}
	return nil
}
