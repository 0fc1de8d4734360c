package event

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// maxChain is how many workflows may be started one by another through events: handlers that start what raises their own event come to
// an end.
const maxChain = 1000

// maxChains is how many chains are remembered.
const maxChains = 10_000

// handle goes through the handlers of a message, notes what they did and forgets the message.
func (h *Handlers) handle(m engine.Message) {
	done := []conductor.EventExecution{}
	for _, listening := range h.ordered() {
		if def := listening.Definition; def.Active && def.Event == m.Event {
			done = append(done, h.react(listening, m)...)
		}
	}
	h.past.add(m, done)
	if err := h.Store.Commit(context.Background(), []store.Record{{Kind: engine.KindMessage, Key: m.ID}}); err != nil {
		h.Logger.Error("forgetting a message that was handled", "event", m.Event, "error", err)
	}
}

// react is what one handler does about a message: its actions one after the other, whatever becomes of each, unless the condition
// does not hold.
func (h *Handlers) react(to *handler, m engine.Message) []conductor.EventExecution {
	note := conductor.EventExecution{
		ID: m.ID + "_0", MessageID: m.ID, Name: to.Definition.Name, Event: m.Event, Created: m.Time, Status: conductor.EventSkipped,
		Output: map[string]any{}, Payload: m.Payload,
	}
	if condition := to.Definition.Condition; condition != "" {
		holds, err := h.engine.Judge(to.Definition.EvaluatorType, condition, engine.Expand(m.Payload))
		if err != nil {
			fail(&note, err)
			h.Logger.Warn("the condition of an event handler cannot be evaluated", "handler", note.Name, "event", m.Event, "error", err)
			return []conductor.EventExecution{note}
		}
		if !holds {
			note.Output["condition"] = condition
			return []conductor.EventExecution{note}
		}
	}
	notes := make([]conductor.EventExecution, 0, len(to.Definition.Actions))
	for i, action := range to.Definition.Actions {
		taken := note
		taken.ID, taken.Action, taken.Status = fmt.Sprintf("%s_%d", m.ID, i), action.Action, conductor.EventCompleted
		output, err := h.act(to, action, m, i)
		if output != nil {
			taken.Output = output
		}
		if err != nil {
			taken.Output = maps.Clone(taken.Output)
			fail(&taken, err)
			h.Logger.Warn("an event handler's action failed", "handler", taken.Name, "action", taken.Action, "event", m.Event, "error", err)
		}
		notes = append(notes, taken)
	}
	return notes
}

func fail(note *conductor.EventExecution, err error) {
	note.Status, note.StatusDescription = conductor.EventFailed, err.Error()
	note.Output["exception"] = err.Error()
}

// act takes one action with the rights of who wrote the handler.
func (h *Handlers) act(to *handler, action conductor.EventAction, m engine.Message, n int) (map[string]any, error) {
	payload := m.Payload
	if action.ExpandInlineJSON {
		payload, _ = engine.Expand(m.Payload).(map[string]any)
	}
	reaction := engine.Reaction{By: to.By, Event: m.Event, Chain: m.Chain, Key: fmt.Sprintf("%s/%s/%d", m.ID, to.Definition.Name, n)}
	switch {
	case action.Action == conductor.ActionStartWorkflow && action.StartWorkflow != nil:
		return h.start(reaction, action.StartWorkflow, payload, m)
	case action.Action == conductor.ActionCompleteTask && action.CompleteTask != nil:
		return h.end(reaction, action.CompleteTask, payload, m, conductor.TaskCompleted)
	case action.Action == conductor.ActionFailTask && action.FailTask != nil:
		return h.end(reaction, action.FailTask, payload, m, conductor.TaskFailed)
	case h.Terminates && action.Action == conductor.ActionTerminateWorkflow && action.TerminateWorkflow != nil:
		given := filled(action.TerminateWorkflow, payload)
		return given, h.engine.TerminateFor(reaction, text(given["workflowId"]), text(given["terminationReason"]))
	case h.Terminates && action.Action == conductor.ActionUpdateVariables && action.UpdateWorkflowVariables != nil:
		given := filled(action.UpdateWorkflowVariables, payload)
		variables, _ := given["variables"].(map[string]any)
		appended, _ := given["appendArray"].(bool)
		return given, h.engine.SetVariablesFor(reaction, text(given["workflowId"]), variables, appended)
	}
	return nil, fault.Unsupported(action.Action, "Action not supported %s for event %s", action.Action, m.Event)
}

// start starts a workflow, with the message's names in its input.
func (h *Handlers) start(r engine.Reaction, given, payload map[string]any, m engine.Message) (map[string]any, error) {
	if err := h.lengthen(&r, m); err != nil {
		return nil, err
	}
	request := maps.Clone(given)
	for _, name := range []string{"input", "correlationId", "idempotencyKey", "version"} {
		if given[name] != nil {
			request[name] = engine.Fill(given[name], payload)
		}
	}
	if id := request["correlationId"]; id != nil {
		request["correlationId"] = text(id)
	}
	input, _ := request["input"].(map[string]any)
	request["input"] = signed(input, m)
	id, err := h.engine.StartFor(r, request)
	if err != nil {
		return nil, err
	}
	return map[string]any{"workflowId": id}, nil
}

// lengthen gives a start its chain, and refuses one that has become too long.
func (h *Handlers) lengthen(r *engine.Reaction, m engine.Message) error {
	if m.Chain == "" { // the first link
		r.Chain = m.ID
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.chains) >= maxChains && h.chains[m.Chain] == 0 {
		clear(h.chains)
	}
	if h.chains[m.Chain] >= maxChain {
		return fault.Invalid("events have led from one workflow to the next %d times: does a handler of %s start what raises this event?", maxChain, m.Event)
	}
	h.chains[m.Chain]++
	return nil
}

// end ends a task. Its output is what the action says, whom it named included, as on the real server.
func (h *Handlers) end(r engine.Reaction, given, payload map[string]any, m engine.Message, status string) (map[string]any, error) {
	all := map[string]any{}
	for _, name := range []string{"workflowId", "taskId", "taskRefName", "reasonForIncompletion"} {
		all[name] = given[name]
	}
	own, _ := given["output"].(map[string]any)
	maps.Copy(all, own)
	all = filled(all, payload)
	ref := engine.TaskRef{TaskID: text(all["taskId"]), WorkflowID: text(all["workflowId"]), Name: text(all["taskRefName"])}
	result := conductor.TaskResult{Status: status, OutputData: signed(all, m), ReasonForIncompletion: text(all["reasonForIncompletion"])}
	return all, h.engine.EndTaskFor(r, ref, result)
}

// signed adds a message's names to an input or output.
func signed(values map[string]any, m engine.Message) map[string]any {
	all := make(map[string]any, len(values)+2)
	maps.Copy(all, values)
	all["conductor.event.messageId"], all["conductor.event.name"] = m.ID, m.Event
	return all
}

func filled(given, payload map[string]any) map[string]any {
	values, _ := engine.Fill(given, payload).(map[string]any)
	return values
}

// text is a value that names something: what no value is names nothing.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return engine.Text(value)
}

// Incoming takes a message from outside, for the handlers of its event. fault.NotFound where nobody listens to it.
func (h *Handlers) Incoming(ctx context.Context, m engine.Message) error {
	if !h.Hears(m.Event) {
		return fault.NotFound("No active event handler listens to %s", m.Event)
	}
	if err := h.Store.Commit(ctx, []store.Record{{Kind: engine.KindMessage, Key: m.ID, Value: m}}); err != nil {
		return errors.Join(errors.New("store the message"), err)
	}
	h.Hear(m)
	return nil
}
