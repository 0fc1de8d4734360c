package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// library is six executions of two workflows, one second apart: one-0, two-1, one-2, two-3, one-4, two-5.
func library(t *testing.T) (*rig, []string) {
	t.Helper()
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	r.flow("two", nil, simple("b", "b_ref"))
	ids := []string{}
	for i := range 6 {
		ids = append(ids, r.startAs(conductor.StartWorkflowRequest{
			Name: []string{"one", "two"}[i%2], CorrelationID: fmt.Sprint("c", i/2), Priority: 9 - i, Input: map[string]any{"N": fmt.Sprint("Number", i)},
		}))
		r.clock.Advance(time.Second)
	}
	_, err := r.UpdateByRef(t.Context(), ids[0], "a", conductor.TaskCompleted, "", nil)
	require.NoError(t, err)
	_, err = r.UpdateByRef(t.Context(), ids[1], "b_ref", conductor.TaskFailedTerminally, "", nil)
	require.NoError(t, err)
	require.NoError(t, r.Pause(t.Context(), ids[2]))
	return r, ids
}

func TestSearch(t *testing.T) {
	r, ids := library(t)
	for _, c := range []struct {
		name   string
		req    SearchRequest
		hits   int64
		wanted []int
	}{
		{"everything, newest first", SearchRequest{}, 6, []int{5, 4, 3, 2, 1, 0}},
		{"free text *", SearchRequest{FreeText: "*"}, 6, []int{5, 4, 3, 2, 1, 0}},
		{"page", SearchRequest{Start: 1, Size: 2}, 6, []int{4, 3}},
		{"after the end", SearchRequest{Start: 9}, 6, nil},
		{"free text in any case", SearchRequest{FreeText: "nUMBER3"}, 1, []int{3}},
		{"name", SearchRequest{Query: `workflowType = "one"`}, 3, []int{4, 2, 0}},
		{"tight", SearchRequest{Query: "workflowType=one"}, 3, []int{4, 2, 0}},
		{"name IN", SearchRequest{Query: "workflowType IN (one, 'two')", Size: 2}, 6, []int{5, 4}},
		{"lower case in", SearchRequest{Query: "workflowType in (one)"}, 3, []int{4, 2, 0}},
		{"wildcard", SearchRequest{Query: "workflowType = o*"}, 3, []int{4, 2, 0}},
		{"status", SearchRequest{Query: "status = COMPLETED"}, 1, []int{0}},
		{"statuses", SearchRequest{Query: "status IN (FAILED,PAUSED)"}, 2, []int{2, 1}},
		{"status and name", SearchRequest{Query: "status = RUNNING AND workflowType = two"}, 2, []int{5, 3}},
		{"correlation", SearchRequest{Query: "correlationId = 'c1'"}, 2, []int{3, 2}},
		{"id", SearchRequest{Query: "workflowId = " + ids[3]}, 1, []int{3}},
		{"unknown id", SearchRequest{Query: "workflowId = x"}, 0, nil},
		{"times", SearchRequest{Query: "startTime > 1700000001000 AND startTime < 1700000004000"}, 2, []int{3, 2}},
		{"a date", SearchRequest{Query: "startTime > 2023-11-14T22:13:24Z"}, 1, []int{5}},
		{"version", SearchRequest{Query: "version = 1", Size: 1}, 6, []int{5}},
		{"unknown field", SearchRequest{Query: "colour = red", Size: 1}, 6, []int{5}},
		{"ascending", SearchRequest{Sort: "startTime:ASC", Size: 2}, 6, []int{0, 1}},
		{"two keys", SearchRequest{Sort: "workflowType:DESC,priority"}, 6, []int{5, 3, 1, 4, 2, 0}},
		{"unknown key", SearchRequest{Sort: "colour", Size: 1}, 6, []int{5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := r.Search(c.req)
			require.NoError(t, err)
			require.Equal(t, c.hits, result.TotalHits)
			var got, wanted []string
			for _, row := range result.Results {
				got = append(got, row.WorkflowID)
			}
			for _, i := range c.wanted {
				wanted = append(wanted, ids[i])
			}
			require.Equal(t, wanted, got)
			whole, err := r.SearchWorkflows(c.req, true)
			require.NoError(t, err)
			require.Equal(t, c.hits, whole.TotalHits)
			require.Len(t, whole.Results, len(wanted))
		})
	}
}

func TestSearchRefuses(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		req  SearchRequest
		text string
	}{
		{SearchRequest{Size: 5001}, "Cannot return more than 5000 workflows. Please use pagination."},
		{SearchRequest{Start: -1}, "must not be negative"},
		{SearchRequest{Query: "status"}, "Incorrectly formatted query string: status"},
		{SearchRequest{Query: "status ="}, "Incorrectly formatted query string"},
		{SearchRequest{Query: "status = A AND "}, "Incorrectly formatted query string"},
		{SearchRequest{Query: "status LIKE A"}, "Incorrectly formatted query string: status LIKE A"},
		{SearchRequest{Query: "= A"}, "Incorrectly formatted query string"},
		{SearchRequest{Query: "status = A AND colour = red", KnownFields: true}, "Unknown field in the query: colour"},
	} {
		_, err := r.Search(c.req)
		r.requireKind(fault.KindInvalid, err, c.text)
		_, err = r.SearchTasks(c.req)
		r.requireKind(fault.KindInvalid, err, c.text)
		_, err = r.SearchByTasks(c.req)
		r.requireKind(fault.KindInvalid, err, c.text)
		_, err = r.SearchWorkflows(c.req, true)
		r.requireKind(fault.KindInvalid, err, c.text)
	}
}

func TestSearchSummaries(t *testing.T) {
	r, ids := library(t)
	result, err := r.Search(SearchRequest{Query: "workflowId = " + ids[1]})
	require.NoError(t, err)
	row := result.Results[0]
	require.Equal(t, "2023-11-14T22:13:21.000Z", row.StartTime)
	require.Equal(t, "2023-11-14T22:13:26.000Z", row.EndTime)
	require.EqualValues(t, 5000, row.ExecutionTime)
	require.Equal(t, "{N=Number1}", row.Input)
	require.Equal(t, 11, row.InputSize)
	require.Equal(t, "b_ref", row.FailedReferenceTaskNames)
	require.Equal(t, []string{"b"}, row.FailedTaskNames)
	result, err = r.Search(SearchRequest{Query: "workflowId = " + ids[5]})
	require.NoError(t, err)
	require.Empty(t, result.Results[0].EndTime, "not while it runs")
}

func TestSearchTasks(t *testing.T) {
	r, ids := library(t)
	for _, c := range []struct {
		query  string
		wanted []int
	}{
		{"", []int{5, 4, 3, 2, 1, 0}},
		{"taskType = a", []int{4, 2, 0}},
		{"status = SCHEDULED AND taskDefName = b", []int{5, 3}},
		{"workflowType = two AND status IN (FAILED_WITH_TERMINAL_ERROR)", []int{1}},
		{"workflowId = " + ids[2], []int{2}},
		{"taskId = " + r.workflow(ids[4]).Tasks[0].TaskID, []int{4}},
		{"taskId = x", nil},
		{"scheduledTime > 1700000004500", []int{5}},
	} {
		t.Run(c.query, func(t *testing.T) {
			var wanted, got, flows []string
			for _, i := range c.wanted {
				wanted = append(wanted, ids[i])
			}
			tasks, err := r.SearchTasks(SearchRequest{Query: c.query})
			require.NoError(t, err)
			for _, task := range tasks.Results {
				got = append(got, task.WorkflowInstanceID)
			}
			byTasks, err := r.SearchByTasks(SearchRequest{Query: c.query})
			require.NoError(t, err)
			for _, wf := range byTasks.Results {
				flows = append(flows, wf.WorkflowID)
			}
			require.Equal(t, wanted, got)
			require.Equal(t, wanted, flows)
			require.EqualValues(t, len(wanted), tasks.TotalHits)
		})
	}
	task, err := r.Task(r.workflow(ids[1]).Tasks[0].TaskID)
	require.NoError(t, err)
	summary := SummarizeTask(task)
	require.Equal(t, "2023-11-14T22:13:26.000Z", summary.EndTime)
	require.Equal(t, "{}", summary.Output)
}

func TestCorrelatedAndRunning(t *testing.T) {
	r, ids := library(t)
	open := r.Correlated("one", []string{"c0", "c1", "nobody"}, false, false)
	require.Equal(t, map[string]int{"c0": 0, "c1": 1, "nobody": 0}, map[string]int{"c0": len(open["c0"]), "c1": len(open["c1"]), "nobody": len(open["nobody"])})
	require.NotNil(t, open["nobody"])
	closed := r.Correlated("one", []string{"c0"}, true, true)["c0"]
	require.Equal(t, ids[0], closed[0].WorkflowID)
	require.Len(t, closed[0].Tasks, 1)
	require.Equal(t, []string{ids[2], ids[4]}, r.Running("one", 0, 0, 0))
	require.Equal(t, []string{ids[2], ids[4]}, r.Running("one", 1, 0, 0))
	require.Empty(t, r.Running("one", 2, 0, 0))
	require.Equal(t, []string{ids[0], ids[2]}, r.Running("one", 0, 1_700_000_000_000, 1_700_000_003_000))
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		wanted        bool
	}{
		{"abc", "abc", true},
		{"abc", "abcd", false},
		{"*", "", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*c", "abc", true},
		{"a*c", "ac", true},
		{"a*b*c", "axbyc", true},
		{"a*b*c", "axyc", false},
		{"*b*", "abc", true},
		{"aba*aba", "aba", false},
		{"", "", true},
		{"", "x", false},
	} {
		require.Equal(t, c.wanted, wildcard(c.pattern, c.text), "%q %q", c.pattern, c.text)
	}
}

func TestQuotesProtectAnd(t *testing.T) {
	conditions, err := parseQuery(`correlationId = "this AND that" and workflowType = o'clock`)
	require.NoError(t, err)
	require.Equal(t, []condition{
		{field: "correlationId", operator: "=", values: []string{"this AND that"}},
		{field: "workflowType", operator: "=", values: []string{"oclock"}},
	}, conditions)
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"status = RUNNING", "a IN (b, 'c') AND d > 5", "x = 'a AND b'", "workflowId=*", "a < b", "= 1", " AND "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		conditions, err := parseQuery(query)
		if err != nil {
			require.Equal(t, fault.KindInvalid, fault.KindOf(err))
			return
		}
		require.Equal(t, strings.TrimSpace(query) == "", len(conditions) == 0)
		for _, c := range conditions {
			require.NotEmpty(t, c.field)
			require.NotEmpty(t, c.values)
			require.Contains(t, []string{"=", ">", "<", "IN"}, c.operator)
			c.matchesText(query)
			c.matchesNumber(5)
		}
	})
}
