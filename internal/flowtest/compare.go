package flowtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Difference is one thing that came otherwise than expected. Want and Got are values as JSON has them; one that is not there is left
// out. Lines compare two lists line by line, as diff does.
type Difference struct {
	Field   string   `json:"field"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Want    any      `json:"want,omitempty"`
	Got     any      `json:"got,omitempty"`
	Lines   []string `json:"lines,omitempty"`
	Message string   `json:"message,omitempty"`
}

// Run is what came of a case: the workflow, and those that ran inside it.
type Run struct {
	Workflow conductor.Workflow
	Inside   func(id string) (conductor.Workflow, error)
}

// judge holds an expectation against what came.
type judge struct {
	run   Run
	found []Difference
}

// compare answers where a run differs from what is expected.
func compare(expect Expect, run Run) ([]Difference, error) {
	j := &judge{run: run}
	err := j.workflow("", expect, run.Workflow)
	return j.found, err
}

func (j *judge) differ(at Place, name string, d Difference) {
	d.Field = name
	d.File, d.Line, d.Column = at.position()
	j.found = append(j.found, d)
}

// workflow compares one workflow; prefix is the way to it, where it is inside another.
func (j *judge) workflow(prefix string, e Expect, got conductor.Workflow) error {
	if e.Status != got.Status {
		j.differ(e.Place.at("status"), prefix+"status", Difference{Want: e.Status, Got: got.Status, Message: why(got)})
	}
	j.reason(e.Place, prefix, e.Reason, got.ReasonForIncompletion)
	j.values(e.Place, prefix, "output", e.Exact, e.Output, got.Output)
	j.values(e.Place, prefix, "variables", e.Exact, e.Variables, got.Variables)
	if path := pathOf(got); e.Path != nil && !slices.Equal(path, e.Path) {
		j.differ(e.Place.at("path"), prefix+"path", Difference{Want: e.Path, Got: path, Lines: lineDiff(e.Path, path)})
	}
	for _, task := range e.Tasks {
		if err := j.task(prefix+"tasks."+task.Ref+".", e.Exact, task, got); err != nil {
			return err
		}
	}
	return nil
}

func (j *judge) task(prefix string, exact bool, e ExpectTask, in conductor.Workflow) error {
	var attempts []conductor.Task
	for _, task := range in.Tasks {
		if task.ReferenceTaskName == e.Ref {
			attempts = append(attempts, task)
		}
	}
	if e.Attempts != nil && *e.Attempts != len(attempts) {
		j.differ(e.Place.at("attempts"), prefix+"attempts", Difference{Want: *e.Attempts, Got: len(attempts)})
	}
	if len(attempts) == 0 {
		if e.Attempts == nil {
			j.differ(e.Place, strings.TrimSuffix(prefix, "."), Difference{Message: "it never ran"})
		}
		return nil
	}
	last := attempts[len(attempts)-1]
	if e.Status != "" && e.Status != last.Status {
		j.differ(e.Place.at("status"), prefix+"status", Difference{Want: e.Status, Got: last.Status, Message: last.ReasonForIncompletion})
	}
	j.reason(e.Place, prefix, e.Reason, last.ReasonForIncompletion)
	j.values(e.Place, prefix, "input", exact, e.Input, last.InputData)
	j.values(e.Place, prefix, "output", exact, e.Output, last.OutputData)
	if e.Workflow == nil {
		return nil
	}
	if last.SubWorkflowID == "" {
		j.differ(e.Place.at("workflow"), prefix+"workflow", Difference{Message: "no workflow ran inside it"})
		return nil
	}
	inside, err := j.run.Inside(last.SubWorkflowID)
	if err != nil {
		return err
	}
	return j.workflow(prefix+"workflow.", *e.Workflow, inside)
}

func (j *judge) reason(at Place, prefix, want, got string) {
	if !strings.Contains(got, want) {
		j.differ(at.at("reason"), prefix+"reason", Difference{Want: want, Got: got})
	}
}

// values compares an object; nil is not looked at.
func (j *judge) values(at Place, prefix, name string, exact bool, want, got map[string]any) {
	if want == nil {
		return
	}
	if got == nil {
		got = map[string]any{}
	}
	comparison{exact: exact, differ: func(path []any, want, got any) {
		j.differ(at.at(name).at(path...), prefix+field(append([]any{name}, path...)), Difference{Want: given(want), Got: given(got), Message: noted(want, got)})
	}}.values(nil, plain(want), plain(got))
}

// given is a value as a difference holds it: nil where it is not there, and null where it is null.
func given(v any) any {
	switch v.(type) {
	case missing:
		return nil
	case nil:
		return json.RawMessage("null")
	}
	return v
}

func noted(want, got any) string {
	if _, not := want.(missing); not {
		return "it is not expected"
	}
	if _, not := got.(missing); not {
		return "it is not there"
	}
	return ""
}

// why says what keeps a workflow, or what it failed by.
func why(wf conductor.Workflow) string {
	if conductor.WorkflowTerminal(wf.Status) {
		return wf.ReasonForIncompletion
	}
	var waiting []string
	for _, task := range wf.Tasks {
		if !conductor.TaskTerminal(task.Status) && task.SubWorkflowID == "" && task.TaskType != "JOIN" && task.TaskType != "DO_WHILE" {
			waiting = append(waiting, fmt.Sprintf("%s (%s)", task.ReferenceTaskName, task.TaskType))
		}
	}
	if len(waiting) == 0 {
		return "a workflow inside it waits"
	}
	return "no outcome is left for " + strings.Join(waiting, ", ") + ": give one under mocks"
}

// pathOf are the reference names of a workflow's tasks in the order in which they began, each once.
func pathOf(wf conductor.Workflow) []string {
	path := make([]string, 0, len(wf.Tasks))
	seen := map[string]bool{}
	for _, task := range wf.Tasks {
		if !seen[task.ReferenceTaskName] {
			seen[task.ReferenceTaskName] = true
			path = append(path, task.ReferenceTaskName)
		}
	}
	return path
}

// maxDiff bounds how long the lists are that are compared line by line, for that takes the product of their lengths.
const maxDiff = 2000

// lineDiff compares two lists: "  " is in both, "- " only wanted, "+ " only there.
func lineDiff(want, got []string) []string {
	if len(want) > maxDiff || len(got) > maxDiff {
		return []string{fmt.Sprintf("%d wanted, %d there", len(want), len(got))}
	}
	common := inCommon(want, got)
	var lines []string
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			lines = append(lines, "  "+want[i])
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && common[i+1][j] >= common[i][j+1]:
			lines = append(lines, "- "+want[i])
			i++
		default:
			lines = append(lines, "+ "+got[j])
			j++
		}
	}
	return lines
}

// inCommon says how much of the rests of two lists, from i and j, is the same.
func inCommon(want, got []string) [][]int {
	common := make([][]int, len(want)+1)
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i, one := range slices.Backward(want) {
		for j, other := range slices.Backward(got) {
			if one == other {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}
