package engine

import (
	"container/heap"
	"sync"
	"time"
)

// never is the time of an alarm that is not set.
const never = int64(0)

// alarm is one entry of the timer heap: ring is called once when its time (milliseconds since 1970) has come.
// The zero value is not set. Only the heap touches at and place.
type alarm struct {
	ring  func()
	at    int64
	place int // index in the heap plus one; zero is outside
}

// timers is the one heap of everything that will happen by itself. It keeps at most one call pending at the clock.
type timers struct {
	clock Clock

	mu      sync.Mutex
	heap    alarmHeap
	pending Timer
	armed   int64
	closed  bool
}

func newTimers(clock Clock) *timers { return &timers{clock: clock} }

// set makes a ring at the given time, instead of any time it had; never removes it.
func (t *timers) set(a *alarm, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || a.at == at {
		return
	}
	a.at = at
	switch {
	case at == never:
		heap.Remove(&t.heap, a.place-1)
	case a.place == 0:
		heap.Push(&t.heap, a)
	default:
		heap.Fix(&t.heap, a.place-1)
	}
	t.arm()
}

// arm asks the clock for a call at the heap's first time. A call that is pending for an earlier time stays: finding
// nothing due costs less than asking again at each change.
func (t *timers) arm() {
	if len(t.heap) == 0 {
		return
	}
	first := t.heap[0].at
	if t.pending != nil {
		if t.armed <= first {
			return
		}
		t.pending.Stop()
	}
	wait := time.Duration(first-t.clock.Now().UnixMilli()) * time.Millisecond
	t.armed = first
	t.pending = t.clock.AfterFunc(wait, t.fire)
}

// fire rings everything that is due, outside the lock.
func (t *timers) fire() {
	t.mu.Lock()
	t.pending = nil
	now := t.clock.Now().UnixMilli()
	var due []*alarm
	for !t.closed && len(t.heap) > 0 && t.heap[0].at <= now {
		first, _ := heap.Pop(&t.heap).(*alarm)
		first.at = never
		due = append(due, first)
	}
	if !t.closed {
		t.arm()
	}
	t.mu.Unlock()
	for _, a := range due {
		a.ring()
	}
}

func (t *timers) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.pending != nil {
		t.pending.Stop()
	}
}

type alarmHeap []*alarm //nolint:recvcheck // the shape that container/heap asks for

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at < h[j].at }

func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

func (h *alarmHeap) Push(x any) {
	a, _ := x.(*alarm)
	*h = append(*h, a)
	a.place = len(*h)
}

func (h *alarmHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	last.place = 0
	return last
}
