package conductor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// WorkflowService starts, reads and steers executions.
type WorkflowService struct{ c *Client }

// SearchQuery is a search for executions. Size zero means the server's default (100); Query is the grammar of the server
// ("workflowType IN (a) AND status IN (RUNNING)"), Sort "startTime:DESC".
type SearchQuery struct {
	Start, Size           int
	Sort, FreeText, Query string
}

func (q SearchQuery) values() url.Values {
	query := url.Values{"start": {strconv.Itoa(q.Start)}}
	for name, value := range map[string]string{"sort": q.Sort, "freeText": q.FreeText, "query": q.Query} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if q.Size > 0 {
		query.Set("size", strconv.Itoa(q.Size))
	}
	return query
}

// Start calls POST /workflow and returns the execution's id. It is never sent twice: the first may have been heard.
func (s *WorkflowService) Start(ctx context.Context, request StartWorkflowRequest) (string, error) {
	if request.Input == nil {
		request.Input = map[string]any{}
	}
	var id string
	err := s.c.do(ctx, call{
		op: fmt.Sprintf("start workflow %q", request.Name), method: http.MethodPost, path: "/workflow", body: request, text: true,
	}, &id)
	return id, err
}

// Get calls GET /workflow/{id}.
func (s *WorkflowService) Get(ctx context.Context, id string, includeTasks bool) (Document[Workflow], error) {
	var execution Document[Workflow]
	op := fmt.Sprintf("get execution %q", id)
	at, err := path("workflow", id)
	if err != nil {
		return execution, fmt.Errorf("%s: %w", op, err)
	}
	query := url.Values{"includeTasks": {strconv.FormatBool(includeTasks)}}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query}, &execution)
	return execution, err
}

// Status calls GET /workflow/{id}/status with output and variables.
func (s *WorkflowService) Status(ctx context.Context, id string) (WorkflowStatus, error) {
	var status WorkflowStatus
	op := fmt.Sprintf("get the status of execution %q", id)
	at, err := path("workflow", id, "status")
	if err != nil {
		return status, fmt.Errorf("%s: %w", op, err)
	}
	query := url.Values{"includeOutput": {"true"}, "includeVariables": {"true"}}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query}, &status)
	return status, err
}

// Search calls GET /workflow/search.
func (s *WorkflowService) Search(ctx context.Context, q SearchQuery) (SearchResult[Document[WorkflowSummary]], error) {
	var result SearchResult[Document[WorkflowSummary]]
	err := s.c.do(ctx, call{op: "search executions", method: http.MethodGet, path: "/workflow/search", query: q.values()}, &result)
	return result, err
}

// Pause calls PUT /workflow/{id}/pause.
func (s *WorkflowService) Pause(ctx context.Context, id string) error {
	return s.c.named(ctx, fmt.Sprintf("pause execution %q", id), http.MethodPut, nil, "workflow", id, "pause")
}

// Resume calls PUT /workflow/{id}/resume.
func (s *WorkflowService) Resume(ctx context.Context, id string) error {
	return s.c.named(ctx, fmt.Sprintf("resume execution %q", id), http.MethodPut, nil, "workflow", id, "resume")
}

// Terminate calls DELETE /workflow/{id}; an empty reason is left out.
func (s *WorkflowService) Terminate(ctx context.Context, id, reason string) error {
	op := fmt.Sprintf("terminate execution %q", id)
	at, err := path("workflow", id)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	query := url.Values{}
	if reason != "" {
		query.Set("reason", reason)
	}
	return s.c.do(ctx, call{op: op, method: http.MethodDelete, path: at, query: query}, nil)
}

// Remove calls DELETE /workflow/{id}/remove: the execution is gone afterwards.
func (s *WorkflowService) Remove(ctx context.Context, id string) error {
	op := fmt.Sprintf("delete execution %q", id)
	at, err := path("workflow", id, "remove")
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return s.c.do(ctx, call{op: op, method: http.MethodDelete, path: at, query: url.Values{"archiveWorkflow": {"false"}}}, nil)
}

// Restart calls POST /workflow/{id}/restart: an execution that has ended begins anew, by the latest definition where that is asked.
func (s *WorkflowService) Restart(ctx context.Context, id string, latest bool) error {
	query := url.Values{"useLatestDefinitions": {strconv.FormatBool(latest)}}
	return s.steer(ctx, call{op: "restart", method: http.MethodPost, query: query}, id, "restart")
}

// Retry calls POST /workflow/{id}/retry: what failed is tried again. With resume, a workflow inside that failed goes on where it was
// instead of being started anew.
func (s *WorkflowService) Retry(ctx context.Context, id string, resume bool) error {
	query := url.Values{"resumeSubworkflowTasks": {strconv.FormatBool(resume)}}
	return s.steer(ctx, call{op: "retry", method: http.MethodPost, query: query}, id, "retry")
}

// Rerun calls POST /workflow/{id}/rerun: an execution that has ended runs again from its start or from a task.
func (s *WorkflowService) Rerun(ctx context.Context, id string, request RerunWorkflowRequest) error {
	return s.steer(ctx, call{op: "rerun", method: http.MethodPost, body: request}, id, "rerun")
}

// Skip calls PUT /workflow/{id}/skiptask/{ref}: a running execution will pass over a task that it has not come to.
func (s *WorkflowService) Skip(ctx context.Context, id, ref string, request SkipTaskRequest) error {
	return s.steer(ctx, call{op: fmt.Sprintf("skip task %q of", ref), method: http.MethodPut, body: request}, id, "skiptask", ref)
}

// Jump calls POST /workflow/{id}/jump/{ref}: a running execution goes on at a task that it has not come to. Orkes only.
func (s *WorkflowService) Jump(ctx context.Context, id, ref string, input map[string]any) error {
	if input == nil {
		input = map[string]any{}
	}
	query := url.Values{"taskReferenceName": {ref}}
	return s.steer(ctx, call{op: fmt.Sprintf("jump to task %q of", ref), method: http.MethodPost, query: query, body: input}, id, "jump", ref)
}

// Upgrade calls POST /workflow/{id}/upgrade: a running execution goes on by another version of its definition. Orkes only.
func (s *WorkflowService) Upgrade(ctx context.Context, id string, request UpgradeWorkflowRequest) error {
	return s.steer(ctx, call{op: "upgrade", method: http.MethodPost, body: request}, id, "upgrade")
}

// SetVariables calls POST /workflow/{id}/variables: the values are laid over the variables of a running execution. Orkes only.
func (s *WorkflowService) SetVariables(ctx context.Context, id string, values map[string]any) error {
	return s.steer(ctx, call{op: "set variables of", method: http.MethodPost, body: values}, id, "variables")
}

// ResetCallbacks calls POST /workflow/{id}/resetcallbacks: workers may have at once what they put off.
func (s *WorkflowService) ResetCallbacks(ctx context.Context, id string) error {
	return s.steer(ctx, call{op: "reset callbacks of", method: http.MethodPost}, id, "resetcallbacks")
}

// Signal calls POST /tasks/{id}/{status}/signal/sync: the first task that waits for somebody, in the execution or inside it, ends with a
// status and an output. It answers the execution as it is then, without waiting for what follows; 404 where no task waits.
func (s *WorkflowService) Signal(ctx context.Context, id, status string, output map[string]any) (WorkflowRun, error) {
	var run WorkflowRun
	op := fmt.Sprintf("signal execution %q", id)
	at, err := path("tasks", id, status, "signal", "sync")
	if err != nil {
		return run, fmt.Errorf("%s: %w", op, err)
	}
	if output == nil {
		output = map[string]any{}
	}
	query := url.Values{"returnStrategy": {ReturnTargetWorkflow}, "timeoutMillis": {"0"}}
	err = s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, query: query, body: output}, &run)
	return run, err
}

// Execute calls POST /workflow/execute/{name}/{version}: it starts a workflow and waits, for as many seconds, until it has ended or waits
// for somebody. Version zero is the latest.
func (s *WorkflowService) Execute(ctx context.Context, request StartWorkflowRequest, version, seconds int) (WorkflowRun, error) {
	var run WorkflowRun
	op := fmt.Sprintf("execute workflow %q", request.Name)
	at, err := path("workflow", "execute", request.Name, strconv.Itoa(version))
	if err != nil {
		return run, fmt.Errorf("%s: %w", op, err)
	}
	if request.Input == nil {
		request.Input = map[string]any{}
	}
	query := url.Values{"waitForSeconds": {strconv.Itoa(seconds)}}
	err = s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, query: query, body: request}, &run)
	return run, err
}

// Test calls POST /workflow/test: a workflow runs with made-up outcomes of its tasks, which no worker sees.
func (s *WorkflowService) Test(ctx context.Context, request WorkflowTestRequest) (Document[Workflow], error) {
	var execution Document[Workflow]
	if request.Input == nil {
		request.Input = map[string]any{}
	}
	op := fmt.Sprintf("test workflow %q", request.Name)
	err := s.c.do(ctx, call{op: op, method: http.MethodPost, path: "/workflow/test", body: request}, &execution)
	return execution, err
}

// UpdateState calls POST /workflow/{id}/state: variables and the task that waits under a reference name are updated at once. It answers
// the execution when it does not go on by itself. Orkes only.
func (s *WorkflowService) UpdateState(ctx context.Context, id, requestID string, update WorkflowStateUpdate) (WorkflowRun, error) {
	var run WorkflowRun
	op := fmt.Sprintf("update the state of execution %q", id)
	at, err := path("workflow", id, "state")
	if err != nil {
		return run, fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, query: url.Values{"requestId": {requestID}}, body: update}, &run)
	return run, err
}

// steer makes a call about one execution, at workflow/{id}/REST. Its op says what is done to it.
func (s *WorkflowService) steer(ctx context.Context, what call, id string, rest ...string) error {
	what.op += fmt.Sprintf(" execution %q", id)
	at, err := path(append([]string{"workflow", id}, rest...)...)
	if err != nil {
		return fmt.Errorf("%s: %w", what.op, err)
	}
	what.path = at
	return s.c.do(ctx, what, nil)
}
