package engine

import "strings"

// KindMessage is the kind of the records in which the store keeps messages until their listener is done with them; the key is the id.
const KindMessage = "message"

// Message is what an EVENT task says, or a task that comes to a state of which its definition wants to be heard.
type Message struct {
	ID      string         `json:"id"`
	Event   string         `json:"event"` // what handlers listen to: conductor:WORKFLOW:NAME
	Payload map[string]any `json:"payload"`
	Time    int64          `json:"time"` // milliseconds since 1970
	// Chain is the first of the messages that led to this one by starting the workflow that says it; empty for a first one.
	Chain string `json:"chain,omitempty"`
}

// NewMessage is a message from outside.
func NewMessage(event string, payload map[string]any, now int64) Message {
	return Message{ID: newID(), Event: event, Payload: payload, Time: now}
}

// Listener takes messages. Both methods are called with an execution locked: they must return at once and must not call the engine.
type Listener interface {
	// Hears reports whether anybody wants the messages of an event. One that nobody wants is not made.
	Hears(event string) bool
	// Hear takes a message that is in the store. Whoever takes it removes it from there when all that it leads to is done.
	Hear(m Message)
}

// say is a message for the listener.
func (x *execution) say(event string, payload map[string]any) {
	x.changes.messages = append(x.changes.messages, Message{Event: event, Payload: payload, Chain: x.chain})
}

// sayEvent is what an EVENT task does beside its end.
type sayEvent struct {
	event   string
	payload map[string]any
}

func (c sayEvent) apply(x *execution, _ int64) []*task {
	x.say(c.event, c.payload)
	return nil
}

// address keeps of the messages of a step those that somebody wants.
func (e *Engine) address(c *changes, now int64) {
	wanted := c.messages[:0]
	for _, m := range c.messages {
		if e.listener != nil && e.listener.Hears(m.Event) {
			m.ID, m.Time = e.chance.id(), now
			wanted = append(wanted, m)
		}
	}
	c.messages = wanted
}

// tell gives the listener the messages of a step that is durable.
func (e *Engine) tell(c *changes) {
	for _, m := range c.messages {
		e.listener.Hear(m)
	}
	c.messages = nil
}

// eventOf is the name of the event that a sink means in a workflow. To the internal queue, a task's own name or the one behind
// the colon is added to the workflow's; other queues are named in full.
func eventOf(sink, workflow, ref string) string {
	switch kind, rest, named := strings.Cut(sink, ":"); {
	case kind == internalQueue && !named:
		return internalQueue + ":" + workflow + ":" + ref
	case kind == internalQueue:
		return internalQueue + ":" + workflow + ":" + rest
	}
	return sink
}

// systemPayload is what a message says of the workflow that it comes from.
func (x *execution) systemPayload(event string) map[string]any {
	domains := make(map[string]any, len(x.wf.TaskToDomain))
	for name, domain := range x.wf.TaskToDomain {
		domains[name] = domain
	}
	return map[string]any{
		"workflowInstanceId": x.id, "workflowType": x.wf.WorkflowName, "workflowVersion": int64(x.wf.WorkflowVersion),
		"correlationId": orNull(x.wf.CorrelationID), "taskToDomain": domains, "event_produced": event,
	}
}
