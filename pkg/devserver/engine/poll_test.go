package engine

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func TestPollRefuses(t *testing.T) {
	r := newRig(t)
	_, err := r.Poll(t.Context(), PollRequest{})
	r.requireKind(fault.KindInvalid, err, "TaskType cannot be null or empty.")
	_, err = r.Poll(t.Context(), PollRequest{TaskType: "a", Timeout: 5001 * time.Millisecond})
	r.requireKind(fault.KindInvalid, err, "Long Poll Timeout value cannot be more than 5 seconds")
}

func TestBatchPollTakesNoMoreThanAsked(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	for range 5 {
		r.start("one", nil)
	}
	for _, c := range []struct{ count, wanted int }{{-1, 1}, {0, 1}, {2, 2}, {9, 1}, {9, 0}} {
		tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: c.count, Timeout: time.Millisecond})
		require.NoError(t, err)
		require.Len(t, tasks, c.wanted)
		require.NotNil(t, tasks, "an empty answer is a list")
	}
}

func TestQueueOrder(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	delayed := simple("a", "a")
	delayed.StartDelay = 5
	r.flow("delayed", nil, delayed)
	var wanted []string
	low := r.startAs(conductor.StartWorkflowRequest{Name: "delayed", Priority: 0})
	for i, priority := range []int{0, 9, 0, 99} {
		id := r.startAs(conductor.StartWorkflowRequest{Name: "one", Priority: priority, CorrelationID: fmt.Sprint(i)})
		wanted = append(wanted, id)
	}
	r.clock.Advance(6 * time.Second)
	tasks, err := r.Poll(t.Context(), PollRequest{TaskType: "a", Count: 10})
	require.NoError(t, err)
	var got []string
	for _, task := range tasks {
		got = append(got, task.WorkflowInstanceID)
	}
	require.Equal(t, []string{wanted[3], wanted[1], wanted[0], wanted[2], low}, got)
}

// longPoll polls in the background and tells when it waits.
func (r *rig) longPoll(ctx context.Context, req PollRequest) <-chan []conductor.Task {
	r.t.Helper()
	q := r.queues.get(req.TaskType, req.Domain)
	before := q.waiters()
	answer := make(chan []conductor.Task, 1)
	go func() {
		tasks, _ := r.Poll(ctx, req)
		answer <- tasks
	}()
	require.Eventually(r.t, func() bool { return q.waiters() > before }, 5*time.Second, time.Millisecond)
	return answer
}

func (q *queue) waiters() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

func receive(t *testing.T, answer <-chan []conductor.Task) []conductor.Task {
	t.Helper()
	select {
	case tasks := <-answer:
		return tasks
	case <-deadline10(t).Done():
		require.FailNow(t, "the poll did not return")
		return nil
	}
}

func TestLongPollIsWoken(t *testing.T) {
	wait := PollRequest{TaskType: "a", Count: 10, Timeout: 5 * time.Second}
	t.Run("by a start", func(t *testing.T) {
		r := newRig(t)
		r.flow("one", nil, simple("a", "a"))
		first, second := r.longPoll(t.Context(), wait), r.longPoll(t.Context(), wait)
		r.start("one", nil)
		require.Len(t, receive(t, first), 1, "the longest waiting poll, at once")
		r.start("one", nil)
		require.Len(t, receive(t, second), 1)
	})
	t.Run("by the clock", func(t *testing.T) {
		r := newRig(t)
		delayed := simple("a", "a")
		delayed.StartDelay = 60
		r.flow("one", nil, delayed)
		answer := r.longPoll(t.Context(), wait)
		r.start("one", nil)
		r.clock.Advance(time.Minute)
		require.Len(t, receive(t, answer), 1)
	})
	t.Run("by close", func(t *testing.T) {
		r := newRig(t)
		answer := r.longPoll(t.Context(), wait)
		require.NoError(t, r.Close())
		require.Empty(t, receive(t, answer))
	})
	t.Run("by its caller's end", func(t *testing.T) {
		r := newRig(t)
		r.flow("one", nil, simple("a", "a"))
		ctx, cancel := context.WithCancel(t.Context())
		answer := r.longPoll(ctx, wait)
		cancel()
		require.Empty(t, receive(t, answer))
		r.start("one", nil)
		require.Len(t, receive(t, r.background(wait)), 1, "nothing is lost")
	})
	t.Run("by its time", func(t *testing.T) {
		r := newRig(t)
		short := wait
		short.Timeout = 10 * time.Millisecond
		require.Empty(t, receive(t, r.background(short)))
	})
}

func TestALongPollThatLostItsRightGetsNothing(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	refused := PollRequest{TaskType: "a", Timeout: 5 * time.Second, Allowed: func() error { return fault.Forbidden("no longer") }}
	allowed := refused
	allowed.Allowed = nil
	loser, winner := r.longPoll(t.Context(), refused), r.longPoll(t.Context(), allowed)
	r.start("one", nil)
	require.Empty(t, receive(t, loser))
	require.Len(t, receive(t, winner), 1, "the wake-up went on to the next")
	r.start("one", nil)
	require.Len(t, receive(t, r.background(refused)), 1, "the first try was asked by the caller")
}

func (r *rig) background(req PollRequest) <-chan []conductor.Task {
	answer := make(chan []conductor.Task, 1)
	go func() {
		tasks, _ := r.Poll(r.t.Context(), req)
		answer <- tasks
	}()
	return answer
}

func TestACancelledPollLeavesTasksInTheQueue(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tasks, err := r.Poll(ctx, PollRequest{TaskType: "a"})
	require.NoError(t, err)
	require.Empty(t, tasks)
	require.Equal(t, []string{"a:SCHEDULED"}, r.states(id))
	require.Equal(t, 1, r.QueueSize("a", ""))
	r.must("a")
}

func TestAWakeUpThatNobodyUsesIsPassedOn(t *testing.T) {
	q := newQueues(newTimers(SystemClock()), SystemClock()).get("a", "")
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		q.wait(ctx, nil)
		close(left)
	}()
	require.Eventually(t, func() bool { return q.waiters() == 1 }, 5*time.Second, time.Millisecond)
	q.mu.Lock()
	woken, other := q.waiting[0], make(chan struct{})
	q.waiting = []chan struct{}{other} // as if a push had just woken the first
	heapPush(q, &entry{queue: q})
	q.mu.Unlock()
	cancel()
	<-left
	select {
	case <-other:
	case <-deadline10(t).Done():
		require.FailNow(t, "the wake-up was lost")
	}
	require.NotNil(t, woken)
}

func heapPush(q *queue, item *entry) {
	item.where = entryReady
	q.ready = append(q.ready, item)
	q.size++
}

func TestDomains(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	seen := func(domain string) {
		require.Nil(t, r.pollAs(PollRequest{TaskType: "a", Domain: domain, WorkerID: "w-" + domain}))
	}
	domainOf := func(given map[string]string) string {
		id := r.startAs(conductor.StartWorkflowRequest{Name: "one", TaskToDomain: given})
		domain := r.workflow(id).Tasks[0].Domain
		require.Equal(t, 1, r.QueueSize("a", domain))
		task := r.pollAs(PollRequest{TaskType: "a", Domain: domain})
		require.NotNil(t, task)
		require.Equal(t, id, task.WorkflowInstanceID)
		r.clock.Advance(time.Minute)
		return domain
	}
	require.Equal(t, "john", domainOf(map[string]string{"a": "john"}), "a single domain counts also when idle")
	require.Equal(t, "john", domainOf(map[string]string{"*": "john"}))
	require.Equal(t, "jane", domainOf(map[string]string{"*": "john", "a": " jane "}))
	require.Empty(t, domainOf(map[string]string{"*": "john", "a": "NO_DOMAIN"}))
	require.Empty(t, domainOf(map[string]string{"a": "x, y, no_domain"}), "nobody polls x or y")
	require.Equal(t, "y", domainOf(map[string]string{"a": "x,y"}), "the last, even idle")
	require.Empty(t, domainOf(map[string]string{"b": "x"}))
	require.Empty(t, domainOf(nil))
	seen("x")
	require.Equal(t, "x", domainOf(map[string]string{"a": "x,y"}))
	seen("x")
	r.clock.Advance(10 * time.Second)
	require.Equal(t, "y", domainOf(map[string]string{"a": "x,y"}), "x polled too long ago")

	polls := r.PollData("a")
	require.Equal(t, []string{"", "jane", "john", "x", "y"}, []string{polls[0].Domain, polls[1].Domain, polls[2].Domain, polls[3].Domain, polls[4].Domain})
	require.Equal(t, "w-x", polls[3].WorkerID)
	require.Equal(t, polls, r.PollDataAll())
	require.Empty(t, r.PollData("unknown"))
}

func TestQueueSizes(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	r.start("one", nil)
	r.startAs(conductor.StartWorkflowRequest{Name: "one", TaskToDomain: map[string]string{"a": "john"}})
	require.Equal(t, map[string]int64{"a": 1, "john:a": 1, "b": 0}, r.QueueSizes([]string{"a", "john:a", "b"}))
	require.Equal(t, map[string]int64{"a": 1, "john:a": 1}, r.QueuesAll())
	r.must("a")
	require.Equal(t, map[string]int64{"a": 0, "john:a": 1}, r.QueuesAll())
}

func TestRequeueAndPending(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	for range 3 {
		r.start("one", nil)
	}
	r.must("a")
	require.Equal(t, 2, r.RequeuePending("a"))
	require.Equal(t, 2, r.QueueSize("a", ""))
	require.Len(t, r.PendingTasks("a", 0, 100), 3)
	require.Len(t, r.PendingTasks("a", 2, 100), 1)
	require.Len(t, r.PendingTasks("a", 1, math.MaxInt), 2)
	require.Empty(t, r.PendingTasks("a", 5, 100))
	require.Empty(t, r.PendingTasks("b", 0, 100))
	r.must("a")
	r.must("a")
	require.Nil(t, r.poll("a"))
}
