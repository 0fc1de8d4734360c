package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// maxInbox is how many messages wait in one execution at the most, as on the real server.
const maxInbox = 1000

// letter is a message in an execution's inbox, for its PULL_WORKFLOW_MESSAGES tasks. They are stored one by one, so that neither a
// new one nor a step costs more the more there are.
type letter struct {
	Message inboxMessage `json:"message"`
	Order   int          `json:"order"`
}

// inboxMessage is a message as tasks get it.
type inboxMessage struct {
	ID         string         `json:"id"`
	WorkflowID string         `json:"workflowId"`
	Payload    map[string]any `json:"payload"`
	ReceivedAt string         `json:"receivedAt"`
}

func (m inboxMessage) untyped() map[string]any {
	return map[string]any{"id": m.ID, "workflowId": m.WorkflowID, "payload": m.Payload, "receivedAt": m.ReceivedAt}
}

// Post gives an execution a message and returns its id: POST /workflow/{id}/messages.
//
// Errors, in the words of the real server: fault.NotFound, fault.Conflict when the execution does not run, fault.TooMany when its inbox
// is full; and fault.TooLarge when what is in it is more than an output may hold.
func (e *Engine) Post(ctx context.Context, id string, payload map[string]any) (string, error) {
	x := e.index.execution(id)
	if x == nil {
		return "", fault.NotFound("Workflow not found: %s", id)
	}
	x.lock()
	defer e.unlock(x)
	now := e.now()
	posted, err := x.post(payload, now)
	if err != nil {
		return "", err
	}
	e.advance(x, x.pullers(), now)
	return posted, e.settle(ctx, x, now)
}

// post puts a message into a locked execution's inbox.
func (x *execution) post(payload map[string]any, now int64) (string, error) {
	size := sizeOf(payload, maxPayload+1)
	for _, held := range x.inbox {
		size += sizeOf(held.Message.Payload, maxPayload)
	}
	switch {
	case x.removed:
		return "", fault.NotFound("Workflow not found: %s", x.id)
	case x.wf.Status != conductor.WorkflowRunning:
		return "", fault.Conflict("Workflow %s is not in RUNNING state (current: %s)", x.id, x.wf.Status)
	case len(x.inbox) >= maxInbox:
		return "", fault.TooMany("Workflow message queue for workflowId=%s has reached the maximum size of %d", x.id, maxInbox)
	case size > maxPayload:
		return "", fault.TooLarge("The messages of workflow: %s are greater than the permitted limit: %d bytes", x.id, maxPayload)
	}
	held := letter{Order: 1, Message: inboxMessage{
		ID: newID(), WorkflowID: x.id, Payload: copyMap(payload), ReceivedAt: time.UnixMilli(now).UTC().Format(time.RFC3339Nano),
	}}
	if n := len(x.inbox); n > 0 {
		held.Order = x.inbox[n-1].Order + 1
	}
	x.inbox = append(x.inbox, held)
	x.changes.mail = append(x.changes.mail, store.Record{Kind: kindLetter, Key: held.Message.ID, Value: held})
	return held.Message.ID, nil
}

// pullers are the tasks that wait for a message.
func (x *execution) pullers() []*task {
	x.pulling = slices.DeleteFunc(x.pulling, (*task).terminal)
	return slices.Clone(x.pulling)
}

// take removes the first n messages, and returns them.
func (x *execution) take(n int) []any {
	n = min(n, len(x.inbox))
	messages := make([]any, 0, n)
	for _, held := range x.inbox[:n] {
		messages = append(messages, held.Message.untyped())
		x.changes.mail = append(x.changes.mail, store.Record{Kind: kindLetter, Key: held.Message.ID})
	}
	x.inbox = slices.Delete(x.inbox, 0, n)
	return messages
}

// deliver puts the stored messages into the inboxes of loaded executions.
func (l *loader) deliver() error {
	slices.SortFunc(l.letters, func(a, b letter) int { return a.Order - b.Order })
	for _, held := range l.letters {
		x := l.engine.index.execution(held.Message.WorkflowID)
		if x == nil {
			return fmt.Errorf("message %q: its execution %q is missing", held.Message.ID, held.Message.WorkflowID)
		}
		x.inbox = append(x.inbox, held)
	}
	return nil
}
