package engine

import (
	"context"
	"maps"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// maxTestSteps bounds a test of a workflow, as on the real server.
const maxTestSteps = 20_000

// TestResult is where a test got: the workflow, and by id those that ran inside it.
type TestResult struct {
	Workflow conductor.Workflow
	Inside   map[string]conductor.Workflow
}

// Test runs a workflow with made-up outcomes of its tasks and returns where it got: POST /workflow/test. It runs in a world of its
// own, with the definitions of this one: no worker sees its tasks, nothing leaves the machine, time passes at once, and what runs
// twice does the same twice but for the time at which it begins. It stops when the workflow has ended, or at a task that waits for
// somebody and has no outcome left. Errors as of Start.
func (e *Engine) Test(ctx context.Context, req conductor.WorkflowTestRequest, by string) (TestResult, error) {
	clock := NewManualClock(e.clock.Now())
	world, err := New(Options{
		Store: store.NewMemory(ExecutionKinds()...), Clock: clock, Logger: e.logger, Environment: e.outside, Secret: e.secret, Rights: e.rights,
	})
	if err != nil {
		return TestResult{}, err
	}
	defer func() { _ = world.Close() }()
	world.definitions, world.kinds, world.chance = e.definitions.copied(), world.kinds.harmless(), noChance()
	world.maxKin = maxTestSteps
	scripts := newJavascript()
	scripts.now, scripts.random = clock.Now, func() float64 { return 0.5 }
	world.scripts = scripts
	id, err := world.Start(ctx, req.StartWorkflowRequest, by)
	if err != nil {
		return TestResult{}, err
	}
	trial := &trial{Engine: world, clock: clock}
	for range maxTestSteps {
		did, err := trial.step(ctx, id, &req)
		if err != nil {
			return TestResult{}, err
		}
		if !did.moved && (did.stuck || !clock.toNext()) || ctx.Err() != nil {
			break
		}
	}
	return trial.result(id)
}

// harmless leaves to workers, who are not there, what leaves the machine and what this server cannot do.
func (k kinds) harmless() kinds {
	for _, name := range k.replaceable() {
		k.byType[name] = k.worker
	}
	return k
}

// replaceable are the types whose tasks leave the machine, act on others, or that nothing here can do: what comes of them can be made up.
func (k kinds) replaceable() []string {
	return append([]string{
		"HTTP", "HTTP_POLL", "EVENT", "KAFKA_PUBLISH", "GET_WORKFLOW", "TERMINATE_WORKFLOW", "UPDATE_TASK", "UPDATE_SECRET", "GET_SIGNED_JWT",
	}, k.missing...)
}

// trial is a test that runs.
type trial struct {
	*Engine
	clock *ManualClock
}

// step is what came of one look at the tasks that are open.
type step struct {
	moved bool // one was given an outcome
	stuck bool // one waits for somebody and has none left
}

// step gives each task that is open its next outcome, inside sub-workflows too.
func (r *trial) step(ctx context.Context, id string, req *conductor.WorkflowTestRequest) (did step, err error) {
	for _, task := range r.openTasks(id) {
		key, mocks := mocksOf(task, req)
		switch {
		case len(mocks) > 0 && r.deliverable(task):
			if !mocks[0].Repeat {
				req.TaskRefToMockOutput[key] = mocks[1:]
			}
			did.moved, err = true, r.give(ctx, task, mocks[0])
		case task.SubWorkflowID != "" && len(mocks) == 0:
			inner := req.SubWorkflowTestRequest[task.WorkflowTask.TaskReferenceName]
			var deeper step
			deeper, err = r.step(ctx, task.SubWorkflowID, &inner)
			did.moved, did.stuck = did.moved || deeper.moved, did.stuck || deeper.stuck
		case len(mocks) == 0:
			did.stuck = did.stuck || r.waitsForSomebody(task)
		}
		if err != nil {
			return did, err
		}
	}
	return did, nil
}

// openTasks are the tasks of an execution that have not ended. The others are not looked at: a loop may have made thousands.
func (r *trial) openTasks(id string) []conductor.Task {
	x := r.index.execution(id)
	if x == nil {
		return nil
	}
	x.lock()
	defer x.unlock()
	var open []conductor.Task
	for _, t := range x.tasks {
		if !t.terminal() {
			open = append(open, t.view())
		}
	}
	return open
}

// mocksOf are the outcomes that are left for a task: those of its own reference name, else in a loop those of all iterations.
func mocksOf(task conductor.Task, req *conductor.WorkflowTestRequest) (key string, mocks []conductor.TaskMock) {
	if mocks, own := req.TaskRefToMockOutput[task.ReferenceTaskName]; own {
		return task.ReferenceTaskName, mocks
	}
	key = task.WorkflowTask.TaskReferenceName
	return key, req.TaskRefToMockOutput[key]
}

// waitsForSomebody reports whether a task does not end by itself, whatever the time.
func (r *trial) waitsForSomebody(task conductor.Task) bool {
	t := r.lockTask(task.TaskID)
	if t == nil {
		return false
	}
	defer t.x.unlock()
	return !t.terminal() && (r.isWorkerTask(t) || t.WakeAt == never && !t.waitsForOthers() && task.TaskType != typeSubWorkflow)
}

// result reads the workflow and those inside it.
func (r *trial) result(id string) (TestResult, error) {
	wf, err := r.Workflow(id, true)
	got := TestResult{Workflow: wf, Inside: map[string]conductor.Workflow{}}
	for _, task := range wf.Tasks {
		if task.SubWorkflowID == "" || err != nil {
			continue
		}
		var inner TestResult
		if inner, err = r.result(task.SubWorkflowID); err == nil {
			maps.Copy(got.Inside, inner.Inside)
			got.Inside[task.SubWorkflowID] = inner.Workflow
		}
	}
	return got, err
}

// deliverable reports whether a worker could have a task now: one that is tried again has a delay to wait for.
func (r *trial) deliverable(task conductor.Task) bool {
	t := r.lockTask(task.TaskID)
	if t == nil {
		return false
	}
	defer t.x.unlock()
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
		ReasonForIncompletion: mock.ReasonForIncompletion,
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
