package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Skip makes an execution pass over a task that it has not come to yet: PUT /workflow/{id}/skiptask/{ref}. The task is there at
// once, SKIPPED, with the given input and output for those that follow. In a loop the name is that of an iteration (REF__2), or
// without one that of the iteration which runs.
//
// Errors: fault.Conflict when the workflow does not run or has come to the task already, fault.NotFound for an unknown task.
func (e *Engine) Skip(ctx context.Context, id, ref string, input, output map[string]any) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if x.wf.Status != conductor.WorkflowRunning {
			return nil, fault.Conflict("The workflow %s is not running so the task referenced by %s cannot be skipped", id, ref)
		}
		n, at := x.locate(ref)
		if n == nil {
			return nil, fault.NotFound("The task referenced by %s does not exist in the WorkflowDefinition %s", ref, x.wf.WorkflowName)
		}
		if x.latest[at.ref(n)] != nil {
			return nil, fault.Conflict("The task referenced %s has already been processed, cannot be skipped", ref)
		}
		m := &mapping{x: x, n: n, at: at, env: e.environment(now)}
		return x.skip(m, input, output), nil
	})
}

// locate finds a definition's task by its reference name and where in loops it comes next.
func (x *execution) locate(ref string) (*node, place) {
	n := x.find(ref)
	if n == nil {
		return nil, ""
	}
	if at := place(ref[len(n.ref()):]); at != "" {
		return n, at
	}
	return n, x.current(n)
}

// current is the place of a task in the iterations that run now.
func (x *execution) current(n *node) place {
	for around := n.parent; around != nil; around = around.parent {
		if around.task.Type != typeDoWhile {
			continue
		}
		at := x.current(around)
		if loop := x.latest[at.ref(around)]; loop != nil {
			return at.inside(max(loop.Wire.Iteration, 1))
		}
		return at.inside(1)
	}
	return ""
}

// skip adds a task that is passed over, and returns the joins that wait for it and now for nobody else.
func (x *execution) skip(m *mapping, input, output map[string]any) []*task {
	t := m.newTask()
	t.Wire.TaskType, t.Wire.InputData, t.Wire.OutputData = m.n.task.Name, copyMap(input), copyMap(output)
	t.ended(conductor.TaskSkipped, "", m.env.now)
	t.Wire.Executed, t.Wire.Seq = true, x.nextSeq()
	x.add(t)
	x.changes.scheduled(t)
	return x.arrive(t)
}

// passOver starts what follows a task that was skipped before its turn.
func passOver(m *mapping) ([]command, error) {
	next := m.n.after()
	switch {
	case next == nil:
		return nil, nil
	case m.n.within(next): // the end of an iteration
		return []command{lookAt{m.x.latest[m.at.outer().ref(next)]}}, nil
	case m.from != nil && m.from.Wire.TaskType == typeFork && next == m.from.node.after():
		return nil, nil // the fork starts its join itself
	case m.x.latest[m.at.ref(next)] != nil && !m.x.skipped(m.at.ref(next)):
		return nil, nil
	}
	return startTasks(&mapping{x: m.x, n: next, at: m.at, env: m.env})
}

// skipped reports whether a task was passed over before its turn.
func (x *execution) skipped(ref string) bool {
	t := x.latest[ref]
	return t != nil && t.Wire.Status == conductor.TaskSkipped
}

// lookAt makes the next step look at a task.
type lookAt struct{ task *task }

func (c lookAt) apply(*execution, int64) []*task {
	if c.task == nil {
		return nil
	}
	return []*task{c.task}
}
