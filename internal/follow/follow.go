// Package follow watches an execution until it ends: it asks the server again and again, seldom where nothing happens, and
// reports what changed.
package follow

import (
	"context"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// How long to wait between two questions: from the shortest, half as long again each time nothing changed, to the longest.
const (
	shortest = 20 * time.Millisecond
	longest  = time.Second
)

// Getter reads an execution with its tasks; conductor.WorkflowService is one.
type Getter interface {
	Get(ctx context.Context, id string, includeTasks bool) (conductor.Document[conductor.Workflow], error)
}

// Change is a task whose state, worker, poll or reason is another than before, or that is new (Before is empty).
type Change struct {
	Task   conductor.Task
	Before string // the state it had
}

// Update is one look at the execution. Changes is empty where only the execution itself changed; Before is the execution's
// state at the last look, empty at the first.
type Update struct {
	Execution conductor.Document[conductor.Workflow]
	Before    string
	Changes   []Change
}

// Follower asks one server. Idle, where set, hears after each look that showed nothing new how long that has been so. Wait is for
// tests; nil means a timer.
type Follower struct {
	Getter Getter
	Idle   func(quiet time.Duration, execution conductor.Workflow)
	Wait   func(ctx context.Context, d time.Duration) error
}

// Run reports the execution as it is, and then each change, until it has ended; it returns the execution's last state. It ends
// early with the error of the server, of report, or of ctx.
func (f Follower) Run(ctx context.Context, id string, report func(Update) error) (conductor.Document[conductor.Workflow], error) {
	seen := map[string]conductor.Task{}
	var execution conductor.Document[conductor.Workflow]
	before, pause, quiet := "", shortest, time.Duration(0)
	for {
		latest, err := f.Getter.Get(ctx, id, true)
		if err != nil {
			return execution, err
		}
		execution = latest
		changes := compare(seen, execution.Value.Tasks)
		status := execution.Value.Status
		if len(changes) > 0 || status != before {
			if err := report(Update{Execution: execution, Before: before, Changes: changes}); err != nil {
				return execution, err
			}
			before, pause, quiet = status, shortest, 0
		} else if f.Idle != nil {
			f.Idle(quiet, execution.Value)
		}
		if conductor.WorkflowTerminal(status) {
			return execution, nil
		}
		if err := f.wait(ctx, pause); err != nil {
			return execution, err
		}
		quiet += pause
		pause = min(pause*3/2, longest)
	}
}

// compare returns the tasks that are not as they were seen, in the execution's order, and remembers them.
func compare(seen map[string]conductor.Task, tasks []conductor.Task) []Change {
	var changes []Change
	for _, task := range tasks {
		old, known := seen[task.TaskID]
		if known && old.Status == task.Status && old.WorkerID == task.WorkerID && old.ReasonForIncompletion == task.ReasonForIncompletion {
			continue
		}
		seen[task.TaskID] = task
		changes = append(changes, Change{Task: task, Before: old.Status})
	}
	return changes
}

func (f Follower) wait(ctx context.Context, d time.Duration) error {
	if f.Wait != nil {
		return f.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
