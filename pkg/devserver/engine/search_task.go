package engine

import (
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// SearchTasks finds tasks: GET /tasks/search-v2. The fields of the query are the task's; newest executions come first.
func (e *Engine) SearchTasks(req SearchRequest) (conductor.SearchResult[conductor.Task], error) {
	s, err := newSearch(req, taskField(&task{}))
	if err != nil {
		return conductor.SearchResult[conductor.Task]{}, err
	}
	rows := e.matchingTasks(s)
	result := conductor.SearchResult[conductor.Task]{TotalHits: int64(len(rows)), Results: []conductor.Task{}}
	for _, t := range pageOf(s, sortRows(s, rows)) {
		t.x.lock()
		result.Results = append(result.Results, t.shown())
		t.x.unlock()
	}
	return result, nil
}

// SearchByTasks finds the executions that have a task matching the query: GET /workflow/search-by-tasks-v2.
// Summarize makes the rows of /workflow/search-by-tasks.
func (e *Engine) SearchByTasks(req SearchRequest) (conductor.SearchResult[conductor.Workflow], error) {
	s, err := newSearch(req, taskField(&task{}))
	if err != nil {
		return conductor.SearchResult[conductor.Workflow]{}, err
	}
	var found []*execution
	for _, t := range sortRows(s, e.matchingTasks(s)) {
		found = append(found, t.x)
	}
	found = eachOnce(found)
	whole := func(x *execution) conductor.Workflow { return x.view(true) }
	return conductor.SearchResult[conductor.Workflow]{TotalHits: int64(len(found)), Results: views(pageOf(s, found), whole)}, nil
}

// eachOnce keeps the first of each execution.
func eachOnce(list []*execution) []*execution {
	seen := make(map[*execution]bool, len(list))
	return slices.DeleteFunc(list, func(x *execution) bool {
		again := seen[x]
		seen[x] = true
		return again
	})
}

func (e *Engine) matchingTasks(s *search) []sortedRow[*task] {
	candidates := e.candidates(s.conditions, false)
	slices.Reverse(candidates)
	var rows []sortedRow[*task]
	for _, x := range candidates {
		x.lock()
		for _, t := range x.tasks {
			if s.matches(taskField(t)) && s.freeTextIn(func() any { return SummarizeTask(t.shown()) }) {
				rows = append(rows, sortedRow[*task]{row: t, keys: s.keysOf(taskField(t))})
			}
		}
		x.unlock()
	}
	return rows
}

// PendingTasks lists tasks of a type that wait or run, oldest execution first: GET /admin/task/{type}.
func (e *Engine) PendingTasks(taskType string, start, count int) []conductor.Task {
	pending := []conductor.Task{}
	e.eachPending(taskType, func(t *task) { pending = append(pending, t.shown()) })
	return Page(pending, start, count)
}

// RequeuePending makes the waiting tasks of a type available again as if just queued, and returns how many there are:
// POST /tasks/queue/requeue/{type}. A task in a worker's hands stays there.
func (e *Engine) RequeuePending(taskType string) int {
	count := 0
	e.eachPending(taskType, func(t *task) {
		if t.Wire.Status != conductor.TaskScheduled || t.entry == nil {
			return
		}
		t.entry.queue.remove(t.entry)
		e.queues.enqueue(t)
		count++
	})
	return count
}

// eachPending visits the tasks of a type that are not terminal, each under its execution's lock.
func (e *Engine) eachPending(taskType string, visit func(*task)) {
	for _, x := range e.index.active() {
		x.lock()
		for _, t := range x.tasks {
			if t.Wire.TaskType == taskType && !t.terminal() {
				visit(t)
			}
		}
		x.unlock()
	}
}
