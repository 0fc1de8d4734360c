package engine

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// joinKind is JOIN: it is over when every task that it names is. Each of those reports once, so that a wide fork costs no
// more per branch than a narrow one.
func joinKind() kind {
	return kind{schedule: scheduleJoin, execute: executeJoin, final: true, queued: true}
}

func scheduleJoin(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.TaskDefName = t.Wire.TaskType
	t.Wire.InputData = map[string]any{"joinOn": m.joinOn()}
	t.Wire.Status, t.Wire.StartTime = conductor.TaskInProgress, m.env.now
	return []*task{t}, nil
}

// joinOn is what the definition names, or the ends of the dynamic fork before.
func (m *mapping) joinOn() []any {
	fork := m.from
	if fork == nil && m.n.fork != nil { // a JOIN that is made again, or after a fork whose branches were skipped
		fork = m.x.latest[m.at.ref(m.n.fork)]
	}
	if m.n.fork != nil && fork != nil {
		names, _ := fork.Wire.InputData["forkedTasks"].([]any)
		return names
	}
	return texts(m.n.task.JoinOn)
}

func texts(names []string) []any {
	list := make([]any, 0, len(names))
	for _, name := range names {
		list = append(list, name)
	}
	return list
}

// joins are the reference names that a JOIN waits for, at its place in loops.
func (t *task) joins() []string {
	given, _ := t.Wire.InputData["joinOn"].([]any)
	names := make([]string, 0, len(given))
	for _, item := range given {
		if name, ok := item.(string); ok {
			names = append(names, name+string(t.place()))
		}
	}
	return names
}

// await makes a JOIN that runs watch the tasks that it still has to wait for.
func (x *execution) await(t *task) {
	if t.Wire.TaskType == typeExclusiveJoin && !t.terminal() {
		x.watchEach(t)
		return
	}
	if t.Wire.TaskType != typeJoin || t.terminal() {
		return
	}
	t.missing = map[string]struct{}{}
	for _, name := range t.joins() {
		if branch := x.latest[name]; branch != nil && branch.Wire.Executed && !branch.Wire.Retried {
			continue
		}
		t.missing[name] = struct{}{}
		x.watch(name, t)
	}
}

// watch lets a join know when the decider is done with a task.
func (x *execution) watch(name string, join *task) {
	if x.watchers == nil {
		x.watchers = map[string][]*task{}
	}
	x.watchers[name] = append(x.watchers[name], join)
}

// arrive tells the JOINs that wait for a task that the decider is done with it, and returns those that wait for no other.
func (x *execution) arrive(t *task) []*task {
	name := t.Wire.ReferenceTaskName
	if len(x.watchers[name]) == 0 {
		return nil
	}
	var complete []*task
	for _, join := range x.watchers[name] {
		delete(join.missing, name)
		if len(join.missing) == 0 {
			complete = append(complete, join)
		}
	}
	delete(x.watchers, name)
	return complete
}

// joined is the output of a JOIN so far: that of each task which has any, also of one that goes on. What ended in this very step
// counts only for a JOIN that is over. around are the JOINs that wait for this one: they may do so in a circle.
func (t *task) joined(over bool, around ...*task) map[string]any {
	output := map[string]any{}
	for _, name := range t.joins() {
		branch := t.x.latest[name]
		if branch == nil || branch == t || slices.Contains(around, branch) {
			continue
		}
		own := branch.Wire.OutputData
		switch {
		case !over && branch.dirty:
			own = branch.before
		case branch.missing != nil && !branch.terminal():
			own = branch.joined(false, append(around, t)...)
		case branch.loop != nil:
			own = branch.output()
		}
		if len(own) > 0 {
			output[name] = own
		}
	}
	return output
}

// executeJoin ends a JOIN that waits for nobody: badly when a task ended badly, which only a permissive one can without
// ending the workflow.
func executeJoin(x *execution, t *task, _ *environment) []command {
	if len(t.missing) > 0 {
		return nil
	}
	end := finishTask{task: t, status: conductor.TaskCompleted, output: t.joined(true)}
	var failures, errors []string
	for _, name := range t.joins() {
		branch := x.latest[name]
		switch {
		case !conductor.TaskSuccessful(branch.Wire.Status):
			failures = append(failures, branch.Wire.ReasonForIncompletion)
		case branch.Wire.Status == conductor.TaskCompletedWithErrors && branch.node.task.Optional:
			errors = append(errors, branch.Wire.TaskDefName+"/"+branch.Wire.TaskID)
		}
	}
	switch {
	case len(failures) > 0:
		end.status = conductor.TaskFailed
		end.reason = strings.Join(slices.DeleteFunc(failures, func(reason string) bool { return reason == "" }), " ")
	case len(errors) > 0:
		end.status, end.reason = conductor.TaskCompletedWithErrors, strings.Join(errors, " ")+" completed with errors"
	}
	return []command{end}
}
