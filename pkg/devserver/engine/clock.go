package engine

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Clock tells the time and runs functions later. The engine takes all time from it except how long a long poll waits,
// since a worker's HTTP client lives in real time.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending call. Stop reports whether it prevented the call.
type Timer interface {
	Stop() bool
}

type systemClock struct{}

// SystemClock is the machine's clock.
func SystemClock() Clock { return systemClock{} }

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// ManualClock stands still until Advance moves it. Due functions run inside Advance, in the order of their times,
// so that everything they lead to has happened when it returns.
type ManualClock struct {
	mu      sync.Mutex
	now     time.Time
	pending []*manualTimer
}

type manualTimer struct {
	clock *ManualClock
	at    time.Time
	run   func()
}

// NewManualClock returns a clock that shows start.
func NewManualClock(start time.Time) *ManualClock { return &ManualClock{now: start} }

// Now returns the time that the clock was moved to.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set makes the clock show another time, also an earlier one. What is pending keeps its time: it is for a clock that nothing waits on.
func (c *ManualClock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// AfterFunc runs f inside the Advance that passes d from now. Zero or less means the next Advance, even by zero.
func (c *ManualClock) AfterFunc(d time.Duration, f func()) Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &manualTimer{clock: c, at: c.now.Add(max(d, 0)), run: f}
	place, _ := slices.BinarySearchFunc(c.pending, timer, func(one, other *manualTimer) int {
		if one.at.After(other.at) {
			return 1
		}
		return -1
	})
	c.pending = slices.Insert(c.pending, place, timer)
	return timer
}

// Stop removes the call unless it ran already.
func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	place := slices.Index(t.clock.pending, t)
	if place < 0 {
		return false
	}
	t.clock.pending = slices.Delete(t.clock.pending, place, place+1)
	return true
}

// Advance moves the clock by d, stopping at each due function to run it at its own time.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	end := c.now.Add(d)
	for len(c.pending) > 0 && !c.pending[0].at.After(end) {
		due := c.pending[0]
		c.pending = slices.Delete(c.pending, 0, 1)
		if due.at.After(c.now) {
			c.now = due.at
		}
		c.mu.Unlock()
		due.run()
		c.mu.Lock()
	}
	c.now = end
	c.mu.Unlock()
}

// maxSeconds bounds a wait that a definition or a worker asks for: 68 years, the most that Conductor's own numbers hold.
const maxSeconds = math.MaxInt32

// after is a time some seconds after another, in milliseconds since 1970. No number of seconds overflows it, and negative
// ones count as none.
func after(at int64, seconds ...int64) int64 {
	for _, wait := range seconds {
		at += min(max(wait, 0), maxSeconds) * 1000
	}
	return at
}
