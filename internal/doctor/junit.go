package doctor

import (
	"encoding/xml"
	"fmt"
	"io"
)

// The elements of a JUnit report, as continuous integration reads them.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report as JUnit's XML: a suite for each category, a case for each result. What is not known counts as skipped, a
// warning as passed, with its text.
func (r Report) JUnit(w io.Writer) error {
	var all junitSuites
	for _, category := range Categories() {
		suite := junitSuite{Name: string(category)}
		for _, result := range r.of(category) {
			suite.add(result)
		}
		if suite.Tests > 0 {
			all.Suites = append(all.Suites, suite)
		}
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, data)
	return err
}

func (s *junitSuite) add(r Result) {
	entry := junitCase{Class: "orkesctl.doctor." + s.Name, Name: r.ID + " " + r.Label}
	text := r.Because + "\n" + r.Fix
	switch r.State {
	case Failed:
		s.Failures++
		entry.Failure = &junitMessage{r.Evidence, text}
	case Skipped, Unknown:
		s.Skipped++
		entry.Skipped = &junitMessage{Message: r.Because}
	case Warning:
		entry.Out = "warning: " + r.Evidence + "\n" + text
	case OK:
		entry.Out = r.Evidence
	}
	s.Tests++
	s.Cases = append(s.Cases, entry)
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
