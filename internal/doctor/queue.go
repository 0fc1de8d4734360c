package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/stuck"
)

const checkQueue = "ORK-QUEUE-001"

// backlog is how many tasks may wait for a worker that polls before it is said.
const backlog = 10

func queueChecks() []Check {
	needs := []string{checkServer, checkExecute, checkDomain, "ORK-ENV-008"}
	return []Check{
		{
			ID: checkQueue, Category: Queues, Title: "polled", Of: "pollers of", Worst: Failed, Needs: append(needs, "ORK-WORK-002"), Run: unpolled,
			Cause:    "Tasks wait, and nobody polls their queue: the worker does not run, has died, or cannot reach the server.",
			Evidence: "The queue's size, and who polled it last and when: older than a minute is not alive.",
			Fix:      "orkesctl worker run",
		},
		{
			ID: "ORK-QUEUE-002", Category: Queues, Title: "backlog", Worst: Warning, Needs: append(needs, checkQueue), Quiet: true, Run: backlogs,
			Cause:    "The worker polls, and tasks come faster than it does them. Every SDK works on one task at a time unless it is told otherwise.",
			Evidence: "The queue's size beside fresh polls.",
			Fix:      "Raise the concurrency (thread_count, concurrency, batch size) or start more workers.",
		},
		{
			ID: "ORK-QUEUE-003", Category: Queues, Title: "handed out", Worst: Warning, Needs: append(needs, checkQueue, "ORK-TASK-004"), Quiet: true, Run: notHandedOut,
			Cause:    "A task has waited for minutes although its queue is polled: a delay, a limit or an isolation group keeps it.",
			Evidence: "The time at which it was scheduled, beside the last poll.",
			Fix:      "orkesctl doctor why TASK",
		},
		{
			ID: "ORK-QUEUE-004", Category: Queues, Title: "one team's queue", Worst: Warning, Needs: append(needs, checkQueue), Quiet: true, Run: shared,
			Cause:    "This machine and others poll one queue: a task that you start may go to somebody else's worker, perhaps with older code.",
			Evidence: "The pollers of the queue, and this machine's name.",
			Fix:      "Poll in a domain of your own, and start with --domain TASK=DOMAIN.",
		},
	}
}

// eachQueue makes a result for each declared task, of its own queue.
func (f *Facts) eachQueue(judge func(w Worker) Result) []Result {
	if !f.Queues.Known() || !f.Polls.Known() {
		why := f.Queues.Why()
		if why == "" {
			why = f.Polls.Why()
		}
		return one(Result{State: Unknown, Because: why, Fix: "orkesctl task queue"})
	}
	var results []Result
	for _, w := range f.known() {
		result := judge(w)
		result.About, result.Label = w.Task, w.Task
		results = append(results, result)
	}
	if len(results) == 0 {
		return one(Result{State: Skipped, Because: "no task is declared"})
	}
	return results
}

// wait is how many wait: "1 task waits", "3 tasks wait".
func wait(n int64) string {
	if n == 1 {
		return "1 task waits"
	}
	return fmt.Sprintf("%d tasks wait", n)
}

func unpolled(f *Facts) []Result {
	return f.eachQueue(func(w Worker) Result {
		waiting := f.waiting(w)
		if waiting == 0 || len(f.polled(w.Task, w.Domain)) > 0 {
			return Result{State: OK, Evidence: wait(waiting) + " " + inDomain(w.Domain)}
		}
		result := Result{State: Failed, Evidence: wait(waiting) + " " + inDomain(w.Domain) + ", and nobody polls", Because: "nobody has ever polled there", Fix: "orkesctl worker run"}
		if last, found := f.last(w.Task, w.Domain); found {
			result.Because = "the last to poll there was " + f.words(last)
		}
		return result
	})
}

func backlogs(f *Facts) []Result {
	return f.eachQueue(func(w Worker) Result {
		waiting := f.waiting(w)
		if waiting < backlog || len(f.polled(w.Task, w.Domain)) == 0 {
			return Result{State: OK, Evidence: wait(waiting)}
		}
		slots := "one task at a time, unless the code says otherwise"
		if w.Concurrency > 0 {
			slots = plural(w.Concurrency, "task") + " at a time"
		}
		return Result{State: Warning, Evidence: wait(waiting) + ", and the worker polls", Because: "it works on " + slots, Fix: "raise the worker's concurrency" + place(w) + ", or start more workers"}
	})
}

func place(w Worker) string {
	if w.Place() == "" {
		return ""
	}
	return " at " + w.Place()
}

func notHandedOut(f *Facts) []Result {
	return f.eachQueue(func(w Worker) Result {
		first, fresh := f.oldest(w), f.polled(w.Task, w.Domain)
		if first.IsZero() || len(fresh) == 0 || f.waiting(w) >= backlog || f.Now.Sub(first) < 2*stuck.Fresh {
			return Result{State: OK, Evidence: "nothing waits long"}
		}
		return Result{
			State: Warning, Evidence: "one has waited for " + render.Duration(f.Now.Sub(first)) + ", and the queue is polled",
			Because: "the last poll: " + f.words(fresh[0]), Fix: "orkesctl doctor why " + w.Task,
		}
	})
}

func shared(f *Facts) []Result {
	return f.eachQueue(func(w Worker) Result {
		var pollers []string
		for _, p := range f.polled(w.Task, w.Domain) {
			if p.Poller != "" && !slices.Contains(pollers, p.Poller) {
				pollers = append(pollers, p.Poller)
			}
		}
		slices.Sort(pollers)
		here := slices.ContainsFunc(pollers, func(name string) bool { return f.Host != "" && strings.HasPrefix(name, f.Host) })
		others := slices.ContainsFunc(pollers, func(name string) bool { return !strings.HasPrefix(name, f.Host) })
		if !here || !others {
			return Result{State: OK, Evidence: cmp.Or(names(pollers), "nobody polls")}
		}
		return Result{State: Warning, Evidence: "polled by this machine and others: " + names(pollers), Because: "a task may go to either", Fix: "poll in a domain of your own"}
	})
}
