package stuck

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// system are the causes of a task that the server does itself. A SUB_WORKFLOW is explained by what is stuck in it.
func (v View) system() []Cause {
	switch v.Task.TaskType {
	case "WAIT":
		return v.wait()
	case "HUMAN":
		return v.human()
	case "JOIN", "EXCLUSIVE_JOIN":
		return v.join()
	case "DO_WHILE":
		return v.loop()
	case "YIELD":
		return v.signal()
	case "WAIT_FOR_WEBHOOK":
		return v.webhook()
	case "SUB_WORKFLOW":
		return v.child()
	default:
		return v.byServer()
	}
}

// IsSystem reports whether the server does tasks of this type itself: workers do not poll them. FORK is what a fork is called when it runs.
func IsSystem(taskType string) bool { return taskType == "FORK" || definition.IsSystemType(taskType) }

// inHand are the causes of a task that a worker has.
func (v View) inHand() []Cause {
	t := v.Task
	limit := v.responseLimit()
	last := max(t.UpdateTime, t.StartTime)
	facts := []Fact{{Label: "worker", Value: orNone(t.WorkerID), Source: "took it " + v.ago(t.StartTime)}}
	if limit > 0 {
		due := time.UnixMilli(last).Add(limit)
		facts = append(facts, Fact{Label: "must answer by", Value: due.UTC().Format(time.RFC3339), Source: fmt.Sprintf("responseTimeoutSeconds %d", int(limit.Seconds()))})
	}
	for _, p := range v.Polls {
		if p.WorkerID == t.WorkerID && p.WorkerID != "" {
			facts = append(facts, Fact{Label: "last poll", Value: v.ago(p.LastPollTime), Source: p.WorkerID})
		}
	}
	if v.heldBySomebodyGone() {
		return []Cause{{
			ID: WorkerGone, Claim: fmt.Sprintf("Worker %s took it and has not polled since %s: it is gone, or busy with this alone.", t.WorkerID, v.ago(v.lastPoll(t.WorkerID))),
			Facts: facts, Remark: "When its time to answer is over, the task is given out again or fails, as its retryCount says.",
			Fix: []string{"orkesctl worker run"},
		}}
	}
	return []Cause{{ID: WorkerHolds, Harmless: true, Claim: fmt.Sprintf("Worker %s has it in hand.", orNone(t.WorkerID)), Facts: facts}}
}

func (v View) responseLimit() time.Duration {
	seconds := v.Task.ResponseTimeoutSeconds
	if seconds <= 0 && v.Definition != nil {
		seconds = v.Definition.ResponseTimeoutSeconds
	}
	return time.Duration(seconds) * time.Second
}

// heldBySomebodyGone needs a poll of that worker in the same domain that is old: a worker that polls nothing else may just be at work.
func (v View) heldBySomebodyGone() bool {
	last := v.lastPoll(v.Task.WorkerID)
	return last > 0 && v.nowMillis()-last > Fresh.Milliseconds()
}

func (v View) lastPoll(worker string) int64 {
	last := int64(0)
	for _, p := range v.Polls {
		if worker != "" && p.WorkerID == worker {
			last = max(last, p.LastPollTime)
		}
	}
	return last
}

func (v View) wait() []Cause {
	input := v.Task.InputData
	done := "orkesctl api POST " + cli.ShellWord(fmt.Sprintf("/tasks/%s/%s/COMPLETED", v.Execution.WorkflowID, v.Task.ReferenceTaskName)) + " --input -"
	for _, name := range []string{"until", "duration"} {
		if value, ok := input[name]; ok && value != "" {
			facts := []Fact{{Label: name, Value: fmt.Sprint(value), Source: "the task's input"}}
			if v.Task.CallbackAfterSeconds > 0 {
				end := time.UnixMilli(max(v.Task.UpdateTime, v.Task.StartTime)).Add(time.Duration(v.Task.CallbackAfterSeconds) * time.Second)
				facts = append(facts, Fact{Label: "over", Value: end.UTC().Format(time.RFC3339), Source: "in " + render.Duration(max(0, end.Sub(v.Now)))})
			}
			return []Cause{{ID: WaitsForTime, Harmless: true, Claim: "It is a WAIT for a time that has not come.", Facts: facts}}
		}
	}
	return []Cause{{
		ID: WaitsForSignal, Harmless: true, Claim: "It is a WAIT without a time: somebody has to complete it.", Fix: []string{done},
	}}
}

func (v View) signal() []Cause {
	return []Cause{{ID: WaitsForSignal, Harmless: true, Claim: "It is a YIELD: it waits for a signal to its execution."}}
}

func (v View) webhook() []Cause {
	return []Cause{{
		ID: WaitsForEvent, Harmless: true, Claim: "It waits for a webhook's event that matches.",
		Facts: []Fact{{Label: "matches", Value: compact(v.Task.InputData["matches"]), Source: "the task's input"}},
	}}
}

func (v View) human() []Cause {
	cause := Cause{ID: WaitsForPerson, Harmless: true, Claim: "It is a HUMAN task: a person has to complete it."}
	for _, name := range []string{"assignee", "assignees", "assignments", "__humanTaskDefinition"} {
		if value, ok := v.Task.InputData[name]; ok {
			cause.Facts = append(cause.Facts, Fact{Label: strings.Trim(name, "_"), Value: compact(value), Source: "the task's input"})
		}
	}
	return []Cause{cause}
}

// join names the tasks that a join still waits for.
func (v View) join() []Cause {
	on := v.Task.InputData["joinOn"]
	if on == nil && v.Task.WorkflowTask != nil {
		on = v.Task.WorkflowTask.JoinOn
	}
	var facts []Fact
	for _, ref := range names(on) {
		at := slices.IndexFunc(v.Execution.Tasks, func(t conductor.Task) bool { return t.ReferenceTaskName == ref && !t.Retried })
		switch {
		case at < 0:
			facts = append(facts, Fact{Label: "waits for", Value: ref, Source: "not scheduled yet"})
		case !conductor.TaskTerminal(v.Execution.Tasks[at].Status):
			facts = append(facts, Fact{Label: "waits for", Value: ref, Source: v.Execution.Tasks[at].Status})
		}
	}
	return []Cause{{ID: WaitsForTasks, Harmless: true, Claim: fmt.Sprintf("It joins branches, %d of which have not ended.", len(facts)), Facts: facts}}
}

func (v View) loop() []Cause {
	return []Cause{{ID: WaitsForTasks, Harmless: true, Claim: fmt.Sprintf("Its iteration %d runs; what is in it is told of itself.", max(1, v.Task.Iteration))}}
}

func (v View) child() []Cause {
	id := v.Task.SubWorkflowID
	if id == "" {
		return []Cause{{ID: ServerRuns, Claim: "Its sub-workflow has not been started yet.", Fix: []string{"orkesctl workflow list"}}}
	}
	return []Cause{{ID: WaitsForTasks, Harmless: true, Claim: "Its sub-workflow runs: " + id, Fix: []string{"orkesctl doctor why " + id}}}
}

func (v View) byServer() []Cause {
	return []Cause{{ID: ServerRuns, Harmless: true, Claim: fmt.Sprintf("The server runs it itself (%s): no worker is needed.", v.Task.TaskType)}}
}

func names(list any) []string {
	var all []string
	switch list := list.(type) {
	case []string:
		return list
	case []any:
		for _, item := range list {
			all = append(all, fmt.Sprint(item))
		}
	}
	return all
}

// compact is a value on one line, cut where it is long.
func compact(value any) string {
	data, err := render.Encode(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	text := strings.Join(strings.Fields(string(data)), " ")
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return text
}
