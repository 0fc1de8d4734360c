package engine

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// lane is a queue as it should be: what waits, by priority, then by the time from which it may be had, then by who came first.
type lane struct {
	waiting []waiter
	came    int
}

type waiter struct {
	workflow string
	priority int
	from     int64
	order    int
}

func (l *lane) join(w waiter) {
	l.came++
	w.order = l.came
	l.waiting = append(l.waiting, w)
}

func (l *lane) leave(workflow string) {
	l.waiting = slices.DeleteFunc(l.waiting, func(w waiter) bool { return w.workflow == workflow })
}

// next takes the first that may be had.
func (l *lane) next(now int64) (waiter, bool) {
	slices.SortFunc(l.waiting, func(a, b waiter) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.from, b.from), cmp.Compare(a.order, b.order))
	})
	at := slices.IndexFunc(l.waiting, func(w waiter) bool { return w.from <= now })
	if at < 0 {
		return waiter{}, false
	}
	found := l.waiting[at]
	l.waiting = slices.Delete(l.waiting, at, at+1)
	return found, true
}

// Whatever comes, waits, comes back or goes, each poll gets what is first: by priority, then time, then arrival.
func TestQueuesAreFairByPriorityThenTime(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r, dice, model := newRig(t), rand.New(rand.NewPCG(seed, 11)), &lane{}
			r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount = 0 })
			for delay := range 3 {
				task := simple("a", "a")
				task.StartDelay = delay * 5
				r.flow(fmt.Sprint("after", delay*5), nil, task)
			}
			inHand := map[string]conductor.Task{}
			priority := map[string]int{}
			for range 300 {
				switch now := r.now(); dice.IntN(6) {
				case 0, 1:
					delay, p := dice.IntN(3)*5, dice.IntN(4)*25
					id := r.startAs(conductor.StartWorkflowRequest{Name: fmt.Sprint("after", delay), Priority: p})
					priority[id] = p
					model.join(waiter{workflow: id, priority: p, from: now + int64(delay)*1000})
				case 2, 3:
					tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: dice.IntN(3) + 1})
					require.NoError(t, err)
					for _, task := range tasks {
						want, some := model.next(now)
						require.True(t, some)
						require.Equal(t, want.workflow, task.WorkflowInstanceID)
						inHand[task.WorkflowInstanceID] = task
					}
					if len(tasks) == 0 {
						_, some := model.next(now)
						require.False(t, some, "something could be had")
					}
				case 4:
					for id, task := range inHand { // it is not done, and wants to be had again later
						wait := int64(dice.IntN(20))
						r.reportAs(conductor.TaskResult{WorkflowInstanceID: id, TaskID: task.TaskID, Status: conductor.TaskInProgress, CallbackAfterSeconds: wait})
						model.join(waiter{workflow: id, priority: priority[id], from: now + wait*1000})
						delete(inHand, id)
						break
					}
				case 5:
					r.clock.Advance(time.Duration(dice.IntN(8)) * time.Second)
					if len(model.waiting) > 0 && dice.IntN(3) == 0 {
						gone := model.waiting[dice.IntN(len(model.waiting))].workflow
						model.leave(gone)
						require.NoError(t, r.Purge(t.Context(), gone))
					}
				}
			}
		})
	}
}

// Many workers take from one queue at once: nobody gets something that should have been had before what it got already.
func TestQueuesAreFairToManyWorkers(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"))
	place := map[string]int{}
	type start struct {
		id       string
		priority int
		order    int
	}
	var starts []start
	for n := range 400 {
		p := rand.IntN(100)
		starts = append(starts, start{r.startAs(conductor.StartWorkflowRequest{Name: "flow", Priority: p}), p, n})
		if n%20 == 0 {
			r.clock.Advance(time.Second)
		}
	}
	slices.SortFunc(starts, func(a, b start) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.order, b.order))
	})
	for at, s := range starts {
		place[s.id] = at
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	given := map[string]bool{}
	for worker := range 8 {
		group.Go(func() {
			last := -1
			for {
				tasks, err := r.Poll(context.Background(), PollRequest{TaskType: "a", WorkerID: fmt.Sprint(worker), Count: 1 + worker%3})
				if err != nil || len(tasks) == 0 {
					return
				}
				for _, task := range tasks {
					at := place[task.WorkflowInstanceID]
					if at <= last {
						t.Errorf("worker %d got number %d after %d", worker, at, last)
					}
					last = at
					mu.Lock()
					if given[task.WorkflowInstanceID] {
						t.Errorf("%s was given to two", task.WorkflowInstanceID)
					}
					given[task.WorkflowInstanceID] = true
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	require.Len(t, given, len(starts))
}

// However many want to end a workflow at the same moment, it ends once: told once, its parent goes on once, one failure workflow.
func TestAWorkflowEndsOnce(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount, d.ResponseTimeoutSeconds = 0, 10 })
	r.flow("sorry", nil, simple("s", "s"))
	r.flow("inner", func(d *conductor.WorkflowDef) {
		d.FailureWorkflow, d.TimeoutSeconds, d.TimeoutPolicy = "sorry", 10, policyTimeOutWF
	}, simple("a", "a"))
	child := conductor.WorkflowTask{Name: "c", TaskReferenceName: "c", Type: typeSubWorkflow, SubWorkflowParam: &conductor.SubWorkflowParams{Name: "inner"}, Optional: true}
	r.flow("outer", nil, child, simple("after", "after"))
	var mu sync.Mutex
	ends, begun := map[string]int{}, 0
	t.Cleanup(r.Subscribe(func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case e.Kind == WorkflowEnded:
			ends[e.WorkflowID]++
		case e.Kind == WorkflowStarted && e.WorkflowName == "sorry":
			begun++
		}
	}))
	for round := range 60 {
		outer := r.start("outer", nil)
		task := r.must("a")
		inner := task.WorkflowInstanceID
		before := begun
		var rush sync.WaitGroup
		update := func(status string) func() {
			return func() {
				_, _ = r.Update(context.Background(), conductor.TaskResult{WorkflowInstanceID: inner, TaskID: task.TaskID, Status: status})
			}
		}
		decide := func() { _ = r.Decide(context.Background(), inner) }
		byItself := []func(){update(conductor.TaskCompleted), update(conductor.TaskFailed), update(conductor.TaskFailedTerminally), func() { r.clock.Advance(10 * time.Second) }, decide}
		byHand := []func(){update(conductor.TaskCompleted), func() { _ = r.TerminateWithFailureWorkflow(context.Background(), inner, "by hand") }, decide} // who has failed may be terminated still
		for _, end := range [][]func(){byItself, byHand}[round%2] {
			rush.Go(end)
		}
		rush.Wait()
		wf := r.workflow(inner)
		require.True(t, conductor.WorkflowTerminal(wf.Status), "round %d", round)
		mu.Lock()
		require.Equal(t, 1, ends[inner], "round %d: %s", round, wf.Status)
		failed := 0
		if wf.Status != conductor.WorkflowCompleted {
			failed = 1
		}
		require.Equal(t, failed, begun-before, "round %d: %s", round, wf.Status)
		mu.Unlock()
		parent := r.workflow(outer)
		require.Len(t, parent.Tasks, 2, "what follows the child is there once")
		r.report(r.must("after"), conductor.TaskCompleted, nil)
		require.Equal(t, conductor.WorkflowCompleted, r.workflow(outer).Status)
		for r.poll("s") != nil {
		}
	}
}
