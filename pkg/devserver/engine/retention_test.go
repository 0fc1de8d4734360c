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
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func retaining(rule Retention) func(*Options) { return func(o *Options) { o.Retain = rule } }

// completed starts a workflow of one task and completes it.
func (r *rig) completed(name string) string {
	r.t.Helper()
	id := r.start(name, nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	return id
}

// kept are those of the executions that are still known.
func (r *rig) kept(ids ...string) []string {
	r.t.Helper()
	var known []string
	for _, id := range ids {
		if _, err := r.Workflow(id, false); err == nil {
			known = append(known, id)
		} else {
			r.requireKind(fault.KindNotFound, err, "")
		}
	}
	return known
}

func TestTheLastThatEndedAreKept(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0), retaining(Retention{Count: 2}))
	r.flow("one", nil, simple("a", "a"))
	running, paused := r.start("one", nil), r.start("one", nil)
	require.NoError(t, r.Pause(t.Context(), paused))
	r.must("a")
	r.must("a")
	first, second, third := r.completed("one"), r.completed("one"), r.completed("one")
	require.Equal(t, []string{running, paused, second, third}, r.kept(running, paused, first, second, third))
	require.Len(t, kept.data[KindExecution], 4)
	require.Len(t, kept.data[kindTask], 4)
	require.NoError(t, r.Close())

	next := newRig(t, on(kept, 0), retaining(Retention{Count: 1}))
	require.Equal(t, []string{running, paused, third}, next.kept(running, paused, second, third), "also what had ended before")
	all := newRig(t, on(kept, 0))
	require.Len(t, all.kept(running, paused, third), 3)
}

func TestWhatEndedLongAgoIsForgotten(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0), retaining(Retention{Age: time.Hour}))
	r.flow("one", nil, simple("a", "a"))
	running := r.start("one", nil)
	r.must("a")
	first := r.completed("one")
	r.clock.Advance(30 * time.Minute)
	second := r.completed("one")
	r.clock.Advance(30*time.Minute - time.Millisecond)
	require.Len(t, r.kept(first, second), 2)
	r.clock.Advance(time.Millisecond)
	require.Equal(t, []string{running, second}, r.kept(running, first, second))
	require.NoError(t, r.Close())

	next := newRig(t, on(kept, 70*time.Minute), retaining(Retention{Age: time.Hour}))
	require.Equal(t, []string{running, second}, next.kept(running, second))
	next.clock.Advance(20 * time.Minute)
	require.Equal(t, []string{running}, next.kept(running, second), "its time came after the restart")
	next.clock.Advance(1000 * time.Hour)
	require.Equal(t, []string{running}, next.kept(running))
}

// What runs inside another is kept and forgotten with it.
func TestChildrenGoWithTheirParents(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0), retaining(Retention{Count: 1}))
	r.flow("inner", nil, simple("a", "a"))
	r.flow("middle", nil, conductor.WorkflowTask{Name: "s", TaskReferenceName: "s", Type: typeSubWorkflow, SubWorkflowParam: &conductor.SubWorkflowParams{Name: "inner"}})
	r.flow("outer", nil, conductor.WorkflowTask{Name: "s", TaskReferenceName: "s", Type: typeSubWorkflow, SubWorkflowParam: &conductor.SubWorkflowParams{Name: "middle"}}, simple("b", "b"))
	outer := r.start("outer", nil)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	middle := r.workflow(outer).Tasks[0].SubWorkflowID
	inner := r.workflow(middle).Tasks[0].SubWorkflowID
	r.completed("inner")
	r.completed("inner")
	require.Len(t, r.kept(outer, middle, inner), 3, "they have ended, and what they are in has not")
	require.NoError(t, r.Close())

	r = newRig(t, on(kept, 0), retaining(Retention{Count: 1}))
	r.report(r.must("b"), conductor.TaskCompleted, nil)
	require.Len(t, r.kept(outer, middle, inner), 3)
	last := r.completed("inner")
	require.Equal(t, []string{last}, r.kept(outer, middle, inner, last))
	require.Len(t, kept.data[KindExecution], 1)
	require.Len(t, kept.data[kindPlan], 1)
}

// One that an operator makes go on is not forgotten by its first end.
func TestWhatGoesOnIsKept(t *testing.T) {
	r := newRig(t, retaining(Retention{Age: time.Hour}))
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount = 0 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskFailed, nil)
	require.NoError(t, r.Retry(t.Context(), id, false))
	r.clock.Advance(2 * time.Hour)
	require.Len(t, r.kept(id), 1)
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	r.clock.Advance(time.Hour - time.Millisecond)
	require.Len(t, r.kept(id), 1, "its last end counts")
	r.clock.Advance(time.Millisecond)
	require.Empty(t, r.kept(id))
	again := r.completed("one")
	require.NoError(t, r.Restart(t.Context(), again, false))
	r.report(r.must("a"), conductor.TaskCompleted, nil)
	require.NoError(t, r.Remove(t.Context(), r.completed("one")), "what is forgotten by hand does no harm")
	r.clock.Advance(2 * time.Hour)
	require.Empty(t, r.kept(again))
}

// A definition leaves the store with the last execution that has it, and comes back with the next.
func TestDefinitionsThatNobodyHasLeaveTheStore(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0), retaining(Retention{Count: 1}))
	inline := func(n int) conductor.StartWorkflowRequest {
		def := oneTask(fmt.Sprint("inline", n), "a")
		return conductor.StartWorkflowRequest{Name: def.Name, WorkflowDef: &def}
	}
	for n := range 20 {
		r.startAs(inline(n))
		r.report(r.must("a"), conductor.TaskCompleted, nil)
	}
	require.Len(t, kept.data[kindPlan], 1)
	r.flow("one", nil, simple("a", "a"))
	for range 3 {
		require.NoError(t, r.Remove(t.Context(), r.completed("one")))
		require.Empty(t, kept.data[kindPlan], "nobody has any")
		r.completed("one")
		require.Len(t, kept.data[kindPlan], 1)
	}
	require.NoError(t, r.Close())
	newRig(t, on(kept, 0)).kept()
}

// While executions begin, end and are forgotten at once, what is stored can always be loaded.
func TestForgettingUnderLoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0), retaining(Retention{Count: 5}))
	r.flow("inner", nil, simple("a", "a"))
	r.flow("outer", nil, conductor.WorkflowTask{Name: "s", TaskReferenceName: "s", Type: typeSubWorkflow, SubWorkflowParam: &conductor.SubWorkflowParams{Name: "inner"}})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				name := []string{"inner", "outer"}[rand.IntN(2)]
				if _, err := r.Start(context.Background(), conductor.StartWorkflowRequest{Name: name}, "me"); err != nil {
					t.Error(err)
				}
				tasks, err := r.Poll(context.Background(), PollRequest{TaskType: "a", Count: 2})
				if err != nil {
					t.Error(err)
				}
				for _, task := range tasks {
					if _, err := r.Update(context.Background(), conductor.TaskResult{WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: conductor.TaskCompleted}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	for {
		task := r.poll("a")
		if task == nil {
			break
		}
		r.report(*task, conductor.TaskCompleted, nil)
	}
	require.NoError(t, r.Close())
	require.LessOrEqual(t, len(kept.data[KindExecution]), 10, "five, some with another inside")
	require.LessOrEqual(t, len(kept.data[kindPlan]), 2)
	newRig(t, on(kept, 0))
}
