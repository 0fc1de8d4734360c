// Package flowtest tests workflow definitions: cases with made-up outcomes of tasks, and what is to come of them. It reads them from
// files, runs them on an engine in this process or on a server, and says where what came differs from what was expected.
package flowtest

import (
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Suite is the cases of one workflow. Without Def the workflow is one that a server has.
type Suite struct {
	File    string // as people read it; empty where the cases are from a command line
	Name    string // of the workflow
	Version int    // 0 is the latest
	Def     *conductor.WorkflowDef
	Others  []conductor.WorkflowDef // what Def may start
	Tasks   []conductor.TaskDef
	Cases   []Case
}

// Case is one run: what it is given, and what is expected of it.
type Case struct {
	Name          string
	Input         map[string]any
	CorrelationID string
	Mocks         Mocks
	Expect        Expect
	Place         Place
}

// Mocks are the outcomes of the tasks of a workflow by reference name, and those of the workflows inside it.
type Mocks struct {
	Outcomes map[string][]conductor.TaskMock
	Inside   map[string]Mocks
}

// over lays others over these: what they say of a reference replaces what was said of it.
func (m Mocks) over(others Mocks) Mocks {
	all := Mocks{Outcomes: map[string][]conductor.TaskMock{}, Inside: map[string]Mocks{}}
	for _, from := range []Mocks{m, others} {
		for ref, outcomes := range from.Outcomes {
			all.Outcomes[ref] = outcomes
			delete(all.Inside, ref)
		}
		for ref, inside := range from.Inside {
			all.Inside[ref] = inside
			delete(all.Outcomes, ref)
		}
	}
	return all
}

// Expect is what is expected of a workflow that has run. What is not given is not looked at, but for the status: it is COMPLETED
// where nothing else is said.
type Expect struct {
	Status    string
	Reason    string // is part of the workflow's
	Output    map[string]any
	Variables map[string]any
	Exact     bool     // outputs, inputs and variables hold nothing else
	Path      []string // the reference names in the order in which they began; of several attempts the first
	Tasks     []ExpectTask
	Place     Place
}

// ExpectTask is what is expected of the last attempt at a reference name.
type ExpectTask struct {
	Ref      string
	Status   string
	Reason   string
	Attempts *int // 0: it never ran
	Input    map[string]any
	Output   map[string]any
	Workflow *Expect // of the workflow inside
	Place    Place
}

// Place is where in a file something stands.
type Place struct {
	document *manifest.Document
	path     []any
}

// at is the place of a value inside.
func (p Place) at(steps ...any) Place {
	return Place{p.document, append(append([]any{}, p.path...), steps...)}
}

// position is the place as editors read it; nothing where it is in no file.
func (p Place) position() (file string, line, column int) {
	if p.document == nil {
		return "", 0, 0
	}
	line, column = p.document.Position(p.path, false)
	return p.document.File, line, column
}
