package doctor

import (
	"slices"

	"github.com/orkesctl/orkesctl/internal/stuck"
)

func workerChecks() []Check {
	return []Check{
		{
			ID: "ORK-WORK-001", Category: Workers, Title: "polls", Worst: Warning, Needs: []string{checkServer, checkExecute, checkDomain, checkQueue}, Run: pollsNow,
			Cause:    "Nobody polls the task now: the worker does not run. Nothing waits for it yet.",
			Evidence: "Who polled last and when.",
			Fix:      "orkesctl worker run",
		},
		{
			ID: "ORK-WORK-002", Category: Workers, Title: "names", Of: "the name of", Worst: Failed, Needs: []string{checkServer}, Quiet: true, Run: nearMisses,
			Cause:    "Somebody polls a name that looks like the task's, with - for _ or another case, and nobody polls the task's own.",
			Evidence: "The poll data of all queues.",
			Fix:      "Correct the name where the worker declares it, and start it again.",
		},
	}
}

func pollsNow(f *Facts) []Result {
	return f.eachQueue(func(w Worker) Result {
		if fresh := f.polled(w.Task, w.Domain); len(fresh) > 0 {
			return Result{State: OK, Evidence: f.words(fresh[0])}
		}
		result := Result{State: Warning, Evidence: "nobody polls " + inDomain(w.Domain), Because: "nothing waits for it yet", Fix: "orkesctl worker run"}
		if last, found := f.last(w.Task, w.Domain); found {
			result.Because = "the last was " + f.words(last)
		}
		return result
	})
}

func nearMisses(f *Facts) []Result {
	if !f.Polls.Known() || !f.Queues.Known() {
		return one(Result{State: OK, Evidence: "who polls is not known"}) // the check of the queues says so
	}
	return f.eachQueue(func(w Worker) Result {
		if len(f.polled(w.Task, w.Domain)) > 0 {
			return Result{State: OK, Evidence: "its own"}
		}
		for _, p := range f.Polls.Value {
			_, defined := f.defined(p.Task)
			declares := slices.ContainsFunc(f.known(), func(other Worker) bool { return other.Task == p.Task })
			if p.Task == w.Task || defined || declares || !f.fresh(p) || !stuck.Alike(p.Task, w.Task) {
				continue
			}
			result := Result{State: Warning, Evidence: p.Task + " is polled, " + w.Task + " is not", Because: f.words(p), Fix: "correct the name that the worker polls: " + w.Task}
			if f.waiting(w) > 0 {
				result.State = Failed
			}
			return result
		}
		return Result{State: OK, Evidence: "none that looks like it"}
	})
}
