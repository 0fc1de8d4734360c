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
func pullMessagesKind() kind {
	return kind{schedule: scheduleOne, execute: executePullMessages, queued: true}
}

func executePullMessages(_ *execution, t *task, _ *environment) []command {
	blocking, given := t.Wire.InputData["blocking"].(bool)
	size, _ := numberOf(t.Wire.InputData["batchSize"])
	return []command{takeMessages{task: t, size: int(max(1, min(size, maxBatch))), waits: blocking || !given}}
}

// takeMessages ends a task with the first messages of the inbox. Where there are none, because another task of the step has taken them or
// none has come, it makes one that waits wait for the next.
type takeMessages struct {
	task  *task
	size  int
	waits bool
}

func (c takeMessages) apply(x *execution, now int64) []*task {
	switch {
	case len(x.inbox) > 0 || !c.waits:
		messages := x.take(c.size)
		output := map[string]any{"messages": messages, "count": len(messages)}
		return finishTask{task: c.task, status: conductor.TaskCompleted, output: output}.apply(x, now)
	case slices.Contains(x.pulling, c.task):
		return nil
	}
	x.pulling = append(x.pullers(), c.task)
	return waitTask{task: c.task, until: never}.apply(x, now)
}
