package engine

import (
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxBatch is the most messages that one task takes, as on the real server.
const maxBatch = 100

// pullMessagesKind is PULL_WORKFLOW_MESSAGES: it waits for messages to its execution (POST /workflow/{id}/messages), and its output
// is up to batchSize of them, 1 where that is no number. With "blocking": false it waits for none. The real server looks every second;
// here the message itself wakes it.
func pullMessagesKind() kind { return kind{schedule: scheduleOne, execute: executePullMessages} }

func executePullMessages(x *execution, t *task, _ *environment) []command {
	if blocking, given := t.Wire.InputData["blocking"].(bool); len(x.inbox) == 0 && (blocking || !given) {
		return []command{awaitMessages{t}}
	}
	size, _ := numberOf(t.Wire.InputData["batchSize"])
	return []command{takeMessages{t, int(max(1, min(size, maxBatch)))}}
}

// awaitMessages makes a task wait for the next message.
type awaitMessages struct{ task *task }

func (c awaitMessages) apply(x *execution, now int64) []*task {
	if slices.Contains(x.pulling, c.task) {
		return nil
	}
	x.pulling = append(x.pullers(), c.task)
	return waitTask{task: c.task, until: never}.apply(x, now)
}

// takeMessages ends a task with the first messages of the inbox.
type takeMessages struct {
	task *task
	size int
}

func (c takeMessages) apply(x *execution, now int64) []*task {
	messages := x.take(c.size)
	return finishTask{
		task: c.task, status: conductor.TaskCompleted, output: map[string]any{"messages": messages, "count": len(messages)},
	}.apply(x, now)
}
