package flowtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// file is what a test file says, before the definitions that it names are read.
type file struct {
	Workflow    string // a file, or the name of a workflow
	Version     int
	Definitions []string // files and folders
	Suite       Suite
	root        value
}

// parse reads a test file's document.
func parse(d *manifest.Document) (*file, []manifest.Problem) {
	var problems []manifest.Problem
	root := value{Place{document: d}, any(d.Tree), &problems}
	root.known("workflow", "version", "definitions", "input", "mocks", "tests")
	f := &file{root: root, Suite: Suite{File: d.File}}
	if v, given := root.in("workflow"); given {
		f.Workflow = v.name()
	} else {
		root.wrong(true, "workflow is missing: the file with its definition, or its name on the server")
	}
	if v, given := root.in("version"); given {
		f.Version = v.count(0)
	}
	if v, given := root.in("definitions"); given {
		f.Definitions = v.names()
	}
	f.cases()
	return f, problems
}

// names is a list of texts, or one alone.
func (v value) names() []string {
	if _, alone := v.of.(string); alone {
		return []string{v.name()}
	}
	names := []string{}
	for _, item := range v.list() {
		names = append(names, item.name())
	}
	return names
}

func (f *file) cases() {
	shared := Case{Input: map[string]any{}}
	if v, given := f.root.in("input"); given {
		shared.Input = v.object()
	}
	if v, given := f.root.in("mocks"); given {
		shared.Mocks = v.mocks()
	}
	tests, given := f.root.in("tests")
	if !given {
		f.root.wrong(true, "tests is missing: a list of cases")
		return
	}
	seen := map[string]bool{}
	for i, item := range tests.list() {
		c := item.testCase(shared)
		if c.Name == "" {
			c.Name = fmt.Sprintf("case %d", i+1)
		}
		if seen[c.Name] {
			item.wrong(false, "%q is there twice", c.Name)
		}
		seen[c.Name] = true
		f.Suite.Cases = append(f.Suite.Cases, c)
	}
	if list, ok := tests.of.([]any); ok && len(list) == 0 {
		tests.wrong(false, "holds no case")
	}
}

// testCase reads one case; what all cases share lies under it.
func (v value) testCase(shared Case) Case {
	v.known("name", "input", "correlationId", "mocks", "expect")
	c := Case{Place: v.Place, Input: maps.Clone(shared.Input), Expect: Expect{Status: conductor.WorkflowCompleted, Place: v.at("expect")}}
	if name, given := v.in("name"); given {
		c.Name = name.name()
	}
	if input, given := v.in("input"); given {
		maps.Copy(c.Input, input.object())
	}
	if id, given := v.in("correlationId"); given {
		c.CorrelationID = id.name()
	}
	mocks := Mocks{}
	if own, given := v.in("mocks"); given {
		mocks = own.mocks()
	}
	c.Mocks = shared.Mocks.over(mocks)
	if expect, given := v.in("expect"); given {
		c.Expect = expect.expect()
	}
	return c
}

// mocks reads outcomes by reference name.
func (v value) mocks() Mocks {
	found := Mocks{Outcomes: map[string][]conductor.TaskMock{}, Inside: map[string]Mocks{}}
	for _, ref := range slices.Sorted(maps.Keys(v.object())) {
		of, _ := v.in(ref)
		if inside, given := of.in("mocks"); given {
			of.known("mocks")
			found.Inside[ref] = inside.mocks()
			continue
		}
		found.Outcomes[ref] = of.outcomes()
	}
	return found
}

// outcomes reads a list of attempts, or the one outcome of every attempt.
func (v value) outcomes() []conductor.TaskMock {
	if _, isList := v.of.([]any); !isList {
		mock := v.outcome()
		mock.Repeat = true
		return []conductor.TaskMock{mock}
	}
	outcomes := []conductor.TaskMock{}
	for _, item := range v.list() {
		outcomes = append(outcomes, item.outcome())
	}
	return outcomes
}

// outcomeStatuses are the states that a worker may report.
func outcomeStatuses() []string {
	return []string{
		conductor.TaskCompleted, conductor.TaskFailed, conductor.TaskFailedTerminally, conductor.TaskInProgress, conductor.TaskCanceled,
	}
}

// outcome reads what comes of one attempt: an object, or a status alone.
func (v value) outcome() conductor.TaskMock {
	if _, alone := v.of.(string); alone {
		return conductor.TaskMock{Status: v.word(outcomeStatuses()...)}
	}
	v.known("status", "output", "reason", "executionTime", "queueWaitTime")
	mock := conductor.TaskMock{Status: conductor.TaskCompleted}
	if status, given := v.in("status"); given {
		mock.Status = status.word(outcomeStatuses()...)
	}
	if output, given := v.in("output"); given {
		mock.Output = output.object()
	}
	if reason, given := v.in("reason"); given {
		mock.ReasonForIncompletion = reason.text()
	}
	if time, given := v.in("executionTime"); given {
		mock.ExecutionTime = time.milliseconds()
	}
	if time, given := v.in("queueWaitTime"); given {
		mock.QueueWaitTime = time.milliseconds()
	}
	return mock
}

func (v value) expect() Expect {
	v.known("status", "reason", "output", "variables", "exact", "path", "tasks")
	e := Expect{Status: conductor.WorkflowCompleted, Place: v.Place}
	if status, given := v.in("status"); given {
		e.Status = status.word(conductor.WorkflowCompleted, conductor.WorkflowFailed, conductor.WorkflowTimedOut,
			conductor.WorkflowTerminated, conductor.WorkflowRunning, conductor.WorkflowPaused)
	}
	e.Reason, e.Output = v.reason(), v.values("output")
	e.Variables = v.values("variables")
	if exact, given := v.in("exact"); given {
		e.Exact = exact.truth()
	}
	if path, given := v.in("path"); given {
		e.Path = path.names()
	}
	if tasks, given := v.in("tasks"); given {
		for _, ref := range slices.Sorted(maps.Keys(tasks.object())) {
			task, _ := tasks.in(ref)
			e.Tasks = append(e.Tasks, task.expectTask(ref))
		}
	}
	return e
}

func (v value) expectTask(ref string) ExpectTask {
	e := ExpectTask{Ref: ref, Place: v.Place}
	statuses := append(outcomeStatuses(), conductor.TaskScheduled, conductor.TaskTimedOut, conductor.TaskSkipped, conductor.TaskCompletedWithErrors)
	if _, alone := v.of.(string); alone {
		e.Status = v.word(statuses...)
		return e
	}
	v.known("status", "reason", "attempts", "input", "output", "workflow")
	if status, given := v.in("status"); given {
		e.Status = status.word(statuses...)
	}
	if attempts, given := v.in("attempts"); given {
		n := attempts.count(0)
		e.Attempts = &n
	}
	e.Reason, e.Input, e.Output = v.reason(), v.values("input"), v.values("output")
	if inside, given := v.in("workflow"); given {
		expect := inside.expect()
		e.Workflow = &expect
	}
	return e
}

func (v value) reason() string {
	reason, given := v.in("reason")
	if !given {
		return ""
	}
	return strings.TrimSpace(reason.text())
}

// values is a member that is an object; nil where it is not there. An empty one is not nil: with exact it says something.
func (v value) values(key string) map[string]any {
	member, given := v.in(key)
	if !given {
		return nil
	}
	member.matchers()
	return member.object()
}
