package engine

import (
	"maps"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The states of which a task's onStateChange may tell.
const (
	onScheduled = "onScheduled"
	onStart     = "onStart"
	onSuccess   = "onSuccess"
	onFailed    = "onFailed"
	onCancelled = "onCancelled"
)

// stateEvent is one event of onStateChange: its name and what it says, with expressions.
type stateEvent struct {
	name    string
	payload template
}

// stateEventsOf reads onStateChange of a task: a list of events for a state, or for several that are joined with commas, as the
// Python SDK writes them. What is no such list says nothing.
func stateEventsOf(t *conductor.WorkflowTask) map[string][]stateEvent {
	if len(t.OnStateChange) == 0 {
		return nil
	}
	events := map[string][]stateEvent{}
	for states, given := range t.OnStateChange {
		list, _ := given.([]any)
		for _, item := range list {
			fields, _ := item.(map[string]any)
			name := textOf(fields["type"])
			if name == "" {
				continue
			}
			payload, _ := fields["payload"].(map[string]any)
			for state := range strings.SplitSeq(states, ",") {
				state = strings.TrimSpace(state)
				events[state] = append(events[state], stateEvent{name: name, payload: compile(payload)})
			}
		}
	}
	return events
}

// tellState says what a task's definition wants said of the state that the task has come to [inferred, docs/parity.md]: the payload
// with its expressions resolved, and what an EVENT task says of its workflow, with the task's names.
func (t *task) tellState(state string) {
	x := t.x
	for _, event := range t.node.states[state] {
		name := eventOf(event.name, x.wf.WorkflowName, t.Wire.ReferenceTaskName)
		payload := x.systemPayload(name)
		payload["taskId"], payload["taskReferenceName"], payload["taskStatus"] = t.Wire.TaskID, t.Wire.ReferenceTaskName, t.Wire.Status
		payload["state"] = state
		own, _ := event.payload.resolve(&scope{x: x, taskID: t.Wire.TaskID}).(map[string]any)
		maps.Copy(payload, own)
		x.say(name, payload)
	}
}

// stateAtEnd is which of the states a terminal status is.
func stateAtEnd(status string) string {
	switch {
	case status == conductor.TaskCanceled:
		return onCancelled
	case status == conductor.TaskSkipped:
		return ""
	case conductor.TaskSuccessful(status):
		return onSuccess
	}
	return onFailed
}
