package api

import (
	"context"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

const (
	feedSize = 10_000          // events that are kept at least for who asks
	feedIdle = 2 * time.Minute // after so long without a question nothing is recorded any more
)

// Occurrence is one line of the feed (/api/dev/events): a transition of the engine, or a request that was refused.
type Occurrence struct {
	engine.Event

	Caller  string `json:"caller,omitempty"` // user id of who was refused; empty where no token was good
	Request string `json:"request,omitempty"`
}

// requestRefused is the kind of an Occurrence that is no transition: somebody was not who they said, or may not do it.
const requestRefused engine.EventKind = "request.refused"

// feed records what happens while somebody asks for it. It costs nothing before the first question.
type feed struct {
	engine *engine.Engine

	mu      sync.Mutex
	events  []Occurrence
	first   int64  // the number of the first of events
	cancel  func() // ends the subscription; nil while nothing is recorded
	idle    *time.Timer
	changed chan struct{} // closed at the next event
}

func newFeed(e *engine.Engine) *feed { return &feed{engine: e, changed: make(chan struct{})} }

// record adds what happened; it is called inside the engine's steps, and returns at once.
func (f *feed) record(o Occurrence) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel == nil {
		return
	}
	if len(f.events) == 2*feedSize {
		f.events = append(f.events[:0], f.events[feedSize:]...)
		f.first += feedSize
	}
	f.events = append(f.events, o)
	close(f.changed)
	f.changed = make(chan struct{})
}

// begin records from now on, until nobody asked for some time.
func (f *feed) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.idle.Reset(feedIdle)
		return
	}
	f.cancel = f.engine.Subscribe(func(e engine.Event) { f.record(Occurrence{Event: e}) })
	f.idle = time.AfterFunc(feedIdle, f.end)
}

func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.cancel()
		f.first += int64(len(f.events)) + 1 // whoever comes back is told that something is missing
		f.cancel, f.events = nil, nil
	}
}

// after returns the events from the given number on; a negative number asks only where the feed stands.
func (f *feed) after(ctx context.Context, from int64, wait time.Duration) page {
	f.begin()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		p, changed := f.page(from)
		if from < 0 || len(p.Events) > 0 || p.Missed > 0 {
			return p
		}
		select {
		case <-changed:
		case <-timer.C:
			return p
		case <-ctx.Done():
			return p
		}
	}
}

func (f *feed) page(from int64) (page, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.first + int64(len(f.events))
	p := page{Next: next, Events: []Occurrence{}}
	if from < 0 || from >= next {
		return p, f.changed
	}
	p.Missed = max(0, f.first-from)
	p.Events = append(p.Events, f.events[max(from, f.first)-f.first:]...)
	return p, f.changed
}
