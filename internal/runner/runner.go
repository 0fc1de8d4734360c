// Package runner is a worker in Go: it polls one task in one domain over the same REST API as the SDKs, runs a function on what
// it gets, and reports the result.
package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Bounds of the loop.
const (
	pollWait   = time.Second            // how long the server holds an empty poll
	minBackOff = 200 * time.Millisecond // after a failed call, doubled up to maxBackOff
	maxBackOff = 5 * time.Second
)

// Runner is one worker. Handle gets the task and returns its output; an error fails the task, which the server may retry.
// Problem, where set, hears of each failed poll once until a poll succeeds again.
type Runner struct {
	Client   *conductor.Client
	TaskType string
	Domain   string
	WorkerID string
	Handle   func(ctx context.Context, task conductor.Task) (map[string]any, error)
	Problem  func(error)
}

// Run polls until ctx ends. A task in hand is finished and reported first.
func (r *Runner) Run(ctx context.Context) {
	backOff, quiet := minBackOff, false
	for ctx.Err() == nil {
		tasks, err := r.Client.Tasks.PollBatch(ctx, conductor.PollRequest{
			TaskType: r.TaskType, Domain: r.Domain, WorkerID: r.WorkerID, Count: 1, Timeout: pollWait,
		})
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if r.Problem != nil && !quiet {
				r.Problem(err)
			}
			quiet = true
			wait(ctx, backOff)
			backOff = min(backOff*2, maxBackOff)
			continue
		}
		backOff, quiet = minBackOff, false
		for _, task := range tasks {
			r.work(context.WithoutCancel(ctx), task.Value)
		}
	}
}

func (r *Runner) work(ctx context.Context, task conductor.Task) {
	result := conductor.TaskResult{
		WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, WorkerID: r.WorkerID,
		Status: conductor.TaskCompleted, OutputData: map[string]any{},
	}
	output, err := r.handle(ctx, task)
	if err != nil {
		result.Status, result.ReasonForIncompletion = conductor.TaskFailed, err.Error()
	} else if output != nil {
		result.OutputData = output
	}
	// A second report of a finished task changes nothing, so it is safe to repeat.
	for backOff := minBackOff; backOff <= maxBackOff; backOff *= 2 {
		err := r.Client.Tasks.Update(ctx, result)
		if err == nil {
			return
		}
		if r.Problem != nil {
			r.Problem(fmt.Errorf("report task %s: %w", task.TaskID, err))
		}
		wait(ctx, backOff)
	}
}

// handle turns a panic into a failed task: one bad input must not end the worker.
func (r *Runner) handle(ctx context.Context, task conductor.Task) (output map[string]any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errors.Join(err, fmt.Errorf("the worker panicked: %v", cause))
		}
	}()
	return r.Handle(ctx, task)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
