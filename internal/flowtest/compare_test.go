package flowtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// decoded is a value as files and servers have it.
func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	require.NoError(t, conductor.Decode([]byte(text), &value))
	return value
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		want, got string
		exact     bool
		differs   []string
	}{
		{want: `{}`, got: `{"a":1}`},
		{want: `{"a":1}`, got: `{"a":1.0,"b":2}`},
		{want: `{"a":1e2}`, got: `{"a":100}`},
		{want: `{"a":{"b":[1,{"c":2}]}}`, got: `{"a":{"b":[1,{"c":2,"d":3}],"e":1}}`},
		{want: `{"a":{"b":[1,{"c":2}]}}`, got: `{"a":{"b":[1,{"c":2,"d":3}],"e":1}}`, exact: true, differs: []string{"a.b[1].d", "a.e"}},
		{want: `{"a":1}`, got: `{"a":"1"}`, differs: []string{"a"}},
		{want: `{"a":1}`, got: `{}`, differs: []string{"a"}},
		{want: `{"a":null}`, got: `{}`},
		{want: `{"a":null}`, got: `{"a":null}`},
		{want: `{"a":[null]}`, got: `{"a":[null]}`},
		{want: `{"a":null}`, got: `{"a":0}`, differs: []string{"a"}},
		{want: `{}`, got: `{"a":null}`, exact: true},
		{want: `{"a":[1,2]}`, got: `{"a":[1]}`, differs: []string{"a"}},
		{want: `{"a":[1,2]}`, got: `{"a":[2,1]}`, differs: []string{"a[0]", "a[1]"}},
		{want: `{"a":{}}`, got: `{"a":[]}`, differs: []string{"a"}},
		{want: `{"a":1}`, got: `{"a":{"b":1}}`, differs: []string{"a"}},
		{want: `{"a":12345678901234567890}`, got: `{"a":12345678901234567890}`},
		{want: `{"a":{"$matches":"^P-[0-9]+$"}}`, got: `{"a":"P-17"}`},
		{want: `{"a":{"$matches":"^P-[0-9]+$"}}`, got: `{"a":"P-x"}`, differs: []string{"a"}},
		{want: `{"a":{"$matches":"7"}}`, got: `{"a":{"n":7}}`},
		{want: `{"a":{"$matches":"."}}`, got: `{}`, differs: []string{"a"}},
		{want: `{"a":{"$absent":true}}`, got: `{}`, exact: true},
		{want: `{"a":{"$absent":true}}`, got: `{"a":1}`, differs: []string{"a"}},
		{want: `{"a":{"$matches":"x","b":1}}`, got: `{"a":{"$matches":"x","b":1}}`},
	} {
		var differs []string
		comparison{exact: c.exact, differ: func(path []any, _, _ any) { differs = append(differs, field(path)) }}.
			values(nil, any(decoded(t, c.want)), any(decoded(t, c.got)))
		require.Equal(t, c.differs, differs, "%s %s", c.want, c.got)
	}
}

func TestLineDiff(t *testing.T) {
	for _, c := range []struct{ want, got, diff string }{
		{"a b c", "a b c", "  a|  b|  c"},
		{"a b c", "a c", "  a|- b|  c"},
		{"a c", "a b c", "  a|+ b|  c"},
		{"a", "", "- a"},
		{"", "a", "+ a"},
		{"x a b", "a b y", "- x|  a|  b|+ y"},
		{"a b", "b a", "- a|  b|+ a"},
	} {
		require.Equal(t, c.diff, strings.Join(lineDiff(strings.Fields(c.want), strings.Fields(c.got)), "|"), "%s / %s", c.want, c.got)
	}
	require.Len(t, lineDiff(make([]string, maxDiff+1), nil), 1)
}

func TestPathNamesEachOnce(t *testing.T) {
	wf := conductor.Workflow{Tasks: []conductor.Task{{ReferenceTaskName: "a"}, {ReferenceTaskName: "a"}, {ReferenceTaskName: "b"}}}
	require.Equal(t, []string{"a", "b"}, pathOf(wf))
	require.Empty(t, pathOf(conductor.Workflow{}))
}

func TestWhatIsCompared(t *testing.T) {
	wf := conductor.Workflow{
		Status: "FAILED", ReasonForIncompletion: "no luck at all", Output: map[string]any{"a": 1}, Variables: map[string]any{"v": "x"},
		Tasks: []conductor.Task{
			{ReferenceTaskName: "a", Status: "FAILED", ReasonForIncompletion: "no luck"},
			{ReferenceTaskName: "a", Status: "FAILED", ReasonForIncompletion: "no luck", InputData: map[string]any{"i": 1}},
		},
	}
	one := 1
	differing := func(e Expect) (fields []string) {
		found, err := compare(e, Run{Workflow: wf})
		require.NoError(t, err)
		for _, d := range found {
			fields = append(fields, strings.TrimSpace(d.Field+" "+d.Message))
		}
		return fields
	}
	require.Empty(t, differing(Expect{Status: "FAILED", Reason: "luck", Output: map[string]any{"a": 1}, Variables: map[string]any{"v": "x"}, Path: []string{"a"}}))
	require.Equal(t, []string{"status no luck at all", "reason", "output.a", "variables.w it is not there", "path"}, differing(Expect{
		Status: "COMPLETED", Reason: "funds", Output: map[string]any{"a": 2}, Variables: map[string]any{"w": "x"}, Path: []string{},
	}))
	require.Equal(t, []string{"tasks.a.attempts", "tasks.a.status no luck", "tasks.a.reason", "tasks.a.input.i", "tasks.a.output.o it is not there", "tasks.a.workflow no workflow ran inside it", "tasks.b it never ran"},
		differing(Expect{Status: "FAILED", Tasks: []ExpectTask{{
			Ref: "a", Status: "COMPLETED", Attempts: &one, Reason: "x", Input: map[string]any{"i": 2}, Output: map[string]any{"o": 1}, Workflow: &Expect{},
		}, {Ref: "b"}}}))
}

func TestWhyItGoesOn(t *testing.T) {
	waits := conductor.Workflow{Status: "RUNNING", Tasks: []conductor.Task{
		{ReferenceTaskName: "j", Status: "IN_PROGRESS", TaskType: "JOIN"}, {ReferenceTaskName: "h", Status: "IN_PROGRESS", TaskType: "HUMAN"},
	}}
	require.Equal(t, "no outcome is left for h (HUMAN): give one under mocks", why(waits))
	waits.Tasks = []conductor.Task{{ReferenceTaskName: "s", Status: "IN_PROGRESS", SubWorkflowID: "x"}}
	require.Equal(t, "a workflow inside it waits", why(waits))
	require.Equal(t, "because", why(conductor.Workflow{Status: "FAILED", ReasonForIncompletion: "because"}))
}

func TestAReportIsShown(t *testing.T) {
	report := Report{Tests: []Result{
		{Name: "good", File: "t.yaml", Passed: true, Status: "COMPLETED", Path: []string{"a", "b"}},
		{Name: "bad", File: "t.yaml", Differences: []Difference{
			{Field: "status", File: "t.yaml", Line: 3, Column: 5, Want: "COMPLETED", Got: "FAILED", Message: "no <luck>"},
			{Field: "path", Want: []string{"a"}, Got: []string{}, Lines: []string{"- a"}},
			{Field: "start", Message: "refused"},
			{Field: "output.long", Want: strings.Repeat("x", 300)},
		}},
		{Name: "else", Workflow: "w", Passed: true},
	}}
	terminal, out, _ := term.Test("")
	require.NoError(t, report.Show(terminal, true))
	require.Contains(t, out.String(), "t.yaml\n✓ good\n    COMPLETED: a → b\n✗ bad\n")
	require.Contains(t, out.String(), "    t.yaml:3:5: status\n      - \"COMPLETED\"\n      + \"FAILED\"\n      no <luck>\n    path\n      - a\n    start: refused\n")
	require.Contains(t, out.String(), strings.Repeat("x", 199)+"…\n")
	var xml strings.Builder
	require.NoError(t, report.JUnit(&xml))
	require.Contains(t, xml.String(), `<testsuite name="t.yaml" tests="2" failures="1" errors="0" skipped="0">`)
	require.Contains(t, xml.String(), `<testsuite name="w" tests="1" failures="0"`)
	require.Contains(t, xml.String(), "no &lt;luck&gt;")
}
