package engine

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// environment is everything that a step may know besides the execution. Two steps with the same environment and the same
// execution answer the same commands.
type environment struct {
	now    int64 // milliseconds since 1970
	kinds  kinds
	newID  func() string
	jitter func(n int) int64                                            // 0 to n milliseconds
	domain func(taskType string, taskToDomain map[string]string) string // the domain to queue in, by who polls now

	forked bool // a dynamic fork has started in this call, though its commands may not be applied yet

	scripts scripts
	web     *http.Client
	cache   *cache
	clock   func() int64 // the time for jobs, which may ask it at any moment
	secret  func(name string) (string, bool)

	keepSecret func(by, name, value string) error
	grow       func(tasks []conductor.WorkflowTask, parent *node) ([]*node, error) // nodes of tasks that are data
}

// conclusion is an error that ends the workflow.
type conclusion struct {
	status string
	reason string
	cause  *task
}

func (c *conclusion) Error() string { return c.reason }

// decide answers what is to be done in an execution whose touched tasks changed or reached a deadline. It changes nothing.
// The caller applies the commands and decides again on the tasks that they touched, until there are none.
func decide(x *execution, touched []*task, env *environment) []command {
	if x.ended() {
		return nil
	}
	if end, due := workflowTimeout(x, env.now); due {
		return []command{end}
	}
	if x.wf.Status == conductor.WorkflowPaused || x.wf.RateLimited {
		return nil
	}
	if end := terminated(x, touched); end != nil {
		if worse := failedWith(x, touched, env); worse != nil {
			return worse
		}
		return end
	}
	var commands []command
	if len(x.tasks) == 0 {
		commands = begin(x, env)
	}
	for _, t := range touched {
		next := decideTask(x, t, env)
		if len(next) > 0 && ends(next[len(next)-1]) {
			return next // nothing else happens any more
		}
		commands = append(commands, next...)
	}
	if len(commands) == 0 && x.pending == 0 {
		commands = append(commands, complete(x))
	}
	return commands
}

// failedWith answers the end of a workflow with one of the tasks, if one of them ends it.
func failedWith(x *execution, touched []*task, env *environment) []command {
	for _, t := range touched {
		if !t.terminal() || conductor.TaskSuccessful(t.Wire.Status) {
			continue
		}
		if next := decideTask(x, t, env); len(next) > 0 && ends(next[len(next)-1]) {
			return next
		}
	}
	return nil
}

func ends(c command) bool {
	_, end := c.(endWorkflow)
	return end
}

// begin schedules the first task.
func begin(x *execution, env *environment) []command {
	if x.plan.first == nil {
		return []command{endWorkflow{status: conductor.WorkflowCompleted, reason: "No tasks found to be executed"}}
	}
	return schedule(x, x.plan.first, "", env)
}

// decideTask answers what follows from one task: a time-out, progress, a retry, the next task, or the workflow's end.
func decideTask(x *execution, t *task, env *environment) []command {
	if t.settled() || t.of != x.live {
		return nil
	}
	if !t.terminal() {
		if commands := timeouts(t, env.now); len(commands) > 0 {
			return commands
		}
		found := env.kinds.of(t.Wire.TaskType)
		if found.execute == nil || t.performing || env.now < t.WakeAt {
			return nil
		}
		return found.execute(x, t, env)
	}
	if conductor.TaskSuccessful(t.Wire.Status) {
		return proceed(x, t, env)
	}
	return fail(x, t, env)
}

// proceed settles a task and schedules what comes next.
func proceed(x *execution, t *task, env *environment) []command {
	commands := []command{settleTask{t}}
	for _, next := range following(x, t, env.kinds) {
		at := t.place()
		if t.node.within(next) {
			continue // a loop looks by itself whether its iteration is over
		}
		if x.latest[at.ref(next)] == nil || x.skipped(at.ref(next)) {
			commands = append(commands, schedule(x, next, at, env)...)
		}
	}
	return commands
}

// following answers what starts after a task.
func following(x *execution, t *task, table kinds) []*node {
	if found := table.of(t.Wire.TaskType); found.follow != nil && conductor.TaskSuccessful(t.Wire.Status) {
		return found.follow(x, t)
	}
	return oneOf(t.node.after())
}

// fail decides about a task that ended badly: try again, carry on without it, or end the workflow.
func fail(x *execution, t *task, env *environment) []command {
	refusal := ""
	if retryable(t, env.kinds) {
		if refusal = totalTimeoutRefusal(t, env.now); refusal == "" {
			return []command{retryTask{failed: t, next: nextAttempt(x, t, env)}}
		}
	}
	switch {
	case t.node.task.Optional:
		return []command{endTask{task: t, status: conductor.TaskCompletedWithErrors, reason: t.Wire.ReasonForIncompletion}}
	case t.node.task.Permissive:
		return append(proceed(x, t, env), askLoops{t})
	}
	end := endWorkflow{status: workflowStatusAfter(t.Wire.Status), cause: t, reason: refusal}
	if end.reason == "" {
		end.reason = fmt.Sprintf("Task %s failed with status: %s and reason: '%s'", t.Wire.TaskID, end.status, t.Wire.ReasonForIncompletion)
	}
	return []command{settleTask{t}, end}
}

func workflowStatusAfter(taskStatus string) string {
	switch taskStatus {
	case conductor.TaskCanceled:
		return conductor.WorkflowTerminated
	case conductor.TaskTimedOut:
		return conductor.WorkflowTimedOut
	}
	return conductor.WorkflowFailed
}

// complete ends a workflow that has nothing left to do. Permissive tasks that failed fail it now.
func complete(x *execution) command {
	if reason := x.failures(); reason != "" {
		return endWorkflow{status: conductor.WorkflowFailed, reason: reason}
	}
	return endWorkflow{status: conductor.WorkflowCompleted}
}

// failures is why permissive tasks failed, or nothing.
func (x *execution) failures() string {
	var failures []string
	for _, t := range x.tasks {
		permitted := t.node.task.Permissive && !t.node.task.Optional
		if !permitted || !t.terminal() || t.Wire.Retried || conductor.TaskSuccessful(t.Wire.Status) {
			continue
		}
		failures = append(failures, fmt.Sprintf("Task %s failed with status: %s and reason: '%s'",
			t.Wire.TaskID, t.Wire.Status, t.Wire.ReasonForIncompletion))
	}
	return strings.Join(failures, " ")
}
