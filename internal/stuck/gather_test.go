package stuck_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/stuck"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// cluster answers by path; what it does not have is 404, and paths that begin with "!" are refused with 403.
type cluster map[string]any

func (c cluster) gatherer(t *testing.T) *stuck.Gatherer {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/api")
		w.Header().Set("Content-Type", "application/json")
		body, found := c[path]
		if _, refused := c["!"+path]; refused {
			w.WriteHeader(http.StatusForbidden)
			body = map[string]any{"status": 403, "message": "not yours"}
		} else if !found {
			w.WriteHeader(http.StatusNotFound)
			body = map[string]any{"status": 404, "message": "none"}
		}
		data, err := render.Encode(body)
		if err == nil {
			_, _ = w.Write(data)
		}
	}))
	t.Cleanup(server.Close)
	client, err := conductor.New(server.URL, conductor.WithToken("t"), conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	require.NoError(t, err)
	return &stuck.Gatherer{Client: client, Now: func() time.Time { return now }}
}

func running(id string, tasks ...conductor.Task) conductor.Workflow {
	return conductor.Workflow{WorkflowID: id, WorkflowName: "order", Status: "RUNNING", Tasks: tasks}
}

func waits(name, ref string) conductor.Task {
	return conductor.Task{TaskID: ref, TaskType: name, TaskDefName: name, ReferenceTaskName: ref, Status: "SCHEDULED", ScheduledTime: before(time.Minute)}
}

func summaries(ids ...string) map[string]any {
	rows := []map[string]any{}
	for _, id := range ids {
		rows = append(rows, map[string]any{"workflowId": id, "status": "SCHEDULED"})
	}
	return map[string]any{"totalHits": len(rows), "results": rows}
}

func TestAnExecutionIsExplainedTaskByTask(t *testing.T) {
	inside := waits("stock", "inner")
	g := cluster{
		"/workflow/e-1": running("e-1",
			waits("stock", "a"), waits("stock", "b"), conductor.Task{ReferenceTaskName: "done", TaskType: "stock", Status: "COMPLETED"},
			conductor.Task{ReferenceTaskName: "wait", TaskType: "WAIT", Status: "IN_PROGRESS"},
			conductor.Task{ReferenceTaskName: "join", TaskType: "JOIN", Status: "IN_PROGRESS"},
			conductor.Task{ReferenceTaskName: "sub", TaskType: "SUB_WORKFLOW", Status: "IN_PROGRESS", SubWorkflowID: "e-2"}),
		"/workflow/e-2":              running("e-2", inside),
		"/metadata/taskdefs/stock":   conductor.TaskDef{Name: "stock"},
		"/tasks/queue/polldata":      []conductor.PollData{},
		"/tasks/queue/polldata/all":  []conductor.PollData{{QueueName: "stok", WorkerID: "w", LastPollTime: before(time.Second)}},
		"/workflow/e-3":              conductor.Workflow{WorkflowID: "e-3", Status: "RUNNING"},
		"/workflow/e-4":              running("e-4", conductor.Task{ReferenceTaskName: "sub", TaskType: "SUB_WORKFLOW", Status: "IN_PROGRESS", SubWorkflowID: "gone"}),
		"!/workflow/others":          nil,
		"/workflow/e-5":              running("e-5", conductor.Task{ReferenceTaskName: "sub", TaskType: "SUB_WORKFLOW", Status: "IN_PROGRESS", SubWorkflowID: "others"}),
		"/workflow/e-1/status/other": nil,
	}.gatherer(t)

	verdicts, err := g.Execution(t.Context(), "e-1", "")
	require.NoError(t, err)
	require.Len(t, verdicts, 3, "a and b are one, the join is told by its branches")
	require.Equal(t, "a", verdicts[0].Reference)
	require.Equal(t, 1, verdicts[0].Like)
	require.Equal(t, stuck.NearMiss, verdicts[0].Causes[0].ID)
	require.Equal(t, []string{"sub"}, verdicts[1].Path)
	require.Equal(t, "e-2", verdicts[1].Execution)
	require.Equal(t, "wait", verdicts[2].Reference, "what is as somebody wanted it comes last")

	verdicts, err = g.Execution(t.Context(), "e-1", "join")
	require.NoError(t, err)
	require.Equal(t, stuck.WaitsForTasks, verdicts[0].Causes[0].ID, "asked for by its name")

	verdicts, err = g.Execution(t.Context(), "e-3", "")
	require.NoError(t, err)
	require.Contains(t, verdicts[0].Causes[0].Claim, "no open task")

	for _, id := range []string{"e-4", "e-5"} { // a sub-workflow that cannot be seen
		verdicts, err = g.Execution(t.Context(), id, "")
		require.NoError(t, err)
		require.Contains(t, verdicts[0].Causes[0].Claim, "Its sub-workflow runs")
	}
	_, err = g.Execution(t.Context(), "nothing", "")
	require.True(t, conductor.IsNotFound(err))
}

func TestAFailureInASubWorkflowIsTheCause(t *testing.T) {
	failed := func(id string, task conductor.Task) conductor.Workflow {
		return conductor.Workflow{WorkflowID: id, Status: "FAILED", Tasks: []conductor.Task{task}}
	}
	g := cluster{
		"/workflow/e-1":      failed("e-1", conductor.Task{TaskID: "1", ReferenceTaskName: "sub", TaskType: "SUB_WORKFLOW", Status: "FAILED", SubWorkflowID: "e-2"}),
		"/workflow/e-2":      failed("e-2", conductor.Task{TaskID: "2", ReferenceTaskName: "pay", TaskType: "pay", Status: "FAILED", ReasonForIncompletion: "no money"}),
		"/tasks/2/log":       []conductor.TaskExecLog{{Log: "asked the bank"}},
		"/tasks/1/log":       []conductor.TaskExecLog{},
		"/workflow/ungotten": nil,
	}.gatherer(t)
	verdicts, err := g.Execution(t.Context(), "e-1", "")
	require.NoError(t, err)
	require.Equal(t, []string{"sub"}, verdicts[0].Path)
	require.Equal(t, "pay ended FAILED: no money", verdicts[0].Causes[0].Claim)
	require.Equal(t, "asked the bank", verdicts[0].Causes[0].Facts[1].Value)
}

func TestATaskIsFoundInWhatRuns(t *testing.T) {
	base := cluster{
		"/workflow/e-1":             running("e-1", waits("stock", "a"), waits("ship", "b")),
		"/workflow/e-2":             running("e-2", waits("stock", "a")),
		"/metadata/taskdefs/stock":  conductor.TaskDef{Name: "stock", ConcurrentExecLimit: 1},
		"/tasks/queue/polldata":     []conductor.PollData{},
		"/tasks/queue/polldata/all": []conductor.PollData{},
		"/tasks/search":             summaries("e-2", "e-1", "e-2", "gone"),
		"/workflow/search":          summaries("e-1"),
	}
	verdicts, err := base.gatherer(t).Task(t.Context(), "stock")
	require.NoError(t, err)
	require.Len(t, verdicts, 1)
	require.Equal(t, 1, verdicts[0].Like)
	require.Equal(t, stuck.ConcurrencyLimit, verdicts[0].Causes[0].ID)

	base["!/tasks/search"] = nil // not for everybody: then among the executions that run
	verdicts, err = base.gatherer(t).Task(t.Context(), "stock")
	require.NoError(t, err)
	require.Len(t, verdicts, 1)
	require.Zero(t, verdicts[0].Like)
	require.Equal(t, stuck.NobodyPolls, verdicts[0].Causes[0].ID, "who holds the limit is not told")

	verdicts, err = base.gatherer(t).Task(t.Context(), "nothing")
	require.NoError(t, err)
	require.Empty(t, verdicts)
}

func TestAServerThatIsGoneIsAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client, err := conductor.New(server.URL, conductor.WithToken("t"), conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	require.NoError(t, err)
	g := &stuck.Gatherer{Client: client, Now: func() time.Time { return now }}
	_, err = g.Execution(t.Context(), "e-1", "")
	require.Error(t, err)
	_, err = g.Task(t.Context(), "stock")
	require.Error(t, err)
}
