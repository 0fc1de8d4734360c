package conductor_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestTaskCalls(t *testing.T) {
	ctx := t.Context()
	poll := func(name string) conductor.PollRequest {
		return conductor.PollRequest{TaskType: name, Domain: "john & co", WorkerID: "w/1", Count: 3, Timeout: 1500 * time.Millisecond}
	}
	done := conductor.TaskResult{WorkflowInstanceID: "w", TaskID: "t", Status: conductor.TaskCompleted, OutputData: map[string]any{"a": "<b>"}}
	const sentDone = `{"workflowInstanceId":"w","taskId":"t","status":"COMPLETED","outputData":{"a":"<b>"}}`
	checkCalls(t, []apiCall{
		{name: "poll", line: "GET /api/tasks/poll/%s?domain=john+%26+co&workerid=w%2F1", call: func(c *conductor.Client, name string) error { return only(c.Tasks.Poll(ctx, poll(name))) }},
		{
			name: "poll without a domain", line: "GET /api/tasks/poll/%s",
			call: func(c *conductor.Client, name string) error {
				return only(c.Tasks.Poll(ctx, conductor.PollRequest{TaskType: name}))
			},
		},
		{
			name: "batch poll", line: "GET /api/tasks/poll/batch/%s?count=3&domain=john+%26+co&timeout=1500&workerid=w%2F1", answer: `[]`,
			call: func(c *conductor.Client, name string) error { return only(c.Tasks.PollBatch(ctx, poll(name))) },
		},
		{
			name: "batch poll of the least", line: "GET /api/tasks/poll/batch/%s?count=1&timeout=0",
			call: func(c *conductor.Client, name string) error {
				return only(c.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: name}))
			},
		},
		{name: "update", nameless: true, line: "POST /api/tasks", sent: sentDone, answer: `t`, call: func(c *conductor.Client, _ string) error { return c.Tasks.Update(ctx, done) }},
		{name: "update without an answer", nameless: true, line: "POST /api/tasks", sent: sentDone, call: func(c *conductor.Client, _ string) error { return c.Tasks.Update(ctx, done) }},
		{name: "update-v2", nameless: true, line: "POST /api/tasks/update-v2", sent: sentDone, call: func(c *conductor.Client, _ string) error { return only(c.Tasks.UpdateV2(ctx, done)) }},
		{
			name: "log", line: "POST /api/tasks/%s/log", sent: "größe \"x\"", kind: "text/plain; charset=utf-8",
			call: func(c *conductor.Client, name string) error { return c.Tasks.Log(ctx, name, "größe \"x\"") },
		},
		{name: "logs", line: "GET /api/tasks/%s/log", answer: `[]`, call: func(c *conductor.Client, name string) error { return only(c.Tasks.Logs(ctx, name)) }},
		{name: "get", line: "GET /api/tasks/%s", answer: `{}`, call: func(c *conductor.Client, name string) error { return only(c.Tasks.Get(ctx, name)) }},
		{
			name: "queue sizes", nameless: true, line: "GET /api/tasks/queue/sizes?taskType=a%2Fb&taskType=c", answer: `{"a/b":1}`,
			call: func(c *conductor.Client, _ string) error { return only(c.Tasks.QueueSizes(ctx, "a/b", "c")) },
		},
		{
			name: "queue size", nameless: true, line: "GET /api/tasks/queue/size?domain=d&taskType=a%2Fb", answer: `7`,
			call: func(c *conductor.Client, _ string) error { return only(c.Tasks.QueueSize(ctx, "a/b", "d")) },
		},
		{name: "queues", nameless: true, line: "GET /api/tasks/queue/all", answer: `{}`, call: func(c *conductor.Client, _ string) error { return only(c.Tasks.QueuesAll(ctx)) }},
		{
			name: "poll data of all", nameless: true, line: "GET /api/tasks/queue/polldata/all", answer: `[]`,
			call: func(c *conductor.Client, _ string) error { return only(c.Tasks.PollDataAll(ctx)) },
		},
		{
			name: "search", nameless: true, line: "GET /api/tasks/search?query=status+IN+%28SCHEDULED%29&size=5&start=0", answer: `{}`,
			call: func(c *conductor.Client, _ string) error {
				return only(c.Tasks.Search(ctx, conductor.SearchQuery{Size: 5, Query: "status IN (SCHEDULED)"}))
			},
		},
		{
			name: "poll data", nameless: true, line: "GET /api/tasks/queue/polldata?taskType=a%2Fb", answer: `[]`,
			call: func(c *conductor.Client, _ string) error { return only(c.Tasks.PollData(ctx, "a/b")) },
		},
	})
}

// Servers say "nothing to do" in more than one way.
func TestNothingToDo(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"204": answer(http.StatusNoContent, ""), "empty": answer(http.StatusOK, ""), "null": answer(http.StatusOK, " null\n"),
	} {
		c := connect(t, serve(t, handler))
		task, err := c.Tasks.Poll(t.Context(), conductor.PollRequest{TaskType: "t"})
		require.NoError(t, err, name)
		require.Nil(t, task)
		tasks, err := c.Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "t"})
		require.NoError(t, err, name)
		require.Empty(t, tasks)
		task, err = c.Tasks.UpdateV2(t.Context(), conductor.TaskResult{})
		require.NoError(t, err, name)
		require.Nil(t, task)
	}
}

func TestTasksArriveWhole(t *testing.T) {
	const task = `{"taskId":"1","status":"IN_PROGRESS","inputData":{"big":12345678901234567890},"later":1.0}`
	c := connect(t, serve(t, answer(http.StatusOK, task)))
	polled, err := c.Tasks.Poll(t.Context(), conductor.PollRequest{TaskType: "t"})
	require.NoError(t, err)
	require.Equal(t, task, string(polled.Raw))
	next, err := c.Tasks.UpdateV2(t.Context(), conductor.TaskResult{})
	require.NoError(t, err)
	require.Equal(t, task, string(next.Raw))
	got, err := c.Tasks.Get(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, "12345678901234567890", got.Value.InputData["big"].(interface{ String() string }).String(), "no digit is lost")

	tasks, err := connect(t, serve(t, answer(http.StatusOK, `[`+task+`]`))).Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "t"})
	require.NoError(t, err)
	require.Equal(t, task, string(tasks[0].Raw))
}

// Open source answers a list, Orkes an object around it.
func TestPollDataOfAllInBothForms(t *testing.T) {
	for name, body := range map[string]string{
		"a list":    `[{"queueName":"t","domain":"d","workerId":"w","lastPollTime":7}]`,
		"an object": ` {"queueData":{"d:t":{"size":1,"pollerCount":1}},"pollData":[{"queueName":"t","domain":"d","workerId":"w","lastPollTime":7}]}`,
	} {
		data, err := connect(t, serve(t, answer(http.StatusOK, body))).Tasks.PollDataAll(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, []conductor.PollData{{QueueName: "t", Domain: "d", WorkerID: "w", LastPollTime: 7}}, data, name)
		require.Equal(t, "d:t", data[0].Queue(), name)
	}
	require.Error(t, only(connect(t, serve(t, answer(http.StatusOK, `"text"`))).Tasks.PollDataAll(t.Context())))
	require.Equal(t, "t", conductor.PollData{QueueName: "t"}.Queue())
}
