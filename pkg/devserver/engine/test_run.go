package engine

import (
	"context"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// maxTestSteps bounds a test of a workflow, as on the real server.
const maxTestSteps = 20_000

// Test runs a workflow with made-up outcomes of its tasks and returns where it got: POST /workflow/test. It runs in a world of its
// own, with the definitions of this one: no worker sees its tasks, nothing leaves the machine, and time passes at once. It stops when
// the workflow has ended, or at a task that waits for somebody and has no outcome left. Errors as of Start.
func (e *Engine) Test(ctx context.Context, req conductor.WorkflowTestRequest, by string) (conductor.Workflow, error) {
	clock := NewManualClock(e.clock.Now())
	world, err := New(Options{
		Store: store.NewMemory(ExecutionKinds()...), Clock: clock, Logger: e.logger, Environment: e.outside, Secret: e.secret, Rights: e.rights,
	})
	if err != nil {
		return conductor.Workflow{}, err
	}
	defer func() { _ = world.Close() }()
	world.definitions, world.kinds = e.definitions.copied(), world.kinds.harmless()
	id, err := world.Start(ctx, req.StartWorkflowRequest, by)
	if err != nil {
		return conductor.Workflow{}, err
	}
	trial := &trial{Engine: world, clock: clock}
	for range maxTestSteps {
		moved, err := trial.step(ctx, id, &req)
		if err != nil {
			return conductor.Workflow{}, err
		}
		if !moved && !clock.toNext() || ctx.Err() != nil {
			break
		}
	}
	return world.Workflow(id, true)
}

// harmless leaves to workers, who are not there, what leaves the machine and what this server cannot do.
func (k kinds) harmless() kinds {
	for name := range k.unsupported {
		if _, runs := k.byType[name]; !runs {
			k.byType[name] = k.worker
		}
	}
	for _, name := range []string{"HTTP", "HTTP_POLL", "EVENT", "KAFKA_PUBLISH", "GET_WORKFLOW", "TERMINATE_WORKFLOW", "UPDATE_TASK", "UPDATE_SECRET", "GET_SIGNED_JWT"} {
		k.byType[name] = k.worker
	}
	return k
}

// trial is a test that runs.
type trial struct {
	*Engine
	clock *ManualClock
}

// step gives each task that is open its next outcome, inside sub-workflows too, and reports whether there was one.
func (r *trial) step(ctx context.Context, id string, req *conductor.WorkflowTestRequest) (moved bool, err error) {
	wf, err := r.Workflow(id, true)
	if err != nil {
		return false, err
	}
	for _, task := range wf.Tasks {
		if conductor.TaskTerminal(task.Status) {
			continue
		}
		mocks := req.TaskRefToMockOutput[task.ReferenceTaskName]
		inner, inside := req.SubWorkflowTestRequest[task.ReferenceTaskName]
		switch {
		case len(mocks) > 0 && r.deliverable(task):
			req.TaskRefToMockOutput[task.ReferenceTaskName] = mocks[1:]
			moved, err = true, r.give(ctx, task, mocks[0])
		case inside && task.SubWorkflowID != "":
			var deeper bool
			deeper, err = r.step(ctx, task.SubWorkflowID, &inner)
			moved = moved || deeper
		}
		if err != nil {
			return false, err
		}
	}
	return moved, nil
}

// deliverable reports whether a worker could have a task now: one that is tried again has a delay to wait for.
func (r *trial) deliverable(task conductor.Task) bool {
	t := r.index.task(task.TaskID)
	t.x.mu.Lock()
	defer t.x.mu.Unlock()
	return task.Status != conductor.TaskScheduled || t.DeliverOn <= r.now()
}

// give makes an outcome that of a task, after the time that it is to have taken.
func (r *trial) give(ctx context.Context, task conductor.Task, mock conductor.TaskMock) error {
	r.clock.Advance(time.Duration(max(mock.QueueWaitTime, 0)) * time.Millisecond)
	if task.Status == conductor.TaskScheduled {
		if _, err := r.Poll(ctx, PollRequest{TaskType: task.TaskType, Domain: task.Domain, WorkerID: "test", Count: maxTestSteps}); err != nil {
			return err
		}
	}
	r.clock.Advance(time.Duration(max(mock.ExecutionTime, 0)) * time.Millisecond)
	if mock.Status == "" {
		mock.Status = conductor.TaskCompleted
	}
	_, err := r.Update(ctx, conductor.TaskResult{
		WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: mock.Status, OutputData: mock.Output, WorkerID: "test",
	})
	return err
}

// toNext moves a clock to the next thing that is due, and reports whether there was one.
func (c *ManualClock) toNext() bool {
	c.mu.Lock()
	if len(c.pending) == 0 {
		c.mu.Unlock()
		return false
	}
	wait := c.pending[0].at.Sub(c.now)
	c.mu.Unlock()
	c.Advance(max(wait, 0))
	return true
}
