// Package schedule starts workflows at the times of their schedules. It knows neither HTTP nor who may do what: starting is a function
// that it is given, time a clock.
//
// A schedule has one slot for each of its cron expressions, with the time at which it comes next. What is stored is the schedule with
// these times, so that a time that passed while the server was stopped is late, not lost: one run follows at once, or with
// runCatchupScheduleInstances one for each time that was missed.
package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/cron"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Options are what a scheduler works with.
type Options struct {
	Store  store.Store
	Clock  engine.Clock
	Logger *slog.Logger
	// Start starts a workflow on behalf of the schedule's maker, once for a key, and returns its id. Where the maker may not
	// (fault.Forbidden), the schedule is paused.
	Start func(reaction engine.Reaction, request conductor.StartWorkflowRequest) (string, error)
}

// Scheduler keeps the schedules and what became of their times. It is safe for concurrent use. No lock is held while a workflow starts.
type Scheduler struct {
	Options
	runs *runs

	mu      sync.Mutex
	entries map[string]*entry
	held    bool // all schedules wait, until they are released
	awake   bool
	firing  sync.WaitGroup
}

// entry is one schedule. It is replaced, never changed, when its schedule is written.
type entry struct {
	schedule conductor.WorkflowSchedule
	slots    []*slot
}

// slot is one cron expression of a schedule.
type slot struct {
	cron   *cron.Expression
	zone   *time.Location
	zoneID string
	next   time.Time // zero where it never comes again
	timer  engine.Timer
	turn   int  // counts timers: one that was stopped too late is not heard
	busy   bool // its workflow is being started
}

// Kinds of records in the store.
const (
	kindSchedule = "schedule"    // key: name
	kindRun      = "scheduleRun" // key: id of the run
)

// record is how a schedule is stored: with the next time of each slot, in milliseconds, zero for none.
type record struct {
	Schedule conductor.WorkflowSchedule `json:"schedule"`
	Next     []int64                    `json:"next"`
}

// Open returns a scheduler with what the store holds. It starts nothing until Wake.
func Open(ctx context.Context, opts Options) (*Scheduler, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Scheduler{Options: opts, entries: map[string]*entry{}, runs: newRuns()}
	if err := opts.Store.Load(ctx, s.load); err != nil {
		return nil, fmt.Errorf("load the schedules: %w", err)
	}
	s.runs.sort()
	return s, nil
}

func (s *Scheduler) load(kind, key string, data []byte) error {
	switch kind {
	case kindSchedule:
		var stored record
		if err := conductor.Decode(data, &stored); err != nil {
			return fmt.Errorf("schedule %q: %w", key, err)
		}
		e, err := newEntry(stored.Schedule)
		if err != nil { // it was right where it was written: this machine may lack its zone
			s.Logger.Warn("a schedule cannot come", "schedule", key, "error", err)
			e = &entry{schedule: stored.Schedule}
		}
		for i, next := range stored.Next {
			if i < len(e.slots) && next != 0 {
				e.slots[i].next = time.UnixMilli(next)
			}
		}
		s.entries[key] = e
	case kindRun:
		var run conductor.ScheduledRun
		if err := conductor.Decode(data, &run); err != nil {
			return fmt.Errorf("run %q of a schedule: %w", key, err)
		}
		s.runs.add(run)
	}
	return nil
}

// Wake lets the schedules come at their times, from now on.
func (s *Scheduler) Wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awake = true
	s.armAll()
}

// Close stops everything that would come, and waits for what is being started.
func (s *Scheduler) Close() {
	s.mu.Lock()
	s.awake = false
	for _, e := range s.entries {
		e.disarm()
	}
	s.mu.Unlock()
	s.firing.Wait()
}

// newEntry checks a schedule. Errors are fault.Invalid.
func newEntry(schedule conductor.WorkflowSchedule) (*entry, error) {
	switch {
	case strings.TrimSpace(schedule.Name) == "":
		return nil, fault.Invalid("A schedule needs a name")
	case strings.TrimSpace(schedule.StartWorkflowRequest.Name) == "":
		return nil, fault.Invalid("startWorkflowRequest.name: a schedule needs the name of the workflow that it starts")
	case len(schedule.Crons()) == 0:
		return nil, fault.Invalid("cronExpression: a schedule needs a cron expression")
	}
	e := &entry{schedule: schedule}
	for _, c := range schedule.Crons() {
		expression, err := cron.Parse(c.CronExpression)
		if err != nil {
			return nil, fault.Invalid("cronExpression: %v", err)
		}
		zone, err := cron.Zone(c.ZoneID)
		if err != nil {
			return nil, fault.Invalid("zoneId: %v", err)
		}
		e.slots = append(e.slots, &slot{cron: expression, zone: zone, zoneID: c.ZoneID})
	}
	return e, nil
}

// after is when the slot comes next, after the later of now and its last time; with catch-up after its last time, so that none is left
// out. The schedule's bounds hold in either case.
func (e *entry) after(s *slot, now, last time.Time) time.Time {
	from := now
	if last.After(now) || e.schedule.RunCatchupScheduleInstances {
		from = last
	}
	bounds := cron.Bounds{Start: e.schedule.ScheduleStartTime, End: e.schedule.ScheduleEndTime}
	next, _ := bounds.Next(s.cron, from, s.zone)
	return next
}

func (e *entry) disarm() {
	for _, s := range e.slots {
		if s.timer != nil {
			s.timer.Stop()
			s.timer = nil
			s.turn++
		}
	}
}

// longest is the most that a timer waits: then it looks again, since the machine's clock may have been set.
const longest = time.Hour

// arm sets the timers of the slots that have none. The caller holds the lock.
func (s *Scheduler) arm(e *entry) {
	for _, slot := range e.slots {
		s.armSlot(e, slot)
	}
}

func (s *Scheduler) armSlot(e *entry, at *slot) {
	if !s.awake || s.held || e.schedule.Paused || at.timer != nil || at.busy || at.next.IsZero() {
		return
	}
	turn := at.turn
	at.timer = s.Clock.AfterFunc(min(at.next.Sub(s.Clock.Now()), longest), func() { s.ring(e, at, turn) })
}

// armAll sets all timers in the order of their times, so that what is late comes in that order. The caller holds the lock.
func (s *Scheduler) armAll() {
	type waiting struct {
		of *entry
		at *slot
	}
	var all []waiting
	for _, name := range slices.Sorted(maps.Keys(s.entries)) {
		for _, at := range s.entries[name].slots {
			all = append(all, waiting{s.entries[name], at})
		}
	}
	slices.SortStableFunc(all, func(x, y waiting) int { return x.at.next.Compare(y.at.next) })
	for _, w := range all {
		s.armSlot(w.of, w.at)
	}
}

func (e *entry) record() store.Record {
	stored := record{Schedule: e.schedule, Next: make([]int64, 0, len(e.slots))}
	for _, s := range e.slots {
		next := int64(0)
		if !s.next.IsZero() {
			next = s.next.UnixMilli()
		}
		stored.Next = append(stored.Next, next)
	}
	return store.Record{Kind: kindSchedule, Key: e.schedule.Name, Value: stored}
}

// Save creates a schedule or replaces the one of its name, and returns it as it is kept. Its next time is counted from now. fault.Invalid
// where it cannot be.
func (s *Scheduler) Save(ctx context.Context, schedule conductor.WorkflowSchedule, by string) (conductor.WorkflowSchedule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(ctx, schedule, by)
}

func (s *Scheduler) save(ctx context.Context, schedule conductor.WorkflowSchedule, by string) (conductor.WorkflowSchedule, error) {
	now := s.Clock.Now()
	schedule.CreateTime, schedule.CreatedBy = now.UnixMilli(), by
	old := s.entries[schedule.Name]
	if old != nil {
		schedule.CreateTime, schedule.CreatedBy = old.schedule.CreateTime, old.schedule.CreatedBy
	}
	schedule.UpdatedTime, schedule.UpdatedBy, schedule.Tags = now.UnixMilli(), by, nil
	complete(&schedule)
	e, err := newEntry(schedule)
	if err != nil {
		return schedule, err
	}
	for _, slot := range e.slots {
		slot.next = e.after(slot, now, now)
	}
	return schedule, s.replace(ctx, e)
}

// complete gives what is not said its meaning, as open source answers it.
func complete(schedule *conductor.WorkflowSchedule) {
	if schedule.ZoneID == "" {
		schedule.ZoneID = "UTC"
	}
	if len(schedule.CronSchedules) > 0 {
		schedule.CronSchedules = schedule.Crons()
	}
	if schedule.StartWorkflowRequest.Input == nil {
		schedule.StartWorkflowRequest.Input = map[string]any{}
	}
}

// replace makes an entry durable, and then the one that counts. The caller holds the lock.
func (s *Scheduler) replace(ctx context.Context, e *entry) error {
	name := e.schedule.Name
	if err := s.Store.Commit(ctx, []store.Record{e.record()}); err != nil {
		return fmt.Errorf("store schedule %q: %w", name, err)
	}
	if old := s.entries[name]; old != nil {
		old.disarm()
	}
	s.entries[name] = e
	s.arm(e)
	return nil
}

// Get returns a schedule, or fault.NotFound.
func (s *Scheduler) Get(name string) (conductor.WorkflowSchedule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[name]; e != nil {
		return e.schedule, nil
	}
	return conductor.WorkflowSchedule{}, missing(name)
}

func missing(name string) error { return fault.NotFound("Schedule '%s' not found", name) }

// List returns the schedules in the order of their names; those of one workflow where it is named.
func (s *Scheduler) List(workflow string) []conductor.WorkflowSchedule {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []conductor.WorkflowSchedule{}
	for _, name := range slices.Sorted(maps.Keys(s.entries)) {
		if e := s.entries[name]; workflow == "" || e.schedule.StartWorkflowRequest.Name == workflow {
			list = append(list, e.schedule)
		}
	}
	return list
}

// Delete forgets a schedule; what it started is still found. One that is not there is no error.
func (s *Scheduler) Delete(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[name]
	if e == nil {
		return nil
	}
	if err := s.Store.Commit(ctx, []store.Record{{Kind: kindSchedule, Key: name}}); err != nil {
		return fmt.Errorf("delete schedule %q: %w", name, err)
	}
	e.disarm()
	delete(s.entries, name)
	return nil
}

// Pause keeps a schedule from coming; one that is paused gets the new reason.
func (s *Scheduler) Pause(ctx context.Context, name, reason, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[name]
	if e == nil {
		return missing(name)
	}
	return s.pause(ctx, e, reason, by)
}

func (s *Scheduler) pause(ctx context.Context, e *entry, reason, by string) error {
	paused := &entry{schedule: e.schedule, slots: e.slots}
	paused.schedule.Paused, paused.schedule.PausedReason = true, reason
	paused.schedule.UpdatedTime, paused.schedule.UpdatedBy = s.Clock.Now().UnixMilli(), by
	return s.replace(ctx, paused)
}

// Resume lets a paused schedule come again, from now on: what it missed is not made up for. fault.NotFound also where it is not paused, as
// on the real server.
func (s *Scheduler) Resume(ctx context.Context, name, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[name]
	if e == nil || !e.schedule.Paused {
		return missing(name)
	}
	schedule := e.schedule
	schedule.Paused, schedule.PausedReason = false, ""
	_, err := s.save(ctx, schedule, by)
	return err
}

// Hold keeps all schedules from coming, or releases them: what came meanwhile is late, as after a stop.
func (s *Scheduler) Hold(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
	if !held {
		s.armAll()
		return
	}
	for _, e := range s.entries {
		e.disarm()
	}
}
