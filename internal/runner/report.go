package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	// maxEntries is how many log entries of one report a server keeps (engine sheet, TaskResult).
	maxEntries = 10
	// maxReason is how many characters of a reason a server keeps.
	maxReason = 500
	// reportTime bounds the repeats of a report where the task has no response time-out; after that time the server has given the
	// task to somebody else.
	reportTime = 10 * time.Minute
)

// work runs a task and reports it, and goes on with the task that the server may hand out with its answer.
func (r *Runner) work(ctx, hands context.Context, task conductor.Document[conductor.Task]) {
	for next := &task; next != nil; {
		began := time.Now()
		outcome := Outcome{Status: conductor.TaskInProgress}
		if ctx.Err() == nil {
			outcome = r.attend(hands, *next)
		}
		task := next.Value
		if next = nil; !outcome.Ended {
			next = r.report(ctx, task, outcome)
		}
		r.done(task, outcome, time.Since(began))
	}
}

// attend works on a task as long as the server wants it done.
func (r *Runner) attend(hands context.Context, task conductor.Document[conductor.Task]) Outcome {
	wanted, stopAsking := r.whileWanted(hands, task.Value)
	stopBeating := r.keepLease(wanted, task.Value)
	outcome := r.handle(wanted, task)
	stopBeating()
	if ended := stopAsking(); ended != nil {
		return Outcome{Status: ended.status, Reason: ended.Error(), Ended: true}
	}
	return outcome
}

// keepLease sends heartbeats until it is stopped.
func (r *Runner) keepLease(ctx context.Context, task conductor.Task) (stop func()) {
	if !r.Lease || task.ResponseTimeoutSeconds <= 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	every := time.Duration(task.ResponseTimeoutSeconds) * time.Second * 4 / 5
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			wait(ctx, every)
			if ctx.Err() != nil {
				return
			}
			beat := r.result(task, Outcome{Status: conductor.TaskInProgress})
			beat.ExtendLease = true
			if err := r.Client.Tasks.Update(ctx, beat); err != nil && ctx.Err() == nil {
				r.problem(fmt.Errorf("extend the lease of task %s: %w", task.TaskID, err))
			}
		}
	}()
	return func() { cancel(); <-ended }
}

func (r *Runner) result(task conductor.Task, outcome Outcome) conductor.TaskResult {
	result := conductor.TaskResult{
		WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, WorkerID: r.WorkerID,
		Status: outcome.Status, OutputData: outcome.Output, ReasonForIncompletion: cut(outcome.Reason, maxReason),
	}
	if result.OutputData == nil {
		result.OutputData = map[string]any{}
	}
	now := float64(time.Now().UnixMilli())
	for _, text := range batch(outcome.Log) {
		result.Logs = append(result.Logs, conductor.TaskExecLog{Log: text, TaskID: task.TaskID, CreatedTime: now})
	}
	return result
}

// batch puts lines together so that there are no more entries than a server keeps.
func batch(lines []string) []string {
	if len(lines) <= maxEntries {
		return lines
	}
	each := (len(lines) + maxEntries - 1) / maxEntries
	var entries []string
	for len(lines) > 0 {
		n := min(each, len(lines))
		entries = append(entries, strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	return entries
}

func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// report sends a result until the server has it. A second report of a finished task changes nothing, so it is safe to repeat.
func (r *Runner) report(ctx context.Context, task conductor.Task, outcome Outcome) *conductor.Document[conductor.Task] {
	limit := reportTime
	if task.ResponseTimeoutSeconds > 0 {
		limit = time.Duration(task.ResponseTimeoutSeconds) * time.Second
	}
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	defer context.AfterFunc(ctx, func() { // nobody waits for ten minutes after Ctrl-C
		wait(sending, slack)
		cancel()
	})()
	result := r.result(task, outcome)
	for backOff := minBackOff; ; backOff = min(backOff*2, maxBackOff) {
		next, err := r.send(sending, ctx.Err() == nil && backOff == minBackOff, result)
		if err == nil {
			return next
		}
		r.problem(fmt.Errorf("report task %s: %w", task.TaskID, err))
		switch refused(err) {
		case http.StatusNotFound: // the execution has gone
			return nil
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if result.Status == conductor.TaskFailedTerminally && len(result.OutputData) == 0 {
				return nil
			}
			result = r.result(task, Outcome{Status: conductor.TaskFailedTerminally, Reason: "the server refused the result: " + err.Error()})
		}
		wait(sending, backOff)
		if sending.Err() != nil {
			r.problem(fmt.Errorf("task %s: its result could not be reported in time and is lost: %w", task.TaskID, err))
			return nil
		}
	}
}

func refused(err error) int {
	var answer *conductor.Error
	if errors.As(err, &answer) {
		return answer.Status
	}
	return 0
}

// send reports one result, and takes the next task along where that is wanted and the server can do it.
func (r *Runner) send(ctx context.Context, more bool, result conductor.TaskResult) (*conductor.Document[conductor.Task], error) {
	r.mu.Lock()
	v2 := more && !r.noV2
	r.mu.Unlock()
	if !v2 || result.Status == conductor.TaskInProgress {
		return nil, r.Client.Tasks.Update(ctx, result)
	}
	next, err := r.Client.Tasks.UpdateV2(ctx, result)
	switch refused(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
	default:
		return next, err
	}
	// A 404 may be the execution's: what the older call says tells which.
	if err = r.Client.Tasks.Update(ctx, result); err == nil {
		r.mu.Lock()
		r.noV2 = true
		r.mu.Unlock()
	}
	return nil, err
}
