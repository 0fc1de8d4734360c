package junit

import (
	"bytes"
	"encoding/xml"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// report is how a reader sees it.
type report struct {
	Suites []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Cases    []struct {
			Class   string   `xml:"classname,attr"`
			Name    string   `xml:"name,attr"`
			Time    string   `xml:"time,attr"`
			Failure *message `xml:"failure"`
			Skipped *message `xml:"skipped"`
			Out     string   `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type message struct {
	Line string `xml:"message,attr"`
	Text string `xml:",chardata"`
}

func read(t *testing.T, suites []Suite) report {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Write(&out, suites))
	var r report
	require.NoError(t, xml.Unmarshal(out.Bytes(), &r), out.String())
	return r
}

func TestEachOutcomeIsReadBack(t *testing.T) {
	r := read(t, []Suite{{Name: "none"}, {Name: "shop", Cases: []Case{
		{Class: "a.b", Name: "well", Out: "said so", Seconds: 1.25},
		{Class: "a.b", Name: "badly", Failure: &Message{"one line", "more\nlines"}},
		{Class: "a.b", Name: "not", Skipped: &Message{Line: "no server"}},
	}}})
	require.Len(t, r.Suites, 1, "a suite without cases is left out")
	s := r.Suites[0]
	assert.Equal(t, []int{3, 1, 0, 1}, []int{s.Tests, s.Failures, s.Errors, s.Skipped})
	require.Len(t, s.Cases, 3)
	assert.Equal(t, "1.250", s.Cases[0].Time)
	assert.Equal(t, "said so", s.Cases[0].Out)
	assert.Nil(t, s.Cases[0].Failure)
	assert.Equal(t, &message{"one line", "more\nlines"}, s.Cases[1].Failure)
	assert.Empty(t, s.Cases[1].Time)
	assert.Equal(t, &message{Line: "no server"}, s.Cases[2].Skipped)
}

func TestHostileTextStaysText(t *testing.T) {
	evil := `</failure> & "<b>" ' ]]> \x1b[31m ü 世`
	s := read(t, []Suite{{Name: evil, Cases: []Case{{Class: evil, Name: evil, Failure: &Message{evil, evil}, Out: evil}}}}).Suites[0]
	assert.Equal(t, evil, s.Name)
	assert.Equal(t, evil, s.Cases[0].Name)
	assert.Equal(t, &message{evil, evil}, s.Cases[0].Failure)
	assert.Equal(t, evil, s.Cases[0].Out)
}

func TestWhatXMLCannotHoldIsReplaced(t *testing.T) {
	s := read(t, []Suite{{Name: "s", Cases: []Case{{Name: "a\x00b\x1b[0m\xff"}}}}).Suites[0]
	assert.Equal(t, "a\uFFFDb\uFFFD[0m\uFFFD", s.Cases[0].Name)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAWriterThatFails(t *testing.T) {
	require.ErrorContains(t, Write(full{}, nil), "disk full")
}
