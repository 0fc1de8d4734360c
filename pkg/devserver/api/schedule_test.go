package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
)

// sameTime replaces the times of an answer, which are the server's.
func sameTime(t *testing.T, body string) string {
	t.Helper()
	var answer map[string]any
	require.NoError(t, conductor.Decode([]byte(body), &answer))
	for _, name := range []string{"createTime", "updatedTime"} {
		require.NotZero(t, answer[name])
		answer[name] = 1
	}
	data, err := json.Marshal(answer)
	require.NoError(t, err)
	return string(data)
}

// What Conductor 3.32.1 answered to the same requests, but for the times.
func TestSchedulesOfOpenSourceAreAnsweredAsThere(t *testing.T) {
	f := newOpenFixture(t)
	for body, want := range map[string]string{
		`{"name":"a","cronExpression":"0 0 12 * * ?","startWorkflowRequest":{"name":"f","version":1,"input":{"a":1}}}`: `{"name":"a",
			"cronExpression":"0 0 12 * * ?","runCatchupScheduleInstances":false,"paused":false,"startWorkflowRequest":{"name":"f","version":1,
			"input":{"a":1},"taskToDomain":{},"priority":0},"zoneId":"UTC","createTime":1,"updatedTime":1,"createdBy":"","updatedBy":"","cronSchedules":[]}`,
		`{"name":"a","cronExpression":"0 0 13 * * ?","zoneId":"GMT+2","startWorkflowRequest":{"name":"f"},"paused":true,"pausedReason":"because","description":"d",
			"createdBy":"me","updatedBy":"you","createTime":5,"scheduleStartTime":1900000000000,"tags":[{"key":"a","value":"b"}],"foo":1}`: `{"name":"a",
			"cronExpression":"0 0 13 * * ?","runCatchupScheduleInstances":false,"paused":true,"pausedReason":"because","startWorkflowRequest":{"name":"f",
			"input":{},"taskToDomain":{},"priority":0},"zoneId":"GMT+2","scheduleStartTime":1900000000000,"createTime":1,"updatedTime":1,"createdBy":"",
			"updatedBy":"","description":"d","cronSchedules":[]}`,
		`{"name":"m","cronSchedules":[{"cronExpression":"*/3 * * * * *","zoneId":"+09:00"},{"cronExpression":"0 0 0 1 1 *"}],"startWorkflowRequest":{"name":"f"}}`: `{"name":"m",
			"runCatchupScheduleInstances":false,"paused":false,"startWorkflowRequest":{"name":"f","input":{},"taskToDomain":{},"priority":0},"zoneId":"UTC",
			"createTime":1,"updatedTime":1,"createdBy":"","updatedBy":"","cronSchedules":[{"cronExpression":"*/3 * * * * *","zoneId":"+09:00"},
			{"cronExpression":"0 0 0 1 1 *","zoneId":"UTC"}]}`,
	} {
		answer := f.must("anybody", "POST /api/scheduler/schedules", body)
		require.JSONEq(t, want, sameTime(t, answer))
		var name struct{ Name string }
		require.NoError(t, json.Unmarshal([]byte(answer), &name))
		require.JSONEq(t, want, sameTime(t, f.must("anybody", "GET /api/scheduler/schedules/"+name.Name, "")))
	}
}

func names(page conductor.SearchResult[conductor.WorkflowSchedule]) string {
	list := make([]string, 0, len(page.Results))
	for _, s := range page.Results {
		list = append(list, s.Name)
	}
	return fmt.Sprint(page.TotalHits, " ", strings.Join(list, " "))
}

func TestScheduleSearch(t *testing.T) {
	f := newOpenFixture(t)
	for _, name := range []string{"nightly-b", "nightly-a", "Hourly"} {
		f.must("anybody", "POST /api/scheduler/schedules", `{"name":"`+name+`","cronExpression":"@daily","startWorkflowRequest":{"name":"other"}}`)
	}
	f.must("anybody", "PUT /api/scheduler/schedules/nightly-b/pause", "")
	for query, want := range map[string]string{
		"": "4 Hourly d nightly-a nightly-b", "?workflowName=other": "3 Hourly nightly-a nightly-b", "?scheduleName=LY": "3 Hourly nightly-a nightly-b",
		"?paused=true": "1 nightly-b", "?paused=false&workflowName=other": "2 Hourly nightly-a", "?start=1&size=2": "4 d nightly-a", "?start=9": "4 ",
		"?freeText=none": "4 Hourly d nightly-a nightly-b",
		fmt.Sprint("?start=1&size=", math.MaxInt): "4 d nightly-a nightly-b",
	} {
		page := read[conductor.SearchResult[conductor.WorkflowSchedule]](f, "anybody", "GET /api/scheduler/schedules/search"+query, "")
		require.Equal(t, want, names(page), query)
	}
}

func TestBulkPauseSaysHowEachWent(t *testing.T) {
	f := newOpenFixture(t)
	require.JSONEq(t, `{"bulkErrorResults":{"none":"Schedule 'none' not found"},"bulkSuccessfulResults":["d"]}`,
		f.must("anybody", "PUT /api/scheduler/bulk/pause", `["d","none"]`))
	require.JSONEq(t, `{"bulkErrorResults":{},"bulkSuccessfulResults":["d"]}`, f.must("anybody", "PUT /api/scheduler/bulk/resume", `["d"]`))
	require.JSONEq(t, `{"bulkErrorResults":{"d":"Schedule 'd' not found"},"bulkSuccessfulResults":[]}`,
		f.must("anybody", "PUT /api/scheduler/bulk/resume", `["d"]`), "it is not paused")
	orkes := newFixture(t)
	require.JSONEq(t, `{"bulkErrorResults":{"d":"You don't have permissions to update schedule: d"},"bulkSuccessfulResults":[]}`,
		orkes.must("granted", "PUT /api/scheduler/bulk/pause", `["d"]`))
}

func TestTheVerbsOfPause(t *testing.T) {
	open, orkes := newOpenFixture(t), newFixture(t)
	require.Equal(t, http.StatusMethodNotAllowed, open.send("anybody", "GET /api/scheduler/schedules/d/pause", "").Code)
	for _, method := range []string{"GET", "PUT"} {
		orkes.must("owner", method+" /api/scheduler/schedules/d/pause?reason=why", "")
		paused := read[conductor.WorkflowSchedule](orkes, "owner", "GET /api/scheduler/schedules/d", "")
		require.True(t, paused.Paused)
		require.Equal(t, "why", paused.PausedReason)
		orkes.must("owner", method+" /api/scheduler/schedules/d/resume", "")
	}
}

// Lists hold what the caller may read; a grant on a tag counts.
func TestSchedulesAreListedByAccess(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/scheduler/schedules", `{"name":"secret","cronExpression":"@daily","startWorkflowRequest":{"name":"f"}}`)
	count := func(as, call string) int {
		t.Helper()
		return len(read[[]conductor.WorkflowSchedule](f, as, call, ""))
	}
	const list = "GET /api/scheduler/schedules"
	for as, want := range map[string]int{"ADMIN": 2, "owner": 1, "granted": 1, "worker": 0, "METADATA_API": 0} {
		require.Equal(t, want, count(as, list), as)
		page := read[conductor.SearchResult[conductor.WorkflowSchedule]](f, as, "GET /api/scheduler/schedules/search", "")
		require.EqualValues(t, want, page.TotalHits, as)
	}
	f.must("ADMIN", "PUT /api/scheduler/schedules/secret/tags", `[{"key":"shared","value":"yes"}]`)
	require.Equal(t, 2, count("granted", list), "by its tag")
	require.Equal(t, 1, count("granted", "GET /api/scheduler/schedules/tags?tag=shared:yes"))
	require.Equal(t, 0, count("worker", "GET /api/scheduler/schedules/tags?tag=shared:yes"))
	seen := read[conductor.WorkflowSchedule](f, "granted", "GET /api/scheduler/schedules/secret", "")
	require.Equal(t, []conductor.Tag{{Key: "shared", Value: "yes"}}, seen.Tags)
	reader := f.application("reader", "USER_READ_ONLY")
	require.Equal(t, 2, count("reader", list))
	require.Equal(t, 403, f.send("reader", "DELETE /api/scheduler/schedules/d", "").Code)
	require.NoError(t, f.rules.Grant(t.Context(), conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: reader}, Target: access.Schedule("d"), Access: []string{"DELETE"},
	}))
	f.must("reader", "DELETE /api/scheduler/schedules/d", "")
	f.must("owner", "POST /api/scheduler/schedules", `{"name":"d","cronExpression":"@daily","startWorkflowRequest":{"name":"f"}}`)
	require.Empty(t, read[conductor.WorkflowSchedule](f, "owner", "GET /api/scheduler/schedules/d", "").Tags, "its tags went with it")
}

func TestNextFewSchedules(t *testing.T) {
	open, orkes := newOpenFixture(t), newFixture(t)
	count := func(f *fixture, as, query string) int {
		t.Helper()
		return len(read[[]int64](f, as, "GET /api/scheduler/nextFewSchedules?cronExpression=@hourly"+query, ""))
	}
	require.Equal(t, 5, count(open, "anybody", ""))
	require.Equal(t, 3, count(orkes, "worker", ""))
	require.Equal(t, 5, count(orkes, "worker", "&limit=9"))
	require.Equal(t, 2, count(orkes, "worker", "&scheduleStartTime=4102441200000&scheduleEndTime=4102444800000"))
	for _, query := range []string{"?cronExpression=@hourly&limit=x", "?cronExpression=@hourly&scheduleStartTime=x", "?cronExpression=@hourly&scheduleEndTime=x", "?cronExpression=x"} {
		require.Equal(t, 400, open.send("anybody", "GET /api/scheduler/nextFewSchedules"+query, "").Code, query)
	}
}

func TestAdministrationOfSchedules(t *testing.T) {
	f := newOpenFixture(t)
	require.JSONEq(t, `{"status":"done"}`, f.must("anybody", "GET /api/scheduler/admin/pause", ""))
	require.JSONEq(t, `{"status":"done"}`, f.must("anybody", "GET /api/scheduler/admin/resume", ""))
	require.JSONEq(t, `{"recordIds.size":0,"sampleIds":[]}`, f.must("anybody", "GET /api/scheduler/admin/requeue", ""))
}
