package doctor

import (
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/reconcile"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

const checkDefined = "ORK-TASK-001"

func taskChecks() []Check {
	return []Check{
		{
			ID: checkDefined, Category: Tasks, Title: "defined", Of: "the definition of", Worst: Failed, Needs: []string{checkServer, checkDeclared}, Run: taskDefined,
			Cause:    "The task that a worker polls has no definition on the server: workflows with it are refused or run with defaults, or its name is spelled otherwise there.",
			Evidence: "GET /metadata/taskdefs, compared with what the project declares; - and _, case and a letter more or less count as near.",
			Fix:      "orkesctl task define, or correct the name.",
		},
		{
			ID: "ORK-TASK-002", Category: Tasks, Title: "same as the file", Worst: Warning, Needs: []string{checkDefined, "ORK-PROJ-004"}, Run: taskSame, Quiet: true,
			Cause:    "The definition on the server is not the one in the project's folder of definitions.",
			Evidence: "Field by field; what only the server sets is no difference.",
			Fix:      "orkesctl task define",
		},
		{
			ID: "ORK-TASK-003", Category: Tasks, Title: "time-outs", Worst: Failed, Needs: []string{checkDefined}, Run: timeouts, Quiet: true,
			Cause:    "A task's times contradict one another: responseTimeoutSeconds above timeoutSeconds, or timeoutSeconds above totalTimeoutSeconds. Or a lost worker is noticed only after an hour, the default.",
			Evidence: "The definition on the server.",
			Fix:      "Set responseTimeoutSeconds to little more than the longest silence of the worker, such as 60, and timeoutSeconds above it.",
		},
		{
			ID: "ORK-TASK-004", Category: Tasks, Title: "limits", Of: "the limits of", Worst: Warning, Needs: []string{checkDefined}, Run: limits, Quiet: true,
			Cause:    "The definition lets only so many of its tasks run at once, or start in a time: workers poll and get nothing, while tasks wait.",
			Evidence: "concurrentExecLimit, rateLimitPerFrequency and rateLimitFrequencyInSeconds of the definition.",
			Fix:      "Raise the limit, or set it to 0.",
		},
		{
			ID: "ORK-TASK-005", Category: Tasks, Title: "done in time", Worst: Warning, Needs: []string{checkDefined}, Run: outlasts, Quiet: true,
			Cause:    "The work outlasts responseTimeoutSeconds: the server takes the worker for lost and gives the task to another, so that it is done twice.",
			Evidence: "Attempts that ended TIMED_OUT because of it.",
			Fix:      "Raise responseTimeoutSeconds above the longest work, or have the worker extend its lease.",
		},
		{
			ID: "ORK-TASK-006", Category: Tasks, Title: "output", Worst: Warning, Needs: []string{checkDefined}, Run: emptyOutput, Quiet: true,
			Cause:    "Tasks are COMPLETED without the output that their definition promises: the worker's result was no object, or too large, and was dropped.",
			Evidence: "The output of the last completed attempts, beside outputKeys.",
			Fix:      "Return an object; keep what is large elsewhere and return its address.",
		},
	}
}

// eachDefined makes a result for each declared task that is defined.
func (f *Facts) eachDefined(judge func(worker Worker, def conductor.Document[conductor.TaskDef]) Result) []Result {
	var results []Result
	for _, worker := range f.known() {
		def, found := f.defined(worker.Task)
		if !found {
			results = append(results, Result{State: Skipped, About: worker.Task, Because: "it is not defined"})
			continue
		}
		result := judge(worker, def)
		result.About = worker.Task
		results = append(results, result)
	}
	if len(results) == 0 {
		return one(Result{State: Skipped, Because: "no task is declared"})
	}
	return results
}

func taskDefined(f *Facts) []Result {
	if !f.TaskDefs.Known() {
		return one(Result{State: Unknown, Because: f.TaskDefs.Why(), Fix: "orkesctl task list"})
	}
	if len(f.known()) == 0 {
		return one(Result{State: Skipped, Because: "no task is declared"})
	}
	results := make([]Result, 0, len(f.Declared))
	for _, worker := range f.known() {
		result := Result{State: OK, About: worker.Task, Label: worker.Task, Evidence: "defined", File: worker.File, Line: worker.Line}
		if _, found := f.defined(worker.Task); !found {
			result = f.undefined(worker, result)
		} else if document := f.document(worker.Task); document != nil && len(f.differences(document)) == 0 {
			result.Evidence = "defined; same as " + document.File
		}
		results = append(results, result)
	}
	return results
}

func (f *Facts) undefined(worker Worker, result Result) Result {
	result.State, result.Evidence, result.Because = Failed, "not defined on the server", worker.says()
	if place := worker.Place(); place != "" {
		result.Because = "the worker polls it (" + place + ")"
	}
	if near, found := definition.Nearest(worker.Task, f.taskNames()); found {
		result.Evidence += "; did you mean " + near + "?"
		result.Fix = "correct the name: the worker polls " + worker.Task + ", defined is " + near
		return result
	}
	if document := f.document(worker.Task); document != nil {
		return result.fixedBy([]string{"task", "define", document.File})
	}
	result.Fix = "orkesctl task define FILE"
	return result
}

// document is the project's own definition of the task; nil where there is none.
func (f *Facts) document(name string) *manifest.Document {
	for _, document := range f.Documents {
		if document.Kind == definition.KindTaskDef && document.Name() == name {
			return document
		}
	}
	return nil
}

// differences are those of a project's task definition from the server's.
func (f *Facts) differences(document *manifest.Document) []reconcile.Field {
	def, found := f.defined(document.Name())
	var tree reconcile.Tree
	if !found || conductor.Decode(def.Raw, &tree) != nil {
		return nil
	}
	return reconcile.TaskDefs(tree, document.Tree)
}

// shown bounds how many differences are listed.
const shown = 4

func taskSame(f *Facts) []Result {
	return f.eachDefined(func(worker Worker, _ conductor.Document[conductor.TaskDef]) Result {
		document := f.document(worker.Task)
		if document == nil {
			return Result{State: Skipped, Because: "the project has no file for it"}
		}
		fields := f.differences(document)
		if len(fields) == 0 {
			return Result{State: OK, Label: worker.Task, Evidence: "same as " + document.File}
		}
		texts := make([]string, 0, shown)
		for _, field := range fields[:min(shown, len(fields))] {
			texts = append(texts, field.String())
		}
		if len(fields) > shown {
			texts = append(texts, fmt.Sprintf("%d more", len(fields)-shown))
		}
		result := Result{State: Warning, Label: worker.Task, Evidence: "differs from " + document.File, Because: "define would change " + strings.Join(texts, ", "), File: document.File, Line: document.Line}
		return result.fixedBy([]string{"task", "define", document.File})
	})
}

// lateResponse is above what a lost worker should go unnoticed, in seconds: the default of an hour.
const lateResponse = 3600

func timeouts(f *Facts) []Result {
	return f.eachDefined(func(worker Worker, doc conductor.Document[conductor.TaskDef]) Result {
		def := doc.Value
		result := Result{State: OK, Label: worker.Task, Evidence: fmt.Sprintf("a silent worker is noticed after %d s", def.ResponseTimeoutSeconds)}
		switch {
		case def.TimeoutSeconds > 0 && def.ResponseTimeoutSeconds > def.TimeoutSeconds:
			result.State, result.Evidence = Failed, fmt.Sprintf("responseTimeoutSeconds %d is above timeoutSeconds %d", def.ResponseTimeoutSeconds, def.TimeoutSeconds)
			result.Because = "a worker that has gone is noticed only when the whole task times out"
		case def.TotalTimeoutSeconds > 0 && def.TimeoutSeconds > def.TotalTimeoutSeconds:
			result.State, result.Evidence = Failed, fmt.Sprintf("timeoutSeconds %d is above totalTimeoutSeconds %d", def.TimeoutSeconds, def.TotalTimeoutSeconds)
			result.Because = "all attempts together have less time than one"
		case def.ResponseTimeoutSeconds >= lateResponse:
			result.State, result.Evidence = Warning, fmt.Sprintf("a worker that has gone is noticed after %d s", def.ResponseTimeoutSeconds)
			result.Because = "until then its task is IN_PROGRESS and nobody else gets it"
		default:
			return result
		}
		result.Fix = "correct " + f.where(worker.Task) + ", then: orkesctl task define"
		return result
	})
}

func limits(f *Facts) []Result {
	return f.eachDefined(func(worker Worker, doc conductor.Document[conductor.TaskDef]) Result {
		def := doc.Value
		var found []string
		if def.ConcurrentExecLimit > 0 {
			found = append(found, fmt.Sprintf("at most %d at one time", def.ConcurrentExecLimit))
		}
		if def.RateLimitPerFrequency > 0 {
			found = append(found, fmt.Sprintf("at most %d in %d s", def.RateLimitPerFrequency, max(1, def.RateLimitFrequencyInSeconds)))
		}
		result := Result{State: OK, Label: worker.Task, Evidence: "no limit"}
		if len(found) > 0 {
			result.Evidence = strings.Join(found, ", ")
		}
		starved := def.ConcurrentExecLimit > 0 && def.ConcurrentExecLimit < worker.Concurrency
		if starved || f.waiting(worker) > 0 && len(found) > 0 {
			result.State, result.Because = Warning, fmt.Sprintf("%d wait, and workers that poll get none beyond the limit", f.waiting(worker))
			if starved {
				result.Because = fmt.Sprintf("the worker takes %d at one time", worker.Concurrency)
			}
			result.Fix = "raise the limit in " + f.where(worker.Task) + ", or set it to 0, then: orkesctl task define"
		}
		return result
	})
}

// outlasts finds work that took longer than the server waits for a sign of life.
func outlasts(f *Facts) []Result {
	return f.eachDefined(func(worker Worker, doc conductor.Document[conductor.TaskDef]) Result {
		late := 0
		for _, attempt := range f.inState(worker.Task, conductor.TaskTimedOut) {
			if strings.Contains(attempt.ReasonForIncompletion, "responseTimeout") {
				late++
			}
		}
		if late == 0 {
			return Result{State: OK, Label: worker.Task, Evidence: "no attempt was given up"}
		}
		return Result{
			State: Warning, Label: worker.Task, Evidence: plural(late, "attempt") + " given up after " + fmt.Sprintf("%d s of silence", doc.Value.ResponseTimeoutSeconds),
			Because: "the work takes longer, or the worker died; another attempt then does it again", Fix: "raise responseTimeoutSeconds in " + f.where(worker.Task) + ", then: orkesctl task define   (or extend the lease)",
		}
	})
}

// enough is how many attempts without output are no accident.
const enough = 2

func emptyOutput(f *Facts) []Result {
	return f.eachDefined(func(worker Worker, doc conductor.Document[conductor.TaskDef]) Result {
		done, empty := 0, 0
		for _, attempt := range f.Done.Value {
			if attempt.TaskDefName != worker.Task {
				continue
			}
			done++
			if attempt.Output == "" || attempt.Output == "{}" {
				empty++
			}
		}
		if len(doc.Value.OutputKeys) == 0 || empty < enough || empty < done {
			return Result{State: OK, Label: worker.Task, Evidence: "as promised, or none is"}
		}
		return Result{
			State: Warning, Label: worker.Task, Evidence: "the last " + plural(empty, "task") + " have no output", Because: "promised are " + names(doc.Value.OutputKeys) + "; a result that is no object is dropped by some SDKs",
			Fix: "return an object" + place(worker),
		}
	})
}

// where is the file that holds a task's definition, or the task where the project has none.
func (f *Facts) where(task string) string {
	if document := f.document(task); document != nil {
		return document.File
	}
	return "the definition of " + task
}
