package flowtest_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/flowtest"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// folder holds files, for a loader that shows paths from there.
func folder(t *testing.T, files map[string]string) (dir string, loader flowtest.Loader) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir, flowtest.Loader{Shown: func(path string) string {
		short, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		return filepath.ToSlash(short)
	}}
}

func everything(string) bool { return true }

// outcome runs a test file beside definitions and returns the report.
func outcome(t *testing.T, tests string, definitions map[string]string) flowtest.Report {
	t.Helper()
	files := map[string]string{"t.yaml": tests}
	maps.Copy(files, definitions)
	dir, loader := folder(t, files)
	suites, problems, err := loader.Load(filepath.Join(dir, "t.yaml"))
	require.NoError(t, err)
	require.Empty(t, problems)
	var report flowtest.Report
	for _, suite := range suites {
		require.NoError(t, report.Add(t.Context(), flowtest.Local{}, suite, everything))
	}
	return report
}

// fields are what differs, case by case.
func fields(report flowtest.Report) (all []string) {
	for _, result := range report.Tests {
		for _, d := range result.Differences {
			all = append(all, strings.TrimSpace(d.Field+" "+d.Message))
		}
	}
	return all
}

const loop = `
name: w
tasks:
  - name: l
    taskReferenceName: l
    type: DO_WHILE
    loopCondition: "$.l['iteration'] < 3"
    loopOver:
      - {name: a, taskReferenceName: a, retryCount: 1}
outputParameters: {last: '${a.output.n}', nothing: '${workflow.input.nope}'}
`

func TestMocksInALoop(t *testing.T) {
	for name, c := range map[string]struct{ mocks, expect string }{
		"one for all":            {"{a: {output: {n: 1}}}", "{path: [l, a__1, a__2, a__3], tasks: {a__3: {output: {n: 1.0}, attempts: 1}}}"},
		"attempts in order":      {"{a: [FAILED, {output: {n: 1}}, COMPLETED, COMPLETED]}", "{tasks: {a__1: {attempts: 2, output: {n: 1}}, a__2: {attempts: 1}}}"},
		"of one iteration":       {"{a: COMPLETED, a__2: FAILED}", "{status: FAILED, tasks: {a__2: {status: FAILED, attempts: 2}, a__3: {attempts: 0}}}"},
		"all attempts are over":  {"{a: [COMPLETED]}", "{status: RUNNING, tasks: {a__2: SCHEDULED}}"},
		"it waits longer":        {"{a: {queueWaitTime: 1m, executionTime: 1500}}", "{}"},
		"it takes too long":      {"{a: {executionTime: 2h}}", "{status: TIMED_OUT, reason: responseTimeout}"},
		"cancelled by the other": {"{a: CANCELED}", "{status: TERMINATED}"},
	} {
		t.Run(name, func(t *testing.T) {
			report := outcome(t, "workflow: w.yaml\ntests: [{mocks: "+c.mocks+", expect: "+c.expect+"}]", map[string]string{"w.yaml": loop})
			require.Empty(t, report.Tests[0].Differences, "%s: %s", report.Tests[0].Status, report.Tests[0].Reason)
		})
	}
}

const nested = `
name: outer
tasks:
  - {name: s, taskReferenceName: s, type: SUB_WORKFLOW, subWorkflowParam: {name: inner, version: 3}}
outputParameters: {x: '${s.output.x}'}
`

const innermost = `
name: inner
version: 3
tasks:
  - {name: a, taskReferenceName: a, retryCount: 0}
outputParameters: {x: '${a.output.x}'}
`

func TestWorkflowsInside(t *testing.T) {
	inside := map[string]string{"d/o.yaml": nested, "d/i.yaml": innermost}
	report := outcome(t, `
workflow: d/o.yaml
definitions: [d]
tests:
  - name: its tasks
    mocks: {s: {mocks: {a: {output: {x: 1}}}}}
    expect: {output: {x: 1}, tasks: {s: {workflow: {path: [a], tasks: {a: COMPLETED}}}}}
  - name: the whole
    mocks: {s: {output: {x: 2}}}
    expect: {output: {x: 2}}
  - name: nothing is said of it
    expect: {status: RUNNING, tasks: {s: {workflow: {status: RUNNING}}}}
  - name: it fails
    mocks: {s: {mocks: {a: {status: FAILED, reason: broken}}}}
    expect: {status: FAILED, reason: broken, tasks: {s: {status: FAILED, workflow: {status: FAILED}}}}
  - name: other than expected
    mocks: {s: {mocks: {a: COMPLETED}}}
    expect: {tasks: {s: {workflow: {path: [b], output: {x: 1}}}}}
`, inside)
	require.Equal(t, []string{"tasks.s.workflow.output.x it is not there", "tasks.s.workflow.path"}, fields(report))

	alone := "workflow: o.yaml\ntests: [{mocks: {s: {output: {x: 1}}}, expect: {output: {x: 1}, tasks: {s: {workflow: {status: RUNNING}}}}}]"
	require.Empty(t, fields(outcome(t, alone, map[string]string{"o.yaml": nested})), "a stand-in")
	report = outcome(t, "workflow: o.yaml\ntests: [{}]", map[string]string{"o.yaml": nested})
	require.Equal(t, 1, report.Summary.Failed)
	require.NotEmpty(t, report.Tests[0].Differences)
}

func TestTheSameEachTime(t *testing.T) {
	flow := map[string]string{"w.yaml": `
name: w
tasks:
  - {name: i, taskReferenceName: i, type: INLINE, inputParameters: {evaluatorType: javascript, expression: "[Date.now(), Math.random(), '${workflow.workflowId}']"}}
  - {name: p, taskReferenceName: p, type: WAIT, inputParameters: {duration: 9 days}}
outputParameters: {i: '${i.output.result}', id: '${i.taskId}', at: '${workflow.createTime}'}
`}
	first, second := outcome(t, "workflow: w.yaml\ntests: [{}]", flow), outcome(t, "workflow: w.yaml\ntests: [{}]", flow)
	require.Equal(t, 1, first.Summary.Passed, fields(first))
	require.NotNil(t, first.Tests[0].Output["i"])
	require.Equal(t, first.Tests[0].Output, second.Tests[0].Output)
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	files := map[string]string{
		"w.yaml": "name: w\ntasks: [{name: a, taskReferenceName: a}]", "bad.yaml": "name: w\ntasks: [{name: a, tskReferenceName: a}]",
		"two.yaml":  "name: w\ntasks: [{name: a, taskReferenceName: a}]\n---\nname: v\ntasks: [{name: a, taskReferenceName: a}]",
		"task.yaml": "name: t\nretryCount: 1",
	}
	for text, message := range map[string]string{
		"tests: [{}]":                                                          "t.yaml:1:1: workflow is missing",
		"workflow: w.yaml":                                                     "t.yaml:1:1: tests is missing",
		"workflow: w.yaml\ntests: []":                                          "t.yaml:2:8: tests: holds no case",
		"workflow: w.yaml\ntests: {a: 1}":                                      `t.yaml:2:8: tests: want a list, got {"a":1}`,
		"workflow: w.yaml\ntests: [a]":                                         `t.yaml:2:9: tests[0]: want an object, got "a"`,
		"workflow: w.yaml\ntest: []\ntests: [{}]":                              "t.yaml:2:1: test: unknown key; did you mean tests?",
		"workflow: ''\ntests: [{}]":                                            "t.yaml:1:11: workflow: is empty",
		"workflow: w.yaml\ndefinitions: 7\ntests: [{}]":                        "t.yaml:2:14: definitions: want a list, got 7",
		"workflow: w.yaml\nversion: x\ntests: [{}]":                            `t.yaml:2:10: version: want a whole number from 0, got "x"`,
		"workflow: w.yaml\nversion: 2\ntests: [{}]":                            "t.yaml:1:11: workflow: the definitions hold no workflow w version 2",
		"workflow: v\ndefinitions: w.yaml\ntests: [{}]":                        "t.yaml:1:11: workflow: the definitions hold no workflow v",
		"workflow: w.yaml\ndefinitions: [w.yaml, n.yaml]\ntests: [{}]":         "t.yaml:2:23: definitions[1]: n.yaml: no such file",
		"workflow: bad.yaml\ntests: [{}]":                                      "bad.yaml:2:9: tasks: taskReferenceName is required",
		"workflow: two.yaml\ntests: [{}]":                                      "two.yaml:4:1: a second workflow, v: which one is meant",
		"workflow: task.yaml\ntests: [{}]":                                     "no workflow is defined there",
		"workflow: w.yaml\ntests: [{name: a}, {name: a}]":                      `t.yaml:2:20: tests[1]: "a" is there twice`,
		"workflow: w.yaml\ntests: [{mocks: {b: COMPLETED}}]":                   "t.yaml:2:18: tests[0].mocks.b: w has no task with this reference name",
		"workflow: w.yaml\ntests: [{mocks: {a: DONE}}]":                        `t.yaml:2:21: tests[0].mocks.a: "DONE" is none of`,
		"workflow: w.yaml\ntests: [{mocks: {a: {state: FAILED}}}]":             "tests[0].mocks.a.state: unknown key",
		"workflow: w.yaml\ntests: [{mocks: {a: {executionTime: -1s}}}]":        "want a time such as 70s",
		"workflow: w.yaml\ntests: [{mocks: {a: {output: [1]}}}]":               "want an object, got [1]",
		"workflow: w.yaml\ntests: [{mocks: {a: {reason: 1}}}]":                 "want a text, got 1",
		"workflow: w.yaml\ntests: [{expect: {exact: 1}}]":                      "want true or false, got 1",
		"workflow: w.yaml\ntests: [{expect: {status: COMPLETE}}]":              "did you mean COMPLETED?",
		"workflow: w.yaml\ntests: [{expect: {tasks: {a: {attempts: -1}}}}]":    "want a whole number from 0, got -1",
		"workflow: w.yaml\ntests: [{expect: {output: {a: {$matches: '('}}}}]":  "tests[0].expect.output.a.$matches: error parsing regexp",
		"workflow: w.yaml\ntests: [{expect: {output: {a: [{$absent: no}]}}}]":  "want true or false",
		"workflow: w.yaml\ntests: [{expect: {output: {a: {$absent: false}}}}]": "want true: what is to be there is said by its value",
		"workflow: w.yaml\ntests: [{\n":                                        "t.yaml:",
	} {
		all := map[string]string{"t.yaml": text}
		maps.Copy(all, files)
		dir, loader := folder(t, all)
		_, problems, err := loader.Load(filepath.Join(dir, "t.yaml"))
		require.NoError(t, err, text)
		require.NotEmpty(t, problems, text)
		require.Contains(t, problems[0].String(), message, text)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	dir, loader := folder(t, map[string]string{
		"tests/a.yaml": "workflow: ../w.yaml\ntests: [{mocks: {a: COMPLETED}}]", "tests/other.yaml": "a: 1", "tests/list.json": "[1]",
		"w.yaml": "name: w\ntasks: [{name: a, taskReferenceName: a}]", "broken/x.yaml": "workflow: w\ntests: [{", "bytes.yaml": "a\x00b",
		"large.yaml": strings.Repeat("#", 10<<20+1), "neither.yaml": "a: 1", "named.yaml": "workflow: w",
	})
	load := func(name string) ([]flowtest.Suite, []manifest.Problem, error) {
		return loader.Load(filepath.Join(dir, name))
	}
	suites, problems, err := load("tests")
	require.NoError(t, err)
	require.Empty(t, problems, "what is no test is passed over in a folder")
	require.Len(t, suites, 1)
	_, problems, err = load("broken")
	require.NoError(t, err)
	require.NotEmpty(t, problems, "but not what was to be one")
	for name, message := range map[string]string{"bytes.yaml": "not a text file", "large.yaml": "larger than 10 MiB", "no.yaml": "no such file"} {
		_, _, err = load(name)
		require.ErrorContains(t, err, message)
	}
	for name, message := range map[string]string{"neither.yaml": "neither.yaml", "named.yaml": "tests is missing"} {
		_, problems, err = load(name)
		require.NoError(t, err)
		require.NotEmpty(t, problems, name)
		require.Contains(t, problems[0].String(), message)
	}
	suites, problems, err = load("w.yaml")
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, "w", suites[0].Cases[0].Name, "a definition alone is one case")
}

func TestNamesAndFiles(t *testing.T) {
	for word, file := range map[string]bool{"order": false, "order.yaml": true, "a/b": true, "x.JSON": true, "order.v2": false, "": false} {
		require.Equal(t, file, flowtest.IsFile(word), word)
	}
}

func TestMocksOfACommandLine(t *testing.T) {
	read := func(path string) ([]byte, error) {
		if path != "f.yaml" {
			return nil, errors.New("no such file")
		}
		return []byte("n: 2"), nil
	}
	mocks, err := flowtest.ParseMocks([]string{`a={"n":1}`, "a=FAILED: no luck", "b=@f.yaml", "c=CANCELED"}, read)
	require.NoError(t, err)
	require.Equal(t, []conductor.TaskMock{
		{Status: "COMPLETED", Output: map[string]any{"n": mocks.Outcomes["a"][0].Output["n"]}}, {Status: "FAILED", ReasonForIncompletion: "no luck"},
	}, mocks.Outcomes["a"])
	require.True(t, mocks.Outcomes["b"][0].Repeat)
	require.NotNil(t, mocks.Outcomes["b"][0].Output["n"])
	require.Equal(t, "CANCELED", mocks.Outcomes["c"][0].Status)
	for argument, message := range map[string]string{
		"a": "want name=value", "a=7": "neither an output", "a=DONE": "neither an output", "a=@nope": "no such file", "=x": "want name=value", "a=null": "neither",
	} {
		_, err := flowtest.ParseMocks([]string{argument}, read)
		require.ErrorContains(t, err, message, argument)
	}
}

func TestWhatIsGivenComesOnTop(t *testing.T) {
	suite := flowtest.Suite{Cases: []flowtest.Case{{
		Input: map[string]any{"a": 1, "b": 1},
		Mocks: flowtest.Mocks{Outcomes: map[string][]conductor.TaskMock{"x": {{}}, "y": {{}}}, Inside: map[string]flowtest.Mocks{"z": {}}},
	}}}
	over := suite.With(map[string]any{"b": 2}, flowtest.Mocks{Outcomes: map[string][]conductor.TaskMock{"y": {{}, {}}, "z": {{}}}})
	require.Equal(t, map[string]any{"a": 1, "b": 2}, over.Cases[0].Input)
	require.Len(t, over.Cases[0].Mocks.Outcomes["y"], 2)
	require.Empty(t, over.Cases[0].Mocks.Inside, "a whole in place of its tasks")
	require.Equal(t, 1, suite.Cases[0].Input["b"], "the suite stays as it was")
}

// far is a server that answers what it is told to, and keeps what it was asked.
type far struct {
	def    conductor.WorkflowDef
	asked  conductor.WorkflowTestRequest
	answer conductor.Workflow
	err    error
}

func (f *far) Definition(context.Context, string, int) (conductor.WorkflowDef, error) {
	return f.def, f.err
}

func (f *far) Test(_ context.Context, request conductor.WorkflowTestRequest) (conductor.Workflow, error) {
	f.asked = request
	return f.answer, f.err
}

func (f *far) Execution(context.Context, string) (conductor.Workflow, error) {
	return conductor.Workflow{}, &conductor.Error{Status: 404}
}

func TestOnAServer(t *testing.T) {
	server := &far{answer: conductor.Workflow{Status: "COMPLETED", Tasks: []conductor.Task{{ReferenceTaskName: "s", SubWorkflowID: "id"}}}}
	require.NoError(t, conductor.Decode([]byte(`{"name":"w","tasks":[{"name":"b","taskReferenceName":"b"},
		{"name":"l","taskReferenceName":"l","type":"DO_WHILE","loopOver":[{"name":"a","taskReferenceName":"a"},{"name":"c","taskReferenceName":"c"}]}]}`), &server.def))
	mocks, err := flowtest.ParseMocks([]string{"a=FAILED", "a=COMPLETED", "a=COMPLETED", "b=COMPLETED", "c=COMPLETED"}, nil)
	require.NoError(t, err)
	mocks.Inside = map[string]flowtest.Mocks{"s": {Outcomes: map[string][]conductor.TaskMock{"x": {{}}}}}
	suite := flowtest.Of("w", 2).With(nil, mocks)
	var report flowtest.Report
	require.NoError(t, report.Add(t.Context(), flowtest.Remote{Server: server}, suite, everything))
	require.Equal(t, 1, report.Summary.Passed)
	require.Equal(t, 2, *server.asked.Version)
	told := server.asked.TaskRefToMockOutput
	require.Len(t, told["a__1"], 2, "a failed attempt and the one that follows")
	require.Len(t, told["a__2"], 1)
	require.Len(t, told["b"], 10)
	require.Len(t, told["c__30"], 10)
	require.NotContains(t, told, "a")
	require.Equal(t, "s", server.asked.SubWorkflowTestRequest["s"].Name)

	suite.Cases[0].Expect.Tasks = []flowtest.ExpectTask{{Ref: "s", Workflow: &flowtest.Expect{}}}
	require.ErrorContains(t, report.Add(t.Context(), flowtest.Remote{Server: server}, suite, everything), "not kept by this server")
	server.err = errors.New("no answer")
	require.ErrorContains(t, report.Add(t.Context(), flowtest.Remote{Server: server}, suite, everything), "no answer")
}
