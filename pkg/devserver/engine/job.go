package engine

import (
	"context"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// job is work that takes time or leaves the machine, such as an HTTP call. It runs outside every lock, with no view of the
// execution: what it needs it has been given. It must return soon after ctx ends, which it does when the task has ended or
// the engine closes. After a restart of the engine it runs again.
type job func(ctx context.Context) outcome

// outcome is what came of a job. With the status IN_PROGRESS the task goes on: again, if set, is when (milliseconds since
// 1970) the kind's execute looks at it next.
type outcome struct {
	status string
	reason string
	output map[string]any
	again  int64
}

// performTask starts a job for a task, which is IN_PROGRESS from then on. While the job runs, the kind's execute is not
// called.
type performTask struct {
	task *task
	job  job
}

func (c performTask) apply(x *execution, now int64) []*task {
	c.task.begin(now)
	c.task.performing = true
	x.changes.errands = append(x.changes.errands, func(e *Engine) []errand {
		e.perform(c.task, c.job)
		return nil
	})
	return nil
}

// perform runs a job in the background.
func (e *Engine) perform(t *task, work job) {
	ctx, cancel := context.WithCancel(context.Background())
	t.x.lock()
	if t.terminal() {
		t.x.unlock()
		cancel()
		return
	}
	t.cancel = cancel
	t.x.unlock()
	e.jobs.start(func() {
		defer cancel()
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			select {
			case <-e.closed:
				cancel()
			case <-stop:
			}
		}()
		result := work(ctx)
		if !e.isClosed() {
			e.run(e.conclude(t, result))
		}
	})
}

// conclude gives a task the outcome of its job, unless it has ended meanwhile.
func (e *Engine) conclude(t *task, result outcome) []errand {
	return e.visit(t.x, func(now int64) []*task {
		t.performing, t.cancel = false, nil
		if t.terminal() {
			return nil
		}
		if result.status == conductor.TaskInProgress {
			return waitTask{task: t, until: result.again, output: result.output}.apply(t.x, now)
		}
		return finishTask{task: t, status: result.status, reason: result.reason, output: result.output}.apply(t.x, now)
	})
}

// begin makes a scheduled system task run.
func (t *task) begin(now int64) {
	wire := &t.Wire
	first := wire.StartTime == 0
	wire.Status, wire.UpdateTime, wire.CallbackAfterSeconds = conductor.TaskInProgress, now, 0
	if first {
		wire.StartTime = now
	}
	t.WakeAt = never
	t.x.changes.updated(t)
	t.x.changes.note(TaskUpdated, t, "")
	if first {
		t.tellState(onStart)
	}
}

// waitTask makes a system task run and its kind's execute look at it at a time in milliseconds since 1970, or only when
// something else touches the task, for never. The output, if any, is laid over what is there.
type waitTask struct {
	task   *task
	until  int64
	output map[string]any
}

func (c waitTask) apply(_ *execution, now int64) []*task {
	c.task.begin(now)
	c.task.WakeAt = c.until
	c.task.overlay(c.output)
	return nil
}

// finishTask ends a system task. The output, if any, is laid over what is there.
type finishTask struct {
	task   *task
	status string
	reason string
	output map[string]any
}

func (c finishTask) apply(x *execution, now int64) []*task {
	t := c.task
	if t.Wire.StartTime == 0 {
		t.Wire.StartTime = now
	}
	t.overlay(c.output)
	if reason := tooLarge("output", t.Wire.OutputData, t); reason != "" {
		t.Wire.OutputData = map[string]any{}
		c.status, c.reason = conductor.TaskFailedTerminally, reason
	}
	return endTask{task: t, status: c.status, reason: c.reason}.apply(x, now)
}

// overlay replaces the output by one with the given fields; views share the old one.
func (t *task) overlay(output map[string]any) {
	if len(output) == 0 {
		return
	}
	merged := make(map[string]any, len(t.Wire.OutputData)+len(output))
	maps.Copy(merged, t.Wire.OutputData)
	maps.Copy(merged, output)
	t.Wire.OutputData = merged
}
