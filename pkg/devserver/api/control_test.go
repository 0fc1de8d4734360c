package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

func TestTheClockIsMovedWhereItStandsStill(t *testing.T) {
	f := newFixture(t)
	before := f.now
	var state ClockState
	require.NoError(t, json.Unmarshal([]byte(f.must("ADMIN", "POST /api/dev/clock", `{"advance":"90s"}`)), &state))
	require.True(t, state.Manual)
	require.Equal(t, before.Add(90*time.Second), f.now)
	require.Equal(t, f.now.UTC().Format(time.RFC3339Nano), state.Now)
	for _, body := range []string{`{}`, `{"advance":"soon"}`, `{"advance":"-1s"}`, `{"advance":"1000000h"}`, `{"advance":7}`, `[]`, `x`} {
		require.Equal(t, 400, f.send("ADMIN", "POST /api/dev/clock", body).Code, body)
	}
	f.api.Control.Advance = nil
	answer := f.send("ADMIN", "POST /api/dev/clock", `{"advance":"1s"}`)
	require.Equal(t, 409, answer.Code)
	require.Contains(t, answer.Body.String(), "--clock manual")
	require.Contains(t, f.must("ADMIN", "GET /api/dev/clock", ""), `"manual":false`)
}

// events asks for what happened after a number.
func (f *fixture) events(after int64) page {
	f.t.Helper()
	var p page
	require.NoError(f.t, json.Unmarshal([]byte(f.must("ADMIN", fmt.Sprintf("GET /api/dev/events?after=%d", after), "")), &p))
	return p
}

func TestEventsTellTransitionsAndRefusals(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/workflow/f", `{}`) // nobody has asked yet: not recorded
	begin := f.events(-1)
	require.Empty(t, begin.Events)
	require.Empty(t, f.events(begin.Next).Events)

	f.must("ADMIN", "POST /api/workflow/f", `{}`)
	require.Equal(t, 403, f.send("worker", "GET /api/tasks/poll/t?domain=d&workerid=w", "").Code)
	require.Equal(t, 401, f.send("bad", "GET /api/tasks/poll/t", "").Code)
	require.Equal(t, 404, f.send("ADMIN", "GET /api/tasks/unknown", "").Code)
	p := f.events(begin.Next)
	var kinds []string
	for _, o := range p.Events {
		kinds = append(kinds, string(o.Kind))
	}
	require.Equal(t, "workflow.started task.scheduled request.refused request.refused", strings.Join(kinds, " "))
	refused := p.Events[2]
	require.Equal(t, "GET /api/tasks/poll/t", refused.Request)
	require.Equal(t, "t", refused.TaskType)
	require.Equal(t, "d", refused.Domain)
	require.Equal(t, "w", refused.WorkerID)
	require.Contains(t, refused.Caller, "app:")
	require.Contains(t, refused.Reason, "permissions")
	require.Empty(t, p.Events[3].Caller)
	require.Empty(t, f.events(p.Next).Events)
	require.Equal(t, 400, f.send("ADMIN", "GET /api/dev/events?after=x", "").Code)
}

func TestTheFeedForgetsAndSaysSo(t *testing.T) {
	eng, err := engine.New(engine.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, eng.Close()) })
	f := newFeed(eng)
	require.Zero(t, f.after(t.Context(), -1, 0).Next)
	for i := range 2*feedSize + 5 {
		f.record(Occurrence{Event: engine.Event{Time: int64(i)}})
	}
	p := f.after(t.Context(), 0, 0)
	require.EqualValues(t, feedSize, p.Missed)
	require.Len(t, p.Events, feedSize+5)
	require.EqualValues(t, feedSize, p.Events[0].Time)
	require.EqualValues(t, 2*feedSize+5, p.Next)
	require.Len(t, f.after(t.Context(), p.Next-2, 0).Events, 2)

	f.end() // nobody asked for a while
	f.record(Occurrence{})
	again := f.after(t.Context(), p.Next, 0)
	require.Empty(t, again.Events)
	require.Greater(t, again.Next, p.Next)
}

// A question waits for what comes.
func TestTheFeedWakesWhoWaits(t *testing.T) {
	eng, err := engine.New(engine.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, eng.Close()) })
	f := newFeed(eng)
	next := f.after(t.Context(), -1, 0).Next
	got := make(chan page)
	go func() { got <- f.after(t.Context(), next, time.Minute) }()
	require.Eventually(t, func() bool {
		f.record(Occurrence{Event: engine.Event{Time: 7}})
		select {
		case p := <-got:
			return p.Events[0].Time == 7
		default:
			return false
		}
	}, 10*time.Second, time.Millisecond)
}
