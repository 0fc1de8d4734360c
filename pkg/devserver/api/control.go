package api

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Control is what only the development server has: its clock and the stream of what happens, for administrators.
type Control struct {
	// Advance moves a clock that stands still; nil where the clock is the machine's.
	Advance func(time.Duration)
	// Snapshot writes the whole state, Restore puts another in its place, Reset forgets it, or the executions alone.
	Snapshot func(ctx context.Context, to io.Writer) error
	Restore  func(ctx context.Context, from io.Reader) (StateSummary, error)
	Reset    func(ctx context.Context, executionsOnly bool) (StateSummary, error)
}

// maxAdvance bounds one step of the clock: ten years.
const maxAdvance = 10 * 365 * 24 * time.Hour

// controlRoutes are below /api/dev; no Conductor has them.
func (a *api) controlRoutes() {
	a.feed, a.disturber = newFeed(a.Engine), newDisturber(a)
	a.route("GET /api/dev/clock", a.controls(a.getClock))
	a.route("POST /api/dev/clock", a.controls(a.moveClock))
	a.route("GET /api/dev/events", a.controls(a.events))
	a.stateRoutes()
	a.route("GET /api/dev/faults", a.controls(func(*call) (any, error) { return a.disturber.list(), nil }))
	a.route("POST /api/dev/faults", a.controls(a.addFault))
	a.route("DELETE /api/dev/faults", a.controls(a.clearFaults))
}

// controls lets administrators alone through; on open source, which knows nobody, everybody on this machine.
func (a *api) controls(h handler) handler {
	if a.Access == nil {
		return h
	}
	return a.admin(h)
}

// ClockState is the answer of both routes of the clock (/api/dev/clock).
type ClockState struct {
	Now    string `json:"now"` // RFC 3339, UTC
	Manual bool   `json:"manual"`
}

func (a *api) getClock(*call) (any, error) {
	return ClockState{Now: a.Now().UTC().Format(time.RFC3339Nano), Manual: a.Control.Advance != nil}, nil
}

func (a *api) moveClock(c *call) (any, error) {
	var request struct {
		Advance string `json:"advance"`
	}
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	step, err := time.ParseDuration(request.Advance)
	switch {
	case err != nil:
		return nil, fault.Invalid("advance is a duration such as 60s, not %q", request.Advance)
	case step < 0 || step > maxAdvance:
		return nil, fault.Invalid("advance is between 0 and %s", maxAdvance)
	case a.Control.Advance == nil:
		return nil, fault.Conflict("The clock is the machine's: start the server with --clock manual")
	}
	a.Control.Advance(step)
	return a.getClock(c)
}

// events answers what happened after the event of the given number, and waits for it where nothing did. The first call, without a
// number, begins the recording and answers where it stands.
func (a *api) events(c *call) (any, error) {
	after, err := c.number("after", -1)
	if err != nil {
		return nil, err
	}
	wait, err := c.number("wait", 0)
	if err != nil {
		return nil, err
	}
	return a.feed.after(c.Context(), int64(after), time.Duration(min(max(wait, 0), maxPollWait))*time.Millisecond), nil
}

func (a *api) addFault(c *call) (any, error) {
	var rule Disturbance
	if err := c.body(&rule, false); err != nil {
		return nil, err
	}
	return a.disturber.add(rule)
}

func (a *api) clearFaults(c *call) (any, error) {
	id, err := c.number("id", 0)
	if err != nil {
		return nil, err
	}
	if !a.disturber.clear(id) {
		return nil, fault.NotFound("There is no fault %d", id)
	}
	return a.disturber.list(), nil
}

// page is a part of the feed: what happened, and the number to ask with next. Missed counts what was forgotten before it was asked for.
type page struct {
	Next   int64        `json:"next"`
	Missed int64        `json:"missed"`
	Events []Occurrence `json:"events"`
}

// refused tells the feed of a request that somebody may not make.
func (a *api) refused(c *call, err error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.KindForbidden && f.Kind != fault.KindUnauthenticated {
		return
	}
	o := Occurrence{
		Event:   engine.Event{Kind: requestRefused, Time: a.Now().UnixMilli(), TaskType: c.PathValue("type"), Domain: c.query().Get("domain"), WorkerID: c.query().Get("workerid"), Reason: f.Message},
		Request: c.Method + " " + c.URL.Path,
	}
	if c.caller != nil {
		o.Caller = c.caller.ID()
	}
	a.feed.record(o)
}
