package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// read makes a call that must be answered well, and decodes the answer.
func read[T any](f *fixture, as, call, body string) T {
	f.t.Helper()
	var value T
	require.NoError(f.t, json.Unmarshal([]byte(f.must(as, call, body)), &value), call)
	return value
}

// Lists of definitions show what the caller may read, or what he may do what access says, with what tags.
func TestDefinitionsAreListedByAccessAndTag(t *testing.T) {
	f := newFixture(t)
	f.must("ADMIN", "POST /api/metadata/taskdefs", `[{"name":"other"}]`)
	f.must("ADMIN", "POST /api/metadata/workflow", `{"name":"other","tasks":[{"name":"t","taskReferenceName":"r"}]}`)
	for query, c := range map[string]struct{ admin, granted, worker int }{
		"":                                  {2, 1, 0},
		"?access=EXECUTE":                   {2, 1, 0},
		"?access=UPDATE":                    {2, 0, 0},
		"?tagKey=k":                         {1, 1, 0},
		"?tagKey=k&tagValue=v":              {1, 1, 0},
		"?tagKey=k&tagValue=w":              {0, 0, 0},
		"?tagKey=unknown":                   {0, 0, 0},
		"?tagKey=k&access=DELETE":           {1, 0, 0},
		"?metadata=true&tagKey=k":           {1, 1, 0},
		"?metadata=true&access=EXECUTE&x=y": {2, 1, 0},
	} {
		for as, want := range map[string]int{"ADMIN": c.admin, "granted": c.granted, "worker": c.worker} {
			require.Len(t, read[[]conductor.TaskDef](f, as, "GET /api/metadata/taskdefs"+query, ""), want, "tasks of %s %s", as, query)
			require.Len(t, read[[]conductor.WorkflowDef](f, as, "GET /api/metadata/workflow"+query, ""), want, "workflows of %s %s", as, query)
		}
	}
	require.Len(t, read[[]conductor.WorkflowDef](f, "ADMIN", "GET /api/metadata/workflow?name=other", ""), 1)
	require.Empty(t, read[[]conductor.WorkflowDef](f, "ADMIN", "GET /api/metadata/workflow?name=none", ""))
}

// Tags come with a definition only where metadata is asked for, are taken from a definition that brings them, and replaced where it says so.
func TestInlineTags(t *testing.T) {
	f := newFixture(t)
	tags := func(def string) []conductor.Tag {
		return read[struct{ Tags []conductor.Tag }](f, "owner", "GET "+def, "").Tags
	}
	require.Empty(t, tags("/api/metadata/taskdefs/t"))
	require.Equal(t, []conductor.Tag{{Key: "k", Value: "v"}}, tags("/api/metadata/taskdefs/t?metadata=true"))
	require.Empty(t, tags("/api/metadata/workflow/f"))
	require.Equal(t, []conductor.Tag{{Key: "k", Value: "v"}}, tags("/api/metadata/workflow/f?metadata=true"))
	f.must("owner", "PUT /api/metadata/taskdefs", `{"name":"t","tags":[{"key":"k","value":"w"},{"key":"l","value":"x"}]}`)
	require.Equal(t, []conductor.Tag{{Key: "k", Value: "w"}, {Key: "l", Value: "x"}}, tags("/api/metadata/taskdefs/t?metadata=true"))
	f.must("owner", "PUT /api/metadata/taskdefs", `{"name":"t","overwriteTags":true,"tags":[{"key":"m","value":"y"}]}`)
	require.Equal(t, []conductor.Tag{{Key: "m", Value: "y"}}, tags("/api/metadata/taskdefs/t?metadata=true"))
	f.must("owner", "PUT /api/metadata/taskdefs", `{"name":"t"}`)
	require.Equal(t, []conductor.Tag{{Key: "m", Value: "y"}}, tags("/api/metadata/taskdefs/t?metadata=true"))
	f.must("owner", "DELETE /api/metadata/taskdefs/t", "")
	f.must("owner", "POST /api/metadata/taskdefs", `[{"name":"t"}]`)
	require.Empty(t, tags("/api/metadata/taskdefs/t?metadata=true"), "of the one that was deleted")
}

// What the metadata listings say of two versions of a workflow and one of another.
func TestVersionsAndNames(t *testing.T) {
	f := newFixture(t)
	const tasks = `"tasks":[{"name":"t","taskReferenceName":"r"}]`
	f.must("owner", "POST /api/metadata/workflow?newVersion=true", `{"name":"f",`+tasks+`}`)
	f.must("owner", "POST /api/metadata/workflow", `{"name":"g",`+tasks+`}`)
	require.Equal(t, []string{"f", "g"}, read[[]string](f, "owner", "GET /api/metadata/workflow/names", ""))
	byName := read[map[string][]defSummary](f, "owner", "GET /api/metadata/workflow/names-and-versions", "")
	require.Len(t, byName["f"], 2)
	require.Len(t, byName["g"], 1)
	latest := read[[]conductor.WorkflowDef](f, "owner", "GET /api/metadata/workflow/latest-versions", "")
	require.Len(t, latest, 2)
	require.Equal(t, 2, latest[0].Version)
	versions := read[[]defSummary](f, "owner", "GET /api/metadata/workflow/f/versions", "")
	require.Equal(t, []int{1, 2}, []int{versions[0].Version, versions[1].Version})
	f.must("owner", "DELETE /api/metadata/workflow/f/2", "")
	require.Equal(t, 1, read[conductor.WorkflowDef](f, "owner", "GET /api/metadata/workflow/f", "").Version)
	f.must("owner", "DELETE /api/metadata/workflow/f/1", "")
	require.Equal(t, []string{"g"}, read[[]string](f, "owner", "GET /api/metadata/workflow/names", ""))
	require.Equal(t, 403, f.send("METADATA_API", "GET /api/metadata/workflow/f/versions", "").Code)
}

// The tasks of an execution come in pages and by state, its status with as much as is asked for.
func TestTasksAndStatusOfAnExecution(t *testing.T) {
	f := newFixture(t)
	f.must("owner", "POST /api/metadata/workflow", `{"name":"two","outputParameters":{"o":"${a.output.x}"},
		"tasks":[{"name":"t","taskReferenceName":"a"},{"name":"t","taskReferenceName":"b"}]}`)
	f.names["TWO"] = f.must("ADMIN", "POST /api/workflow/two?correlationId=c&priority=7", `{"in":1}`)
	f.must("ADMIN", "POST /api/tasks/$TWO/a/COMPLETED", `{"x":"y"}`)
	for query, want := range map[string][]string{
		"":                                     {"a", "b"},
		"?start=1":                             {"b"},
		"?count=1":                             {"a"},
		"?start=2":                             {},
		"?status=COMPLETED":                    {"a"},
		"?status=SCHEDULED,IN_PROGRESS":        {"b"},
		"?status=COMPLETED&status=SCHEDULED":   {"a", "b"},
		"?status=COMPLETED&start=1":            {},
		"?status=FAILED":                       {},
		"?status=COMPLETED,SCHEDULED&count=15": {"a", "b"},
	} {
		page := read[conductor.SearchResult[conductor.Task]](f, "owner", "GET /api/workflow/$TWO/tasks"+query, "")
		refs := []string{}
		for _, task := range page.Results {
			refs = append(refs, task.ReferenceTaskName)
		}
		require.Equal(t, want, refs, query)
	}
	require.EqualValues(t, 2, read[conductor.SearchResult[conductor.Task]](f, "owner", "GET /api/workflow/$TWO/tasks?count=1", "").TotalHits)
	f.must("ADMIN", "POST /api/tasks/$TWO/b/COMPLETED", `{}`)
	status := read[map[string]any](f, "owner", "GET /api/workflow/$TWO/status", "")
	require.Equal(t, "COMPLETED", status["status"])
	require.NotContains(t, status, "output")
	status = read[map[string]any](f, "owner", "GET /api/workflow/$TWO/status?includeOutput=true&includeVariables=true", "")
	require.Equal(t, map[string]any{"o": "y"}, status["output"])
	whole := read[conductor.Workflow](f, "owner", "GET /api/workflow/$TWO?includeTasks=false", "")
	require.Empty(t, whole.Tasks)
	require.Equal(t, 7, whole.Priority)
}

// Executions are found by what they belong together with, and by when they ran.
func TestCorrelatedAndRunning(t *testing.T) {
	f := newFixture(t)
	f.names["FROM"], f.names["TO"] = millis(f.now.Add(-2*time.Hour)), millis(f.now.Add(2*time.Hour))
	const window = "GET /api/workflow/running/f?startTime=$FROM&endTime=$TO"
	before := len(read[[]string](f, "granted", window, ""))
	f.must("ADMIN", "POST /api/workflow/f?correlationId=c", `{}`)
	f.names["ENDED"] = f.must("ADMIN", "POST /api/workflow/f?correlationId=c", `{}`)
	f.must("ADMIN", "DELETE /api/workflow/$ENDED?reason=enough", "")
	for query, want := range map[string]int{"": 2, "?includeClosed=true": 3, "?includeClosed=true&includeTasks=true": 3} {
		one := read[[]conductor.Workflow](f, "granted", "GET /api/workflow/f/correlated/c"+query, "")
		require.Len(t, one, want, query)
		require.Equal(t, query == "?includeClosed=true&includeTasks=true", len(one[0].Tasks) > 0, query)
		many := read[map[string][]conductor.Workflow](f, "granted", "POST /api/workflow/f/correlated"+query, `["c","none"]`)
		require.Len(t, many["c"], want, query)
		require.Empty(t, many["none"])
	}
	f.must("ADMIN", "POST /api/metadata/workflow", `{"name":"g","tasks":[{"name":"t","taskReferenceName":"r"}]}`)
	f.must("ADMIN", "POST /api/workflow/g?correlationId=c", `{}`)
	for as, want := range map[string]int{"ADMIN": 3, "granted": 2, "worker": 0} {
		batch := read[map[string][]conductor.Workflow](f, as, "POST /api/workflow/correlated/batch", `{"workflowNames":["f","g","none"],"correlationIds":["c","d"]}`)
		require.Len(t, batch["c"], want, as)
		require.Empty(t, batch["d"])
	}
	require.Empty(t, read[[]conductor.Workflow](f, "worker", "GET /api/workflow/f/correlated/c", ""), "who may not read it")
	require.Empty(t, read[[]conductor.Workflow](f, "ADMIN", "GET /api/workflow/f/correlated/none", ""))
	require.Len(t, read[[]string](f, "granted", "GET /api/workflow/running/f", ""), 2)
	require.Empty(t, read[[]string](f, "granted", "GET /api/workflow/running/f?version=2", ""))
	require.Empty(t, read[[]string](f, "worker", "GET /api/workflow/running/f", ""))
	require.Len(t, read[[]string](f, "granted", window, ""), before+2, "ended or not")
	require.Empty(t, read[[]string](f, "granted", "GET /api/workflow/running/f?startTime=1&endTime=2", ""))
}

func millis(at time.Time) string {
	data, _ := json.Marshal(at.UnixMilli())
	return string(data)
}

// Logs are kept in order and told to who may see the task; a task without any answers with nothing.
func TestLogs(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, 204, f.send("granted", "GET /api/tasks/$TASK/log", "").Code)
	f.must("granted", "POST /api/tasks/$TASK/log", "one")
	f.must("granted", "POST /api/tasks/$TASK/log", `"two" with ünïcode`)
	logs := read[[]conductor.TaskExecLog](f, "granted", "GET /api/tasks/$TASK/log", "")
	require.Equal(t, []string{"one", `"two" with ünïcode`}, []string{logs[0].Log, logs[1].Log})
	require.Equal(t, 403, f.send("worker", "GET /api/tasks/$TASK/log", "").Code)
	require.Equal(t, 403, f.send("worker", "POST /api/tasks/$TASK/log", "x").Code)
	require.Equal(t, 404, f.send("ADMIN", "POST /api/tasks/unknown/log", "x").Code)
}

// A state update finds its task by reference or, where no open task has it, by the result's id, within that execution alone.
func TestUpdateStateByReferenceOrID(t *testing.T) {
	f := newFixture(t)
	f.names["OTHER"] = f.must("ADMIN", "POST /api/workflow/f", `{}`)
	const wrong = `{"taskReferenceName":"none","taskResult":{"workflowInstanceId":"x","taskId":"$TASK","status":"COMPLETED","outputData":{"a":1}}}`
	require.Equal(t, 404, f.send("ADMIN", "POST /api/workflow/$OTHER/state?requestId=q", wrong).Code, "a task of another execution")
	require.Equal(t, "SCHEDULED", read[conductor.Task](f, "ADMIN", "GET /api/tasks/$TASK", "").Status)
	f.must("ADMIN", "POST /api/workflow/$RUN/state?requestId=q", wrong)
	done := read[conductor.Task](f, "ADMIN", "GET /api/tasks/$TASK", "")
	require.Equal(t, "COMPLETED", done.Status)
	require.EqualValues(t, 1, done.OutputData["a"])
	f.must("ADMIN", "POST /api/workflow/$OTHER/state?requestId=q", `{"taskReferenceName":"r","taskResult":{"taskId":"anything"}}`)
	require.Equal(t, "COMPLETED", read[map[string]any](f, "ADMIN", "GET /api/workflow/$OTHER/status", "")["status"])
}
