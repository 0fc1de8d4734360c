package conductor_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestScheduleCalls(t *testing.T) {
	ctx := t.Context()
	const schedule = `{ "name":"a<b>", "later":1.0 }`
	checkCalls(t, []apiCall{
		{name: "list", nameless: true, line: "GET /api/scheduler/schedules", answer: `[]`, call: func(c *conductor.Client, _ string) error { return only(c.Schedules.List(ctx, "")) }},
		{
			name: "list a workflow's", nameless: true, line: "GET /api/scheduler/schedules?workflowName=f", answer: `[]`,
			call: func(c *conductor.Client, _ string) error { return only(c.Schedules.List(ctx, "f")) },
		},
		{name: "get", line: "GET /api/scheduler/schedules/%s", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Schedules.Get(ctx, name)) }},
		{
			name: "put", nameless: true, line: "POST /api/scheduler/schedules", sent: schedule,
			call: func(c *conductor.Client, _ string) error { return c.Schedules.Put(ctx, json.RawMessage(schedule)) },
		},
		{name: "delete", line: "DELETE /api/scheduler/schedules/%s", call: func(c *conductor.Client, name string) error { return c.Schedules.Delete(ctx, name) }},
		{name: "pause", line: "GET /api/scheduler/schedules/%s/pause", call: func(c *conductor.Client, name string) error { return c.Schedules.Pause(ctx, name, "") }},
		{
			name: "pause with a reason", line: "GET /api/scheduler/schedules/%s/pause?reason=a+b",
			call: func(c *conductor.Client, name string) error { return c.Schedules.Pause(ctx, name, "a b") },
		},
		{name: "resume", line: "GET /api/scheduler/schedules/%s/resume", call: func(c *conductor.Client, name string) error { return c.Schedules.Resume(ctx, name) }},
		{
			name: "runs", nameless: true, line: "GET /api/scheduler/search/executions?query=d&size=5&sort=scheduledTime%3AASC&start=2", answer: `{"totalHits":0,"results":[]}`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Schedules.Runs(ctx, conductor.SearchQuery{Start: 2, Size: 5, Query: "d", Sort: "scheduledTime:ASC"}))
			},
		},
	})
}

// Orkes pauses with GET, open source with PUT: it is tried where GET is not allowed, and only there.
func TestPauseTriesTheOtherVerb(t *testing.T) {
	for status, want := range map[int][]string{
		http.StatusMethodNotAllowed: {"GET /api/scheduler/schedules/d/pause?reason=r", "PUT /api/scheduler/schedules/d/pause?reason=r"},
		http.StatusNotFound:         {"GET /api/scheduler/schedules/d/pause?reason=r"},
		http.StatusForbidden:        {"GET /api/scheduler/schedules/d/pause?reason=r"},
	} {
		var asked []string
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.URL.String())
			if r.Method == http.MethodGet {
				w.WriteHeader(status)
			}
		})
		err := connect(t, s).Schedules.Pause(t.Context(), "d", "r")
		require.Equal(t, want, asked)
		require.Equal(t, status == http.StatusMethodNotAllowed, err == nil)
	}
}

// Older releases answer nothing, with 200, for a schedule that is not there.
func TestAScheduleThatIsNothing(t *testing.T) {
	for _, body := range []string{"", "null", " \n"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		_, err := connect(t, s).Schedules.Get(t.Context(), "d")
		require.True(t, conductor.IsNotFound(err), "%q: %v", body, err)
		require.ErrorContains(t, err, "Schedule 'd' not found")
	}
}

func TestTheCronsOfASchedule(t *testing.T) {
	one := conductor.WorkflowSchedule{CronExpression: "@daily"}
	require.Equal(t, []conductor.CronSchedule{{CronExpression: "@daily", ZoneID: "UTC"}}, one.Crons())
	one.ZoneID = "Europe/Berlin"
	require.Equal(t, []conductor.CronSchedule{{CronExpression: "@daily", ZoneID: "Europe/Berlin"}}, one.Crons())
	one.CronSchedules = []conductor.CronSchedule{{CronExpression: "@hourly"}, {CronExpression: "@weekly", ZoneID: "Asia/Tokyo"}}
	require.Equal(t, []conductor.CronSchedule{{CronExpression: "@hourly", ZoneID: "UTC"}, {CronExpression: "@weekly", ZoneID: "Asia/Tokyo"}}, one.Crons())
	require.Empty(t, one.CronSchedules[0].ZoneID, "the schedule stays as it was")
	require.Empty(t, conductor.WorkflowSchedule{}.Crons())
}
