package engine

import (
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// SummarizeTask makes a task's row. Like the real server it prints a time that has not come as 1970.
func SummarizeTask(t conductor.Task) conductor.TaskSummary {
	summary := conductor.TaskSummary{
		WorkflowID: t.WorkflowInstanceID, WorkflowType: t.WorkflowType, CorrelationID: t.CorrelationID,
		TaskReferenceName: t.ReferenceTaskName, ScheduledTime: timeText(t.ScheduledTime), StartTime: timeText(t.StartTime), UpdateTime: timeText(t.UpdateTime),
		EndTime: timeText(t.EndTime), Status: t.Status, ReasonForIncompletion: t.ReasonForIncompletion,
		QueueWaitTime: t.QueueWaitTime, TaskDefName: t.TaskDefName, TaskType: t.TaskType, Input: javaText(t.InputData),
		Output: javaText(t.OutputData), TaskID: t.TaskID, WorkflowPriority: t.WorkflowPriority, Domain: t.Domain,
	}
	if t.EndTime != 0 {
		summary.ExecutionTime = t.EndTime - t.StartTime
	}
	return summary
}

// Summarize makes an execution's row of a search. Input and output are printed as Java prints maps.
func Summarize(wf conductor.Workflow) conductor.WorkflowSummary {
	summary := conductor.WorkflowSummary{
		WorkflowType: wf.WorkflowName, Version: wf.WorkflowVersion, WorkflowID: wf.WorkflowID, CorrelationID: wf.CorrelationID,
		StartTime: timeText(wf.StartTime), UpdateTime: timeText(wf.UpdateTime), Status: wf.Status,
		Input: javaText(wf.Input), Output: javaText(wf.Output), ReasonForIncompletion: wf.ReasonForIncompletion,
		Event: wf.Event, FailedReferenceTaskNames: strings.Join(wf.FailedReferenceTaskNames, ","),
		FailedTaskNames: wf.FailedTaskNames, Priority: wf.Priority, CreatedBy: wf.CreatedBy, TaskToDomain: wf.TaskToDomain,
		IdempotencyKey: wf.IdempotencyKey, ParentWorkflowID: wf.ParentWorkflowID,
	}
	summary.InputSize, summary.OutputSize = len(summary.Input), len(summary.Output)
	if conductor.WorkflowTerminal(wf.Status) {
		summary.EndTime = timeText(wf.EndTime)
		summary.ExecutionTime = wf.EndTime - wf.StartTime
	}
	return summary
}

// summary needs the lock.
func (x *execution) summary() conductor.WorkflowSummary {
	defer x.peek()()
	return Summarize(x.shown())
}

// timeText prints milliseconds since 1970.
func timeText(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }
