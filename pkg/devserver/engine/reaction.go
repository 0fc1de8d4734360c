package engine

import (
	"context"
	"errors"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Reaction is what an event handler, a webhook or a schedule does to workflows: on behalf of whom, and for which event.
type Reaction struct {
	By    string // whose rights count: who defined the handler
	Event string // the event's name, which workflows that it starts carry
	Chain string // see Message
	Key   string // of a start: it happens once for a key, however often it is asked for; empty is no key
}

// StartFor starts the workflow that a start request says, given as expressions left it (a version may be text), if By may. Errors as of
// Start and Rights.MayStart.
func (e *Engine) StartFor(r Reaction, given map[string]any) (string, error) {
	req, err := requestOf(given)
	if err != nil {
		return "", fault.Invalid("%s", err)
	}
	return e.StartOnce(r, req)
}

// StartOnce starts a workflow if By may, and once for a Key. Errors as of Start and Rights.MayStart.
func (e *Engine) StartOnce(r Reaction, req conductor.StartWorkflowRequest) (string, error) {
	from := birth{by: r.By, event: r.Event, chain: r.Chain}
	if r.Key != "" {
		from.id = namedID("reaction:" + r.Key)
		if e.index.execution(from.id) != nil {
			return from.id, nil
		}
	}
	id, errands, err := e.beginFor(req, from)
	e.run(errands)
	return id, err
}

// TaskRef names a task that a reaction ends: by its id, or by its reference name in an execution.
type TaskRef struct{ TaskID, WorkflowID, Name string }

// EndTaskFor gives a task the status, output and reason of a result, if By may steer its workflow. Of several attempts or iterations
// the last counts; one that has ended stays as it is. fault.NotFound where there is no such task.
func (e *Engine) EndTaskFor(r Reaction, ref TaskRef, end conductor.TaskResult) error {
	x := e.executionOf(ref)
	if x == nil && ref.TaskID == "" {
		return fault.NotFound("No workflow found with ID: %s", ref.WorkflowID)
	}
	if x == nil {
		return ref.missing()
	}
	if err := e.maySteer(r.By, x.id); err != nil {
		return err
	}
	x.lock()
	defer e.unlock(x)
	t := e.find(x, ref)
	if t == nil || x.removed {
		return ref.missing()
	}
	_, err := e.update(context.Background(), t, end)
	return err
}

func (r TaskRef) missing() error {
	return fault.NotFound("No task found with taskId: %s, reference name: %s, workflowId: %s",
		javaText(orNull(r.TaskID)), javaText(orNull(r.Name)), javaText(orNull(r.WorkflowID)))
}

// executionOf is the execution that a reference leads to.
func (e *Engine) executionOf(ref TaskRef) *execution {
	if ref.TaskID == "" {
		return e.index.execution(ref.WorkflowID)
	}
	return e.index.task(ref.TaskID).x
}

// find is the task of a locked execution that a reference means.
func (e *Engine) find(x *execution, ref TaskRef) *task {
	if ref.TaskID != "" {
		return e.index.task(ref.TaskID).findIn(x, ref.TaskID)
	}
	if t := x.waiting(ref.Name); t != nil {
		return t
	}
	return x.latest[ref.Name]
}

// maySteer asks the rights of somebody over an execution. fault.NotFound where there is none.
func (e *Engine) maySteer(by, id string) error {
	wf, err := e.Workflow(id, false)
	if err != nil {
		return err
	}
	return e.rights.MaySteer(by, wf)
}

// TerminateFor ends a workflow, if By may steer it. Errors as of Terminate.
func (e *Engine) TerminateFor(r Reaction, id, reason string) error {
	return e.terminateFor(r.By, id, reason, false)
}

// SetVariablesFor lays values over the variables of an execution, if By may steer it. With appended, a list is added to the list that
// is there. Errors as of SetVariables.
func (e *Engine) SetVariablesFor(r Reaction, id string, values map[string]any, appended bool) error {
	if err := e.maySteer(r.By, id); err != nil {
		return err
	}
	return e.setVariables(context.Background(), id, func(held map[string]any) map[string]any {
		if !appended {
			return values
		}
		longer := maps.Clone(values)
		for name, value := range values {
			more, isList := value.([]any)
			if had, isToo := held[name].([]any); isList && isToo {
				longer[name] = append(append(make([]any, 0, len(had)+len(more)), had...), more...)
			}
		}
		return longer
	})
}

// Receivers are the tasks of a type in the running executions of a workflow whose input fits. Version zero is every version. Fits is
// called with an execution locked.
type Receivers struct {
	TaskType, Workflow string
	Version            int
	Fits               func(input map[string]any) bool
}

// ReceiveFor completes tasks with an output, where By may steer their executions, and returns the ids of those.
func (e *Engine) ReceiveFor(r Reaction, of Receivers, output map[string]any) ([]string, error) {
	ids, refused := []string{}, error(nil)
	for _, x := range e.index.named(of.Workflow) {
		for _, id := range x.receivers(of) {
			end := conductor.TaskResult{Status: conductor.TaskCompleted, OutputData: output}
			if err := e.EndTaskFor(r, TaskRef{TaskID: id}, end); err != nil {
				refused = errors.Join(refused, err)
				continue
			}
			ids = append(ids, x.id)
		}
	}
	return ids, refused
}

// receivers are the ids of the tasks.
func (x *execution) receivers(of Receivers) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.live == nil || x.ended() || x.removed || of.Version > 0 && x.wf.WorkflowVersion != of.Version {
		return nil
	}
	var ids []string
	for _, t := range x.open() {
		if t.Wire.TaskType == of.TaskType && !t.terminal() && of.Fits(t.Wire.InputData) {
			ids = append(ids, t.Wire.TaskID)
		}
	}
	return ids
}
