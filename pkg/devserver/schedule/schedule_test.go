package schedule_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // a machine with nothing but Go may have no zones

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// world is a scheduler on a clock that stands still, and what it started.
type world struct {
	*schedule.Scheduler
	t     *testing.T
	clock *engine.ManualClock
	kept  store.Store

	mu      sync.Mutex
	started []conductor.StartWorkflowRequest
	by      []string
	keys    []string
	refusal error // of every start
}

// begin is a Monday.
var begin = time.Date(2026, 6, 1, 12, 0, 30, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: engine.NewManualClock(begin), kept: store.NewMemory()}
	w.open()
	return w
}

// open makes a scheduler of what is kept, in the place of the one there was.
func (w *world) open() {
	w.t.Helper()
	if w.Scheduler != nil {
		w.Close()
	}
	s, err := schedule.Open(context.Background(), schedule.Options{
		Store: w.kept, Clock: w.clock, Start: w.start,
	})
	require.NoError(w.t, err)
	w.t.Cleanup(s.Close)
	s.Wake()
	w.Scheduler = s
}

func (w *world) start(r engine.Reaction, request conductor.StartWorkflowRequest) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refusal != nil {
		return "", w.refusal
	}
	w.started, w.by, w.keys = append(w.started, request), append(w.by, r.By), append(w.keys, r.Key)
	return "id-" + request.Name, nil
}

// times are the scheduled times of what was started, since the last question.
func (w *world) times() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, request := range w.started {
		list = append(list, time.UnixMilli(request.Input["_scheduledTime"].(int64)).UTC().Format("02 15:04:05"))
	}
	w.started = nil
	return strings.Join(list, ", ")
}

func daily(name, cron string) conductor.WorkflowSchedule {
	return conductor.WorkflowSchedule{Name: name, CronExpression: cron, StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "f"}}
}

func (w *world) save(s conductor.WorkflowSchedule) conductor.WorkflowSchedule {
	w.t.Helper()
	kept, err := w.Save(w.t.Context(), s, "jane")
	require.NoError(w.t, err)
	return kept
}

func (w *world) runs(query string) []conductor.ScheduledRun {
	w.t.Helper()
	found, err := w.Search(schedule.Search{Query: query, Size: 1000})
	require.NoError(w.t, err)
	require.EqualValues(w.t, len(found.Results), found.TotalHits)
	return found.Results
}

func TestAScheduleStartsItsWorkflowAtItsTimes(t *testing.T) {
	w := newWorld(t)
	s := daily("every-minute", "0 * * * * *")
	s.StartWorkflowRequest.Input = map[string]any{"a": 1}
	w.save(s)
	w.clock.Advance(29 * time.Second)
	require.Empty(t, w.times())
	w.clock.Advance(time.Second)
	require.Equal(t, []string{"jane"}, w.by)
	run := w.runs("")[0]
	require.Equal(t, map[string]any{
		"a": 1, "_startedByScheduler": "every-minute", "_scheduledTime": begin.UnixMilli() + 30_000, "_executedTime": begin.UnixMilli() + 30_000,
		"_executionId": run.ExecutionID, "_schedulerCron": "0 * * * * * UTC",
	}, w.started[0].Input)
	require.Equal(t, conductor.ScheduledRun{
		ExecutionID: run.ExecutionID, ScheduleName: "every-minute", ScheduledTime: begin.UnixMilli() + 30_000, ExecutionTime: begin.UnixMilli() + 30_000,
		WorkflowName: "f", WorkflowID: "id-f", State: "EXECUTED", ZoneID: "UTC",
		StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "f", Input: map[string]any{"a": 1}},
	}, run, "the run has the request as it was written")
	w.times()
	w.clock.Advance(3 * time.Minute)
	require.Equal(t, "01 12:02:00, 01 12:03:00, 01 12:04:00", w.times(), "each at its own time, however far the clock goes")
}

// A process may die between the start and the writing of the run: the key of the second attempt is the first one's, and so is the run.
func TestATimeHasOneKey(t *testing.T) {
	w := newWorld(t)
	w.save(daily("d", "0 * * * * *"))
	w.save(daily("e", "0 * * * * *"))
	held := w.kept
	w.kept = failing{held}
	w.open()
	w.clock.Advance(time.Minute)
	first := append([]string(nil), w.keys...)
	runs := w.runs("d")
	w.kept, w.keys = held, nil
	w.open()
	w.clock.Advance(0)
	require.ElementsMatch(t, first, w.keys)
	require.NotEqual(t, first[0], first[1])
	require.Equal(t, runs[0].ExecutionID, w.runs("d")[0].ExecutionID)
	w.keys = nil
	w.clock.Advance(time.Minute)
	require.NotContains(t, first, w.keys[0])
}

func TestZonesAndSeveralCrons(t *testing.T) {
	w := newWorld(t)
	s := daily("two", "")
	s.CronSchedules = []conductor.CronSchedule{{CronExpression: "0 0 22 * * *", ZoneID: "Asia/Tokyo"}, {CronExpression: "0 30 13 * * *"}}
	kept := w.save(s)
	require.Equal(t, "UTC", kept.CronSchedules[1].ZoneID, "said where nothing was")
	night := daily("night", "0 0 0 * * *")
	night.ZoneID = "Europe/Berlin"
	w.save(night)
	w.clock.Advance(12 * time.Hour)
	require.Equal(t, "01 13:00:00, 01 13:30:00, 01 22:00:00", w.times())
	var zones []string
	for _, run := range w.runs("two") {
		zones = append(zones, run.ZoneID)
	}
	require.Equal(t, []string{"UTC", "Asia/Tokyo"}, zones, "the latest first")
}

func TestBounds(t *testing.T) {
	w := newWorld(t)
	s := daily("bounded", "0 * * * * *")
	s.ScheduleStartTime = begin.Add(90 * time.Second).UnixMilli() // 12:02:00: the very time counts
	s.ScheduleEndTime = begin.Add(210 * time.Second).UnixMilli()  // 12:04:00: this one too
	w.save(s)
	w.clock.Advance(time.Hour)
	require.Equal(t, "01 12:02:00, 01 12:03:00, 01 12:04:00", w.times())
	s.ScheduleStartTime, s.ScheduleEndTime = begin.Add(3*time.Hour).UnixMilli(), begin.Add(2*time.Hour).UnixMilli()
	w.save(s)
	w.clock.Advance(24 * time.Hour)
	require.Empty(t, w.times(), "an end before the start")
}

func TestPauseAndResume(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	w.save(daily("d", "0 * * * * *"))
	require.NoError(t, w.Pause(ctx, "d", "holidays", "joe"))
	w.clock.Advance(5 * time.Minute)
	require.Empty(t, w.times())
	got, err := w.Get("d")
	require.NoError(t, err)
	require.True(t, got.Paused)
	require.Equal(t, "holidays", got.PausedReason)
	require.Equal(t, []string{"jane", "joe"}, []string{got.CreatedBy, got.UpdatedBy})
	w.open()
	w.clock.Advance(5 * time.Minute)
	require.Empty(t, w.times(), "it is still paused after a restart")
	require.NoError(t, w.Resume(ctx, "d", "joe"))
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:11:00", w.times(), "what was missed is not made up for")
	got, _ = w.Get("d")
	require.False(t, got.Paused)
	require.Empty(t, got.PausedReason)
	require.Equal(t, fault.KindNotFound, fault.KindOf(w.Resume(ctx, "d", "joe")), "of one that is not paused")
	require.Equal(t, fault.KindNotFound, fault.KindOf(w.Resume(ctx, "x", "joe")))
	require.Equal(t, fault.KindNotFound, fault.KindOf(w.Pause(ctx, "x", "", "joe")))
	require.NoError(t, w.Pause(ctx, "d", "one", "joe"))
	require.NoError(t, w.Pause(ctx, "d", "two", "joe"))
	got, _ = w.Get("d")
	require.Equal(t, "two", got.PausedReason)
}

func TestASavedScheduleMayBePaused(t *testing.T) {
	w := newWorld(t)
	s := daily("d", "0 * * * * *")
	s.Paused, s.PausedReason = true, "not yet"
	w.save(s)
	w.clock.Advance(time.Hour)
	require.Empty(t, w.times())
}

func TestWhatPassesWhileTheServerIsStopped(t *testing.T) {
	tests := map[bool]string{
		false: "01 12:01:00, 01 12:06:00, 01 12:07:00",                                                     // late once, then in time
		true:  "01 12:01:00, 01 12:02:00, 01 12:03:00, 01 12:04:00, 01 12:05:00, 01 12:06:00, 01 12:07:00", // all
	}
	for catchUp, want := range tests {
		w := newWorld(t)
		s := daily("d", "0 * * * * *")
		s.RunCatchupScheduleInstances = catchUp
		w.save(s)
		w.Close()
		w.clock.Advance(5 * time.Minute) // nobody is there
		require.Empty(t, w.times())
		w.open()
		require.Empty(t, w.times(), "time has not passed yet")
		w.clock.Advance(90 * time.Second)
		require.Equal(t, want, w.times(), "catch-up: %v", catchUp)
		last := w.runs("d")[len(w.runs("d"))-1]
		require.Greater(t, last.ExecutionTime, last.ScheduledTime, "the run says that it was late")
	}
}

func TestCatchUpKeepsToTheBounds(t *testing.T) {
	w := newWorld(t)
	s := daily("d", "0 * * * * *")
	s.RunCatchupScheduleInstances = true
	s.ScheduleStartTime, s.ScheduleEndTime = begin.Add(time.Minute).UnixMilli(), begin.Add(3*time.Minute).UnixMilli()
	w.save(s)
	w.Close()
	w.clock.Advance(time.Hour)
	w.open()
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:02:00, 01 12:03:00", w.times())
}

func TestWritingAScheduleAnew(t *testing.T) {
	w := newWorld(t)
	first := w.save(daily("d", "0 * * * * *"))
	w.clock.Advance(time.Second)
	kept, err := w.Save(t.Context(), daily("d", "0 */10 * * * *"), "joe")
	require.NoError(t, err)
	require.Equal(t, first.CreateTime, kept.CreateTime)
	require.Equal(t, first.CreateTime+1000, kept.UpdatedTime)
	require.Equal(t, []string{"jane", "joe"}, []string{kept.CreatedBy, kept.UpdatedBy}, "it runs as who made it")
	w.clock.Advance(10 * time.Minute)
	require.Equal(t, "01 12:10:00", w.times(), "the old times are gone")
	require.NoError(t, w.Delete(t.Context(), "d"))
	require.NoError(t, w.Delete(t.Context(), "d"))
	w.clock.Advance(time.Hour)
	require.Empty(t, w.times())
	require.Empty(t, w.List(""))
	_, err = w.Get("d")
	require.EqualError(t, err, "Schedule 'd' not found")
	require.Len(t, w.runs("d"), 1, "what it started is still found")
	w.open()
	require.Empty(t, w.List(""), "also after a restart")
	require.Len(t, w.runs("d"), 1)
}

func TestWhatCannotBeASchedule(t *testing.T) {
	w := newWorld(t)
	for want, s := range map[string]conductor.WorkflowSchedule{
		"A schedule needs a name":                              daily(" ", "@daily"),
		"cronExpression: a schedule needs a cron expression":   daily("d", ""),
		`cronExpression: cron expression "* *" has 2 fields`:   daily("d", "* *"),
		`zoneId: time zone "Mars" is not known here`:           {Name: "d", CronExpression: "@daily", ZoneID: "Mars", StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "f"}},
		"startWorkflowRequest.name: a schedule needs the name": {Name: "d", CronExpression: "@daily"},
	} {
		_, err := w.Save(t.Context(), s, "")
		require.ErrorContains(t, err, want)
		require.Equal(t, fault.KindInvalid, fault.KindOf(err))
	}
	require.Empty(t, w.List(""))
}

func TestAStartThatFails(t *testing.T) {
	w := newWorld(t)
	w.refusal = errors.New("No such workflow defined. name=f, version=null" + strings.Repeat("é", 2000))
	w.save(daily("d", "0 * * * * *"))
	w.clock.Advance(time.Minute)
	run := w.runs("d")[0]
	require.Equal(t, "FAILED", run.State)
	require.Empty(t, run.WorkflowID)
	require.Len(t, []rune(run.Reason), 999)
	w.refusal = nil
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:02:00", w.times(), "the schedule goes on")
}

func TestAMakerWhoMayNotStartItAnyMore(t *testing.T) {
	w := newWorld(t)
	w.save(daily("d", "0 * * * * *"))
	w.refusal = fault.Forbidden("You don't have permissions to execute workflow: f")
	w.clock.Advance(10 * time.Minute)
	require.Empty(t, w.times())
	runs := w.runs("d")
	require.Len(t, runs, 1, "it is paused after the first")
	require.Equal(t, "FAILED", runs[0].State)
	require.Equal(t, "You don't have permissions to execute workflow: f", runs[0].Reason)
	got, _ := w.Get("d")
	require.True(t, got.Paused)
	require.Equal(t, "Paused by the server: You don't have permissions to execute workflow: f", got.PausedReason)
	w.refusal = nil
	require.NoError(t, w.Resume(t.Context(), "d", "jane"))
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:11:00", w.times())
}

func TestHold(t *testing.T) {
	w := newWorld(t)
	w.save(daily("d", "0 * * * * *"))
	w.Hold(true)
	w.clock.Advance(5 * time.Minute)
	require.Empty(t, w.times())
	w.save(daily("other", "0 * * * * *"))
	w.clock.Advance(time.Minute)
	require.Empty(t, w.times(), "one that is new is held too")
	w.Hold(false)
	w.Hold(false)
	w.clock.Advance(0)
	require.Equal(t, "01 12:01:00, 01 12:06:00", w.times(), "what came meanwhile is late")
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:07:00, 01 12:07:00", w.times())
}

// What several schedules missed comes in the order of its times, not of the names.
func TestWhatIsLateComesInOrder(t *testing.T) {
	w := newWorld(t)
	for name, cron := range map[string]string{"a": "0 4 12 * * *", "b": "0 2 12 * * *", "c": "0 3 12 * * *", "d": "0 1 12 * * *"} {
		w.save(daily(name, cron))
	}
	w.Close()
	w.clock.Advance(10 * time.Minute)
	w.open()
	w.clock.Advance(0)
	require.Equal(t, "01 12:01:00, 01 12:02:00, 01 12:03:00, 01 12:04:00", w.times())
}

func TestList(t *testing.T) {
	w := newWorld(t)
	other := daily("a", "@daily")
	other.StartWorkflowRequest.Name = "other"
	w.save(daily("b", "@daily"))
	w.save(other)
	names := func(workflow string) (names []string) {
		for _, s := range w.List(workflow) {
			names = append(names, s.Name)
		}
		return names
	}
	require.Equal(t, []string{"a", "b"}, names(""))
	require.Equal(t, []string{"a"}, names("other"))
	require.Empty(t, names("x"))
}

func TestNext(t *testing.T) {
	w := newWorld(t)
	ask := func(text string, start, end time.Duration, limit int) []time.Duration {
		t.Helper()
		millis := func(d time.Duration) int64 {
			if d == 0 {
				return 0
			}
			return begin.Add(d).UnixMilli()
		}
		times, err := w.Next(text, millis(start), millis(end), limit)
		require.NoError(t, err)
		list := []time.Duration{}
		for _, at := range times {
			list = append(list, time.UnixMilli(at).Sub(begin))
		}
		return list
	}
	require.Equal(t, []time.Duration{30 * time.Second, 90 * time.Second}, ask("0 * * * * *", 0, 0, 2))
	require.Len(t, ask("0 * * * * *", 0, 0, 100), 5, "not more than five")
	require.Empty(t, ask("0 * * * * *", 0, 0, -1))
	require.Equal(t, []time.Duration{150 * time.Second}, ask("0 * * * * *", 2*time.Minute, 3*time.Minute, 5))
	require.Empty(t, ask("0 0 0 31 2 *", 0, 0, 5))
	_, err := w.Next("bad", 0, 0, 5)
	require.Equal(t, fault.KindInvalid, fault.KindOf(err))
}

func TestSchedulesAndRunsSurviveInAFile(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "s.db")
	open := func() {
		kept, err := store.Open(file)
		require.NoError(t, err)
		w.kept = kept
		w.open()
	}
	open()
	s := daily("d", "0 * * * * *")
	s.StartWorkflowRequest.Input = map[string]any{"big": 12345678901234567, "deep": map[string]any{"x": []any{"y"}}}
	s.StartWorkflowRequest.TaskToDomain, s.StartWorkflowRequest.Priority = map[string]string{"*": "d"}, 7
	w.save(s)
	w.clock.Advance(2 * time.Minute)
	before, runs := w.List(""), w.runs("")
	w.Close()
	require.NoError(t, w.kept.Close())
	open()
	t.Cleanup(func() { _ = w.kept.Close() })
	require.Equal(t, encode(t, before), encode(t, w.List("")))
	require.Equal(t, encode(t, runs), encode(t, w.runs("")))
	w.times()
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:03:00", w.times(), "none twice, none lost")
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := store.Encode(v)
	require.NoError(t, err)
	return string(data)
}

// A file that was written where a zone is known may be opened where it is not: the rest goes on.
func TestAZoneThatThisMachineLacks(t *testing.T) {
	w := newWorld(t)
	w.save(daily("good", "0 * * * * *"))
	require.NoError(t, w.kept.Commit(t.Context(), []store.Record{{Kind: "schedule", Key: "d", Value: map[string]any{
		"schedule": map[string]any{"name": "d", "cronExpression": "@daily", "zoneId": "Mars/Base", "startWorkflowRequest": map[string]any{"name": "f"}},
		"next":     []int64{begin.UnixMilli()},
	}}}))
	w.open()
	require.Len(t, w.List(""), 2)
	w.clock.Advance(time.Minute)
	require.Equal(t, "01 12:01:00", w.times())
	require.NoError(t, w.Pause(t.Context(), "d", "", ""))
}

func TestWhatTheStoreHoldsIsUnderstoodOrRefused(t *testing.T) {
	for _, kind := range []string{"schedule", "scheduleRun"} {
		kept := store.NewMemory()
		require.NoError(t, kept.Commit(t.Context(), []store.Record{{Kind: kind, Key: "k", Value: 5}}))
		_, err := schedule.Open(t.Context(), schedule.Options{Store: kept, Clock: engine.NewManualClock(begin)})
		require.ErrorContains(t, err, `"k"`)
	}
}

// failing is a store that refuses to write.
type failing struct{ store.Store }

func (failing) Commit(context.Context, []store.Record) error { return errors.New("the disk is full") }

func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	w := newWorld(t)
	w.save(daily("d", "0 * * * * *"))
	held := w.kept
	w.kept = failing{held}
	w.open()
	_, err := w.Save(t.Context(), daily("e", "@daily"), "")
	require.ErrorContains(t, err, "the disk is full")
	require.ErrorContains(t, w.Pause(t.Context(), "d", "", ""), "the disk is full")
	require.ErrorContains(t, w.Delete(t.Context(), "d"), "the disk is full")
	require.Len(t, w.List(""), 1)
	w.clock.Advance(2 * time.Minute)
	require.Equal(t, "01 12:01:00, 01 12:02:00", w.times(), "times go on: each is written with the next")
}
