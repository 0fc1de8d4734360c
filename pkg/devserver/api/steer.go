package api

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// steerRoutes are what an operator does to an execution.
func (a *api) steerRoutes() {
	a.route("PUT /api/workflow/{id}/pause", a.steer(always(a.Engine.Pause)))
	a.route("PUT /api/workflow/{id}/resume", a.steer(always(a.Engine.Resume)))
	a.route("PUT /api/workflow/decide/{id}", a.steer(always(a.Engine.Decide)))
	a.route("DELETE /api/workflow/{id}", a.steer(a.terminating))
	a.route("DELETE /api/workflow/{id}/remove", a.steer(a.removing))
	a.route("DELETE /api/workflow/{id}/terminate-remove", a.steer(a.terminatingAndRemoving))
	a.route("POST /api/workflow/{id}/restart", done(a.steer(a.restarting)))
	a.route("POST /api/workflow/{id}/retry", done(a.steer(a.retrying)))
	a.route("POST /api/workflow/{id}/resetcallbacks", done(a.steer(always(a.Engine.ResetCallbacks))))
	a.route("POST /api/workflow/{id}/rerun", a.rerun)
	a.route("PUT /api/workflow/{id}/skiptask/{ref}", a.skip)
	a.route("PUT /api/workflow/bulk/pause", a.bulk(always(a.Engine.Pause)))
	a.route("PUT /api/workflow/bulk/resume", a.bulk(always(a.Engine.Resume)))
	a.route("POST /api/workflow/bulk/restart", a.bulk(a.restarting))
	a.route("POST /api/workflow/bulk/retry", a.bulk(a.retrying))
	a.route("POST /api/workflow/bulk/terminate", a.bulk(a.terminating))
	a.route("DELETE /api/workflow/bulk/remove", a.bulk(a.removing))
	a.route("DELETE /api/workflow/bulk/terminate-remove", a.bulk(a.terminatingAndRemoving))
	if a.Access != nil {
		a.route("POST /api/workflow/bulk/delete", a.bulk(a.removing))
		a.route("POST /api/workflow/{id}/variables", a.setVariables)
		a.route("POST /api/workflow/{id}/jump/{ref}", a.jump)
		a.route("POST /api/workflow/{id}/jump", a.jump) // as the Go SDK calls it
		a.route("POST /api/workflow/{id}/upgrade", a.upgrade)
	}
}

// action is what an operator does to an execution; a choice reads from the query which one it is.
type (
	action func(ctx context.Context, id string) error
	choice func(*call) action
)

func always(do action) choice { return func(*call) action { return do } }

// done answers 204 instead of an empty 200.
func done(h handler) handler {
	return func(c *call) (any, error) {
		if _, err := h(c); err != nil {
			return nil, err
		}
		return noContent{}, nil
	}
}

// maySteer finds an execution and checks that the caller may act on it.
func (a *api) maySteer(c *call, id string) error {
	if a.Access == nil {
		return nil
	}
	w, err := a.Engine.Workflow(id, false)
	if err != nil {
		return err
	}
	return c.caller.MaySteerExecution(w)
}

func (a *api) steer(choose choice) handler {
	return func(c *call) (any, error) {
		id := c.PathValue("id")
		if err := a.maySteer(c, id); err != nil {
			return nil, err
		}
		return nil, choose(c)(c.Context(), id)
	}
}

// bulk does the same to many executions, and says for each how it went.
func (a *api) bulk(choose choice) handler {
	return func(c *call) (any, error) {
		var ids []string
		if err := c.body(&ids, false); err != nil {
			return nil, err
		}
		if len(ids) < 1 || len(ids) > 1000 {
			return nil, fault.Invalid("Cannot process %d workflows in bulk: 1 to 1000", len(ids))
		}
		do := choose(c)
		return eachOf(ids, func(id string) error {
			if err := a.maySteer(c, id); err != nil {
				return err
			}
			return do(c.Context(), id)
		}), nil
	}
}

// eachOf does the same to each, and says how it went.
func eachOf(ids []string, do func(id string) error) conductor.BulkResponse {
	result := conductor.BulkResponse{BulkErrorResults: map[string]string{}, BulkSuccessfulResults: []string{}}
	for _, id := range ids {
		if err := do(id); err != nil {
			result.BulkErrorResults[id] = err.Error()
			continue
		}
		result.BulkSuccessfulResults = append(result.BulkSuccessfulResults, id)
	}
	return result
}

// terminating starts the failure workflow only where it is asked for.
func (a *api) terminating(c *call) action {
	end := a.Engine.Terminate
	if c.flag("triggerFailureWorkflow", false) {
		end = a.Engine.TerminateWithFailureWorkflow
	}
	return func(ctx context.Context, id string) error { return end(ctx, id, c.query().Get("reason")) }
}

// removing takes what still runs too on Orkes, whose SDKs' tests do so, and on open source where nothing is archived.
func (a *api) removing(c *call) action {
	if a.Access != nil || !c.flag("archiveWorkflow", true) {
		return a.Engine.Purge
	}
	return a.Engine.Remove
}

// terminatingAndRemoving only removes one that has completed.
func (a *api) terminatingAndRemoving(c *call) action {
	end := a.terminating(c)
	return func(ctx context.Context, id string) error {
		if err := end(ctx, id); err != nil && fault.KindOf(err) != fault.KindConflict {
			return err
		}
		return a.Engine.Remove(ctx, id)
	}
}

func (a *api) restarting(c *call) action {
	latest := c.flag("useLatestDefinitions", false)
	return func(ctx context.Context, id string) error { return a.Engine.Restart(ctx, id, latest) }
}

func (a *api) retrying(c *call) action {
	resume := c.flag("resumeSubworkflowTasks", false)
	return func(ctx context.Context, id string) error { return a.Engine.Retry(ctx, id, resume) }
}

func (a *api) rerun(c *call) (any, error) {
	id := c.PathValue("id")
	if err := a.maySteer(c, id); err != nil {
		return nil, err
	}
	var req conductor.RerunWorkflowRequest
	if err := c.body(&req, true); err != nil {
		return nil, err
	}
	err := a.Engine.Rerun(c.Context(), id, engine.Rerun{
		TaskID: req.ReRunFromTaskID, Input: req.WorkflowInput, TaskInput: req.TaskInput, CorrelationID: req.CorrelationID,
	})
	if err != nil {
		return nil, err
	}
	return text(id), nil
}

func (a *api) skip(c *call) (any, error) {
	var req conductor.SkipTaskRequest
	if err := c.body(&req, true); err != nil {
		return nil, err
	}
	return a.steer(always(func(ctx context.Context, id string) error {
		return a.Engine.Skip(ctx, id, c.PathValue("ref"), req.TaskInput, req.TaskOutput)
	}))(c)
}

func (a *api) setVariables(c *call) (any, error) {
	var values map[string]any
	if err := c.body(&values, false); err != nil {
		return nil, err
	}
	_, err := a.steer(always(func(ctx context.Context, id string) error { return a.Engine.SetVariables(ctx, id, values) }))(c)
	if err != nil {
		return nil, err
	}
	return a.Engine.Workflow(c.PathValue("id"), true)
}

// jump takes the task from the query where it is there: the document names it twice.
func (a *api) jump(c *call) (any, error) {
	var input map[string]any
	if err := c.body(&input, true); err != nil {
		return nil, err
	}
	ref := c.query().Get("taskReferenceName")
	if ref == "" {
		ref = c.PathValue("ref")
	}
	if ref == "" {
		return nil, fault.Invalid("Required request parameter 'taskReferenceName' is not present")
	}
	return a.steer(always(func(ctx context.Context, id string) error { return a.Engine.Jump(ctx, id, ref, input) }))(c)
}

func (a *api) upgrade(c *call) (any, error) {
	var req conductor.UpgradeWorkflowRequest
	if err := c.body(&req, false); err != nil {
		return nil, err
	}
	return a.steer(always(func(ctx context.Context, id string) error {
		return a.Engine.Upgrade(ctx, id, engine.Upgrade{
			Name: req.Name, Version: req.Version, TaskOutput: req.TaskOutput, Input: req.WorkflowInput,
		})
	}))(c)
}
