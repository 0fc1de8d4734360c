package conductor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// named is the shape that most calls have: a method on a named thing, without a query or a body.
func (c *Client) named(ctx context.Context, op, method string, result any, segments ...string) error {
	at, err := path(segments...)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return c.do(ctx, call{op: op, method: method, path: at}, result)
}

// withTags asks for definitions as Orkes extends them: with their tags (ExtendedTaskDef, ExtendedWorkflowDef). Open-source
// Conductor ignores it.
func withTags() url.Values { return url.Values{"metadata": {"true"}} }

// TaskDefService reads and writes task definitions.
type TaskDefService struct{ c *Client }

// List calls GET /metadata/taskdefs?metadata=true: every definition with its tags.
func (s *TaskDefService) List(ctx context.Context) ([]Document[TaskDef], error) {
	var list []Document[TaskDef]
	err := s.c.do(ctx, call{op: "list task definitions", method: http.MethodGet, path: "/metadata/taskdefs", query: withTags()}, &list)
	return list, err
}

// Get calls GET /metadata/taskdefs/{name}?metadata=true: the definition with its tags.
func (s *TaskDefService) Get(ctx context.Context, name string) (Document[TaskDef], error) {
	var def Document[TaskDef]
	op := fmt.Sprintf("get task %q", name)
	at, err := path("metadata", "taskdefs", name)
	if err != nil {
		return def, fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: withTags()}, &def)
	return def, err
}

// Put calls POST /metadata/taskdefs: creates or replaces all the given definitions, each sent to the byte, in one request.
func (s *TaskDefService) Put(ctx context.Context, defs []json.RawMessage) error {
	return s.c.do(ctx, call{
		op: "define tasks", method: http.MethodPost, path: "/metadata/taskdefs", body: joinArray(defs), repeatable: true,
	}, nil)
}

// Delete calls DELETE /metadata/taskdefs/{name}.
func (s *TaskDefService) Delete(ctx context.Context, name string) error {
	return s.c.named(ctx, fmt.Sprintf("delete task %q", name), http.MethodDelete, nil, "metadata", "taskdefs", name)
}

// joinArray puts documents into an array without touching a byte of them.
func joinArray(documents []json.RawMessage) json.RawMessage {
	size := 2
	for _, document := range documents {
		size += len(document) + 1
	}
	joined := make(json.RawMessage, 0, size)
	joined = append(joined, '[')
	for i, document := range documents {
		if i > 0 {
			joined = append(joined, ',')
		}
		joined = append(joined, document...)
	}
	return append(joined, ']')
}

// WorkflowDefService reads and writes workflow definitions.
type WorkflowDefService struct{ c *Client }

// PutOptions says what to do where a definition of that name and version exists.
type PutOptions struct {
	Overwrite  bool // replace it; otherwise 409
	NewVersion bool // Orkes: take the next version number instead
}

// List calls GET /metadata/workflow?metadata=true: every version of every definition, with its tags.
func (s *WorkflowDefService) List(ctx context.Context) ([]Document[WorkflowDef], error) {
	var list []Document[WorkflowDef]
	err := s.c.do(ctx, call{op: "list workflow definitions", method: http.MethodGet, path: "/metadata/workflow", query: withTags()}, &list)
	return list, err
}

// Get calls GET /metadata/workflow/{name}; version 0 is the latest.
func (s *WorkflowDefService) Get(ctx context.Context, name string, version int) (Document[WorkflowDef], error) {
	var def Document[WorkflowDef]
	op := fmt.Sprintf("get workflow %q", name)
	at, err := path("metadata", "workflow", name)
	if err != nil {
		return def, fmt.Errorf("%s: %w", op, err)
	}
	query := withTags()
	if version != 0 {
		query.Set("version", strconv.Itoa(version))
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query}, &def)
	return def, err
}

// Create calls POST /metadata/workflow with one definition, sent to the byte.
func (s *WorkflowDefService) Create(ctx context.Context, def json.RawMessage, opts PutOptions) error {
	query := url.Values{"overwrite": {strconv.FormatBool(opts.Overwrite)}}
	if opts.NewVersion {
		query.Set("newVersion", "true")
	}
	return s.c.do(ctx, call{
		op: "define a workflow", method: http.MethodPost, path: "/metadata/workflow", query: query, body: def, repeatable: opts.Overwrite,
	}, nil)
}

// PutAll calls PUT /metadata/workflow: creates or replaces all the given definitions in one request. Definitions that the server
// refused one by one, although it answered 200, are an *Error with status 400.
func (s *WorkflowDefService) PutAll(ctx context.Context, defs []json.RawMessage) error {
	op := "define workflows"
	var answer json.RawMessage
	err := s.c.do(ctx, call{
		op: op, method: http.MethodPut, path: "/metadata/workflow", query: url.Values{"overwrite": {"true"}},
		body: joinArray(defs), optional: true,
	}, &answer)
	if err != nil {
		return err
	}
	var bulk BulkResponse
	if json.Unmarshal(answer, &bulk) != nil || len(bulk.BulkErrorResults) == 0 {
		return nil //nolint:nilerr // Orkes answers nothing, or something of no interest: its status said that all went well
	}
	failed := &Error{Operation: op, Method: http.MethodPut, Path: "/metadata/workflow", Status: http.StatusBadRequest, Message: "some definitions were refused"}
	for name, message := range bulk.BulkErrorResults {
		failed.Invalid = append(failed.Invalid, FieldError{Path: name, Message: message})
	}
	sort.Slice(failed.Invalid, func(i, j int) bool { return strings.Compare(failed.Invalid[i].Path, failed.Invalid[j].Path) < 0 })
	return failed
}

// Delete calls DELETE /metadata/workflow/{name}/{version}.
func (s *WorkflowDefService) Delete(ctx context.Context, name string, version int) error {
	return s.c.named(ctx, fmt.Sprintf("delete workflow %q version %d", name, version), http.MethodDelete, nil,
		"metadata", "workflow", name, strconv.Itoa(version))
}
