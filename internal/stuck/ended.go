package stuck

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// FirstFailure is the task that an execution failed by: of those that failed and were not made good by another attempt, the one that
// ended first. Nil where no task failed: the execution was terminated, or timed out as a whole.
func FirstFailure(execution conductor.Workflow) *conductor.Task {
	var first *conductor.Task
	for i := range execution.Tasks {
		t := &execution.Tasks[i]
		failed := conductor.TaskTerminal(t.Status) && !conductor.TaskSuccessful(t.Status) && t.Status != conductor.TaskCanceled
		if !failed || t.Retried || madeGood(execution, *t) || t.WorkflowTask != nil && t.WorkflowTask.Optional {
			continue
		}
		if first == nil || t.EndTime < first.EndTime {
			first = t
		}
	}
	return first
}

func madeGood(execution conductor.Workflow, failed conductor.Task) bool {
	return slices.ContainsFunc(execution.Tasks, func(t conductor.Task) bool { return t.RetriedTaskID == failed.TaskID })
}

// Ended says of an execution that is over what it failed by, or, where it completed, where its time went. Logs are the lines of the
// task that FirstFailure names.
func Ended(execution conductor.Workflow, logs []conductor.TaskExecLog) Verdict {
	verdict := Verdict{
		Execution: execution.WorkflowID, Workflow: execution.WorkflowName, Status: execution.Status, Since: execution.EndTime,
	}
	failure := FirstFailure(execution)
	switch {
	case failure != nil:
		verdict.Reference, verdict.Task, verdict.Type, verdict.Domain = failure.ReferenceTaskName, NameOf(*failure), failure.TaskType, failure.Domain
		verdict.Causes = []Cause{failed(execution, *failure, logs)}
	case execution.Status == conductor.WorkflowCompleted:
		verdict.Causes = []Cause{spent(execution)}
	default:
		verdict.Causes = []Cause{{
			ID: Failed, Claim: fmt.Sprintf("It ended %s: %s", execution.Status, orReason(execution.ReasonForIncompletion)),
			Remark: "No task of it failed.", Fix: []string{"orkesctl execution get " + execution.WorkflowID},
		}}
	}
	return verdict
}

func orReason(reason string) string {
	if reason == "" {
		return "no reason was given"
	}
	return reason
}

func failed(execution conductor.Workflow, t conductor.Task, logs []conductor.TaskExecLog) Cause {
	cause := Cause{ID: Failed, Claim: fmt.Sprintf("%s ended %s: %s", t.ReferenceTaskName, t.Status, orReason(t.ReasonForIncompletion))}
	for _, attempt := range execution.Tasks {
		if attempt.ReferenceTaskName != t.ReferenceTaskName || attempt.Iteration != t.Iteration {
			continue
		}
		cause.Facts = append(cause.Facts, Fact{
			Label: fmt.Sprintf("attempt %d", attempt.RetryCount+1), Value: attempt.Status + ": " + orReason(attempt.ReasonForIncompletion),
			Source: fmt.Sprintf("worker %s, %s", orNone(attempt.WorkerID), render.Duration(between(attempt.StartTime, attempt.EndTime))),
		})
	}
	for _, line := range logs[max(0, len(logs)-10):] {
		cause.Facts = append(cause.Facts, Fact{Label: "log", Value: line.Log})
	}
	if t.SubWorkflowID != "" {
		cause.Fix = []string{"orkesctl doctor why " + t.SubWorkflowID}
		return cause
	}
	cause.Fix = []string{"orkesctl workflow start " + cli.ShellWord(execution.WorkflowName)}
	return cause
}

// spent is where the time of a completed execution went: the tasks that took most of it, each with its wait for a worker and its work.
func spent(execution conductor.Workflow) Cause {
	total := between(execution.StartTime, execution.EndTime)
	tasks := slices.DeleteFunc(slices.Clone(execution.Tasks), func(t conductor.Task) bool { return isFrame(t.TaskType) })
	sort.SliceStable(tasks, func(i, j int) bool {
		a, b := &tasks[i], &tasks[j]
		return cmp.Compare(between(b.ScheduledTime, b.EndTime), between(a.ScheduledTime, a.EndTime)) < 0
	})
	cause := Cause{ID: TimeSpent, Harmless: true, Claim: fmt.Sprintf("It completed in %s; the longest of its tasks:", render.Duration(total))}
	for _, t := range tasks[:min(len(tasks), 5)] {
		cause.Facts = append(cause.Facts, Fact{
			Label: t.ReferenceTaskName, Value: render.Duration(between(t.ScheduledTime, t.EndTime)),
			Source: fmt.Sprintf("waited %s, worked %s", render.Duration(between(t.ScheduledTime, t.StartTime)), render.Duration(between(t.StartTime, t.EndTime))),
		})
	}
	return cause
}

// isFrame reports whether a task's time is that of the tasks inside it.
func isFrame(taskType string) bool {
	return slices.Contains([]string{"FORK", "FORK_JOIN", "FORK_JOIN_DYNAMIC", "JOIN", "EXCLUSIVE_JOIN", "DO_WHILE", "SWITCH", "DECISION"}, taskType)
}

func between(from, to int64) time.Duration {
	if from <= 0 || to < from {
		return 0
	}
	return time.Duration(to-from) * time.Millisecond
}
