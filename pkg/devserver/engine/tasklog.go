package engine

import (
	"context"
	"math"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxLogsPerCall is how many log lines of one update are kept, the first ones.
const maxLogsPerCall = 10

// earliestMs is the lowest number that is taken for milliseconds since 1970; below are seconds, as the Python SDK sends.
// In milliseconds it is March 1973, in seconds the year 5138.
const earliestMs = 1e11

// addLogs appends the lines that came with an update.
func (t *task) addLogs(lines []conductor.TaskExecLog, now int64) {
	if len(lines) == 0 {
		return
	}
	for _, line := range lines[:min(len(lines), maxLogsPerCall)] {
		line.TaskID = t.Wire.TaskID
		line.CreatedTime = milliseconds(line.CreatedTime, now)
		t.logs = append(t.logs, line)
	}
	t.x.changes.logged = append(t.x.changes.logged, t)
}

// milliseconds reads a time that may be missing, in seconds or in milliseconds.
func milliseconds(given float64, now int64) float64 {
	switch {
	case math.IsNaN(given) || given <= 0:
		return float64(now)
	case given < earliestMs:
		return math.Round(given * 1000)
	}
	return math.Round(given)
}

// AddLog appends one line to a task's log, also after the task has ended: POST /tasks/{taskId}/log.
func (e *Engine) AddLog(ctx context.Context, taskID, line string) error {
	t := e.lockTask(taskID)
	if t == nil {
		return noTask(taskID)
	}
	defer t.x.unlock()
	if t.x.removed {
		return noTask(taskID)
	}
	now := e.now()
	t.addLogs([]conductor.TaskExecLog{{Log: line}}, now)
	return e.settle(ctx, t.x, now)
}

// Logs returns a task's log, oldest line first: GET /tasks/{taskId}/log.
func (e *Engine) Logs(taskID string) ([]conductor.TaskExecLog, error) {
	t := e.lockTask(taskID)
	if t == nil {
		return nil, noTask(taskID)
	}
	defer t.x.unlock()
	return append([]conductor.TaskExecLog{}, t.logs...), nil
}

// Task returns one attempt as its worker sees it: GET /tasks/{taskId}.
func (e *Engine) Task(taskID string) (conductor.Task, error) {
	t := e.lockTask(taskID)
	if t == nil {
		return conductor.Task{}, noTask(taskID)
	}
	defer t.x.unlock()
	return t.view(), nil
}

// lockTask returns a task with its execution locked, or nil where there is none.
func (e *Engine) lockTask(id string) *task {
	at := e.index.task(id)
	if at.x == nil {
		return nil
	}
	at.x.lock()
	t := at.find(id)
	if t == nil {
		at.x.unlock()
	}
	return t
}

func noTask(id string) error { return fault.NotFound("Task not found for taskId: %s", id) }
