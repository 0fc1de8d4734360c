package conductor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// EventService reads and writes event handlers.
type EventService struct{ c *Client }

// List calls GET /event: every handler that the caller may read.
func (s *EventService) List(ctx context.Context) ([]Document[EventHandler], error) {
	var list []Document[EventHandler]
	err := s.c.do(ctx, call{op: "list event handlers", method: http.MethodGet, path: "/event", optional: true}, &list)
	return list, err
}

// Create calls POST /event with one definition, sent to the byte. 409, on open source 500, where there is one of its name.
func (s *EventService) Create(ctx context.Context, def json.RawMessage) error {
	return s.c.do(ctx, call{op: "define an event handler", method: http.MethodPost, path: "/event", body: def}, nil)
}

// Update calls PUT /event with one definition, sent to the byte. 404, on open source 500, where there is none of its name.
func (s *EventService) Update(ctx context.Context, def json.RawMessage) error {
	return s.c.do(ctx, call{op: "update an event handler", method: http.MethodPut, path: "/event", body: def}, nil)
}

// Delete calls DELETE /event/{name}.
func (s *EventService) Delete(ctx context.Context, name string) error {
	return s.c.named(ctx, fmt.Sprintf("delete event handler %q", name), http.MethodDelete, nil, "event", name)
}

// Executions calls GET /event/execution/{name}: what a handler did, the newest first. Orkes only.
func (s *EventService) Executions(ctx context.Context, name string) ([]Document[EventExecution], error) {
	var list []Document[EventExecution]
	err := s.c.named(ctx, fmt.Sprintf("list what event handler %q did", name), http.MethodGet, &list, "event", "execution", name)
	return list, err
}

// Publish calls POST /event/handleIncomingEvent: the handlers of an event get a message by hand. Orkes only.
func (s *EventService) Publish(ctx context.Context, event string, payload map[string]any) error {
	if payload == nil {
		payload = map[string]any{}
	}
	body := map[string]any{"event": event, "payload": payload}
	return s.c.do(ctx, call{op: fmt.Sprintf("publish event %q", event), method: http.MethodPost, path: "/event/handleIncomingEvent", body: body}, nil)
}
