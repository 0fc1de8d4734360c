package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// loader gathers records, which come in no order, until they can be tied together.
type loader struct {
	engine     *Engine
	plans      map[string]*conductor.WorkflowDef
	executions map[string]*executionRecord
	tasks      map[string][]*task // by workflow id
	logs       map[string][]conductor.TaskExecLog
	letters    []letter
}

// load restores what the store holds.
func (e *Engine) load(ctx context.Context) error {
	l := &loader{
		engine: e, plans: map[string]*conductor.WorkflowDef{}, executions: map[string]*executionRecord{},
		tasks: map[string][]*task{}, logs: map[string][]conductor.TaskExecLog{},
	}
	if err := e.store.Load(ctx, l.visit); err != nil {
		return err
	}
	return l.finish()
}

func (l *loader) visit(kind, key string, data []byte) error {
	var err error
	switch kind {
	case KindTaskDef:
		def := new(conductor.TaskDef)
		if err = conductor.Decode(data, def); err == nil {
			l.engine.definitions.putTasks([]*conductor.TaskDef{def})
		}
	case KindWorkflowDef:
		def := new(conductor.WorkflowDef)
		if err = conductor.Decode(data, def); err == nil {
			l.engine.definitions.putWorkflow(def)
		}
	case KindSchema:
		var def conductor.SchemaDef
		if err = conductor.Decode(data, &def); err == nil {
			l.engine.schemas.put(def)
		}
	case kindPlan:
		l.plans[key] = new(conductor.WorkflowDef)
		err = conductor.Decode(data, l.plans[key])
	case KindExecution:
		l.executions[key] = new(executionRecord)
		err = conductor.Decode(data, l.executions[key])
	case kindTask:
		t := new(task)
		if err = conductor.Decode(data, t); err == nil {
			l.tasks[t.Wire.WorkflowInstanceID] = append(l.tasks[t.Wire.WorkflowInstanceID], t)
		}
	case kindLetter:
		var held letter
		err = conductor.Decode(data, &held)
		l.letters = append(l.letters, held)
	case kindLogs:
		var lines []conductor.TaskExecLog
		err = conductor.Decode(data, &lines)
		l.logs[key] = lines
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", kind, key, err)
	}
	return nil
}

// finish builds the executions.
func (l *loader) finish() error {
	plans := make(map[string]*plan, len(l.plans))
	l.engine.loaded = plans
	for id, def := range l.plans {
		p := l.engine.planOwned(def)
		p.id = id
		p.stored.Store(true)
		plans[id] = p
	}
	for id, record := range l.executions {
		p := plans[record.Plan]
		if p == nil || record.Workflow == nil {
			return fmt.Errorf("execution %q: its definition %q is missing", id, record.Plan)
		}
		x := &execution{id: id, order: record.Order, plan: p, live: &live{
			depth: record.Depth, level: record.Level, chain: record.Chain, wf: *record.Workflow, latest: map[string]*task{},
		}}
		if err := l.restoreTasks(x); err != nil {
			return err
		}
	}
	return l.deliver()
}

// Wake lets go on what was loaded: queues, timers, and the tasks that the engine does itself. It is for an engine that was made Asleep,
// once, before it is used.
func (e *Engine) Wake() {
	e.recall()
	errands := e.admissions.resume(e.index.everything())
	for _, x := range e.index.everything() {
		errands = append(errands, e.revive(x)...)
	}
	e.run(errands)
	for _, p := range e.loaded {
		if p.users.Load() == 0 {
			e.dropPlan(p)
		}
	}
	e.loaded = nil
	e.prune()
}

func (l *loader) restoreTasks(x *execution) error {
	tasks := l.tasks[x.id]
	slices.SortFunc(tasks, func(a, b *task) int { return a.Wire.Seq - b.Wire.Seq })
	for _, t := range tasks {
		t.node = x.find(t.Wire.ReferenceTaskName)
		if t.node == nil {
			return fmt.Errorf("task %q: its reference %q is not in the definition", t.Wire.TaskID, t.Wire.ReferenceTaskName)
		}
		t.limiter, t.logs = t.node.limits, l.logs[t.Wire.TaskID]
		if err := l.engine.regrow(t); err != nil {
			return fmt.Errorf("task %q: %w", t.Wire.TaskID, err)
		}
		t.resumeLoop()
		x.add(t)
	}
	x.regroup()
	l.engine.index.add(x, notUnique)
	return nil
}

// revive puts the open tasks of a loaded execution where they were: in a queue, or counted as running, with their time-outs.
func (e *Engine) revive(x *execution) []errand {
	x.lock()
	if x.ended() {
		return x.leave()
	}
	e.armWorkflow(x)
	var touched []*task
	for _, t := range x.open() {
		switch {
		case t.terminal():
		case t.Wire.Status == conductor.TaskScheduled && e.isWorkerTask(t):
			e.queues.enqueue(t)
		case e.isWorkerTask(t):
			t.running = true
			t.limiter.resume()
		default: // what a system task was waiting for may be gone with the process
			touched = append(touched, t)
		}
		e.arm(t)
	}
	if len(touched) > 0 {
		now := e.now()
		e.advance(x, touched, now)
		e.report(x, e.settle(context.Background(), x, now))
	}
	return x.leave()
}
