package engine

import (
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// forkKind is FORK_JOIN, whose task is called FORK: over at once, it starts its branches and the JOIN that waits for them.
func forkKind() kind {
	return kind{schedule: scheduleFork, execute: nothing, follow: branches, early: true, final: true}
}

func scheduleFork(m *mapping) ([]*task, error) {
	if err := needsJoin(m.n); err != nil {
		return nil, err
	}
	return []*task{m.newFork()}, nil
}

// newFork is the task of a fork, which is over.
func (m *mapping) newFork() *task {
	t := m.newTask()
	t.Wire.TaskType, t.Wire.TaskDefName = typeFork, typeFork
	t.ended(conductor.TaskCompleted, "", m.env.now)
	return t
}

// needsJoin ends a workflow whose fork nobody joins.
func needsJoin(n *node) error {
	if next := n.after(); next != nil && next.task.Type == typeJoin {
		return nil
	}
	return &conclusion{
		status: conductor.WorkflowFailed, reason: "Fork task definition is not followed by a join task.  Check the blueprint",
	}
}

// branches are what follows a fork: the first task of each branch that has one, and the JOIN.
func branches(_ *execution, t *task) []*node {
	nodes := slices.Clone(t.forked)
	for _, first := range t.node.branches {
		if first != nil {
			nodes = append(nodes, first)
		}
	}
	return append(nodes, t.node.after())
}
