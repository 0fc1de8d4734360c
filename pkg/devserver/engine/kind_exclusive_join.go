package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// exclusiveJoinKind is EXCLUSIVE_JOIN: it takes over the end and the output of the one task of several that ran.
func exclusiveJoinKind() kind {
	return kind{schedule: scheduleExclusiveJoin, execute: executeExclusiveJoin, final: true}
}

func scheduleExclusiveJoin(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.TaskDefName = t.Wire.TaskType
	t.Wire.InputData = map[string]any{"joinOn": texts(m.n.task.JoinOn), "defaultExclusiveJoinTask": texts(m.n.task.DefaultExclusiveJoinTask)}
	t.Wire.Status, t.Wire.StartTime = conductor.TaskInProgress, m.env.now
	return []*task{t}, nil
}

// executeExclusiveJoin looks for the first named task that ran, else for the first of the default ones. It comes after them
// in the definition, so one that has not started never will.
func executeExclusiveJoin(x *execution, t *task, _ *environment) []command {
	names := append(t.joins(), t.defaults()...)
	for _, name := range names {
		ran := x.latest[name]
		if ran == nil || ran.Wire.Status == conductor.TaskSkipped {
			continue
		}
		if !ran.terminal() {
			return nil
		}
		status := ran.Wire.Status
		if !conductor.TaskSuccessful(status) {
			return []command{finishTask{task: t, status: conductor.TaskFailed, reason: ran.Wire.ReasonForIncompletion, output: ran.output()}}
		}
		return []command{finishTask{task: t, status: conductor.TaskCompleted, output: ran.output()}}
	}
	return []command{finishTask{
		task: t, status: conductor.TaskFailed, reason: "None of the tasks of the EXCLUSIVE_JOIN has run: neither joinOn nor defaultExclusiveJoinTask",
	}}
}

func (t *task) defaults() []string {
	names := make([]string, 0, len(t.node.task.DefaultExclusiveJoinTask))
	for _, name := range t.node.task.DefaultExclusiveJoinTask {
		names = append(names, name+string(t.place()))
	}
	return names
}

// watchEach lets an EXCLUSIVE_JOIN know of each of its tasks that is open: after a retry it is there before they have ended.
func (x *execution) watchEach(t *task) {
	for _, name := range append(t.joins(), t.defaults()...) {
		if ran := x.latest[name]; ran != nil && !ran.terminal() {
			x.watch(name, t)
		}
	}
}
