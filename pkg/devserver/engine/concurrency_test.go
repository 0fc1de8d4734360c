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

// crowd runs many starters and workers against one engine.
type crowd struct {
	e         *Engine
	mu        sync.Mutex
	delivered map[string]int // by task id and poll count
	running   int
	most      int
}

func (c *crowd) take(task conductor.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delivered[fmt.Sprint(task.TaskID, task.PollCount)]++
	if task.TaskType == "limited" {
		c.running++
		c.most = max(c.most, c.running)
	}
}

func (c *crowd) give(task conductor.Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if task.TaskType == "limited" {
		c.running--
	}
}

// work polls until ctx ends. Now and then it fails, calls back, or gives up while it waits.
func (c *crowd) work(ctx context.Context, taskType string) {
	for ctx.Err() == nil {
		polling, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(30)+1)*time.Millisecond)
		tasks, _ := c.e.Poll(polling, PollRequest{TaskType: taskType, Count: rand.IntN(4), Timeout: 20 * time.Millisecond})
		cancel()
		for _, task := range tasks {
			c.take(task)
			status := conductor.TaskCompleted
			switch rand.IntN(10) {
			case 0:
				status = conductor.TaskFailed
			case 1:
				status = conductor.TaskInProgress
			}
			c.give(task)
			_, _ = c.e.Update(context.Background(), conductor.TaskResult{
				WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: status, OutputData: map[string]any{"in": task.InputData},
				Logs: []conductor.TaskExecLog{{Log: "line"}},
			})
		}
	}
}

// disturb reads and operates while everything runs.
func (c *crowd) disturb(ctx context.Context) {
	for ctx.Err() == nil {
		found, _ := c.e.Search(SearchRequest{Query: "status = RUNNING", Size: 5})
		for _, row := range found.Results {
			_ = c.e.Pause(ctx, row.WorkflowID)
			_, _ = c.e.Workflow(row.WorkflowID, true)
			_ = c.e.Resume(context.Background(), row.WorkflowID)
		}
		_, _ = c.e.SearchTasks(SearchRequest{Size: 3, FreeText: "line"})
		c.e.QueuesAll()
		c.e.PollDataAll()
		c.e.RequeuePending("free")
		_ = c.e.PutTaskDefs(ctx, []conductor.TaskDef{limitedDef("free", 0)}, "me")
	}
}

func limitedDef(name string, limit int) conductor.TaskDef {
	def := named(name)
	def.RetryCount, def.RetryDelaySeconds, def.ConcurrentExecLimit, def.TimeoutSeconds = 50, 0, limit, 3600
	return def
}

func TestManyWorkersAtOnce(t *testing.T) {
	e, err := New(Options{Store: newRecording()})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	c := &crowd{e: e, delivered: map[string]int{}}
	require.NoError(t, e.PutTaskDefs(t.Context(), []conductor.TaskDef{limitedDef("free", 0), limitedDef("limited", 3)}, "me"))
	def := oneTask("flow", "free")
	def.Tasks = append(def.Tasks, simple("limited", "limited_ref"))
	_, err = e.PutWorkflowDef(t.Context(), def, PutMode{}, "me")
	require.NoError(t, err)
	cancel := e.Subscribe(func(Event) {})
	defer cancel()

	ctx, stop := context.WithCancel(deadlineIn(t, time.Minute))
	var crew sync.WaitGroup
	for range 6 {
		crew.Go(func() { c.work(ctx, "free") })
		crew.Go(func() { c.work(ctx, "limited") })
	}
	crew.Go(func() { c.disturb(ctx) })
	const starters, each = 4, 40
	var starting sync.WaitGroup
	for range starters {
		starting.Go(func() {
			for range each {
				_, err := e.Start(ctx, conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"id": 1}, Priority: rand.IntN(100)}, "me")
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	starting.Wait()
	require.Eventually(t, func() bool {
		found, err := e.Search(SearchRequest{Query: "status = COMPLETED"})
		return err == nil && found.TotalHits == starters*each
	}, 50*time.Second, 5*time.Millisecond)
	stop()
	crew.Wait()
	for delivery, times := range c.delivered {
		require.Equal(t, 1, times, "delivery %s", delivery)
	}
	require.LessOrEqual(t, c.most, 3)
	for name, size := range e.QueuesAll() {
		require.Zero(t, size, name)
	}
	for _, l := range e.limiters.byName {
		require.Zero(t, l.running)
	}
}

func deadlineIn(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
