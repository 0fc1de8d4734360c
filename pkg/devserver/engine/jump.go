package engine

import (
	"context"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Jump makes a running execution go on at a task that it has not come to: POST /workflow/{id}/jump/{ref}. What runs now is skipped,
// and so are the tasks between in the same list; other branches of a fork around the task go on. input, if given, is laid over the
// task's own.
//
// Errors: fault.Conflict when the workflow does not run, has come to the task already (Rerun is for those) or has not begun the
// loop or fork around it; fault.NotFound for an unknown task.
func (e *Engine) Jump(ctx context.Context, id, ref string, input map[string]any) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		if x.wf.Status != conductor.WorkflowRunning {
			return nil, fault.Conflict("The workflow %s is not running so it cannot jump to %s. Current status is %s", id, ref, x.wf.Status)
		}
		n, at := x.locate(ref)
		if n == nil {
			return nil, fault.NotFound("The task referenced by %s does not exist in the WorkflowDefinition %s", ref, x.wf.WorkflowName)
		}
		if x.latest[at.ref(n)] != nil {
			return nil, fault.Conflict("The task %s has begun already: rerun from it when the workflow has ended", ref)
		}
		if around := x.notBegun(n, at); around != nil {
			return nil, fault.Conflict("The task %s is inside %s, which has not begun", ref, around.ref())
		}
		env := e.environment(now)
		for _, t := range x.open() {
			if !t.terminal() && !n.within(t.node) && !t.besidePlace(n, at) && !n.joinedBy(t.node) {
				endTask{task: t, status: conductor.TaskSkipped}.apply(x, now)
				settleTask{t}.apply(x, now)
			}
		}
		x.skipBefore(n, at, nil, env)
		var touched []*task
		for _, c := range schedule(x, n, at, env) {
			if made, ok := c.(scheduleTask); ok && made.task.node == n {
				made.task.Wire.InputData = laidOver(made.task.Wire.InputData, input)
			}
			touched = append(touched, c.apply(x, now)...)
		}
		return touched, nil
	})
}

// notBegun is the first loop or fork around a task that does not run.
func (x *execution) notBegun(n *node, at place) *node {
	for around := n.parent; around != nil; around = around.parent {
		if around.task.Type == typeDoWhile {
			at = at.outer()
		}
		begun := x.latest[at.ref(around)]
		if begun == nil && (around.isFork() || around.task.Type == typeDoWhile) || begun != nil && around.task.Type == typeDoWhile && begun.terminal() {
			return around
		}
	}
	return nil
}

// joinedBy reports whether another task joins a fork around this one.
func (n *node) joinedBy(other *node) bool {
	for around := n.parent; around != nil; around = around.parent {
		if around.isFork() && around.after() == other {
			return true
		}
	}
	return false
}

// skipBefore skips the tasks that come before one in its list and have not begun.
func (x *execution) skipBefore(n *node, at place, output map[string]any, env *environment) {
	first := x.plan.first
	if n.parent != nil {
		first = n.parent.listOf(n)
	}
	for ; first != nil && first != n; first = first.next {
		if x.latest[at.ref(first)] == nil {
			x.skip(&mapping{x: x, n: first, at: at, env: env}, nil, output)
		}
	}
}

// listOf is the first task of the list inside a task that has another one.
func (n *node) listOf(inner *node) *node {
	lists := append([]*node{n.fallback, n.body}, n.branches...)
	for _, first := range n.cases {
		lists = append(lists, first)
	}
	for _, first := range lists {
		if first.leadsTo(inner) {
			return first
		}
	}
	return inner
}
