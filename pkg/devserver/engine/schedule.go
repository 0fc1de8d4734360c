package engine

import (
	"errors"
	"fmt"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxTasks is the most tasks that an execution may have, with all attempts and iterations: what loops without end runs
// into it before the machine runs out of memory.
const maxTasks = 100_000

// schedule answers the commands that start a definition's task at a place in loops.
func schedule(x *execution, n *node, at place, env *environment) []command {
	if len(x.tasks) >= maxTasks {
		return []command{endWorkflow{status: conductor.WorkflowFailed, reason: fmt.Sprintf(
			"The workflow has %d tasks, the most that one execution may have. Does a loop never end?", len(x.tasks))}}
	}
	commands, err := startTasks(&mapping{x: x, n: n, at: at, env: env})
	if err != nil {
		return []command{conclude(err)}
	}
	return commands
}

// startTasks starts a task and, with one that is over at once (a SWITCH, a FORK), what it starts: as on the real server
// these come next in the list, and none of them sees another's output.
func startTasks(m *mapping) ([]command, error) {
	if m.x.skipped(m.at.ref(m.n)) {
		return passOver(m)
	}
	found := m.env.kinds.of(m.n.task.Type)
	tasks, err := found.schedule(m)
	if err != nil {
		return nil, err
	}
	commands := make([]command, 0, len(tasks))
	for _, t := range tasks {
		t.recall(m.env)
		commands = append(commands, scheduleTask{t})
		if reason := t.refusal(); reason != "" {
			commands = append(commands, endTask{task: t, status: conductor.TaskFailedTerminally, reason: reason})
			continue
		}
		nodes := startsWith(m.x, t, found)
		if len(nodes) > 0 {
			commands = append(commands, settleTask{t})
		}
		for _, n := range nodes {
			inside, err := startTasks(&mapping{x: m.x, n: n, at: m.at, from: t, env: m.env})
			if err != nil {
				return nil, err
			}
			commands = append(commands, inside...)
		}
	}
	return commands, nil
}

// refusal says why a new task cannot have its input, or nothing. What is too large is not kept.
func (t *task) refusal() string {
	if reason := tooLarge("input", t.Wire.InputData, t); reason != "" {
		t.Wire.InputData = map[string]any{}
		return reason
	}
	return t.inputBreach()
}

// startsWith are the tasks that start together with one that is over at once: its branches, or its case. What comes after
// one without any starts in a step of its own.
func startsWith(x *execution, t *task, found kind) []*node {
	if found.follow == nil || !conductor.TaskSuccessful(t.Wire.Status) {
		return nil
	}
	nodes := found.follow(x, t)
	if t.Wire.TaskType != typeFork && (len(nodes) == 0 || !nodes[0].within(t.node)) {
		return nil
	}
	return nodes
}

// conclude turns a kind's error into the workflow's end.
func conclude(err error) command {
	var end *conclusion
	if errors.As(err, &end) {
		return endWorkflow{status: end.status, reason: end.reason, cause: end.cause}
	}
	return endWorkflow{status: conductor.WorkflowFailed, reason: err.Error()}
}

// maxPayload is the most that one input or output may hold, in bytes of JSON.
const maxPayload = 10 << 20

// tooLarge returns the reason to fail a task for the size of its input or output, or nothing.
func tooLarge(what string, payload map[string]any, t *task) string {
	if size := sizeOf(payload, maxPayload+1); size > maxPayload {
		return fmt.Sprintf("The %s payload of task: %s in workflow: %s is greater than the permitted limit: %d bytes",
			what, t.Wire.TaskID, t.Wire.WorkflowInstanceID, maxPayload)
	}
	return ""
}

// output computes a workflow's output: its parameters, else the output of the last task.
func (x *execution) output() map[string]any {
	if len(x.tasks) == 0 {
		return map[string]any{}
	}
	if len(x.plan.def.OutputParameters) > 0 {
		resolved, _ := x.plan.output.resolve(&scope{x: x}).(map[string]any)
		return resolved
	}
	last := len(x.tasks) - 1
	for last > 0 && x.tasks[last].Wire.Status == conductor.TaskSkipped { // as if an operator had skipped it at the start
		last--
	}
	return x.tasks[last].Wire.OutputData
}

// resolveInput computes the input of a task. Where the value of a key is null, the definition's template counts.
func (x *execution) resolveInput(n *node, taskID string) map[string]any {
	resolved, _ := n.input.resolve(&scope{x: x, taskID: taskID}).(map[string]any)
	if !n.input.dynamic() || resolved == nil {
		own := make(map[string]any, len(resolved))
		maps.Copy(own, resolved) // without expressions it is the definition's own map
		resolved = own
	}
	for key, value := range n.def.InputTemplate {
		if resolved[key] == nil {
			resolved[key] = value
		}
	}
	return resolved
}
