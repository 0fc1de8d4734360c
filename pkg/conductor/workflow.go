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
