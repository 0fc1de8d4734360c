package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/lint"
)

// folder writes files and returns where they are.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func check(t *testing.T, root string, paths ...string) lint.Report {
	t.Helper()
	targets := lint.Targets{Shown: func(path string) string {
		short, err := filepath.Rel(root, path)
		require.NoError(t, err)
		return filepath.ToSlash(short)
	}}
	for _, path := range paths {
		require.NoError(t, targets.Add(filepath.Join(root, path)))
	}
	return lint.Files(t.Context(), targets)
}

// said is each finding as one line.
func said(report lint.Report) []string {
	lines := []string{}
	for _, f := range report.Findings {
		line := fmt.Sprintf("%s:%d:%d %s %s %s: %s", f.File, f.Line, f.Column, f.Level, strings.TrimPrefix(f.ID, "ORK-LINT-"), f.Subject, f.Message)
		if f.Fix != "" {
			line += " | " + f.Fix
		}
		lines = append(lines, line)
	}
	return lines
}

const inventory = "kind: TaskDef\nname: get-inventory\ninputKeys: [product_id, warehouse]\noutputKeys: [inventory]\ninputTemplate: {warehouse: main}\n"

func TestFindings(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing": {map[string]string{"a.yaml": inventory, "f.yaml": `name: flow
inputParameters: [product_id]
inputTemplate: {more: 1}
tasks:
  - {name: get-inventory, taskReferenceName: get, inputParameters: {product_id: '${workflow.input.product_id} ${workflow.input.more}'}}
  - {name: loop, taskReferenceName: loop, type: DO_WHILE, loopCondition: 'false', inputParameters: {n: '${again.output.inventory}'}, loopOver: [
      {name: get-inventory, taskReferenceName: again, inputParameters: {product_id: '${last.output.n} ${loop__2.output.x} ${NAME}'}},
      {name: last, taskReferenceName: last, type: SET_VARIABLE}]}
outputParameters: {inventory: '${get.output.inventory}', all: '${get.output}', id: '${workflow.workflowId}', text: '$${no.output.x}'}
`}, nil},
		"unreadable": {map[string]string{"a.yaml": "a: [", "b.json": "{\"name\": \"x\"}", "c.yaml": ""}, []string{
			"a.yaml:1:1 error 001 : did not find expected node content",
			"b.json:1:1 error 001 : this could be a task or a workflow: say which with kind: TaskDef or kind: WorkflowDef",
			"c.yaml:0:0 error 001 : holds no definition",
		}},
		"a field": {map[string]string{"a.yaml": "name: a\nretryCont: 3\nresponseTimeoutSeconds: 0\nzzz: 1\n"}, []string{
			"a.yaml:2:1 error 002 task/a: retryCont: unknown field | Did you mean retryCount?",
			"a.yaml:3:25 error 003 task/a: responseTimeoutSeconds: 0 is less than 1",
			"a.yaml:4:1 error 002 task/a: zzz: unknown field",
		}},
		"no name": {map[string]string{"a.yaml": "kind: TaskDef\nretryCount: 3\n"}, []string{"a.yaml:1:1 error 003 task: name is required"}},
		"twice": {map[string]string{"a.yaml": inventory, "b.yaml": inventory, "f.yaml": "---\nname: f\ntasks: [&t {name: x, taskReferenceName: x, type: NOOP}]\n---\nname: f\nversion: 2\ntasks: [{name: x, taskReferenceName: x, type: NOOP}]\n---\nname: f\nversion: 1\ntasks: [{name: x, taskReferenceName: x, type: NOOP}]\n"}, []string{
			"b.yaml:1:1 error 004 : name: get-inventory is defined twice: also in a.yaml:1 | Remove one of them",
			"f.yaml:9:1 error 004 : name: f is defined twice: also in f.yaml:2 | Remove one of them",
		}},
		"forks and joins": {map[string]string{"f.yaml": `name: f
tasks:
  - {name: f, taskReferenceName: fork, type: FORK_JOIN, forkTasks: [[{name: n, taskReferenceName: one, type: NOOP}]]}
  - {name: n, taskReferenceName: two, type: NOOP}
  - {name: j, taskReferenceName: join, type: JOIN, joinOn: [one, twoo]}
`}, []string{
			"f.yaml:3:5 error 005 fork: no JOIN follows this fork | Put a JOIN right behind it",
			"f.yaml:5:66 error 006 join: no task has the reference twoo | Did you mean two?",
		}},
		"a dynamic fork": {map[string]string{"f.yaml": `name: f
tasks:
  - {name: f, taskReferenceName: fork, type: FORK_JOIN_DYNAMIC, dynamicForkTasksParam: a, dynamicForkTasksInputParamName: b}
  - {name: j, taskReferenceName: join, type: JOIN, joinOn: [later]}
outputParameters: {a: '${later.output.x}'}
`}, nil},
		"references": {map[string]string{"f.yaml": `name: f
tasks:
  - {name: n, taskReferenceName: first, type: NOOP, inputParameters: {a: ['${second.output.x}', {b: '${first.output.x}'}]}}
  - name: s
    taskReferenceName: second
    type: SWITCH
    evaluatorType: value-param
    expression: x
    decisionCases:
      a: [{name: n, taskReferenceName: third, type: NOOP, inputParameters: {a: '${firstt.output.x}'}}]
outputParameters: {a: '${thirdd.output.x}', b: '${nothing_like_it.output}'}
`}, []string{
			"f.yaml:3:75 warning 008 workflow/f: ${second.output.x}: second comes later",
			"f.yaml:10:80 warning 007 workflow/f: ${firstt.output.x}: no task has the reference firstt | Did you mean first?",
			"f.yaml:11:23 warning 007 workflow/f: ${thirdd.output.x}: no task has the reference thirdd | Did you mean third?",
			"f.yaml:11:48 warning 007 workflow/f: ${nothing_like_it.output}: no task has the reference nothing_like_it",
		}},
		"contracts": {map[string]string{"a.yaml": inventory, "s.json": `{"kind":"TaskDef","name":"s","outputSchema":{"data":{"properties":{"x":{}}}}}`, "f.yaml": `name: f
inputParameters: [product_id]
tasks:
  - name: get-inventory
    taskReferenceName: get
    inputParameters: {other: '${workflow.input.product-id}'}
  - {name: s, taskReferenceName: s}
outputParameters:
  a: ${get.output.inventry}
  b: ${s.output.x}
  c: ${s.output.y}
  d: ${get.output['x']}
`}, []string{
			"f.yaml:6:22 warning 011 get: get-inventory wants the input product_id, and nothing passes it | Pass it in inputParameters, or remove it from the task's inputKeys",
			"f.yaml:6:30 warning 009 workflow/f: the workflow declares no input product-id | Did you mean product_id?",
			"f.yaml:9:6 warning 010 workflow/f: the task get-inventory declares no output inventry | Did you mean inventory?",
			"f.yaml:11:6 warning 010 workflow/f: the task s declares no output y | Did you mean x?",
		}},
		"elsewhere": {map[string]string{"a.yaml": inventory, "f.yaml": `name: f
failureWorkflow: ff
tasks:
  - {name: get-inventroy, taskReferenceName: a}
  - {name: own, taskReferenceName: b, taskDefinition: {retryCount: 1}}
  - {name: sub, taskReferenceName: c, type: SUB_WORKFLOW, subWorkflowParam: {name: other}}
  - {name: sub, taskReferenceName: d, type: SUB_WORKFLOW, subWorkflowParam: {name: f}}
  - {name: sub, taskReferenceName: e, type: SUB_WORKFLOW, subWorkflowParam: {name: x, workflowDefinition: {name: x, tasks: [{inputParameters: {a: '${not_ours.output.x}'}}]}}}
  - {name: sub, taskReferenceName: g, type: SUB_WORKFLOW, subWorkflowParam: {name: '${workflow.input.which}'}}
  - {name: http, taskReferenceName: h, type: HTTP, inputParameters: {uri: x}}
`}, []string{
			"f.yaml:2:18 info 013 workflow/ff: not defined here: it must be on the server | Did you mean f?",
			"f.yaml:4:12 info 012 task/get-inventroy: not defined here: it must be on the server | Did you mean get-inventory?",
			"f.yaml:6:84 info 013 workflow/other: not defined here: it must be on the server",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			report := check(t, folder(t, tc.files), ".")
			require.Equal(t, append([]string{}, tc.want...), said(report))
			require.Equal(t, len(tc.files), report.Summary.Files)
		})
	}
}

func TestProject(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"well":        {"application: a\nscaffold: {language: x, tasks: [get-inventory]}\nworker: {run: [a, b], test: [[a], [b]]}\n", nil},
		"empty":       {"", nil},
		"syntax":      {"application: [\n", []string{"orkesctl.yaml:1:1 error 014 : did not find expected node content"}},
		"a list":      {"- a\n- b\n", []string{"orkesctl.yaml:1:1 error 014 : want an object: names with values"}},
		"two":         {"application: a\n---\napplication: b\n", []string{"orkesctl.yaml:3:1 error 014 : want one object, and here is another"}},
		"a kind":      {"application: a\nworker: {run: 7}\n", []string{"orkesctl.yaml:2:15 error 014 worker.run: number is not a list of words: a program and its arguments, or several of them"}},
		"text":        {"domain: [john]\n", []string{"orkesctl.yaml:1:9 error 014 domain: array is not text"}},
		"an object":   {"worker: run\n", []string{"orkesctl.yaml:1:9 error 014 worker: string is not an object"}},
		"unknown":     {"aplicat1on: a\nworker: {runn: [a]}\nzzzzzz: 1\nRoot: x\n", []string{"orkesctl.yaml:1:1 warning 015 aplicat1on: unknown key | Did you mean application?", "orkesctl.yaml:2:10 warning 015 runn: unknown key | Did you mean run?", "orkesctl.yaml:3:1 warning 015 zzzzzz: unknown key", "orkesctl.yaml:4:1 warning 015 Root: unknown key"}},
		"no folder":   {"definitions: elsewhere\n", []string{"orkesctl.yaml:1:14 error 016 elsewhere: no such folder | Make it, or name another folder"}},
		"not defined": {"scaffold: {tasks: [get-inventory, ship]}\n", []string{"orkesctl.yaml:1:35 warning 017 task/ship: a worker is made for it, and no file defines it | Write definitions/ship.task.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := folder(t, map[string]string{"orkesctl.yaml": tc.text, "definitions/a.yaml": inventory, "package.json": "{}"})
			report := check(t, root, ".")
			require.Equal(t, append([]string{}, tc.want...), said(report))
		})
	}
}

// What the sources declare counts as what orkesctl.yaml says of the workers; each task is told once.
func TestWorkersOfTheSources(t *testing.T) {
	const source = `package main

import (
	"github.com/conductor-sdk/conductor-go/sdk/model"
	"github.com/conductor-sdk/conductor-go/sdk/worker"
)

func main() {
	runner := worker.NewTaskRunner(nil, nil)
	runner.StartWorker("get-inventory", work, 1, 0)
	runner.StartWorker("ship", work, 1, 0)
	runner.StartWorker("bill", work, 1, 0)
}

func work(*model.Task) (any, error) { return nil, nil }
`
	root := folder(t, map[string]string{
		"orkesctl.yaml": "scaffold: {tasks: [ship]}\n", "definitions/a.yaml": inventory, "main.go": source,
		"go.mod": "module m\n\nrequire github.com/conductor-sdk/conductor-go v1.10.1\n",
	})
	require.Equal(t, []string{
		"main.go:12:0 warning 017 task/bill: a worker is made for it, and no file defines it | Write definitions/bill.task.yaml",
		"orkesctl.yaml:1:20 warning 017 task/ship: a worker is made for it, and no file defines it | Write definitions/ship.task.yaml",
	}, said(check(t, root, ".")))
}

// A folder above several projects is each of them, and what is beside them.
func TestFolders(t *testing.T) {
	root := folder(t, map[string]string{
		"one/orkesctl.yaml": "application: one\n", "one/definitions/a.yaml": inventory, "one/tsconfig.json": "{}",
		"two/orkesctl.yaml": "application: two\ndefinitions: defs\n", "two/defs/b.yaml": "name: b\nretryCount: 1\n",
		"shared/c.yaml": "name: c\nretryCount: x\n", ".hidden/d.yaml": "no", "node_modules/e.json": "no",
	})
	report := check(t, root, ".")
	require.Equal(t, []string{`shared/c.yaml:2:13 error 003 task/c: retryCount: "x" is not an integer`}, said(report))
	require.Equal(t, 5, report.Summary.Files)
	require.Equal(t, 1, check(t, root, "one/orkesctl.yaml").Summary.Files, "the file alone")
	require.Equal(t, 1, check(t, root, "two/defs").Summary.Files)
	require.Error(t, (&lint.Targets{}).Add(filepath.Join(root, "nowhere")))
}

func TestInput(t *testing.T) {
	report := lint.Files(t.Context(), lint.Targets{Shown: func(path string) string { return path }, Input: strings.NewReader("name: a\nretryCount: -1\n")})
	require.Equal(t, []string{"<stdin>:2:13 error 003 task/a: retryCount: -1 is less than 0"}, said(report))
	require.Equal(t, lint.Summary{Errors: 1, Files: 1}, report.Summary)
}

func TestAFileThatCannotBeReadIsAFinding(t *testing.T) {
	root := folder(t, map[string]string{"a.yaml": "name: a\n", "orkesctl.yaml": "application: a\n"})
	targets := lint.Targets{Shown: filepath.Base, Definitions: []string{filepath.Join(root, "gone.yaml")}, Projects: []string{filepath.Join(root, "gone", "orkesctl.yaml")}}
	report := lint.Files(t.Context(), targets)
	require.Len(t, report.Findings, 2)
	require.Equal(t, "ORK-LINT-001", report.Findings[0].ID)
	require.Equal(t, "ORK-LINT-014", report.Findings[1].ID)
}

// What one workflow has to say is bounded, and so is the time that it takes.
func TestManyFindings(t *testing.T) {
	var text strings.Builder
	text.WriteString("name: f\ntasks:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {name: task-number-%d, taskReferenceName: reference_%d}\n", i, i)
	}
	text.WriteString("outputParameters:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  k%d: ${referenec_%d.output.x}\n", i, i)
	}
	report := check(t, folder(t, map[string]string{"f.yaml": text.String()}), ".")
	require.Len(t, report.Findings, 100)
}

func TestWithin(t *testing.T) {
	report := lint.Report{Findings: []lint.Finding{{Level: lint.Info, File: "c"}, {Level: lint.Error, File: "b"}, {Level: lint.Warning, File: "a"}}, Summary: lint.Summary{Files: 3}}
	require.Equal(t, lint.Summary{Errors: 1, Warnings: 1, Infos: 1, Files: 3}, report.Within(lint.Info).Summary)
	kept := report.Within(lint.Warning)
	require.Equal(t, lint.Summary{Errors: 1, Warnings: 1, Files: 3}, kept.Summary)
	require.Equal(t, "a", kept.Findings[0].File, "by file")
	require.Len(t, report.Within(lint.Error).Findings, 1)
	require.NotNil(t, lint.Report{}.Within(lint.Error).Findings, "a list in JSON")
}

// docs/lint.md has each rule, with its level and what it is, and no other.
func TestTheDocumentIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "lint.md"))
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?m)^\| (ORK-LINT-\d{3}) \| (\w+) \| (.+?) \|`).FindAllStringSubmatch(string(text), -1)
	var written []lint.Rule
	for _, row := range rows {
		written = append(written, lint.Rule{ID: row[1], Level: lint.Level(row[2]), Title: strings.ReplaceAll(row[3], "`", "")})
	}
	require.Equal(t, lint.Rules(), written)
}
