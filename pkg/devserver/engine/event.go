package engine

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// EventKind says what happened.
type EventKind string

// The kinds of events. Those about a workflow have no task fields.
const (
	WorkflowStarted EventKind = "workflow.started"
	WorkflowPaused  EventKind = "workflow.paused"
	WorkflowResumed EventKind = "workflow.resumed"
	WorkflowEnded   EventKind = "workflow.ended"
	WorkflowRemoved EventKind = "workflow.removed"
	TaskScheduled   EventKind = "task.scheduled"
	TaskPolled      EventKind = "task.polled"
	TaskUpdated     EventKind = "task.updated"
	TaskEnded       EventKind = "task.ended"
	TaskAlerted     EventKind = "task.alerted" // a time-out with the policy ALERT_ONLY passed
)

// Event is one transition. Time is in milliseconds since 1970; Status is the state after it.
type Event struct {
	Kind              EventKind `json:"kind"`
	Time              int64     `json:"time"`
	WorkflowID        string    `json:"workflowId"`
	WorkflowName      string    `json:"workflowName"`
	TaskID            string    `json:"taskId,omitempty"`
	ReferenceTaskName string    `json:"referenceTaskName,omitempty"`
	TaskType          string    `json:"taskType,omitempty"`
	Domain            string    `json:"domain,omitempty"`
	WorkerID          string    `json:"workerId,omitempty"`
	Status            string    `json:"status"`
	Reason            string    `json:"reason,omitempty"`
}

type subscriber struct{ notify func(Event) }

// subscribers is a list that changes rarely and is read at each step.
type subscribers struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*subscriber]
}

func (s *subscribers) change(edit func([]*subscriber) []*subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var old []*subscriber
	if held := s.list.Load(); held != nil {
		old = *held
	}
	changed := edit(slices.Clone(old))
	s.list.Store(&changed)
}

// Subscribe calls notify for each transition, in the order in which they happen within an execution, until cancel is
// called. notify runs inside the step: it must return at once and must not call the engine; hand the event on.
func (e *Engine) Subscribe(notify func(Event)) (cancel func()) {
	added := &subscriber{notify: notify}
	e.subscribers.change(func(list []*subscriber) []*subscriber { return append(list, added) })
	return func() {
		e.subscribers.change(func(list []*subscriber) []*subscriber {
			return slices.DeleteFunc(list, func(s *subscriber) bool { return s == added })
		})
	}
}

// publish tells the subscribers what a step did.
func (e *Engine) publish(x *execution, c *changes, now int64) {
	held := e.subscribers.list.Load()
	if held == nil || len(*held) == 0 {
		return
	}
	if c.closing != nil {
		c.events = append(c.events, workflowEvent(WorkflowEnded, &x.wf))
	}
	if x.removed {
		c.events = append(c.events, workflowEvent(WorkflowRemoved, &x.wf))
	}
	for _, event := range c.events {
		event.Time = now
		for _, s := range *held {
			s.notify(event)
		}
	}
}

func workflowEvent(kind EventKind, wf *conductor.Workflow) Event {
	return Event{
		Kind: kind, WorkflowID: wf.WorkflowID, WorkflowName: wf.WorkflowName, Status: wf.Status, Reason: wf.ReasonForIncompletion,
	}
}
