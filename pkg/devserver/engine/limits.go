package engine

import (
	"container/heap"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// limiter keeps the limits of one task definition, in all queues and executions: how many tasks run at once, and how many
// start in a sliding window of time. It holds the entries that a limit kept from being delivered, apart by queue, so that
// a queue without workers does not keep the others waiting.
type limiter struct {
	clock  Clock
	timers *timers

	mu      sync.Mutex
	running int
	starts  []int64 // of the last rateLimitPerFrequency deliveries, oldest first, milliseconds since 1970
	parked  map[*queue]*readyHeap
	alarm   alarm
}

type limiters struct {
	clock  Clock
	timers *timers

	mu     sync.Mutex
	byName map[string]*limiter
}

func newLimiters(clock Clock, timers *timers) *limiters {
	return &limiters{clock: clock, timers: timers, byName: map[string]*limiter{}}
}

// get returns the limiter of a task definition's name.
func (s *limiters) get(name string) *limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.byName[name]
	if l == nil {
		l = &limiter{clock: s.clock, timers: s.timers, parked: map[*queue]*readyHeap{}}
		l.alarm.ring = l.open
		s.byName[name] = l
	}
	return l
}

// admit lets the task of an entry run, or parks the entry until a limit allows it.
func (l *limiter) admit(item *entry, def *conductor.TaskDef) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if def.ConcurrentExecLimit > 0 && l.running >= def.ConcurrentExecLimit {
		l.park(item)
		return false
	}
	if def.RateLimitPerFrequency > 0 && !l.start(def) {
		l.park(item)
		return false
	}
	l.running++
	return true
}

// start notes a start in the window, or sets the alarm for when the window opens.
func (l *limiter) start(def *conductor.TaskDef) bool {
	now := l.clock.Now().UnixMilli()
	window := int64(max(def.RateLimitFrequencyInSeconds, 1)) * 1000
	for len(l.starts) > 0 && l.starts[0]+window <= now {
		l.starts = l.starts[1:]
	}
	if len(l.starts) >= def.RateLimitPerFrequency {
		l.timers.set(&l.alarm, l.starts[len(l.starts)-def.RateLimitPerFrequency]+window)
		return false
	}
	l.starts = append(l.starts, now)
	return true
}

func (l *limiter) park(item *entry) {
	if !item.queue.park(item) {
		return
	}
	held := l.parked[item.queue]
	if held == nil {
		held = &readyHeap{}
		l.parked[item.queue] = held
	}
	heap.Push(held, item)
}

// resume counts a task that was running when the engine was loaded.
func (l *limiter) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running++
}

// release ends the run of one task and lets the next try.
func (l *limiter) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	l.unpark(1)
}

// kick lets up to n parked entries of each queue try again.
func (l *limiter) kick(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unpark(n)
}

// open is the alarm of the sliding window: as many may try as could have started in it.
func (l *limiter) open() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unpark(max(len(l.starts), 1))
}

func (l *limiter) unpark(n int) {
	for q, held := range l.parked {
		for left := n; left > 0 && held.Len() > 0; {
			item, _ := heap.Pop(held).(*entry)
			if q.unpark(item) {
				left--
			}
		}
		if held.Len() == 0 {
			delete(l.parked, q)
		}
	}
}
