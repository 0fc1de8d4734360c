package engine

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// whereabouts of an entry; only the entry's queue changes it, under its lock.
type whereabouts uint8

const (
	entryGone    whereabouts = iota // done with: delivered or cancelled
	entryReady                      // may be taken
	entryDelayed                    // waits for its time
	entryTaken                      // in the hands of a poll that has not decided yet
	entryParked                     // refused by a limit, held by the limiter
)

// entry is one task's place in a queue. Every new delivery of a task gets a new entry.
type entry struct {
	task      *task
	queue     *queue
	priority  int
	deliverOn int64
	order     uint64
	where     whereabouts
	place     int
}

// before is the order of delivery: higher priority, then the earlier time, then first come.
func (e *entry) before(other *entry) bool {
	return cmp.Or(
		cmp.Compare(other.priority, e.priority),
		cmp.Compare(e.deliverOn, other.deliverOn),
		cmp.Compare(e.order, other.order),
	) < 0
}

// queue holds the tasks of one type and domain that wait for a worker, and the long polls that wait for a task.
type queue struct {
	taskType string
	domain   string
	timers   *timers
	clock    Clock
	polls    atomic.Uint64

	mu      sync.Mutex
	ready   readyHeap
	delayed delayedHeap
	size    int // entries that are ready, delayed or parked
	waiting []chan struct{}
	alarm   alarm
}

// name is the key of the queue on the wire: DOMAIN:TYPE, or TYPE without a domain.
func (q *queue) name() string { return conductor.QueueName(q.taskType, q.domain) }

// push adds an entry, or puts back one that was taken or parked, and wakes a waiting poll when it can be taken now.
func (q *queue) push(item *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if item.where != entryParked {
		q.size++
	}
	q.enter(item)
}

// unpark makes a parked entry ready, and reports whether there was one: it may have been cancelled meanwhile.
func (q *queue) unpark(item *entry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if item.where != entryParked {
		return false
	}
	q.enter(item)
	return true
}

func (q *queue) enter(item *entry) {
	if item.deliverOn > q.clock.Now().UnixMilli() {
		item.where = entryDelayed
		heap.Push(&q.delayed, item)
		q.timers.set(&q.alarm, q.delayed[0].deliverOn)
		return
	}
	item.where = entryReady
	heap.Push(&q.ready, item)
	q.wake()
}

// remove takes an entry out, wherever it is. A poll that holds it finds out by itself.
func (q *queue) remove(item *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch item.where {
	case entryReady:
		heap.Remove(&q.ready, item.place)
		q.size--
	case entryDelayed:
		heap.Remove(&q.delayed, item.place)
		q.size--
	case entryParked:
		q.size--
	case entryTaken, entryGone:
	}
	item.where = entryGone
}

// take gives the next entry that may be delivered, or nil.
func (q *queue) take() *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.promote()
	if len(q.ready) == 0 {
		return nil
	}
	item, _ := heap.Pop(&q.ready).(*entry)
	item.where = entryTaken
	q.size--
	return item
}

// park marks a taken entry as held by the limiter. It reports false when the entry was cancelled meanwhile.
func (q *queue) park(item *entry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if item.where != entryTaken {
		return false
	}
	item.where = entryParked
	q.size++
	return true
}

// promote moves entries whose time has come to the ready ones.
func (q *queue) promote() {
	if len(q.delayed) == 0 {
		return
	}
	now := q.clock.Now().UnixMilli()
	for len(q.delayed) > 0 && q.delayed[0].deliverOn <= now {
		item, _ := heap.Pop(&q.delayed).(*entry)
		item.where = entryReady
		heap.Push(&q.ready, item)
		q.wake()
	}
	if len(q.delayed) > 0 {
		q.timers.set(&q.alarm, q.delayed[0].deliverOn)
	}
}

// ring is the alarm of the first delayed entry.
func (q *queue) ring() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.promote()
}

// wake lets the poll that waits longest try again.
func (q *queue) wake() {
	if len(q.waiting) > 0 {
		close(q.waiting[0])
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
}

// wait returns true when an entry may be there, and false when ctx ended or stop closed.
func (q *queue) wait(ctx context.Context, stop <-chan struct{}) bool {
	q.mu.Lock()
	q.promote()
	if len(q.ready) > 0 {
		q.mu.Unlock()
		return true
	}
	woken := make(chan struct{})
	q.waiting = append(q.waiting, woken)
	q.mu.Unlock()
	select {
	case <-woken:
		return true
	case <-ctx.Done():
	case <-stop:
	}
	q.leave(woken)
	return false
}

// leave ends a wait that was given up. A wake-up that had already been spent on it goes to the next poll.
func (q *queue) leave(woken chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	place := slices.Index(q.waiting, woken)
	if place >= 0 {
		q.waiting = slices.Delete(q.waiting, place, place+1)
		return
	}
	q.passOn()
}

// offer is for a poll that was woken and may not take: another may.
func (q *queue) offer() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passOn()
}

// passOn wakes another poll if there is still something to take.
func (q *queue) passOn() {
	if len(q.ready) > 0 {
		q.wake()
	}
}

// count returns how many tasks wait here: ready, delayed and held back by limits.
func (q *queue) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.size
}

type readyHeap []*entry //nolint:recvcheck // the shape that container/heap asks for

func (h readyHeap) Len() int           { return len(h) }
func (h readyHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h readyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i]; h[i].place, h[j].place = i, j }
func (h *readyHeap) Push(x any)        { pushEntry((*[]*entry)(h), x) }
func (h *readyHeap) Pop() any          { return popEntry((*[]*entry)(h)) }

type delayedHeap []*entry //nolint:recvcheck // the shape that container/heap asks for

func (h delayedHeap) Len() int           { return len(h) }
func (h delayedHeap) Less(i, j int) bool { return h[i].deliverOn < h[j].deliverOn }
func (h delayedHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i]; h[i].place, h[j].place = i, j }
func (h *delayedHeap) Push(x any)        { pushEntry((*[]*entry)(h), x) }
func (h *delayedHeap) Pop() any          { return popEntry((*[]*entry)(h)) }

func pushEntry(h *[]*entry, x any) {
	item, _ := x.(*entry)
	item.place = len(*h)
	*h = append(*h, item)
}

func popEntry(h *[]*entry) any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
