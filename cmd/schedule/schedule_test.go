package schedule

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // a machine with nothing but Go may have no zones

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// begin is a Monday.
var begin = time.Date(2026, 6, 1, 12, 0, 30, 0, time.UTC)

func times(t *testing.T, s conductor.WorkflowSchedule, count int) []string {
	t.Helper()
	table, err := timetable(s)
	require.NoError(t, err)
	var list []string
	for _, m := range table.times(begin, count) {
		list = append(list, m.at.Format("Mon 15:04 -07")+" "+m.zone)
	}
	return list
}

func TestTimetable(t *testing.T) {
	require.Equal(t, []string{"Mon 13:00 +00 UTC", "Mon 14:00 +00 UTC"}, times(t, conductor.WorkflowSchedule{CronExpression: "@hourly"}, 2))
	require.Equal(t, []string{"Tue 09:30 +02 Europe/Berlin", "Wed 09:30 +02 Europe/Berlin"},
		times(t, conductor.WorkflowSchedule{CronExpression: "0 30 9 * * MON-FRI", ZoneID: "Europe/Berlin"}, 2), "in the zone's own time")
	several := conductor.WorkflowSchedule{
		CronExpression: "* * * * * *", // does not count beside a list
		CronSchedules: []conductor.CronSchedule{
			{CronExpression: "0 0 15 * * *"}, {CronExpression: "0 0 23 * * *", ZoneID: "Asia/Tokyo"}, {CronExpression: "0 0 15 * * MON"},
		},
	}
	require.Equal(t, []string{"Mon 23:00 +09 Asia/Tokyo", "Mon 15:00 +00 UTC", "Tue 23:00 +09 Asia/Tokyo", "Tue 15:00 +00 UTC"}, times(t, several, 4),
		"in the order in which they come; what two name comes once")
	several.ScheduleEndTime = begin.Add(3 * time.Hour).UnixMilli()
	require.Len(t, times(t, several, 10), 2)
	require.Empty(t, times(t, conductor.WorkflowSchedule{CronExpression: "0 0 0 30 2 *"}, 3))
	for _, s := range []conductor.WorkflowSchedule{{CronExpression: "x"}, {CronExpression: "@daily", ZoneID: "Mars"}} {
		_, err := timetable(s)
		require.Error(t, err)
	}
}

func TestUpcoming(t *testing.T) {
	s := conductor.WorkflowSchedule{CronExpression: "@hourly"}
	require.EqualValues(t, begin.Add(59*time.Minute+30*time.Second).UnixMilli(), upcoming(s, begin))
	s.Paused = true
	require.Zero(t, upcoming(s, begin))
	require.Zero(t, upcoming(conductor.WorkflowSchedule{CronExpression: "what another server takes"}, begin))
	require.Zero(t, upcoming(conductor.WorkflowSchedule{}, begin))
	require.Equal(t, []string{"@hourly"}, crons(s))
	require.Equal(t, []string{"@daily Asia/Tokyo", "@weekly"}, crons(conductor.WorkflowSchedule{CronSchedules: []conductor.CronSchedule{
		{CronExpression: "@daily", ZoneID: "Asia/Tokyo"}, {CronExpression: "@weekly"},
	}}))
}

func TestAnExpressionIsNoName(t *testing.T) {
	for text, want := range map[string]bool{"@daily": true, "0 0 * * * *": true, "* *": true, "nightly": false, "night-ly_2": false, " x ": false} {
		require.Equal(t, want, isCron(text), text)
	}
}

func TestADefinitionStaysPaused(t *testing.T) {
	w := &writer{paused: map[string]conductor.WorkflowSchedule{"d": {Name: "d", Paused: true, PausedReason: `a "b"`}}}
	for def, want := range map[string]string{
		`{"name":"d","x":1.50}`:       `{"paused":true,"pausedReason":"a \"b\"","name":"d","x":1.50}`,
		`{"name":"d","paused":false}`: `{"name":"d","paused":false}`,
		`{"name":"other","x":1.50}`:   `{"name":"other","x":1.50}`,
	} {
		got, err := w.stillPaused(json.RawMessage(def))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	_, err := w.stillPaused(json.RawMessage(`[]`))
	require.Error(t, err)
}

func TestRunsQuery(t *testing.T) {
	tests := map[string]struct {
		opts  runsOptions
		names []string
	}{
		"": {opts: runsOptions{limit: 5}},
		"scheduleName IN (a,b c) AND state IN (FAILED)": {runsOptions{limit: 5, state: "failed"}, []string{"a", "b c"}},
		"scheduledTime>1780311630000":                   {opts: runsOptions{limit: 5, since: time.Hour}},
	}
	for want, tt := range tests {
		query, err := tt.opts.query(tt.names, begin)
		require.NoError(t, err)
		require.Equal(t, want, query.Query)
		require.Equal(t, 5, query.Size)
	}
}

func TestLate(t *testing.T) {
	require.Equal(t, "5m0s", late(conductor.ScheduledRun{ScheduledTime: 1000, ExecutionTime: 301_000}))
	require.Equal(t, "0 ms", late(conductor.ScheduledRun{ScheduledTime: 1000, ExecutionTime: 900}), "the real server is a second early at times")
}
