package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// How long a call waits for a workflow where it does not say.
const (
	executeWait = 10 * time.Second
	signalWait  = 5 * time.Second
)

// executeRoutes are the calls that answer when a workflow does not go on by itself.
func (a *api) executeRoutes() {
	a.route("POST /api/workflow/execute/{name}/{version}", a.execute)
	a.route("POST /api/tasks/{workflowId}/{status}/signal", a.signal)
	a.route("POST /api/tasks/{workflowId}/{status}/signal/sync", a.signalSync)
	a.route("POST /api/workflow/test", a.testWorkflow)
	if a.Access != nil {
		a.route("POST /api/workflow/execute/{name}", a.executeByName)
		a.route("GET /api/workflow/execute/{name}", a.executeByName)
		a.route("POST /api/workflow/{id}/state", a.updateState)
	}
}

// waiting is what a call waits for and how it is answered.
type waiting struct {
	strategy, requestID string
	until               []string
	limit               time.Duration
}

func (c *call) strategy() (string, error) {
	known := []string{
		conductor.ReturnTargetWorkflow, conductor.ReturnBlockingWorkflow, conductor.ReturnBlockingTask, conductor.ReturnBlockingTaskInput,
	}
	given := c.query().Get("returnStrategy")
	if given == "" {
		given = conductor.ReturnTargetWorkflow
	}
	if !slices.Contains(known, given) {
		return "", fault.Invalid("returnStrategy: %q is not one of %v", given, known)
	}
	return given, nil
}

// waiting reads what a synchronous execution waits for from the query.
func (c *call) waiting() (waiting, error) {
	strategy, err := c.strategy()
	if err != nil {
		return waiting{}, err
	}
	seconds, err := c.number("waitForSeconds", 0)
	if err != nil {
		return waiting{}, err
	}
	w := waiting{strategy: strategy, requestID: c.query().Get("requestId"), until: c.list("waitUntilTaskRef"), limit: executeWait}
	if seconds > 0 {
		w.limit = time.Duration(seconds) * time.Second
	}
	return w, nil
}

// execute starts a workflow by the name and version of the path, whatever its body says, and waits.
func (a *api) execute(c *call) (any, error) {
	w, err := c.waiting()
	if err != nil {
		return nil, err
	}
	var request conductor.StartWorkflowRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	version, err := strconv.Atoi(c.PathValue("version"))
	if err != nil {
		return nil, fault.Invalid("version %q is not a number", c.PathValue("version"))
	}
	request.Name, request.Version = c.PathValue("name"), &version
	id, err := a.started(c, request)
	if err != nil {
		return nil, err
	}
	return a.await(c, id, w)
}

// executeByName takes the input as body, or a GET's from the query, and answers the output alone.
func (a *api) executeByName(c *call) (any, error) {
	request, err := c.namedStart()
	if err != nil {
		return nil, err
	}
	if c.Method == http.MethodGet {
		for name, values := range c.query() {
			if name != "version" {
				request.Input[name] = values[0]
			}
		}
	}
	w := waiting{limit: executeWait}
	if seconds, err := strconv.Atoi(c.Header.Get("waitForSeconds")); err == nil && seconds > 0 {
		w.limit = time.Duration(seconds) * time.Second
	}
	if ref := c.Header.Get("waitUntilTaskRef"); ref != "" {
		w.until = []string{ref}
	}
	id, err := a.started(c, request)
	if err != nil {
		return nil, err
	}
	found, err := a.standstill(c, id, w)
	return found.Target.Output, err
}

func (a *api) standstill(c *call, id string, w waiting) (engine.Standstill, error) {
	ctx, cancel := context.WithTimeout(c.Context(), w.limit)
	defer cancel()
	return a.Engine.Await(ctx, id, w.until)
}

// await answers when an execution does not go on by itself, or when the time is up.
func (a *api) await(c *call, id string, w waiting) (any, error) {
	found, err := a.standstill(c, id, w)
	if err != nil {
		return nil, err
	}
	base := conductor.SignalResponse{
		ResponseType: w.strategy, RequestID: w.requestID, SignalTimeout: found.Late,
		TargetWorkflowID: found.Target.WorkflowID, TargetWorkflowStatus: found.Target.Status,
	}
	switch {
	case w.strategy == conductor.ReturnTargetWorkflow:
		return workflowRun(base, found.Target), nil
	case w.strategy == conductor.ReturnBlockingWorkflow:
		return workflowRun(base, found.Holder), nil
	case found.Task == nil:
		return nil, nil //nolint:nilnil // no task blocks: an empty answer
	}
	return taskRun(base, *found.Task), nil
}

func workflowRun(base conductor.SignalResponse, wf conductor.Workflow) conductor.WorkflowRun {
	base.WorkflowID, base.CorrelationID, base.Input, base.Output = wf.WorkflowID, wf.CorrelationID, wf.Input, wf.Output
	base.Priority, base.CreatedBy, base.CreateTime, base.UpdateTime, base.Status = wf.Priority, wf.CreatedBy, wf.CreateTime, wf.UpdateTime, wf.Status
	return conductor.WorkflowRun{SignalResponse: base, Variables: wf.Variables, Tasks: wf.Tasks}
}

func taskRun(base conductor.SignalResponse, t conductor.Task) conductor.TaskRun {
	base.WorkflowID, base.CorrelationID, base.Input, base.Output = t.WorkflowInstanceID, t.CorrelationID, t.InputData, t.OutputData
	base.Priority, base.CreatedBy, base.CreateTime, base.UpdateTime, base.Status = t.WorkflowPriority, t.WorkerID, t.StartTime, t.UpdateTime, t.Status
	return conductor.TaskRun{
		SignalResponse: base, TaskType: t.TaskType, TaskID: t.TaskID, ReferenceTaskName: t.ReferenceTaskName, RetryCount: t.RetryCount,
		TaskDefName: t.TaskDefName, RetriedTaskID: t.RetriedTaskID, WorkflowType: t.WorkflowType, ReasonForIncompletion: t.ReasonForIncompletion,
	}
}

// signalled signals the task that waits and reports whether there was one.
func (a *api) signalled(c *call) (bool, error) {
	output := map[string]any{}
	if err := c.body(&output, true); err != nil {
		return false, err
	}
	id := c.PathValue("workflowId")
	if err := a.maySteer(c, id); err != nil {
		return false, err
	}
	if a.Access == nil { // open source says yes, and forgets it
		return a.Engine.Signal(c.Context(), id, c.PathValue("status"), output)
	}
	ctx, cancel := context.WithTimeout(c.Context(), signalWait)
	defer cancel()
	return a.Engine.SignalSoon(ctx, id, c.PathValue("status"), output)
}

func (a *api) signal(c *call) (any, error) {
	_, err := a.signalled(c)
	return nil, err
}

func (a *api) signalSync(c *call) (any, error) {
	strategy, err := c.strategy()
	if err != nil {
		return nil, err
	}
	limit, err := c.number("timeoutMillis", int(signalWait/time.Millisecond))
	if err != nil {
		return nil, err
	}
	id := c.PathValue("workflowId")
	found, err := a.signalled(c)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fault.NotFound("Found no blocked task in workflow %s to signal", id)
	}
	return a.await(c, id, waiting{strategy: strategy, limit: time.Duration(max(limit, 0)) * time.Millisecond})
}

// updateState changes variables and a task of an execution, and waits.
func (a *api) updateState(c *call) (any, error) {
	w, err := c.waiting()
	if err != nil {
		return nil, err
	}
	if w.requestID == "" {
		return nil, fault.Invalid("Required request parameter 'requestId' is not present")
	}
	var update conductor.WorkflowStateUpdate
	if err := c.body(&update, false); err != nil {
		return nil, err
	}
	id := c.PathValue("id")
	if err := a.maySteer(c, id); err != nil {
		return nil, err
	}
	if len(update.Variables) > 0 {
		if err := a.Engine.SetVariables(c.Context(), id, update.Variables); err != nil {
			return nil, err
		}
	}
	if result := update.TaskResult; update.TaskReferenceName != "" && result != nil {
		if result.Status == "" {
			result.Status = conductor.TaskCompleted
		}
		if err := a.updateTaskOf(c, id, update.TaskReferenceName, *result); err != nil {
			return nil, err
		}
	}
	return a.await(c, id, w)
}

// updateTaskOf updates the open task of the reference, and where there is none the one that the result names by its id: the Go SDK's
// tests give a wrong reference and the right id, and Orkes takes it.
func (a *api) updateTaskOf(c *call, id, ref string, result conductor.TaskResult) error {
	_, err := a.Engine.UpdateByRef(c.Context(), id, ref, result.Status, result.WorkerID, result.OutputData)
	if fault.KindOf(err) != fault.KindNotFound {
		return err
	}
	if task, unknown := a.Engine.Task(result.TaskID); unknown != nil || task.WorkflowInstanceID != id {
		return err
	}
	result.WorkflowInstanceID = id
	_, err = a.Engine.Update(c.Context(), result)
	return err
}

// testWorkflow needs the right to start the workflow.
func (a *api) testWorkflow(c *call) (any, error) {
	var request conductor.WorkflowTestRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	if err := a.mayStart(c, request.StartWorkflowRequest); err != nil {
		return nil, err
	}
	got, err := a.Engine.Test(c.Context(), request, c.caller.ID())
	return got.Workflow, err
}
