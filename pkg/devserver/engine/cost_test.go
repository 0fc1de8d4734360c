package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// shape is a workflow of so many tasks of one sort.
type shape struct {
	name         string
	small, large int
	def          func(count int) conductor.WorkflowDef
}

func shapes() []shape {
	of := func(tasks ...conductor.WorkflowTask) conductor.WorkflowDef {
		def := conductor.NewWorkflowDef()
		def.Name, def.Tasks = "flow", tasks
		return def
	}
	loop := func(body ...conductor.WorkflowTask) func(int) conductor.WorkflowDef {
		return func(count int) conductor.WorkflowDef {
			return of(loopOver("lp", fmt.Sprintf("$.lp.iteration < %d", count), body...))
		}
	}
	return []shape{
		{"loop", 100, 10_000, loop(simple("work", "w"))},
		{"loop that keeps 3", 100, 10_000, func(count int) conductor.WorkflowDef {
			def := loop(simple("work", "w"))(count)
			def.Tasks[0].InputParameters = map[string]any{"keepLastN": 3}
			return def
		}},
		{"loop of the server's own", 100, 10_000, loop(inline("i", "({n: 1})"), taskOf("SET_VARIABLE", "s", map[string]any{"v": "${i.output.result.n}"}))},
		{"fork", 10, 1000, func(count int) conductor.WorkflowDef {
			var branches [][]conductor.WorkflowTask
			var ends []string
			for i := range count {
				ref := fmt.Sprint("w", i)
				branches, ends = append(branches, list(simple("work", ref))), append(ends, ref)
			}
			return of(fork("fk", branches...), join("jn", ends...))
		}},
		{"dynamic fork", 10, 1000, func(count int) conductor.WorkflowDef {
			return of(dynamicFork("fk", map[string]any{"forkTaskName": "work", "forkTaskInputs": make([]any, count)}, nil), join("jn"))
		}},
		{"sub-workflows", 10, 1000, func(count int) conductor.WorkflowDef {
			return of(dynamicFork("fk", map[string]any{"forkTaskWorkflow": "leaf", "forkTaskInputs": make([]any, count)}, nil), join("jn"))
		}},
	}
}

// run does a workflow to its end.
func (s *shape) run(tb testing.TB, e *Engine, count int) {
	tb.Helper()
	def := s.def(count)
	id, err := e.Start(tb.Context(), conductor.StartWorkflowRequest{Name: def.Name, WorkflowDef: &def}, "me")
	require.NoError(tb, err)
	for {
		tasks, err := e.Poll(tb.Context(), PollRequest{TaskType: "work", WorkerID: "w", Count: 20})
		require.NoError(tb, err)
		if len(tasks) == 0 {
			break
		}
		for _, task := range tasks {
			_, err := e.Update(tb.Context(), conductor.TaskResult{
				WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: conductor.TaskCompleted, OutputData: map[string]any{"r": 1},
			})
			require.NoError(tb, err)
		}
	}
	wf, err := e.Workflow(id, false)
	require.NoError(tb, err)
	for wf.Status == conductor.WorkflowRunning { // what is too long for one call goes on beside it
		wf, err = e.Workflow(id, false)
		require.NoError(tb, err)
		runtime.Gosched()
	}
	require.Equal(tb, conductor.WorkflowCompleted, wf.Status)
}

func newForShapes(tb testing.TB, kept store.Store) *Engine {
	tb.Helper()
	e, err := New(Options{Store: kept})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, e.Close()) })
	_, err = e.PutWorkflowDef(tb.Context(), oneTask("leaf", "work"), PutMode{}, "me")
	require.NoError(tb, err)
	return e
}

// counting counts what is stored.
type counting struct {
	store.Store
	records, bytes int
}

func (c *counting) Commit(ctx context.Context, records []store.Record) error {
	for _, record := range records {
		c.records++
		if record.Value == nil {
			continue
		}
		data, err := store.Encode(record.Value)
		if err != nil {
			return err
		}
		c.bytes += len(data)
	}
	return c.Store.Commit(ctx, records)
}

// costs are what one task of a workflow takes, in things that can be counted.
func (s *shape) costs(t *testing.T, count int) map[string]float64 {
	t.Helper()
	kept := &counting{Store: store.NewMemory()}
	e := newForShapes(t, kept)
	s.run(t, e, s.small) // what is made once
	kept.records, kept.bytes = 0, 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.run(t, e, count)
	runtime.ReadMemStats(&after)
	per := func(n float64) float64 { return n / float64(count) }
	return map[string]float64{
		"allocations": per(float64(after.Mallocs - before.Mallocs)), "bytes allocated": per(float64(after.TotalAlloc - before.TotalAlloc)),
		"records stored": per(float64(kept.records)), "bytes stored": per(float64(kept.bytes)),
	}
}

// A step costs no more the more tasks have ended: what is counted for each of many tasks is at most half more than for each of few.
func TestAStepCostsNoMoreAmongManyTasks(t *testing.T) {
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			few, many := s.costs(t, s.small), s.costs(t, s.large)
			for what, cost := range few {
				t.Logf("%s of each task: %.1f of %d, %.1f of %d", what, cost, s.small, many[what], s.large)
				require.LessOrEqual(t, many[what], 1.5*cost+0.1, what)
			}
		})
	}
}

// BenchmarkShapes is the time of one task in workflows of few and of many, in memory and with a file.
func BenchmarkShapes(b *testing.B) {
	for _, s := range shapes() {
		for _, count := range []int{s.small, s.large} {
			for _, where := range []string{"memory", "file"} {
				b.Run(fmt.Sprintf("%s/%d/%s", s.name, count, where), func(b *testing.B) {
					kept := store.Store(store.NewMemory())
					if where == "file" {
						opened, err := store.Open(filepath.Join(b.TempDir(), "db"))
						require.NoError(b, err)
						b.Cleanup(func() { require.NoError(b, opened.Close()) })
						kept = opened
					}
					e := newForShapes(b, kept)
					for b.Loop() {
						s.run(b, e, count)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/task")
				})
			}
		}
	}
}
