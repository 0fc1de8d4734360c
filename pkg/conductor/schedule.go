package conductor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// ScheduleService reads and writes the schedules of workflows.
type ScheduleService struct{ c *Client }

// List calls GET /scheduler/schedules; with a workflow's name its schedules alone.
func (s *ScheduleService) List(ctx context.Context, workflow string) ([]Document[WorkflowSchedule], error) {
	query := url.Values{}
	if workflow != "" {
		query.Set("workflowName", workflow)
	}
	var list []Document[WorkflowSchedule]
	err := s.c.do(ctx, call{op: "list schedules", method: http.MethodGet, path: "/scheduler/schedules", query: query}, &list)
	return list, err
}

// Get calls GET /scheduler/schedules/{name}. Servers that answer nothing for a schedule that is not there are taken to say 404.
func (s *ScheduleService) Get(ctx context.Context, name string) (Document[WorkflowSchedule], error) {
	var schedule Document[WorkflowSchedule]
	op := fmt.Sprintf("get schedule %q", name)
	at, err := path("scheduler", "schedules", name)
	if err != nil {
		return schedule, fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, optional: true}, &schedule)
	if err == nil && schedule.Raw == nil {
		err = &Error{Operation: op, Method: http.MethodGet, Path: at, Status: http.StatusNotFound, Message: fmt.Sprintf("Schedule '%s' not found", name)}
	}
	return schedule, err
}

// Put calls POST /scheduler/schedules with one schedule, sent to the byte: creates it, or replaces the one of its name.
func (s *ScheduleService) Put(ctx context.Context, schedule json.RawMessage) error {
	return s.c.do(ctx, call{
		op: "define a schedule", method: http.MethodPost, path: "/scheduler/schedules", body: schedule, repeatable: true, optional: true,
	}, nil)
}

// Delete calls DELETE /scheduler/schedules/{name}. Open source answers 200 also where there is none.
func (s *ScheduleService) Delete(ctx context.Context, name string) error {
	return s.c.named(ctx, fmt.Sprintf("delete schedule %q", name), http.MethodDelete, nil, "scheduler", "schedules", name)
}

// Pause calls GET /scheduler/schedules/{name}/pause, as Orkes' document has it, and PUT where that is not allowed: open source.
func (s *ScheduleService) Pause(ctx context.Context, name, reason string) error {
	query := url.Values{}
	if reason != "" {
		query.Set("reason", reason)
	}
	return s.turn(ctx, name, "pause", query)
}

// Resume calls GET or PUT /scheduler/schedules/{name}/resume, as Pause. A schedule that is not paused is a 404.
func (s *ScheduleService) Resume(ctx context.Context, name string) error {
	return s.turn(ctx, name, "resume", nil)
}

func (s *ScheduleService) turn(ctx context.Context, name, verb string, query url.Values) error {
	op := fmt.Sprintf("%s schedule %q", verb, name)
	at, err := path("scheduler", "schedules", name, verb)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query, optional: true}, nil)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusMethodNotAllowed {
		err = s.c.do(ctx, call{op: op, method: http.MethodPut, path: at, query: query, optional: true}, nil)
	}
	return err
}

// Runs calls GET /scheduler/search/executions: what became of the times of schedules.
func (s *ScheduleService) Runs(ctx context.Context, query SearchQuery) (SearchResult[Document[ScheduledRun]], error) {
	var found SearchResult[Document[ScheduledRun]]
	err := s.c.do(ctx, call{
		op: "search the runs of schedules", method: http.MethodGet, path: "/scheduler/search/executions", query: query.values(),
	}, &found)
	return found, err
}
