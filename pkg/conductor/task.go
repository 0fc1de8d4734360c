package conductor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// TaskService is a worker's side of the API, and the view of the queues.
type TaskService struct{ c *Client }

// PollRequest asks for tasks. Domain empty means the queue without a domain. Count (at least 1) and Timeout (0 to 5 s, how long
// the server may hold an empty answer) are for PollBatch.
type PollRequest struct {
	TaskType, Domain, WorkerID string
	Count                      int
	Timeout                    time.Duration
}

func (r PollRequest) query() url.Values {
	query := url.Values{}
	if r.WorkerID != "" {
		query.Set("workerid", r.WorkerID)
	}
	if r.Domain != "" {
		query.Set("domain", r.Domain)
	}
	return query
}

// Poll calls GET /tasks/poll/{type}; nil where there is nothing to do. It is not repeated: the first may have taken a task.
func (s *TaskService) Poll(ctx context.Context, request PollRequest) (*Document[Task], error) {
	op := fmt.Sprintf("poll task %q", request.TaskType)
	at, err := path("tasks", "poll", request.TaskType)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	var task Document[Task]
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: request.query(), optional: true, once: true}, &task)
	if err != nil || task.Raw == nil {
		return nil, err
	}
	return &task, nil
}

// PollBatch calls GET /tasks/poll/batch/{type}. It is not repeated.
func (s *TaskService) PollBatch(ctx context.Context, request PollRequest) ([]Document[Task], error) {
	op := fmt.Sprintf("poll task %q", request.TaskType)
	at, err := path("tasks", "poll", "batch", request.TaskType)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	query := request.query()
	query.Set("count", strconv.Itoa(max(1, request.Count)))
	query.Set("timeout", strconv.FormatInt(request.Timeout.Milliseconds(), 10))
	var tasks []Document[Task]
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query, optional: true, once: true}, &tasks)
	return tasks, err
}

// Update calls POST /tasks. Reporting a finished task again changes nothing (worker sheet §2.2), so that a result is not lost; what
// reports progress is sent once.
func (s *TaskService) Update(ctx context.Context, result TaskResult) error {
	var id string
	return s.c.do(ctx, call{
		op: fmt.Sprintf("update task %q", result.TaskID), method: http.MethodPost, path: "/tasks", body: result,
		text: true, optional: true, repeatable: TaskTerminal(result.Status),
	}, &id)
}

// UpdateV2 calls POST /tasks/update-v2 and returns the next task of the same kind, nil where there is none.
func (s *TaskService) UpdateV2(ctx context.Context, result TaskResult) (*Document[Task], error) {
	var task Document[Task]
	err := s.c.do(ctx, call{
		op: fmt.Sprintf("update task %q", result.TaskID), method: http.MethodPost, path: "/tasks/update-v2", body: result, optional: true,
	}, &task)
	if err != nil || task.Raw == nil {
		return nil, err
	}
	return &task, nil
}

// UpdateByRef calls POST /tasks/{workflowId}/{ref}/{status}: the task that waits under a reference name, its output laid over what is
// there. It is sent once: a second finds the task ended.
func (s *TaskService) UpdateByRef(ctx context.Context, workflowID, ref, status string, output map[string]any) error {
	op := fmt.Sprintf("update task %q", ref)
	at, err := path("tasks", workflowID, ref, status)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if output == nil {
		output = map[string]any{}
	}
	return s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, body: output, accept: "text/plain, application/json"}, nil)
}

// Log calls POST /tasks/{id}/log with one line, as text: servers keep the body as it comes, so that a JSON string would show its quotes.
// The official Go SDK does the same.
func (s *TaskService) Log(ctx context.Context, id, line string) error {
	op := fmt.Sprintf("log to task %q", id)
	at, err := path("tasks", id, "log")
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, body: line, contentType: "text/plain; charset=utf-8"}, nil)
}

// Logs calls GET /tasks/{id}/log.
func (s *TaskService) Logs(ctx context.Context, id string) ([]TaskExecLog, error) {
	op := fmt.Sprintf("get the log of task %q", id)
	at, err := path("tasks", id, "log")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	var logs []TaskExecLog
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, optional: true}, &logs)
	return logs, err
}

// Get calls GET /tasks/{id}.
func (s *TaskService) Get(ctx context.Context, id string) (Document[Task], error) {
	var task Document[Task]
	err := s.c.named(ctx, fmt.Sprintf("get task %q", id), http.MethodGet, &task, "tasks", id)
	return task, err
}

// QueueSizes calls GET /tasks/queue/sizes for the given task types (queues without a domain).
func (s *TaskService) QueueSizes(ctx context.Context, types ...string) (map[string]int64, error) {
	var sizes map[string]int64
	err := s.c.do(ctx, call{op: "get queue sizes", method: http.MethodGet, path: "/tasks/queue/sizes", query: url.Values{"taskType": types}}, &sizes)
	return sizes, err
}

// QueueSize calls GET /tasks/queue/size for one task type and domain; open-source Conductor and the development server have it.
func (s *TaskService) QueueSize(ctx context.Context, taskType, domain string) (int64, error) {
	query := url.Values{"taskType": {taskType}}
	if domain != "" {
		query.Set("domain", domain)
	}
	var size int64
	err := s.c.do(ctx, call{op: "get the queue's size", method: http.MethodGet, path: "/tasks/queue/size", query: query}, &size)
	return size, err
}

// QueuesAll calls GET /tasks/queue/all: waiting tasks by queue name, which is "domain:type" where there is a domain.
func (s *TaskService) QueuesAll(ctx context.Context) (map[string]int64, error) {
	var sizes map[string]int64
	err := s.c.do(ctx, call{op: "list queues", method: http.MethodGet, path: "/tasks/queue/all"}, &sizes)
	return sizes, err
}

// PollData calls GET /tasks/queue/polldata: who polled the task's queues last, by domain.
func (s *TaskService) PollData(ctx context.Context, taskType string) ([]PollData, error) {
	var data []PollData
	err := s.c.do(ctx, call{
		op: fmt.Sprintf("ask who polls %q", taskType), method: http.MethodGet, path: "/tasks/queue/polldata", query: url.Values{"taskType": {taskType}},
	}, &data)
	return data, err
}

// PollDataAll calls GET /tasks/queue/polldata/all: who polled which queue last. Open source answers a list, Orkes an object that holds
// it (worker sheet §5); both are read.
func (s *TaskService) PollDataAll(ctx context.Context) ([]PollData, error) {
	var data everyPollData
	err := s.c.do(ctx, call{op: "ask who polls", method: http.MethodGet, path: "/tasks/queue/polldata/all"}, &data)
	return data.PollData, err
}

// everyPollData is the answer of PollDataAll in both of its forms.
type everyPollData struct {
	PollData []PollData `json:"pollData"`
}

// UnmarshalJSON takes the list where the server answers only that.
func (e *everyPollData) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, &e.PollData)
	}
	type object everyPollData
	return json.Unmarshal(data, (*object)(e))
}

// Search calls GET /tasks/search: attempts at tasks, in the grammar of the server ("taskDefName IN (a) AND status IN (SCHEDULED)").
// Orkes wants an administrator or WORKFLOW_MANAGER.
func (s *TaskService) Search(ctx context.Context, q SearchQuery) (SearchResult[Document[TaskSummary]], error) {
	var result SearchResult[Document[TaskSummary]]
	err := s.c.do(ctx, call{op: "search tasks", method: http.MethodGet, path: "/tasks/search", query: q.values()}, &result)
	return result, err
}
