package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// noopKind is NOOP: a task that does nothing, well.
func noopKind() kind { return kind{schedule: scheduleNoop, execute: executeNoop} }

// scheduleNoop leaves out the input, as the real server does.
func scheduleNoop(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.InputData = map[string]any{}
	return []*task{t}, nil
}

func executeNoop(_ *execution, t *task, _ *environment) []command {
	return []command{finishTask{task: t, status: conductor.TaskCompleted}}
}
