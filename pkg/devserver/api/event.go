package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) eventRoutes() {
	a.route("GET /api/event", a.listEventHandlers)
	a.route("POST /api/event", a.addEventHandlers)
	a.route("PUT /api/event", a.updateEventHandler)
	a.route("DELETE /api/event/{key}", a.deleteEventHandler)
	a.route("GET /api/event/{event}", a.eventHandlersFor)
	a.route("GET /api/queue", noQueues)
	a.route("GET /api/queue/size", noQueues)
	a.route("POST /api/queue/update/{workflowId}/{ref}/{status}", a.endByRef)
	a.route("POST /api/queue/update/{workflowId}/task/{taskId}/{status}", a.endByID)
	if a.Access == nil {
		return
	}
	a.route("GET /api/event/handler", a.listEventHandlers)
	a.route("GET /api/event/handler/{key}", a.getEventHandler)
	a.route("GET /api/event/execution", a.handledEvents)
	a.route("GET /api/event/execution/{key}", checked("key", "READ", a.Events.Exists, mayUse(eventTarget), a.eventExecutions))
	a.route("GET /api/event/message", a.happenedEvents)
	a.route("GET /api/event/message/{event}", a.eventMessages)
	a.route("POST /api/event/handleIncomingEvent", a.incomingEvent)
	a.tagsOf("/api/event/{key}/tags", eventTarget, a.Events.Exists, mayUse(eventTarget))
}

func eventTarget(name string) conductor.Target {
	return conductor.Target{Type: "EVENT_HANDLER", ID: name}
}

// noQueues answers that this server reads no queues of its own or of others.
func noQueues(*call) (any, error) { return map[string]any{}, nil }

// handlersFor are those of the handlers that the caller may read, with their tags.
func (a *api) handlersFor(c *call, handlers []conductor.EventHandler) []conductor.EventHandler {
	list := []conductor.EventHandler{}
	for _, def := range handlers {
		if c.caller.May(c.access(), eventTarget(def.Name)) {
			def.Tags = a.inlineTags(eventTarget(def.Name))
			list = append(list, def)
		}
	}
	return list
}

func (a *api) listEventHandlers(c *call) (any, error) { return a.handlersFor(c, a.Events.List()), nil }

func (a *api) eventHandlersFor(c *call) (any, error) {
	return a.handlersFor(c, a.Events.For(c.PathValue("event"), c.flag("activeOnly", true))), nil
}

func (a *api) getEventHandler(c *call) (any, error) {
	def, err := a.Events.Get(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	if err := c.caller.MayRead(eventTarget(def.Name)); err != nil {
		return nil, err
	}
	def.Tags = a.inlineTags(eventTarget(def.Name))
	return def, nil
}

// addEventHandlers takes one definition, and on Orkes a list of them too: its document says the one, its SDKs the other.
func (a *api) addEventHandlers(c *call) (any, error) {
	var given json.RawMessage
	if err := c.body(&given, false); err != nil {
		return nil, err
	}
	var defs []conductor.EventHandler
	into := any(&defs)
	if a.Access == nil || !bytes.HasPrefix(bytes.TrimSpace(given), []byte("[")) {
		defs = make([]conductor.EventHandler, 1)
		into = &defs[0]
	}
	if err := decoded(given, into); err != nil {
		return nil, err
	}
	for _, def := range defs {
		if err := a.addEventHandler(c, def); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (a *api) addEventHandler(c *call, def conductor.EventHandler) error {
	if err := c.mayPut(eventTarget(def.Name), a.Events.Exists(def.Name) == nil); err != nil {
		return err
	}
	tags := def.Tags
	def.Tags = nil
	if err := a.Events.Add(c.Context(), def, c.caller.ID()); err != nil {
		return err
	}
	return c.written(eventTarget(def.Name), false, tags, false)
}

func (a *api) updateEventHandler(c *call) (any, error) {
	var def conductor.EventHandler
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	if err := c.mayPut(eventTarget(def.Name), a.Events.Exists(def.Name) == nil); err != nil {
		return nil, err
	}
	tags := def.Tags
	def.Tags = nil
	if err := a.Events.Update(c.Context(), def, c.caller.ID()); err != nil {
		return nil, err
	}
	return nil, c.written(eventTarget(def.Name), true, tags, false)
}

func (a *api) deleteEventHandler(c *call) (any, error) {
	name := c.PathValue("key")
	if err := c.caller.MayWriteDefinition("DELETE", eventTarget(name), a.Events.Exists(name) == nil); err != nil {
		return nil, err
	}
	if err := a.Events.Delete(c.Context(), name); err != nil {
		return nil, err
	}
	return nil, a.forget(c, eventTarget(name))
}

// handledEvents and its neighbours show what happened only of handlers that the caller may read.
func (a *api) handledEvents(c *call) (any, error) {
	rows := []conductor.HandledEvent{}
	for _, row := range a.Events.Handled() {
		if c.caller.May("READ", eventTarget(row.Name)) {
			rows = append(rows, row)
		}
	}
	return conductor.SearchResult[conductor.HandledEvent]{TotalHits: int64(len(rows)), Results: rows}, nil
}

func (a *api) eventExecutions(c *call, name string) (any, error) {
	from, err := c.number("from", 0)
	return a.Events.Executions(name, int64(from)), err
}

// mayHear says whether the caller may see the messages of an event: one that may read all handlers of it.
func (a *api) mayHear(c *call, event string) bool {
	return !slices.ContainsFunc(a.Events.For(event, false), func(def conductor.EventHandler) bool {
		return !c.caller.May("READ", eventTarget(def.Name))
	})
}

func (a *api) happenedEvents(c *call) (any, error) {
	rows := []conductor.HandledEvent{}
	for _, row := range a.Events.Happened() {
		if a.mayHear(c, row.Event) {
			rows = append(rows, row)
		}
	}
	return conductor.SearchResult[conductor.HandledEvent]{TotalHits: int64(len(rows)), Results: rows}, nil
}

func (a *api) eventMessages(c *call) (any, error) {
	event := c.PathValue("event")
	if !a.mayHear(c, event) {
		return nil, fault.Forbidden("You don't have permissions to read messages of event: %s", event)
	}
	from, err := c.number("from", 0)
	return a.Events.Messages(event, int64(from)), err
}

// incomingEvent gives the handlers of an event a message by hand: the body names the event, and the rest of it is the payload
// [inferred, docs/parity.md]. They act with the rights of who wrote them, so the caller must be allowed to use each.
func (a *api) incomingEvent(c *call) (any, error) {
	var payload map[string]any
	if err := c.body(&payload, false); err != nil {
		return nil, err
	}
	event, _ := payload["event"].(string)
	if event == "" {
		return nil, fault.Invalid("the message needs the name of its event: \"event\"")
	}
	for _, def := range a.Events.For(event, true) {
		if !c.caller.May("EXECUTE", eventTarget(def.Name)) {
			return nil, fault.Forbidden("You don't have permissions to execute event handler: %s", def.Name)
		}
	}
	if own, isObject := payload["payload"].(map[string]any); isObject {
		payload = own
	}
	return nil, a.Events.Incoming(c.Context(), engine.NewMessage(event, payload, a.Now().UnixMilli()))
}

// endByRef and endByID end a task as a message in a queue of updates would (QueueAdminResource).
func (a *api) endByRef(c *call) (any, error) {
	return a.endQueued(c, engine.TaskRef{WorkflowID: c.PathValue("workflowId"), Name: c.PathValue("ref")})
}

func (a *api) endByID(c *call) (any, error) {
	return a.endQueued(c, engine.TaskRef{WorkflowID: c.PathValue("workflowId"), TaskID: c.PathValue("taskId")})
}

func (a *api) endQueued(c *call, ref engine.TaskRef) (any, error) {
	status := c.PathValue("status")
	if status != conductor.TaskCompleted && status != conductor.TaskFailed {
		return nil, fault.Invalid("There is no queue for handling %s status", status)
	}
	var given map[string]any
	if err := c.body(&given, false); err != nil {
		return nil, err
	}
	id := map[string]string{"workflowId": ref.WorkflowID, "taskRefName": ref.Name}
	if ref.TaskID != "" {
		id = map[string]string{"workflowId": ref.WorkflowID, "taskId": ref.TaskID}
		if task, err := a.Engine.Task(ref.TaskID); err == nil && task.WorkflowInstanceID != ref.WorkflowID {
			return nil, fault.NotFound("Workflow %s has no task %s", ref.WorkflowID, ref.TaskID)
		}
	}
	external, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	if err := a.maySteer(c, ref.WorkflowID); err != nil {
		return nil, err
	}
	output := map[string]any{"externalId": string(external)}
	maps.Copy(output, given)
	return nil, a.Engine.EndTaskFor(engine.Reaction{By: c.caller.ID()}, ref, conductor.TaskResult{Status: status, OutputData: output})
}
