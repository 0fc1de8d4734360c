package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// What the load consists of: a workflow of one task.
const (
	taskName     = "bench-task"
	workflowName = "bench-workflow"
)

const (
	taskDefs    = `[{"name":"` + taskName + `","ownerEmail":"bench@example.com","retryCount":0,"timeoutSeconds":60,"responseTimeoutSeconds":30}]`
	workflowDef = `{"name":"` + workflowName + `","version":1,"ownerEmail":"bench@example.com","tasks":[{"name":"` + taskName + `","taskReferenceName":"it","type":"SIMPLE",` +
		`"inputParameters":{"id":"${workflow.input.id}"}}],"outputParameters":{"result":"${it.output.result}"}}`
)

// target is a server as the load sees it: nothing between its requests and the network but net/http, so that what is compared is
// the servers.
type target struct {
	base, token string
	http        *http.Client
}

// task is what a worker must know of what it got.
type task struct {
	TaskID             string `json:"taskId"`
	WorkflowInstanceID string `json:"workflowInstanceId"`
}

// newTarget signs in where the server has a key, and defines the load's workflow.
func newTarget(ctx context.Context, url, key, secret string) (*target, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: idlePolls}
	t := &target{base: url, http: &http.Client{Transport: transport}}
	if key != "" {
		body, err := json.Marshal(map[string]string{"keyId": key, "keySecret": secret})
		if err != nil {
			return nil, err
		}
		var answer struct {
			Token string `json:"token"`
		}
		said, err := t.send(ctx, http.MethodPost, "/token", body)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(said, &answer); err != nil {
			return nil, fmt.Errorf("read the token: %w", err)
		}
		t.token = answer.Token
	}
	if _, err := t.send(ctx, http.MethodPost, "/metadata/taskdefs", []byte(taskDefs)); err != nil {
		return nil, err
	}
	_, err := t.send(ctx, http.MethodPost, "/metadata/workflow", []byte(workflowDef))
	return t, err
}

func (t *target) start(ctx context.Context) error {
	_, err := t.begin(ctx, workflowName)
	return err
}

// begin starts a workflow and returns its id.
func (t *target) begin(ctx context.Context, name string) (string, error) {
	id, err := t.send(ctx, http.MethodPost, "/workflow", fmt.Appendf(nil, `{"name":%q,"version":1,"input":{"id":"42"}}`, name))
	return string(id), err
}

// poll waits for one task; none where the server had none within wait.
func (t *target) poll(ctx context.Context, wait time.Duration) ([]task, error) {
	return t.pollFor(ctx, taskName, 1, wait)
}

// pollFor waits for up to count tasks of a type.
func (t *target) pollFor(ctx context.Context, taskType string, count int, wait time.Duration) ([]task, error) {
	path := fmt.Sprintf("/tasks/poll/batch/%s?workerid=bench&count=%d&timeout=%d", taskType, count, wait.Milliseconds())
	said, err := t.send(ctx, http.MethodGet, path, nil)
	if err != nil || len(said) == 0 {
		return nil, err
	}
	var tasks []task
	if err := json.Unmarshal(said, &tasks); err != nil {
		return nil, fmt.Errorf("read the polled tasks: %w", err)
	}
	return tasks, nil
}

func (t *target) finish(ctx context.Context, it task) error {
	body := fmt.Sprintf(`{"workflowInstanceId":%q,"taskId":%q,"workerId":"bench","status":"COMPLETED","outputData":{"result":"done"}}`,
		it.WorkflowInstanceID, it.TaskID)
	_, err := t.send(ctx, http.MethodPost, "/tasks", []byte(body))
	return err
}

func (t *target) send(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if t.token != "" {
		request.Header.Set("X-Authorization", t.token)
	}
	answer, err := t.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, said)
	}
	return said, nil
}
