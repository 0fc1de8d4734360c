// Package stuck says why a task does not go on: from what the server tells of its execution, its queue, its definition, its pollers and
// the grants of the worker's application. Explain and Ended are pure functions of what was gathered; Gather asks the server and
// changes nothing, and never polls.
package stuck

import (
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The causes, as programs know them. Each is one sentence in what people read.
const (
	WorkflowPaused   = "workflow-paused"
	StartDelay       = "start-delay"
	RetryDelay       = "retry-delay"
	Callback         = "callback"
	NotPermitted     = "not-permitted"
	OtherDomain      = "other-domain"
	NearMiss         = "near-miss-name"
	StalePoller      = "stale-poller"
	NobodyPolls      = "nobody-polls"
	ConcurrencyLimit = "concurrency-limit"
	RateLimit        = "rate-limit"
	Backlog          = "backlog"
	WorkerHolds      = "worker-holds"
	WorkerGone       = "worker-gone"
	NoDefinition     = "no-definition"
	PollTimeout      = "poll-timeout"
	WaitsForTime     = "waits-for-time"
	WaitsForSignal   = "waits-for-signal"
	WaitsForPerson   = "waits-for-person"
	WaitsForEvent    = "waits-for-event"
	WaitsForTasks    = "waits-for-tasks"
	ServerRuns       = "server-runs"
	Failed           = "failed"
	TimeSpent        = "time-spent"
)

// Fresh is how recent a poll must be for its worker to count as alive: one minute (worker sheet §5, row 12).
const Fresh = time.Minute

// Fact is one line of evidence: what it is about, what was found, and where.
type Fact struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Source string `json:"source,omitempty"`
	Odd    bool   `json:"odd,omitempty"` // this one does not agree with the others
}

// Cause is one reason why a task stands where it does. Harmless ones are as somebody wanted it: a WAIT, a delay, a worker at work.
type Cause struct {
	ID       string   `json:"id"`
	Claim    string   `json:"claim"`
	Facts    []Fact   `json:"evidence,omitempty"`
	Remark   string   `json:"remark,omitempty"`
	Fix      []string `json:"fix,omitempty"` // commands, the first to type first
	Harmless bool     `json:"harmless,omitempty"`
}

// Verdict is what keeps one task, the weightiest cause first. Since is when it came into its state, in milliseconds since 1970.
type Verdict struct {
	Execution string   `json:"execution"`
	Workflow  string   `json:"workflow"`
	Path      []string `json:"path,omitempty"` // references of the sub-workflows around it, the outermost first
	Reference string   `json:"reference"`
	Task      string   `json:"task"`
	Type      string   `json:"type"`
	Status    string   `json:"status"`
	Domain    string   `json:"domain,omitempty"`
	Since     int64    `json:"since"`
	Causes    []Cause  `json:"causes"`
	Like      int      `json:"like,omitempty"` // how many more tasks stand there for the same reason
}

// Harmless reports whether the task stands as somebody wanted it to.
func (v Verdict) Harmless() bool { return len(v.Causes) == 0 || v.Causes[0].Harmless }

// Rights are what the worker's application may do with the task, as far as the server says. Known false means that it does not say.
type Rights struct {
	Application string // its name; empty where no application is known
	Known       bool
	May         bool
	Because     string   // what is missing, or through what it may
	Held        string   // its grants on the task, in words
	Fix         []string // the least that would let it poll
}

// Declared is a worker that the project's sources declare for the task.
type Declared struct {
	Domain string // empty: none
	Place  string // "src/x.py:12"
}

// View is what is known around one task.
type View struct {
	Now       time.Time
	Execution conductor.Workflow
	Task      conductor.Task

	Definition *conductor.TaskDef // nil: none is registered, or it was not seen
	Undefined  bool               // the server says that there is none
	Polls      []conductor.PollData
	PollsSeen  bool
	Near       []conductor.PollData // polls of tasks whose names look like this one's; QueueName is the other task's
	Held       []conductor.Task     // tasks of the same definition that workers have in hand
	Rights     Rights
	Declared   []Declared
}

// name is the name that workers poll: the definition's, else the type.
func (v View) name() string { return NameOf(v.Task) }

// NameOf is the name that workers poll a task by.
func NameOf(task conductor.Task) string {
	if task.TaskDefName != "" {
		return task.TaskDefName
	}
	return task.TaskType
}

func (v View) nowMillis() int64 { return v.Now.UnixMilli() }

// Explain says what keeps an open task.
func Explain(v View) Verdict {
	t := v.Task
	verdict := Verdict{
		Execution: v.Execution.WorkflowID, Workflow: v.Execution.WorkflowName, Reference: t.ReferenceTaskName, Task: v.name(), Type: t.TaskType,
		Status: t.Status, Domain: t.Domain, Since: since(t),
	}
	var causes []Cause
	if v.Execution.Status == conductor.WorkflowPaused {
		causes = append(causes, v.paused())
	}
	switch {
	case IsSystem(t.TaskType):
		causes = append(causes, v.system()...)
	case t.Status == conductor.TaskInProgress && t.CallbackAfterSeconds <= 0:
		causes = append(causes, v.inHand()...)
	default:
		causes = append(causes, v.waiting()...)
	}
	verdict.Causes = causes
	return verdict
}

// since is when a task came into the state it is in.
func since(t conductor.Task) int64 {
	switch {
	case t.Status == conductor.TaskInProgress && t.StartTime > 0:
		return t.StartTime
	case t.ScheduledTime > 0:
		return t.ScheduledTime
	default:
		return t.UpdateTime
	}
}

func (v View) paused() Cause {
	return Cause{
		ID: WorkflowPaused, Claim: "The execution is paused: what runs goes on, nothing new is given out.",
		Fix: []string{"orkesctl execution resume " + v.Execution.WorkflowID},
	}
}
