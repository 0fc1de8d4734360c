package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// action is what an operator does to an execution.
type action struct {
	verb   string
	ref    string // of the task to skip
	taskID string // of the task to rerun from
}

// operate takes an operator's action, if the script has one left and this is the moment.
func (p *player) operate(tree []branch) bool {
	root := &tree[0].wf
	paused := slices.IndexFunc(tree, func(b branch) bool { return b.wf.Status == conductor.WorkflowPaused })
	quiet := len(p.hand(tree)) == 0
	var at branch
	var a action
	switch {
	case paused >= 0 && (quiet || p.acted >= p.Ops || p.fate(2, "resume") == 0):
		at, a = tree[paused], action{verb: "resume"}
	case p.acted >= p.Ops || !quiet && p.fate(4, "act") > 0:
		return false
	case paused >= 0:
		at, a = tree[paused], action{verb: "pause"}
	default:
		at = tree[0]
		if inner := tree[p.fate(len(tree), "where")]; p.fate(3, "inner") == 0 && !strings.HasSuffix(inner.path, "failure") && !left(root) {
			at = inner
		}
		a = p.choose(at)
	}
	if a.verb == "retry-inside" && !resumable(&at.wf) {
		a.verb = "retry"
	}
	if a.verb != "resume" {
		p.acted++
	}
	err := p.act(at.wf.WorkflowID, a)
	word := "done"
	if err != nil {
		word = "refused"
	}
	p.log = append(p.log, strings.TrimSpace(fmt.Sprint(a.verb, " ", a.ref))+" "+at.path+" of "+root.Status+": "+word)
	return true
}

// resumable reports whether a workflow failed in one inside it, at its first attempt. Elsewhere a retry that is to resume it does
// nothing on the real server and does not say so, or resumes that of another attempt.
func resumable(wf *conductor.Workflow) bool {
	failed := 0
	for i := range wf.Tasks {
		if task := &wf.Tasks[i]; conductor.TaskTerminal(task.Status) && !conductor.TaskSuccessful(task.Status) {
			if task.TaskType != typeSubWorkflow || task.SubWorkflowID == "" || task.RetryCount > 0 || task.Retried {
				return false
			}
			failed++
		}
	}
	return failed == 1 && wf.Status != conductor.WorkflowCompleted
}

// left reports whether a TERMINATE task has ended a workflow.
func left(wf *conductor.Workflow) bool {
	return slices.ContainsFunc(wf.Tasks, func(t conductor.Task) bool { return t.TaskType == typeTerminate && t.Status == conductor.TaskCompleted })
}

func (p *player) fate(n int, words ...any) int { return fate(n, append(words, p.Seed, p.moves)...) }

// choose is an action that fits the state, most times.
func (p *player) choose(at branch) action {
	if conductor.WorkflowTerminal(at.wf.Status) || p.fate(12, "odd") == 0 {
		verbs := []string{"retry", "retry", "retry-inside", "restart", "rerun", "rerun-task", "rerun-task", "terminate", "pause"}
		a := action{verb: verbs[p.fate(len(verbs), "after")]}
		if a.verb == "rerun-task" {
			return p.rerunFrom(at)
		}
		return a
	}
	switch verbs := []string{"pause", "pause", "terminate", "skip", "skip", "signal", "signal", "decide"}; verbs[p.fate(len(verbs), "during")] {
	case "skip":
		tasks := at.wf.WorkflowDefinition.Tasks
		return action{verb: "skip", ref: tasks[p.fate(len(tasks), "skip")].TaskReferenceName}
	case "terminate":
		return action{verb: "terminate"}
	case "signal":
		return action{verb: "signal"}
	case "decide":
		return action{verb: "decide"}
	}
	return action{verb: "pause"}
}

// rerunFrom is a rerun from one of the worker's tasks that are in no fork and no loop: elsewhere the real server loses tasks.
func (p *player) rerunFrom(at branch) action {
	var top []conductor.Task
	for _, task := range at.wf.Tasks {
		named := func(t conductor.WorkflowTask) bool { return t.TaskReferenceName == task.ReferenceTaskName }
		if isWork(&task) && conductor.TaskTerminal(task.Status) && !task.Retried && slices.ContainsFunc(at.wf.WorkflowDefinition.Tasks, named) {
			top = append(top, task)
		}
	}
	if len(top) == 0 {
		return action{verb: "restart"}
	}
	slices.SortFunc(top, func(a, b conductor.Task) int { return strings.Compare(a.ReferenceTaskName, b.ReferenceTaskName) })
	chosen := top[p.fate(len(top), "rerun")]
	return action{verb: "rerun", ref: chosen.ReferenceTaskName, taskID: chosen.TaskID}
}
