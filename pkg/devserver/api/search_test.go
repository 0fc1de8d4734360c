package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Rights are looked at before the page is cut: a caller's pages are full, and the hits are its own.
func TestSearchPagesAreTheCallers(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/metadata/workflow", `{"name":"hidden","tasks":[{"name":"t","taskReferenceName":"r"}]}`)
	for range 3 { // newer than the execution that the caller may see
		f.must("ADMIN", "POST /api/workflow/hidden", `{}`)
	}
	for as, hits := range map[string]int64{"granted": 2, "worker": 0, "ADMIN": 5} {
		var page conductor.SearchResult[conductor.WorkflowSummary]
		require.NoError(t, json.Unmarshal([]byte(f.must(as, "GET /api/workflow/search?size=1", "")), &page))
		require.Equal(t, hits, page.TotalHits, as)
		require.Len(t, page.Results, int(min(hits, 1)), as)
		var whole conductor.SearchResult[conductor.Workflow]
		require.NoError(t, json.Unmarshal([]byte(f.must(as, "GET /api/workflow/search-v2?size=1", "")), &whole))
		require.Equal(t, hits, whole.TotalHits, as)
	}
}

// A row of a task search is a summary, with times as text; who polls is a list on open source, and beside the queues on Orkes.
func TestTaskSearchAndPollDataHaveTheirShapes(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/metadata/workflow", `{"name":"one","tasks":[{"name":"polled","taskReferenceName":"r"}]}`)
	f.must("ADMIN", "POST /api/workflow/one", `{}`)
	var page conductor.SearchResult[conductor.TaskSummary]
	require.NoError(t, json.Unmarshal([]byte(f.must("ADMIN", "GET /api/tasks/search?query=taskDefName%3Dpolled", "")), &page))
	require.EqualValues(t, 1, page.TotalHits)
	require.Equal(t, "r", page.Results[0].TaskReferenceName)
	require.Regexp(t, `^20\d\d-.*Z$`, page.Results[0].ScheduledTime)

	f.must("ADMIN", "GET /api/tasks/poll/batch/polled?workerid=w&domain=d", "")
	var all struct {
		QueueData map[string]struct{ Size, PollerCount int }
		PollData  []conductor.PollData
	}
	require.NoError(t, json.Unmarshal([]byte(f.must("ADMIN", "GET /api/tasks/queue/polldata/all", "")), &all))
	require.Equal(t, 1, all.QueueData["d:polled"].PollerCount)
	require.Equal(t, 1, all.QueueData["polled"].Size)
	require.Contains(t, all.PollData, conductor.PollData{QueueName: "polled", Domain: "d", WorkerID: "w", LastPollTime: all.PollData[0].LastPollTime})
}
