package engine

import (
	"context"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxPollTimeout is the longest long poll, as on the real server.
const maxPollTimeout = 5 * time.Second

// PollRequest asks for tasks of one type. Domain empty reads the queue without a domain. Count below 1 means 1.
// Timeout is how long to wait, in real time whatever the engine's clock is; zero or less is a single try. Allowed, where set, is
// asked again after each wait: who lost the right meanwhile gets its error and no task.
type PollRequest struct {
	TaskType string
	Domain   string
	WorkerID string
	Count    int
	Timeout  time.Duration
	Allowed  func() error
}

// Poll hands out up to Count waiting tasks and marks them IN_PROGRESS: GET /tasks/poll/batch/{type}. It returns as soon as
// there is at least one, and an empty list when the time has passed, ctx ended or the engine closes. A ctx that ends
// before tasks were marked leaves them in the queue. The only errors are fault.Invalid, those of Allowed and those of the store.
func (e *Engine) Poll(ctx context.Context, req PollRequest) ([]conductor.Task, error) {
	if req.TaskType == "" {
		return nil, fault.Invalid("TaskType cannot be null or empty.")
	}
	if req.Timeout > maxPollTimeout {
		return nil, fault.Invalid("Long Poll Timeout value cannot be more than 5 seconds")
	}
	req.Count = max(req.Count, 1)
	e.pollers.note(req, e.now())
	q := e.queues.get(req.TaskType, req.Domain)
	q.polls.Add(1)
	tasks, err := e.collect(ctx, q, req)
	if len(tasks) > 0 || err != nil || req.Timeout <= 0 {
		return tasks, err
	}
	waiting, cancel := context.WithTimeout(ctx, req.Timeout)
	defer cancel()
	// A wait that is over must not go round again for what it then puts back: others would do the same, for ever.
	for waiting.Err() == nil && q.wait(waiting, e.closed) {
		if err := req.allowed(); err != nil {
			q.offer()
			return nil, err
		}
		tasks, err = e.collect(waiting, q, req)
		if len(tasks) > 0 || err != nil {
			break
		}
	}
	return tasks, err
}

func (r PollRequest) allowed() error {
	if r.Allowed == nil {
		return nil
	}
	return r.Allowed()
}

// collect delivers what is there now.
func (e *Engine) collect(ctx context.Context, q *queue, req PollRequest) ([]conductor.Task, error) {
	tasks := []conductor.Task{}
	for len(tasks) < req.Count {
		item := q.take()
		if item == nil {
			break
		}
		if ctx.Err() != nil {
			q.push(item)
			break
		}
		delivered, err := e.deliver(item, req.WorkerID)
		if err != nil && len(tasks) == 0 {
			return nil, err
		}
		if err != nil {
			break
		}
		if delivered != nil {
			tasks = append(tasks, *delivered)
		}
	}
	return tasks, nil //nolint:nilerr // what is in hand belongs to this worker already
}

// deliver gives the task of a taken entry to a worker, or nil when it is no longer to be had or a limit holds it back.
func (e *Engine) deliver(item *entry, workerID string) (*conductor.Task, error) {
	t := item.task
	x := t.x
	x.lock()
	defer x.unlock()
	if t.entry != item || t.Wire.Status != conductor.TaskScheduled || x.removed {
		return nil, nil //nolint:nilnil // nothing to deliver is not an error
	}
	if !t.limiter.admit(item, t.node.def) {
		return nil, nil //nolint:nilnil // the limiter keeps the entry
	}
	now := e.now()
	t.entry, t.running = nil, true
	wire := &t.Wire
	wire.Status, wire.WorkerID, wire.UpdateTime = conductor.TaskInProgress, workerID, now
	wire.PollCount++
	wire.CallbackAfterSeconds = 0
	if wire.StartTime == 0 {
		wire.StartTime = now
	}
	x.changes.updated(t)
	x.changes.note(TaskPolled, t, "")
	if wire.PollCount == 1 {
		t.tellState(onStart)
	}
	// The caller's ctx must not stop the commit half way: the task is the worker's now.
	if err := e.settle(context.Background(), x, now); err != nil {
		return nil, err
	}
	view := t.view()
	view.InputData = t.revealed(e.secret)
	return &view, nil
}
