package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// startWorkflowKind is START_WORKFLOW: it starts another workflow and does not wait for it.
func startWorkflowKind() kind {
	return kind{schedule: scheduleOne, execute: executeStartWorkflow, queued: true}
}

func executeStartWorkflow(x *execution, t *task, env *environment) []command {
	given, ok := t.Wire.InputData["startWorkflow"].(map[string]any)
	if !ok {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: "Missing 'startWorkflow' in input data."}}
	}
	req, err := requestOf(given)
	if err != nil {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: err.Error()}}
	}
	return []command{startOther{task: t, req: req, kin: x.kinOf(env.kinds)}}
}

// requestOf reads a start request from values that expressions gave. A version or priority may be text.
func requestOf(given map[string]any) (conductor.StartWorkflowRequest, error) {
	var req conductor.StartWorkflowRequest
	clean := make(map[string]any, len(given))
	for key, value := range given {
		if text, isText := value.(string); isText && (key == "version" || key == "priority") {
			value = json.Number(text)
			if text == "" {
				value = nil
			}
		}
		if value != nil {
			clean[key] = value
		}
	}
	data, err := json.Marshal(clean)
	if err == nil {
		err = conductor.Decode(data, &req)
	}
	if err != nil {
		return req, fmt.Errorf("the workflow to start cannot be read: %w", err)
	}
	return req, nil
}

// startOther starts a workflow for a task, once: its id follows from the task's.
type startOther struct {
	task *task
	req  conductor.StartWorkflowRequest
	kin  *kin
}

func (c startOther) apply(x *execution, now int64) []*task {
	c.task.begin(now)
	c.task.Wire.PollCount++
	from := birth{by: x.wf.CreatedBy, chain: x.chain, kin: c.kin, id: namedID(fmt.Sprintf("startworkflow:%s:%s:%d", x.id, c.task.Wire.TaskID, c.task.Wire.ScheduledTime))}
	x.changes.errands = append(x.changes.errands, func(e *Engine) []errand {
		end := finishTask{task: c.task, status: conductor.TaskCompleted, output: map[string]any{"workflowId": from.id}}
		var errands []errand
		if e.index.execution(from.id) == nil {
			id, follow, err := e.beginFor(c.req, from)
			errands, end.output["workflowId"] = follow, id
			if err != nil {
				end = finishTask{task: c.task, status: conductor.TaskFailed, reason: startRefusal(err)}
			}
		}
		return append(errands, e.visit(c.task.x, func(now int64) []*task {
			if c.task.terminal() {
				return nil
			}
			return end.apply(c.task.x, now)
		})...)
	})
	return nil
}

// startRefusal is why a workflow could not be started, in the words of a START_WORKFLOW of the real server.
func startRefusal(err error) string {
	var refused *fault.Error
	if !errors.As(err, &refused) || len(refused.Violations) == 0 {
		return err.Error()
	}
	var text strings.Builder
	text.WriteString("startWorkflow validation failed. ")
	for _, rule := range refused.Violations {
		_, at, _ := strings.Cut(rule.Path, ".")
		_, at, _ = strings.Cut(at, ".")
		fmt.Fprintf(&text, "'%s' -> %s. ", at, rule.Message)
	}
	return text.String()
}

// because is why a workflow could not be started, for the task that wanted it: the broken rules rather than that there are
// some.
func because(err error) string {
	var refused *fault.Error
	if !errors.As(err, &refused) || len(refused.Violations) == 0 {
		return err.Error()
	}
	reasons := make([]string, 0, len(refused.Violations))
	for _, rule := range refused.Violations {
		reasons = append(reasons, rule.Message)
	}
	return strings.Join(reasons, "; ")
}
