package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// TestNoWakeUpIsLost lets polls wait, some of which give up, and queues as many tasks as there are polls, a part of them by
// the clock. Each poll that stays must get one: an empty answer means that nobody told it.
func TestNoWakeUpIsLost(t *testing.T) {
	r := newRig(t)
	delayed := simple("a", "a")
	delayed.StartDelay = 1
	r.taskDef("a", func(d *conductor.TaskDef) { d.ConcurrentExecLimit = 1000 })
	r.flow("now", nil, simple("a", "a"))
	r.flow("later", nil, delayed)
	for round := range 60 {
		const stay, leave = 8, 4
		var polling, starting sync.WaitGroup
		empty := make(chan string, stay)
		seen := sync.Map{}
		poll := func(ctx context.Context, name string, must bool) {
			tasks, err := r.Poll(ctx, PollRequest{TaskType: "a", WorkerID: name, Timeout: 5 * time.Second})
			if must && (err != nil || len(tasks) != 1) {
				empty <- fmt.Sprint(name, ": ", err, ", ", len(tasks), " tasks")
			}
			for _, task := range tasks {
				if _, twice := seen.LoadOrStore(task.TaskID, name); twice {
					t.Errorf("round %d: task %s was given to two polls", round, task.TaskID)
				}
			}
		}
		giveUp, cancel := context.WithCancel(t.Context())
		for i := range stay {
			polling.Go(func() { poll(t.Context(), fmt.Sprint("stay", i), true) })
		}
		for i := range leave {
			polling.Go(func() { poll(giveUp, fmt.Sprint("leave", i), false) })
		}
		for i := range stay + leave {
			flow := []string{"now", "later"}[i%2]
			starting.Go(func() { r.start(flow, nil) })
		}
		starting.Go(cancel)
		starting.Go(func() { r.clock.Advance(time.Second) })
		starting.Wait()
		r.clock.Advance(time.Second)
		polling.Wait()
		close(empty)
		for name := range empty {
			t.Fatalf("round %d: %s", round, name)
		}
		for left := r.QueueSize("a", ""); left > 0; left = r.QueueSize("a", "") {
			r.must("a")
		}
		for _, id := range append(r.Running("now", 0, 0, 0), r.Running("later", 0, 0, 0)...) {
			require.NoError(t, r.Purge(t.Context(), id))
		}
	}
}

// TestUpdatesAreAppliedOnce lets several workers answer the same delivery at once: one answer counts, whole.
func TestUpdatesAreAppliedOnce(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 3, 0 })
	r.flow("flow", nil, simple("a", "a"), simple("b", "b"))
	ends := 0
	stop := r.Subscribe(func(e Event) { // inside the execution's lock, and this test has one execution at a time
		if e.Kind == WorkflowEnded || e.Kind == TaskEnded {
			ends++
		}
	})
	defer stop()
	for range 100 {
		id := r.start("flow", nil)
		ends = 0
		for _, taskType := range []string{"a", "b"} {
			task := r.must(taskType)
			var answering sync.WaitGroup
			for n := range 6 {
				answering.Go(func() {
					_, err := r.Update(t.Context(), conductor.TaskResult{
						WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskCompleted, WorkerID: fmt.Sprint(n),
						OutputData: map[string]any{"by": n},
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			if rand.IntN(2) == 0 {
				answering.Go(func() { _, _ = r.Workflow(id, true) })
			}
			answering.Wait()
		}
		wf := r.workflow(id)
		require.Equal(t, conductor.WorkflowCompleted, wf.Status)
		require.Len(t, wf.Tasks, 2, "one answer led to one next task")
		require.Equal(t, 3, ends, "two tasks and the workflow, each once")
		for _, task := range wf.Tasks {
			require.Equal(t, task.WorkerID, fmt.Sprint(task.OutputData["by"]))
		}
	}
}
