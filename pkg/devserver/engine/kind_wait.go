package engine

import (
	"math"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// waitKind is WAIT: it waits for a time, or for somebody who updates or signals the task.
func waitKind() kind {
	return kind{schedule: scheduleWait, execute: executeWait, early: true, queued: true}
}

// scheduleWait makes a task that waits from the start.
func scheduleWait(m *mapping) ([]*task, error) {
	t := m.newTask()
	until, refusal := waitUntil(t.Wire.InputData, m.env.now)
	if refusal != "" {
		t.ended(conductor.TaskFailedTerminally, refusal, m.env.now)
		return []*task{t}, nil
	}
	t.Wire.Status, t.Wire.StartTime, t.Wire.UpdateTime = conductor.TaskInProgress, m.env.now, m.env.now
	t.Wire.CallbackAfterSeconds = math.MaxInt32
	if until != never {
		t.WakeAt = until
		t.Wire.CallbackAfterSeconds = max((until-m.env.now)/1000, 0)
	}
	return []*task{t}, nil
}

// executeWait ends a wait whose time has come. Another attempt, after somebody let one fail, waits for the rest of the first one's time.
func executeWait(_ *execution, t *task, env *environment) []command {
	if t.WakeAt == never || env.now < t.WakeAt {
		return nil
	}
	if t.Wire.Status == conductor.TaskScheduled {
		until, refusal := waitUntil(t.Wire.InputData, t.FirstScheduled)
		switch {
		case refusal != "":
			return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: refusal}}
		case until == never || until > env.now:
			return []command{waitTask{task: t, until: until}}
		}
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted}}
}

// waitUntil is when a wait is over, or never, or why its input is wrong.
func waitUntil(input map[string]any, now int64) (at int64, refusal string) {
	duration, until := waitText(input["duration"]), waitText(input["until"])
	switch {
	case duration != "" && until != "":
		return never, "Both 'duration' and 'until' specified. Please provide only one input"
	case duration != "":
		wait, ok := definition.ParseDuration(duration)
		if !ok {
			return never, "Not valid duration: " + duration
		}
		return max(now+wait, 1), ""
	case until != "":
		at, ok := definition.ParseUntil(until)
		if !ok {
			return never, "Invalid/Unsupported Wait Until format.  Provided: " + until
		}
		return max(at, 1), ""
	}
	return never, ""
}

func waitText(value any) string {
	if value == nil {
		return ""
	}
	return strings.TrimSpace(javaText(value))
}
