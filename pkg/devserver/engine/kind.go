package engine

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Task types that the engine itself speaks of.
const (
	typeSimple  = "SIMPLE"
	typeDoWhile = "DO_WHILE"
	typeFork    = "FORK" // what the tasks of FORK_JOIN and FORK_JOIN_DYNAMIC are called
	typeJoin    = "JOIN"

	typeSubWorkflow = "SUB_WORKFLOW"
	typeWait        = "WAIT"
	typeYield       = "YIELD"
	typeTerminate   = "TERMINATE"

	typeExclusiveJoin = "EXCLUSIVE_JOIN"
	typePullMessages  = "PULL_WORKFLOW_MESSAGES"
)

// kind is how the tasks of one type behave.
type kind struct {
	// schedule makes the tasks that start when the definition's task is reached: one for most, a whole fork for some.
	// An error of type *conclusion ends the workflow.
	schedule func(m *mapping) ([]*task, error)
	// execute advances a task that is not terminal, inside the step, and is nil for tasks that a worker does.
	// It changes nothing and answers commands. It is called when the task is new, when its WakeAt has come and when
	// something touches it, so it must bear being called again; but not before WakeAt, nor while a job works on the task.
	execute func(x *execution, t *task, env *environment) []command
	// follow answers what starts after a task that ended well; nil means what follows in the definition.
	follow func(x *execution, t *task) []*node
	// early marks kinds whose schedule has done something already (chosen, begun to wait): what an operator tries again is
	// scheduled anew, not copied.
	early bool
	// queued marks kinds that the real server does in queues of its own, after what it does at once.
	queued bool
	// final marks kinds that are never retried: a failed JOIN fails again.
	final bool
}

// mapping is what a kind may look at when it makes tasks.
type mapping struct {
	x   *execution
	n   *node
	at  place
	env *environment

	from *task // the fork or switch that starts the task together with itself, if one does
}

// kinds is the table of task types.
type kinds struct {
	byType  map[string]kind
	worker  kind
	missing []string // system tasks that nothing here can do
}

// newKinds lists what this engine can run: one line per task type, each with a file of its own (see the package comment).
func newKinds() kinds {
	table := kinds{worker: kind{schedule: scheduleWorkerTask}}
	table.byType = map[string]kind{
		"":                   table.worker,
		typeSimple:           table.worker,
		"USER_DEFINED":       table.worker,
		"DECISION":           decisionKind(),
		"DYNAMIC":            dynamicKind(),
		typeDoWhile:          doWhileKind(),
		typeExclusiveJoin:    exclusiveJoinKind(),
		typeFork:             forkKind(),
		"FORK_JOIN":          forkKind(),
		"FORK_JOIN_DYNAMIC":  forkDynamicKind(),
		"EVENT":              eventKind(),
		"GET_SIGNED_JWT":     signedJWTKind(),
		"GET_WORKFLOW":       getWorkflowKind(),
		"HTTP":               httpKind(),
		"HTTP_POLL":          httpPollKind(),
		"JSON_JQ_TRANSFORM":  jqKind(),
		"KAFKA_PUBLISH":      kafkaKind(),
		"LAMBDA":             lambdaKind(),
		"TERMINATE_WORKFLOW": terminateWorkflowKind(),
		"UPDATE_SECRET":      updateSecretKind(),
		"UPDATE_TASK":        updateTaskKind(),
		"WAIT_FOR_WEBHOOK":   humanKind(),
		typeYield:            humanKind(),
		"HUMAN":              humanKind(),
		"INLINE":             inlineKind(),
		typeJoin:             joinKind(),
		"NOOP":               noopKind(),
		typePullMessages:     pullMessagesKind(),
		"SET_VARIABLE":       setVariableKind(),
		"START_WORKFLOW":     startWorkflowKind(),
		typeSubWorkflow:      subWorkflowKind(),
		"SWITCH":             switchKind(),
		typeTerminate:        terminateKind(),
		typeWait:             waitKind(),
	}
	for _, name := range definition.SystemTypes() {
		if _, runs := table.byType[name]; !runs {
			table.byType[name] = missingKind()
			table.missing = append(table.missing, name)
		}
	}
	return table
}

// of returns how a type behaves. Types that are not in the table are the users' own, and go to workers.
func (k kinds) of(taskType string) kind {
	if found, ok := k.byType[taskType]; ok {
		return found
	}
	return k.worker
}

// scheduleWorkerTask makes the one task that a worker does: a SIMPLE task's type is its name.
func scheduleWorkerTask(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.TaskType = m.n.task.Type
	if isSimple(m.n.task.Type) {
		t.Wire.TaskType = m.n.task.Name
	}
	m.forWorker(t)
	return []*task{t}, nil
}

// forWorker gives a task what its queue and its worker's time-outs need.
func (m *mapping) forWorker(t *task) {
	t.Wire.Domain = m.env.domain(t.Wire.TaskType, m.x.wf.TaskToDomain)
	delay := m.n.task.StartDelay
	t.Wire.StartDelayInSeconds, t.Wire.CallbackAfterSeconds = delay, int64(delay)
	t.DeliverOn = after(m.env.now, int64(delay))
	t.Wire.ResponseTimeoutSeconds = m.n.def.ResponseTimeoutSeconds
	t.Wire.RateLimitPerFrequency = m.n.def.RateLimitPerFrequency
	t.Wire.RateLimitFrequencyInSeconds = m.n.def.RateLimitFrequencyInSeconds
	t.Wire.IsolationGroupID = m.n.def.IsolationGroupID
	t.Wire.ExecutionNameSpace = m.n.def.ExecutionNameSpace
}

// scheduleOne makes the one task of most system kinds; execute does the rest.
func scheduleOne(m *mapping) ([]*task, error) { return []*task{m.newTask()}, nil }

// nothing is the execute of kinds whose tasks are made with their end, or whose end comes from outside.
func nothing(*execution, *task, *environment) []command { return nil }

// newTask is a scheduled task with the fields that all kinds share and its resolved input.
func (m *mapping) newTask() *task {
	n, wf := m.n, &m.x.wf
	t := &task{x: m.x, node: n, limiter: n.limits, FirstScheduled: m.env.now, DeliverOn: m.env.now}
	t.Wire = conductor.Task{
		Status: conductor.TaskScheduled, ReferenceTaskName: m.at.ref(n), TaskType: n.task.Type,
		TaskDefName: n.task.Name, TaskID: m.env.newID(), WorkflowInstanceID: wf.WorkflowID, WorkflowType: wf.WorkflowName,
		CorrelationID: wf.CorrelationID, WorkflowPriority: wf.Priority, ScheduledTime: m.env.now,
		CallbackFromWorker: true, OutputData: map[string]any{},
	}
	t.Wire.Iteration = m.at.iteration()
	t.Wire.InputData = m.x.resolveInput(n, t.Wire.TaskID)
	return t
}

// ended makes a new task one that is over already.
func (t *task) ended(status, reason string, now int64) {
	t.Wire.Status, t.Wire.ReasonForIncompletion = status, reason
	t.Wire.StartTime, t.Wire.EndTime, t.Wire.UpdateTime = now, now, now
}
