package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const script = `# A comment.
== one
flow @f ["a",
  {"ref":"b"}]
call GET /api/x
| .name
= x
+ Accept: text/plain
because odd
~ 200 {}

== two
show w
because odd
~
`

func TestScript(t *testing.T) {
	t.Parallel()
	all, err := parseScript("area", script)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "area/one", all[0].String())
	require.Equal(t, `flow @f ["a", {"ref":"b"}]`, all[0].steps[0].text())
	call := all[0].steps[1]
	require.Equal(t, "call GET /api/x + Accept: text/plain | .name", call.text())
	require.Equal(t, "x", call.name)
	require.Equal(t, "odd", call.because)
	require.Equal(t, []string{"200 {}"}, call.own)
	require.Equal(t, 10, call.line)
	nothing := all[1].steps[0]
	require.True(t, nothing.differs)
	require.Empty(t, nothing.own)
}

func TestScriptThatIsNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"show w":                "area.txt:1: a scenario begins with == and its name",
		"== a\nshow w\n== a":    `area.txt:3: a second scenario called "a"`,
		"== a\nsay it":          `area.txt:2: unknown verb "say"`,
		"== a\n~ 200":           `area.txt:2: "~ 200" belongs to no step`,
		"== a\nbecause nothing": `area.txt:2: "because nothing" belongs to no step`,
	} {
		_, err := parseScript("area", text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	reasons, err := parseReasons("# why\nodd: it is: odd\n")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"odd": "it is: odd"}, reasons)
	for _, text := range []string{"odd", "odd: a\nodd: b"} {
		_, err := parseReasons(text)
		require.ErrorContains(t, err, "is no new", text)
	}
}

func TestAReasonForEachDifference(t *testing.T) {
	t.Parallel()
	scenarios, err := parseScript("area", script)
	require.NoError(t, err)
	book := &book{scenarios: scenarios, reasons: map[string]string{}}
	require.ErrorContains(t, book.explained(), "area/one, line 10: a difference needs `because KEY`")
	book.reasons["odd"] = "it is odd"
	require.NoError(t, book.explained())
	book.reasons["even"] = "it is even"
	require.ErrorContains(t, book.explained(), `nothing differs because of "even" any more`)
	book.scenarios, err = parseScript("area", "== a\nshow w\nbecause odd")
	require.NoError(t, err)
	require.ErrorContains(t, book.explained(), "and ~ lines")
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	def, err := definition(`@f ["a",{"ref":"b","in":{"n":1.0}},{"ref":"s","type":"SWITCH","decisionCases":{"x":["c"]},"defaultCase":["d"]},
		{"ref":"k","type":"FORK_JOIN","forkTasks":[["e"],["g"]]},{"ref":"l","type":"DO_WHILE","loopOver":["h"]},
		{"ref":"z","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"i","workflowDefinition":{"name":"i","tasks":["j"]}}}] {"version":2}`)
	require.NoError(t, err)
	one := func(ref string) string {
		return `{"name":"@` + ref + `","retryCount":0,"taskReferenceName":"` + ref + `"}`
	}
	require.JSONEq(t, `{"name":"@f","version":2,"schemaVersion":2,"ownerEmail":"a@b.c","tasks":[`+one("a")+`,
		{"name":"@b","taskReferenceName":"b","inputParameters":{"n":1.0}},
		{"name":"s","taskReferenceName":"s","type":"SWITCH","decisionCases":{"x":[`+one("c")+`]},"defaultCase":[`+one("d")+`]},
		{"name":"k","taskReferenceName":"k","type":"FORK_JOIN","forkTasks":[[`+one("e")+`],[`+one("g")+`]]},
		{"name":"l","taskReferenceName":"l","type":"DO_WHILE","loopOver":[`+one("h")+`]},
		{"name":"z","taskReferenceName":"z","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"i","workflowDefinition":{"name":"i","tasks":[`+one("j")+`]}}}]}`, def)
	require.Contains(t, def, `"n":1.0`, "numbers are sent as they are written")
	_, err = definition(`@f {}`)
	require.ErrorContains(t, err, "the tasks of @f")
	_, err = definition(`@f [] nonsense`)
	require.ErrorContains(t, err, "more of @f")
	task, err := taskDefinition(`@t {"retryCount":1}`)
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"@t","ownerEmail":"a@b.c","retryCount":1}`, task)
	_, err = taskDefinition(`@t []`)
	require.ErrorContains(t, err, "the task @t")
}

func TestNote(t *testing.T) {
	t.Parallel()
	marked := "== a\nshow w\nbecause odd\n~ old\n\nshow v\nbecause odd\n~ gone\n# more\nshow u\n| .x\nshow q\n"
	scenarios, err := parseScript("area", marked)
	require.NoError(t, err)
	steps := scenarios[0].steps
	at := map[int]*difference{
		steps[0].line: {step: &steps[0], got: []string{"new", "lines"}},
		steps[1].line: {step: &steps[1], stale: true},
		steps[2].line: {step: &steps[2]},
	}
	require.Equal(t, "== a\nshow w\nbecause odd\n~ new\n~ lines\n\nshow v\n# more\nshow u\n| .x\nbecause ?\n~\nshow q\n", noted(marked, at))
	require.Equal(t, marked, noted(marked, nil))
	require.True(t, strings.HasSuffix(noted(marked, at), "\n"))
}
