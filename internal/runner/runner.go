// Package runner is a worker in Go: it polls one task in one domain over the same REST API as the SDKs, runs a function on what
// it gets, and reports the result. The quickstart's own worker, `worker exec` and `worker simulate` are this loop.
package runner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Bounds of the loop.
const (
	pollWait   = time.Second            // how long the server holds an empty poll
	minBackOff = 200 * time.Millisecond // after a failed call, doubled up to maxBackOff
	maxBackOff = 5 * time.Second
	slack      = 5 * time.Second // what an answer may take beyond the wait that was asked for
)

// Outcome is what became of a task. Status is one of conductor's COMPLETED, FAILED, FAILED_WITH_TERMINAL_ERROR, or IN_PROGRESS,
// which gives the task back to the queue. Log is text, lines and all.
type Outcome struct {
	Status string
	Output map[string]any
	Reason string
	Log    []string
	// Ended says that the server had ended the task before: nothing was reported.
	Ended bool
}

// Runner is one worker. Handle gets the task and returns its output; an error fails the task, which the server may retry. Work,
// where set, is used instead of Handle. The context of both ends Grace after that of Run, zero being never.
type Runner struct {
	Client   *conductor.Client
	TaskType string
	Domain   string
	WorkerID string
	Slots    int // tasks at one time; below 1 means 1
	Grace    time.Duration
	// Lease keeps the tasks in hand alive: a heartbeat at 80 % of their responseTimeoutSeconds.
	Lease bool
	// Ask is how often the server is asked whether it has ended a task in hand, which then ends the task's context; zero is never.
	Ask    time.Duration
	Handle func(ctx context.Context, task conductor.Task) (map[string]any, error)
	Work   func(ctx context.Context, task conductor.Document[conductor.Task]) Outcome

	// Problem hears of a poll or a report that failed, once for each cause until a poll succeeds again; Working hears that one
	// did, at first and after a problem; Done of each task that was reported. They are called by one goroutine at a time.
	Problem func(error)
	Working func()
	Done    func(task conductor.Task, outcome Outcome, took time.Duration)
	// Hopeless says which causes end the worker as long as no poll has succeeded; nil means none.
	Hopeless func(error) bool

	mu     sync.Mutex
	last   string // the cause said last
	worked bool   // a poll has succeeded
	noV2   bool   // the server has no POST /tasks/update-v2
	noAsk  bool   // the server does not show this worker its tasks
}

// Run polls until ctx ends, for as many tasks as there are free slots. Tasks in hand are then finished and reported, or given back
// after Grace; those that a last poll brings are given back at once. The error is the hopeless one, else nil.
func (r *Runner) Run(ctx context.Context) error {
	hands, cancel := r.hands(ctx)
	defer cancel()
	slots := make(chan struct{}, max(r.Slots, 1))
	var working sync.WaitGroup
	defer working.Wait()
	backOff, more := minBackOff, false
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return nil
		}
		<-slots
		tasks, err := r.poll(ctx, cap(slots)-len(slots), more)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if r.problem(err) {
				return err
			}
			wait(ctx, backOff)
			backOff, more = min(backOff*2, maxBackOff), false
			continue
		}
		r.recovered()
		backOff, more = minBackOff, len(tasks) > 0
		for _, task := range tasks {
			slots <- struct{}{}
			working.Go(func() {
				defer func() { <-slots }()
				r.work(ctx, hands, task)
			})
		}
	}
}

// hands is the context of the tasks in hand: it ends Grace after ctx.
func (r *Runner) hands(ctx context.Context) (context.Context, context.CancelFunc) {
	hands, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if r.Grace <= 0 {
		return hands, cancel
	}
	stop := context.AfterFunc(ctx, func() {
		wait(hands, r.Grace)
		cancel()
	})
	return hands, func() { stop(); cancel() }
}

// poll waits for one task, since a real server holds a poll for more until it has them all or the time is over; after one came,
// it takes as many as there are free slots. It is not broken off when ctx ends: the server may have handed a task out already.
func (r *Runner) poll(ctx context.Context, free int, more bool) ([]conductor.Document[conductor.Task], error) {
	request := conductor.PollRequest{TaskType: r.TaskType, Domain: r.Domain, WorkerID: r.WorkerID, Count: 1, Timeout: pollWait}
	if more {
		request.Count, request.Timeout = free, 0
	}
	polling, cancel := context.WithTimeout(context.WithoutCancel(ctx), pollWait+slack)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		wait(polling, pollWait+minBackOff)
		cancel()
	})
	defer stop()
	return r.Client.Tasks.PollBatch(polling, request)
}

// problem says a cause once, and reports whether it is hopeless.
func (r *Runner) problem(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.worked && r.Hopeless != nil && r.Hopeless(err) {
		return true
	}
	if r.Problem != nil && r.last != err.Error() {
		r.Problem(err)
	}
	r.last = err.Error()
	return false
}

func (r *Runner) recovered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Working != nil && (!r.worked || r.last != "") {
		r.Working()
	}
	r.worked, r.last = true, ""
}

func (r *Runner) done(task conductor.Task, outcome Outcome, took time.Duration) {
	if r.Done == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Done(task, outcome, took)
}

// handle turns a panic into a failed task: one bad input must not end the worker.
func (r *Runner) handle(ctx context.Context, task conductor.Document[conductor.Task]) (outcome Outcome) {
	defer func() {
		if cause := recover(); cause != nil {
			outcome = Outcome{Status: conductor.TaskFailed, Reason: fmt.Sprintf("the worker panicked: %v", cause)}
		}
	}()
	if r.Work != nil {
		return r.Work(ctx, task)
	}
	output, err := r.Handle(ctx, task.Value)
	if err != nil {
		return Outcome{Status: conductor.TaskFailed, Reason: err.Error()}
	}
	return Outcome{Status: conductor.TaskCompleted, Output: output}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
