package engine

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// untimedTypes are the task types that random workflows use most. mt_unknown has no definition.
func untimedTypes() []string {
	return []string{"mt_plain", "mt_never", "mt_fixed", "mt_linear", "mt_exp", "mt_capped", "mt_template", "mt_unknown"}
}

// timedTypes have a time-out, which their first attempt always meets.
func timedTypes() []string {
	return []string{"mt_answer", "mt_time", "mt_alert", "mt_timewf", "mt_poll"}
}

// staffDefs are their definitions.
func staffDefs() []conductor.TaskDef {
	def := func(name string, retries, delay int, change func(*conductor.TaskDef)) conductor.TaskDef {
		d := conductor.NewTaskDef()
		d.Name, d.RetryCount, d.RetryDelaySeconds, d.OwnerEmail = name, retries, delay, "model@example.com"
		if change != nil {
			change(&d)
		}
		return d
	}
	logic := func(name string) func(*conductor.TaskDef) {
		return func(d *conductor.TaskDef) { d.RetryLogic = name }
	}
	limit := func(policy string, total, answer int64) func(*conductor.TaskDef) {
		return func(d *conductor.TaskDef) {
			d.TimeoutPolicy, d.TimeoutSeconds, d.ResponseTimeoutSeconds = policy, total, answer
		}
	}
	return []conductor.TaskDef{
		def("mt_plain", 1, 0, nil), def("mt_never", 0, 0, nil), def("mt_fixed", 2, 1, nil), def("mt_hang", 0, 0, nil),
		def("mt_linear", 2, 1, logic("LINEAR_BACKOFF")), def("mt_exp", 2, 1, logic("EXPONENTIAL_BACKOFF")),
		def("mt_capped", 2, 2, func(d *conductor.TaskDef) { d.RetryLogic, d.MaxRetryDelaySeconds = "EXPONENTIAL_BACKOFF", 1 }),
		def("mt_template", 1, 0, func(d *conductor.TaskDef) {
			d.InputTemplate = map[string]any{"p": "template", "q": map[string]any{"t": 1}, "w": "${workflow.input.k}"}
		}),
		def("mt_answer", 1, 0, limit(policyTimeOutWF, 0, 2)), def("mt_time", 1, 0, limit(policyRetry, 2, 2)),
		def("mt_alert", 1, 0, limit(policyAlertOnly, 2, 2)), def("mt_timewf", 1, 0, limit(policyTimeOutWF, 2, 2)),
		def("mt_poll", 1, 0, func(d *conductor.TaskDef) { d.TimeoutPolicy, d.PollTimeoutSeconds = policyRetry, 2 }),
	}
}

// staffFlows are the workflows that random ones start.
func staffFlows() []conductor.WorkflowDef {
	def := func(name string, version int, output map[string]any, tasks ...conductor.WorkflowTask) conductor.WorkflowDef {
		d := conductor.NewWorkflowDef()
		d.Name, d.Version, d.OutputParameters, d.Tasks, d.OwnerEmail = name, version, output, tasks, "model@example.com"
		return d
	}
	reading := func(task conductor.WorkflowTask, input map[string]any) conductor.WorkflowTask {
		task.InputParameters = input
		return task
	}
	return []conductor.WorkflowDef{
		def("mt_leaf", 1, map[string]any{"n": "${l.output.n}", "k": "${l.output.k}", "p": "${workflow.input.p}"},
			reading(simple("mt_plain", "l"), map[string]any{"p": "${workflow.input.p}"})),
		def("mt_leaf", 2, map[string]any{}, inline("i", "({n: 1, k: 'a'})"), simple("mt_never", "l")),
		def("mt_twice", 1, map[string]any{"o": "${s.output}"}, sub("s", "mt_leaf", func(p *conductor.SubWorkflowParams) { p.Version = 1 }), simple("mt_plain", "t")),
		def("mt_failing", 1, map[string]any{"x": 1}, taskOf("TERMINATE", "f", map[string]any{
			"terminationStatus": "FAILED", "terminationReason": "always", "workflowOutput": map[string]any{"why": "${workflow.input.p}"},
		})),
		def("mt_sorry", 1, map[string]any{"r": "${y.output.r}"}, reading(simple("mt_plain", "y"), map[string]any{
			"reason": "${workflow.input.reason}", "status": "${workflow.input.failureStatus}", "of": "${workflow.input.failedWorkflow.workflowType}",
		})),
	}
}

// lost reports whether nobody ever reports a task, so that only time ends it. That of the types with a time-out is their first
// attempt.
func lost(task *conductor.Task) bool {
	switch task.TaskDefName {
	case "mt_hang":
		return true
	case "mt_answer", "mt_time", "mt_alert", "mt_timewf":
		return task.RetryCount == 0 && task.Status == conductor.TaskInProgress
	case "mt_poll":
		return task.RetryCount == 0 && task.Status == conductor.TaskScheduled
	}
	return false
}

// fate is a number below n that follows from words alone, so that both servers meet the same.
func fate(n int, words ...any) int {
	h := fnv.New64a()
	fmt.Fprintln(h, words...)
	sum := h.Sum64()
	return int((sum ^ sum>>29 ^ sum>>43) % uint64(n))
}

// result is what the worker reports of a task: its luck has no memory but the number of the report.
func result(seed uint64, rate int, path string, task *conductor.Task, again bool) conductor.TaskResult {
	name := fmt.Sprint(path, "/", task.ReferenceTaskName, "#", task.RetryCount)
	report := conductor.TaskResult{WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: conductor.TaskCompleted}
	n := fate(5, seed, name, "n")
	report.OutputData = map[string]any{
		"r": task.ReferenceTaskName, "n": n, "k": []string{"a", "e", "z"}[fate(3, seed, name, "k")], "l": []any{n, "x", map[string]any{"y": nil}},
		"o": map[string]any{"k": "a", "t": true},
	}
	luck := fate(1000, seed, name)
	switch {
	case task.TaskDefName == "mt_unknown": // it would be tried again after a minute
	case luck < rate*8:
		report.Status, report.ReasonForIncompletion = conductor.TaskFailed, "no luck"
	case luck < rate*10:
		report.Status, report.ReasonForIncompletion = conductor.TaskFailedTerminally, "never"
	case luck < rate*10+30:
		report.OutputData = map[string]any{}
	case luck < rate*10+80 && !again && !slices.Contains(timedTypes(), task.TaskDefName):
		report.Status, report.CallbackAfterSeconds = conductor.TaskInProgress, int64(luck%2)
		report.OutputData = map[string]any{} // what a JOIN shows of it depends on when it last looked
	}
	return report
}
