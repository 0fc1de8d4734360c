package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// askShare keeps a worker with many slots from asking more than 50 times a second.
const askShare = 20 * time.Millisecond

// endedError is why a task's context ends: the server has ended the task.
type endedError struct{ status, reason string }

// Error says how the server ended it.
func (e *endedError) Error() string {
	if e.reason == "" {
		return "the server has ended it: " + e.status
	}
	return fmt.Sprintf("the server has ended it: %s (%s)", e.status, e.reason)
}

// whileWanted is a context that ends when the server has ended the task: its workflow was terminated, the task timed out, or it is
// gone. No answer to a poll or a report says so; the task itself is asked for. stop ends the asking and says whether that happened.
func (r *Runner) whileWanted(ctx context.Context, task conductor.Task) (wanted context.Context, stop func() *endedError) {
	wanted, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r.Ask > 0 {
			r.ask(wanted, cancel, task.TaskID)
		}
	}()
	return wanted, func() *endedError {
		cancel(nil)
		<-done
		var ended *endedError
		errors.As(context.Cause(wanted), &ended)
		return ended
	}
}

func (r *Runner) ask(ctx context.Context, cancel context.CancelCauseFunc, id string) {
	for every := max(r.Ask, time.Duration(r.Slots)*askShare); ; {
		wait(ctx, every)
		if ctx.Err() != nil || r.mayNotAsk() {
			return
		}
		asking, stop := context.WithTimeout(ctx, slack)
		now, err := r.Client.Tasks.Get(asking, id)
		stop()
		switch refused(err) {
		case http.StatusNotFound:
			cancel(&endedError{status: "it is gone"})
			return
		case http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			r.mu.Lock()
			r.noAsk = true
			r.mu.Unlock()
		case 0:
			if err == nil && conductor.TaskTerminal(now.Value.Status) {
				cancel(&endedError{status: now.Value.Status, reason: now.Value.ReasonForIncompletion})
				return
			}
		}
	}
}

// mayNotAsk reports whether the server refuses to show this worker its tasks: then they run to their end.
func (r *Runner) mayNotAsk() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noAsk
}
