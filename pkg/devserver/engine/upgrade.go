package engine

import (
	"context"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Upgrade is what POST /workflow/{id}/upgrade asks for. Version zero is the newest; TaskOutput is the output of the new tasks that
// the execution has passed already; Input is laid over the workflow's.
type Upgrade struct {
	Name       string
	Version    int
	TaskOutput map[string]any
	Input      map[string]any
}

// Upgrade lets a running execution go on by another version of its definition. What the new version has before the point that was
// reached is skipped. Errors: fault.Conflict when it does not run or has a task that the new version does not know,
// fault.Invalid for another workflow's name, fault.NotFound for an unknown version.
func (e *Engine) Upgrade(ctx context.Context, id string, req Upgrade) error {
	return e.operate(ctx, id, func(x *execution, now int64) ([]*task, error) {
		p, err := e.upgradePlan(x, req)
		if err != nil {
			return nil, err
		}
		nodes := make([]*node, len(x.tasks))
		for i, t := range x.tasks {
			nodes[i] = p.nodes[t.node.ref()]
			if t.node.planted {
				nodes[i] = t.node
			}
			if nodes[i] == nil || nodes[i].task.Type != t.node.task.Type {
				return nil, fault.Conflict("Version %d of %s has no task %s of the type %s, which has run already",
					p.def.Version, p.def.Name, t.node.ref(), t.node.task.Type)
			}
		}
		for i, t := range x.tasks {
			t.node = nodes[i]
		}
		x.replan(p)
		x.wf.Input = laidOver(x.wf.Input, req.Input)
		x.changes.workflow = true
		env := e.environment(now)
		for _, t := range x.open() {
			if t.node.parent == nil {
				x.skipBefore(t.node, t.place(), req.TaskOutput, env)
			}
		}
		return x.open(), nil
	})
}

func (e *Engine) upgradePlan(x *execution, req Upgrade) (*plan, error) {
	switch {
	case x.ended():
		return nil, fault.Conflict("Workflow %s has ended: only one that runs can be upgraded. Current status is %s", x.title(), x.wf.Status)
	case req.Name != "" && req.Name != x.wf.WorkflowName:
		return nil, fault.Invalid("name is %s, but execution %s is one of %s", req.Name, x.id, x.wf.WorkflowName)
	}
	p, err := e.planFor(conductor.StartWorkflowRequest{Name: x.wf.WorkflowName, Version: &req.Version}, false)
	if err != nil {
		return nil, err
	}
	return p, p.runnable()
}

// laidOver is a map with the values of another one instead of its own.
func laidOver(own, other map[string]any) map[string]any {
	if len(other) == 0 {
		return own
	}
	merged := maps.Clone(own)
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, copyMap(other))
	return merged
}
