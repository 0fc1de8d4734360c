package engine

import (
	"fmt"
	"maps"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// eventKind is EVENT: it tells event handlers of something. Of the queues that Conductor knows, the internal one is here.
func eventKind() kind { return kind{schedule: scheduleEvent, execute: executeEvent} }

// scheduleEvent notes in the input where the event goes, as the real server does.
func scheduleEvent(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.InputData["sink"] = compile(m.n.task.Sink).resolve(&scope{x: m.x})
	t.Wire.InputData["asyncComplete"] = m.n.task.AsyncComplete
	return []*task{t}, nil
}

// internalQueue is the type of the queue inside the server.
const internalQueue = "conductor"

func executeEvent(x *execution, t *task, _ *environment) []command {
	if t.Wire.Status == conductor.TaskInProgress {
		return nil // somebody else completes it
	}
	event := eventOf(textOf(t.Wire.InputData["sink"]), x.wf.WorkflowName, t.Wire.ReferenceTaskName)
	output := maps.Clone(t.Wire.InputData)
	maps.Copy(output, x.systemPayload(event))
	if queueType, _, _ := strings.Cut(event, ":"); queueType != internalQueue {
		return []command{finishTask{task: t, status: conductor.TaskFailed, output: output, reason: fmt.Sprintf(
			"Error loading queue:%s, for task:%s, error: Unknown queue type %s", event, t.Wire.TaskID, queueType)}}
	}
	said := sayEvent{event: event, payload: output}
	if t.node.task.AsyncComplete {
		return []command{said, waitTask{task: t, until: never, output: output}}
	}
	return []command{said, finishTask{task: t, status: conductor.TaskCompleted, output: output}}
}
