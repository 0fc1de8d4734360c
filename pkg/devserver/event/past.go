package event

import (
	"slices"
	"sort"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// maxPast is how many messages are remembered.
const maxPast = 1000

// past is what happened, the newest last. It is no state that a restart would have to bring back.
type past struct {
	mu       sync.Mutex
	messages []conductor.EventMessage
}

func (p *past) add(m engine.Message, done []conductor.EventExecution) {
	message := conductor.EventMessage{
		ID: m.ID, CreatedAt: m.Time, EventTarget: m.Event, EventType: "MESSAGE", FullPayload: m.Payload, Status: "HANDLED", EventExecutions: done,
	}
	if len(done) == 0 { // nobody listens any longer
		message.Status = "RECEIVED"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.messages) == maxPast {
		p.messages = append(p.messages[:0], p.messages[1:]...)
	}
	p.messages = append(p.messages, message)
}

// since returns the messages from a time on, the newest first; the list is the caller's.
func (p *past) since(from int64) []conductor.EventMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []conductor.EventMessage{}
	for _, m := range slices.Backward(p.messages) {
		if m.CreatedAt >= from {
			list = append(list, m)
		}
	}
	return list
}

// Messages returns what happened of an event from a time on (milliseconds since 1970), the newest first. Of the last 1000 messages.
func (h *Handlers) Messages(event string, from int64) []conductor.EventMessage {
	list := []conductor.EventMessage{}
	for _, m := range h.past.since(from) {
		if m.EventTarget == event {
			list = append(list, m)
		}
	}
	return list
}

// Executions returns what a handler did from a time on, the newest first.
func (h *Handlers) Executions(name string, from int64) []conductor.EventExecution {
	list := []conductor.EventExecution{}
	for _, m := range h.past.since(from) {
		for _, done := range m.EventExecutions {
			if done.Name == name {
				list = append(list, done)
			}
		}
	}
	return list
}

// Handled sums up for each handler what it did, by name.
func (h *Handlers) Handled() []conductor.HandledEvent {
	list := []conductor.HandledEvent{}
	for _, def := range h.List() {
		row := conductor.HandledEvent{Name: def.Name, Event: def.Event, Active: def.Active}
		last := ""
		for _, done := range h.Executions(def.Name, 0) {
			row.NumberOfActions++
			if done.MessageID != last {
				row.NumberOfMessages++
			}
			last = done.MessageID
		}
		list = append(list, row)
	}
	return list
}

// Happened sums up the messages of each event, by event.
func (h *Handlers) Happened() []conductor.HandledEvent {
	byEvent := map[string]*conductor.HandledEvent{}
	for _, m := range h.past.since(0) {
		row := byEvent[m.EventTarget]
		if row == nil {
			row = &conductor.HandledEvent{Event: m.EventTarget, Active: h.Hears(m.EventTarget)}
			byEvent[m.EventTarget] = row
		}
		row.NumberOfMessages++
		row.NumberOfActions += int64(len(m.EventExecutions))
	}
	list := make([]conductor.HandledEvent, 0, len(byEvent))
	for _, row := range byEvent {
		list = append(list, *row)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Event < list[j].Event })
	return list
}
