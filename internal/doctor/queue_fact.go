package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// noDomain is how Conductor's stores name "no domain" in poll data.
const noDomain = "DEFAULT"

// waiting counts the tasks that wait for the worker.
func (f *Facts) waiting(w Worker) int64 { return f.Queues.Value[conductor.QueueName(w.Task, w.Domain)] }

// Poll is the last poll of one queue by one poller.
type Poll struct {
	Task, Domain, Poller string
	At                   time.Time
}

// polls brings poll data into one form: the queue's name may hold the domain, and no domain has a name.
func polls(data []conductor.PollData) []Poll {
	list := make([]Poll, 0, len(data))
	for _, p := range data {
		poll := Poll{Task: p.QueueName, Domain: p.Domain, Poller: p.WorkerID, At: time.UnixMilli(p.LastPollTime)}
		if domain, task, found := strings.Cut(p.QueueName, ":"); found {
			poll.Task, poll.Domain = task, domain
		}
		if poll.Domain == noDomain {
			poll.Domain = ""
		}
		list = append(list, poll)
	}
	return list
}

// pollsOf are the polls of a task, the newest first.
func (f *Facts) pollsOf(task string) []Poll { return f.look().polls[task] }

func (f *Facts) fresh(p Poll) bool { return f.Now.Sub(p.At) < stuck.Fresh }

// polled are the fresh polls of the worker's queue.
func (f *Facts) polled(task, domain string) []Poll {
	return slices.DeleteFunc(slices.Clone(f.pollsOf(task)), func(p Poll) bool { return p.Domain != domain || !f.fresh(p) })
}

// last is the newest poll of a queue; false where nobody ever polled it.
func (f *Facts) last(task, domain string) (Poll, bool) {
	for _, p := range f.pollsOf(task) {
		if p.Domain == domain {
			return p, true
		}
	}
	return Poll{}, false
}

// words is who polled and when: "laptop-7, 2s ago".
func (f *Facts) words(p Poll) string {
	return cmp.Or(p.Poller, "somebody") + ", " + f.ago(p.At)
}

func (f *Facts) ago(at time.Time) string { return render.Duration(max(0, f.Now.Sub(at))) + " ago" }

// open are the tasks of a name that the server says are in the state.
func (f *Facts) inState(task, state string) []conductor.TaskSummary {
	var list []conductor.TaskSummary
	for _, row := range f.Attempts.Value {
		if cmp.Or(row.TaskDefName, row.TaskType) == task && row.Status == state {
			list = append(list, row)
		}
	}
	return list
}

// waitsIn are the domains in which the task waits, as its queues and its scheduled attempts say.
func (f *Facts) waitsIn(task string) []string {
	var found []string
	for name, size := range f.Queues.Value {
		domain, of, inDomain := strings.Cut(name, ":")
		if !inDomain {
			domain, of = "", name
		}
		if of == task && size > 0 {
			found = append(found, domain)
		}
	}
	for _, row := range f.inState(task, conductor.TaskScheduled) {
		found = append(found, row.Domain)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// oldest is since when the longest-waiting task of the queue waits; zero where none is known to.
func (f *Facts) oldest(w Worker) time.Time {
	var first time.Time
	for _, row := range f.inState(w.Task, conductor.TaskScheduled) {
		at, err := time.Parse(time.RFC3339, row.ScheduledTime)
		if err == nil && row.Domain == w.Domain && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// workflowsWith are the workflows on the server that have a worker task of the name.
func (f *Facts) workflowsWith(task string) []string { return f.look().workflows[task] }

// workerTasks are the names of the tasks of a workflow that workers do, at any depth, sorted.
func workerTasks(def conductor.WorkflowDef) []string {
	var names []string
	definition.EachTask(def.Tasks, func(task conductor.WorkflowTask) {
		if !stuck.IsSystem(task.Type) {
			names = append(names, task.Name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func inDomain(domain string) string {
	if domain == "" {
		return "without a domain"
	}
	return "in domain " + domain
}

// plural counts things: "1 task", "3 tasks".
func plural[N int | int64](n N, noun string) string { return render.Count(int(n), noun) }

// names joins a few names, and counts the rest.
func names(list []string) string {
	if len(list) > shown {
		return strings.Join(list[:shown], ", ") + fmt.Sprintf(" and %d more", len(list)-shown)
	}
	return strings.Join(list, ", ")
}
