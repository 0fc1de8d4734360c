package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func (p *player) flow(ctx context.Context, s *step) ([]string, error) {
	def, err := definition(s.rest)
	if err != nil {
		return nil, err
	}
	_, err = p.must(ctx, http.MethodPut, "/api/metadata/workflow", "["+def+"]")
	return nil, err
}

func (p *player) task(ctx context.Context, s *step) ([]string, error) {
	def, err := taskDefinition(s.rest)
	if err != nil {
		return nil, err
	}
	_, err = p.must(ctx, http.MethodPost, "/api/metadata/taskdefs", "["+def+"]")
	return nil, err
}

// start starts a workflow: NAME @FLOW [INPUT].
func (p *player) start(ctx context.Context, s *step) ([]string, error) {
	name, rest, _ := strings.Cut(s.rest, " ")
	flow, input, _ := strings.Cut(rest, " ")
	if input == "" {
		input = "{}"
	}
	delete(p.ids, name)
	id, err := p.must(ctx, http.MethodPost, "/api/workflow", fmt.Sprintf(`{"name":%q,"input":%s}`, flow, input))
	if err == nil {
		p.know(name, id)
	}
	return nil, err
}

// poll waits until there is a task of a type for a worker.
func (p *player) poll(ctx context.Context, taskType string) (task conductor.Task, said []string, err error) {
	mark := "?"
	if strings.Contains(taskType, "?") {
		mark = "&"
	}
	said, err = p.eventually(ctx, func() (bool, error) {
		status, body, err := p.call(ctx, http.MethodGet, "/api/tasks/poll/"+taskType+mark+"workerid=w", "")
		if err != nil || status != http.StatusOK {
			return false, err
		}
		return true, conductor.Decode([]byte(body), &task)
	})
	return task, said, err
}

// do polls a task of the type, once there is one, and reports: TYPE STATUS [OUTPUT or reason].
func (p *player) do(ctx context.Context, s *step) ([]string, error) {
	taskType, rest, _ := strings.Cut(s.rest, " ")
	status, rest, _ := strings.Cut(rest, " ")
	output, reason := "{}", rest
	if strings.HasPrefix(rest, "{") {
		output, reason = rest, ""
	}
	task, said, err := p.poll(ctx, taskType)
	if len(said) > 0 || err != nil {
		return said, err
	}
	_, err = p.must(ctx, http.MethodPost, "/api/tasks", fmt.Sprintf(
		`{"workflowInstanceId":%q,"taskId":%q,"status":%q,"outputData":%s,"reasonForIncompletion":%q}`,
		task.WorkflowInstanceID, task.TaskID, status, output, reason))
	return nil, err
}

// take polls a task of the type, once there is one, and calls it: TYPE[?domain=…] NAME.
func (p *player) take(ctx context.Context, s *step) ([]string, error) {
	parts, err := words(s.rest, 2)
	if err != nil {
		return nil, err
	}
	task, said, err := p.poll(ctx, parts[0])
	p.know(parts[1], task.TaskID)
	return said, err
}

// await waits until an execution, or the last task of a reference name, is in a state: NAME [REF] STATUS.
func (p *player) await(ctx context.Context, s *step) ([]string, error) {
	parts := strings.Fields(s.rest)
	if len(parts) < 2 {
		return nil, errors.New("a name and a status are needed")
	}
	want := parts[len(parts)-1]
	var refused *refusal
	return p.eventually(ctx, func() (bool, error) {
		if len(parts) == 2 {
			wf, err := p.workflow(ctx, parts[0])
			return wf.Status == want, err
		}
		task, err := p.last(ctx, parts[0], parts[1])
		if errors.As(err, &refused) { // not there yet
			err = nil
		}
		return task.Status == want, err
	})
}

// output waits until a task has an output: NAME REF.
func (p *player) output(ctx context.Context, s *step) ([]string, error) {
	parts, err := words(s.rest, 2)
	if err != nil {
		return nil, err
	}
	return p.eventually(ctx, func() (bool, error) {
		task, err := p.last(ctx, parts[0], parts[1])
		return len(task.OutputData) > 0, err
	})
}

// until makes a call until jq makes something true of its answer.
func (p *player) until(ctx context.Context, s *step) ([]string, error) {
	return p.eventually(ctx, func() (bool, error) {
		lines, err := p.calls(ctx, s)
		return len(lines) == 2 && lines[1] == "true", err
	})
}

// sub gives the workflow inside a task a name: NAME REF ALIAS.
func (p *player) sub(ctx context.Context, s *step) ([]string, error) {
	parts, err := words(s.rest, 3)
	if err != nil {
		return nil, err
	}
	return p.eventually(ctx, func() (bool, error) {
		task, err := p.last(ctx, parts[0], parts[1])
		if task.SubWorkflowID != "" {
			p.know(parts[2], task.SubWorkflowID)
		}
		return task.SubWorkflowID != "", err
	})
}

func (p *player) passes(ctx context.Context, s *step) ([]string, error) {
	d, err := time.ParseDuration(s.rest)
	if err != nil {
		return nil, err
	}
	return nil, p.pass(ctx, d)
}

// calls makes a call and shows its answer: METHOD PATH [BODY].
func (p *player) calls(ctx context.Context, s *step) ([]string, error) {
	method, rest, _ := strings.Cut(s.rest, " ")
	path, body, _ := strings.Cut(rest, " ")
	status, answer, err := p.call(ctx, method, path, body, s.headers...)
	if err != nil {
		return nil, err
	}
	if s.name != "" && status < http.StatusBadRequest {
		p.know(s.name, strings.Trim(answer, `["]`)) // of a list of one, that one
	}
	return p.shown(ctx, status, answer, s.filter)
}

// shown is an answer as it is compared: its status and its body, or what jq makes of that.
func (p *player) shown(ctx context.Context, status int, body, filter string) ([]string, error) {
	var object any
	if conductor.Decode([]byte(body), &object) != nil {
		return []string{strings.TrimSpace(fmt.Sprint(status, " ", p.normal.text(body)))}, nil //nolint:nilerr // a text is an answer too
	}
	if filter != "" {
		filter, err := p.fill(ctx, filter)
		if err != nil {
			return nil, err
		}
		results, err := p.normal.filtered(filter, object)
		if err != nil { // of an answer of another shape
			return []string{fmt.Sprint(status, " ", p.normal.compact(object))}, nil //nolint:nilerr // the answer itself tells more
		}
		lines := []string{strconv.Itoa(status)}
		for _, result := range results {
			lines = append(lines, p.normal.compact(result))
		}
		return lines, nil
	}
	fields, isMap := object.(map[string]any)
	if _, given := fields["tasks"].([]any); isMap && given && fields["ownerEmail"] == nil {
		return p.shownExecution(status, fields, body)
	}
	return []string{fmt.Sprint(status, " ", p.normal.compact(object))}, nil
}

// shownExecution is an execution in an answer: what that has of its own, and a line for each task.
func (p *player) shownExecution(status int, fields map[string]any, body string) ([]string, error) {
	var wf conductor.Workflow
	if err := conductor.Decode([]byte(body), &wf); err != nil {
		return nil, err
	}
	if wf.WorkflowName != "" {
		return append([]string{strconv.Itoa(status)}, p.normal.execution(wf)...), nil
	}
	for _, own := range []string{"tasks", "createTime", "updateTime", "createdBy", "requestId"} {
		delete(fields, own)
	}
	return append([]string{fmt.Sprint(status, " ", p.normal.compact(fields))}, p.normal.execution(wf)[1:]...), nil
}

// show is an execution, the workflow and each task on a line.
func (p *player) show(ctx context.Context, s *step) ([]string, error) {
	wf, err := p.workflow(ctx, s.rest)
	if err != nil {
		return nil, err
	}
	return p.normal.execution(wf), nil
}

// dump is an execution with every field that it has: the definition, the workflow, and each task on a line.
func (p *player) dump(ctx context.Context, s *step) ([]string, error) {
	answer, err := p.must(ctx, http.MethodGet, "/api/workflow/$"+s.rest, "")
	if err != nil {
		return nil, err
	}
	var wf map[string]any
	if err := conductor.Decode([]byte(answer), &wf); err != nil {
		return nil, err
	}
	tasks, _ := wf["tasks"].([]any)
	lines := []string{"definition " + p.normal.compact(wf["workflowDefinition"])}
	delete(wf, "tasks")
	delete(wf, "workflowDefinition")
	lines = append(lines, "workflow "+p.normal.compact(wf))
	for i, task := range tasks {
		lines = append(lines, fmt.Sprint("task ", i+1, " ", p.normal.compact(task)))
	}
	return lines, nil
}
