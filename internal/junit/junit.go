// Package junit writes results as JUnit's XML, which continuous integration shows as tests. It writes the few elements itself: encoding/xml's
// way by reflection would be a hundred kilobytes of the program, for nothing else.
package junit

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

// Suite is a group of cases. A suite without cases is left out of the report.
type Suite struct {
	Name  string
	Cases []Case
}

// Case is one test and how it went: it passed where neither Failure nor Skipped is set.
type Case struct {
	Class   string   // the dotted name that readers group by
	Name    string   // what was tested
	Seconds float64  // how long it took; 0 is not written
	Failure *Message // why it failed
	Skipped *Message // why it was not run
	Out     string   // what it printed; may be empty
}

// Message is a reason: one line, and all that is known.
type Message struct{ Line, Text string }

// Write writes a report of the suites.
func Write(w io.Writer, suites []Suite) error {
	out := &writer{}
	out.text(xml.Header + "<testsuites>\n")
	for _, s := range suites {
		out.suite(s)
	}
	out.text("</testsuites>\n")
	if _, err := w.Write(out.buffer.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type writer struct{ buffer bytes.Buffer }

func (w *writer) text(s string) { w.buffer.WriteString(s) }

func (w *writer) escaped(s string) {
	_ = xml.EscapeText(&w.buffer, []byte(s)) // a buffer takes everything
}

func (w *writer) attribute(name, value string) {
	w.text(" " + name + `="`)
	w.escaped(value)
	w.text(`"`)
}

func (w *writer) suite(s Suite) {
	if len(s.Cases) == 0 {
		return
	}
	failures, skipped := 0, 0
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			failures++
		case c.Skipped != nil:
			skipped++
		}
	}
	w.text("  <testsuite")
	w.attribute("name", s.Name)
	w.attribute("tests", strconv.Itoa(len(s.Cases)))
	w.attribute("failures", strconv.Itoa(failures))
	w.attribute("errors", "0")
	w.attribute("skipped", strconv.Itoa(skipped))
	w.text(">\n")
	for _, c := range s.Cases {
		w.test(c)
	}
	w.text("  </testsuite>\n")
}

func (w *writer) test(c Case) {
	w.text("    <testcase")
	w.attribute("classname", c.Class)
	w.attribute("name", c.Name)
	if c.Seconds > 0 {
		w.attribute("time", strconv.FormatFloat(c.Seconds, 'f', 3, 64))
	}
	w.text(">\n")
	w.message("failure", c.Failure)
	w.message("skipped", c.Skipped)
	if c.Out != "" {
		w.text("      <system-out>")
		w.escaped(c.Out)
		w.text("</system-out>\n")
	}
	w.text("    </testcase>\n")
}

func (w *writer) message(element string, m *Message) {
	if m == nil {
		return
	}
	w.text("      <" + element)
	w.attribute("message", m.Line)
	w.text(">")
	w.escaped(m.Text)
	w.text("</" + element + ">\n")
}
