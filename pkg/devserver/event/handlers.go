// Package event is the event handlers of the embedded server: their definitions, and what they do when a workflow says that
// something happened.
//
// The engine puts what workflows say into the store and hands it on (engine.Listener); it comes into a mailbox, and one goroutine goes
// through the handlers of each message in the order in which they were defined. A message leaves the store when its handlers are done,
// so that one that a crash interrupted is gone through again; what a handler starts, it starts once.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// kindHandler is the kind of a handler's record; the key is its name.
const kindHandler = "eventHandler"

// Options say what the handlers work with.
type Options struct {
	Store  store.Store
	Logger *slog.Logger
	// Terminates lets handlers terminate workflows and set variables, as on Orkes; open source refuses that.
	Terminates bool
}

// Handlers are the event handlers of a server. All methods may be called from several goroutines.
type Handlers struct {
	Options
	engine *engine.Engine
	box    *mailbox
	past   *past

	mu     sync.RWMutex
	byName map[string]*handler
	heard  map[string]int // active handlers by event
	order  int64
	chains map[string]int // workflows that were started, by chain
}

// handler is what the store keeps. By is who wrote it last: what it does, it does with their rights.
type handler struct {
	Definition conductor.EventHandler `json:"definition"`
	By         string                 `json:"by,omitempty"`
	Order      int64                  `json:"order"`
}

// Open returns the handlers that the store holds. They listen at once, and act after Serve.
func Open(ctx context.Context, opts Options) (*Handlers, error) {
	h := &Handlers{
		Options: opts, box: newMailbox(), past: &past{}, byName: map[string]*handler{}, heard: map[string]int{}, chains: map[string]int{},
	}
	if err := opts.Store.Load(ctx, h.load); err != nil {
		return nil, fmt.Errorf("load the event handlers: %w", err)
	}
	h.box.sort()
	return h, nil
}

func (h *Handlers) load(kind, key string, data []byte) error {
	var err error
	switch kind {
	case kindHandler:
		kept := new(handler)
		if err = conductor.Decode(data, kept); err == nil {
			h.keep(kept)
		}
	case engine.KindMessage:
		var m engine.Message
		if err = conductor.Decode(data, &m); err == nil {
			h.box.put(m)
		}
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", kind, key, err)
	}
	return nil
}

// Serve lets the handlers act through an engine until Close.
func (h *Handlers) Serve(e *engine.Engine) {
	h.engine = e
	h.box.serve(h.handle)
}

// Close waits for the message in hand. Those that wait stay in the store.
func (h *Handlers) Close() { h.box.close() }

// Hears reports whether an active handler listens to an event.
func (h *Handlers) Hears(event string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.heard[event] > 0
}

// Hear takes a message.
func (h *Handlers) Hear(m engine.Message) { h.box.put(m) }

// keep enters a handler in place of the one of its name. The lock is held, or nobody else knows of the handlers yet.
func (h *Handlers) keep(kept *handler) {
	h.drop(kept.Definition.Name)
	h.byName[kept.Definition.Name] = kept
	h.order = max(h.order, kept.Order)
	if kept.Definition.Active {
		h.heard[kept.Definition.Event]++
	}
}

func (h *Handlers) drop(name string) {
	old := h.byName[name]
	if old == nil {
		return
	}
	delete(h.byName, name)
	if !old.Definition.Active {
		return
	}
	if h.heard[old.Definition.Event]--; h.heard[old.Definition.Event] == 0 {
		delete(h.heard, old.Definition.Event)
	}
}

// Exists reports whether there is a handler of that name.
func (h *Handlers) Exists(name string) error {
	_, err := h.Get(name)
	return err
}

// Get returns a handler. fault.NotFound where there is none.
func (h *Handlers) Get(name string) (conductor.EventHandler, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if kept := h.byName[name]; kept != nil {
		return kept.Definition, nil
	}
	return conductor.EventHandler{}, fault.NotFound("EventHandler with name %s not found!", name)
}

// List returns all handlers, the oldest first.
func (h *Handlers) List() []conductor.EventHandler {
	return h.selected(func(conductor.EventHandler) bool { return true })
}

// For returns the handlers of an event, the oldest first.
func (h *Handlers) For(event string, activeOnly bool) []conductor.EventHandler {
	return h.selected(func(def conductor.EventHandler) bool { return def.Event == event && (def.Active || !activeOnly) })
}

func (h *Handlers) selected(wanted func(conductor.EventHandler) bool) []conductor.EventHandler {
	list := []conductor.EventHandler{}
	for _, kept := range h.ordered() {
		if wanted(kept.Definition) {
			list = append(list, kept.Definition)
		}
	}
	return list
}

// ordered are all handlers, the oldest first. A handler never changes; it is replaced.
func (h *Handlers) ordered() []*handler {
	h.mu.RLock()
	list := make([]*handler, 0, len(h.byName))
	for _, kept := range h.byName {
		list = append(list, kept)
	}
	h.mu.RUnlock()
	sort.Slice(list, func(i, j int) bool { return list[i].Order < list[j].Order })
	return list
}

// Add defines a new handler on behalf of by. fault.Conflict where there is one of its name, fault.Invalid for a broken one.
func (h *Handlers) Add(ctx context.Context, def conductor.EventHandler, by string) error {
	if err := check("addEventHandler", def); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byName[def.Name] != nil {
		return fault.Conflict("EventHandler with name %s already exists!", def.Name)
	}
	def.CreatedBy = by
	return h.write(ctx, &handler{Definition: def, By: by, Order: h.order + 1})
}

// Update replaces a handler on behalf of by. fault.NotFound where there is none of its name, fault.Invalid for a broken one.
func (h *Handlers) Update(ctx context.Context, def conductor.EventHandler, by string) error {
	if err := check("updateEventHandler", def); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.byName[def.Name]
	if old == nil {
		return fault.NotFound("EventHandler with name %s not found!", def.Name)
	}
	def.CreatedBy = old.Definition.CreatedBy
	return h.write(ctx, &handler{Definition: def, By: by, Order: old.Order})
}

func (h *Handlers) write(ctx context.Context, kept *handler) error {
	withInputs(kept.Definition.Actions)
	record := store.Record{Kind: kindHandler, Key: kept.Definition.Name, Value: kept}
	if err := h.Store.Commit(ctx, []store.Record{record}); err != nil {
		return fmt.Errorf("store event handler %s: %w", kept.Definition.Name, err)
	}
	h.keep(kept)
	return nil
}

// withInputs gives actions the empty input or output that the real server shows where none is given.
func withInputs(actions []conductor.EventAction) {
	complete := func(action map[string]any, field string) {
		if action != nil && action[field] == nil {
			action[field] = map[string]any{}
		}
	}
	for i := range actions {
		complete(actions[i].StartWorkflow, "input")
		complete(actions[i].CompleteTask, "output")
		complete(actions[i].FailTask, "output")
	}
}

// Delete forgets a handler. fault.NotFound where there is none.
func (h *Handlers) Delete(ctx context.Context, name string) error {
	if err := h.Exists(name); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.Store.Commit(ctx, []store.Record{{Kind: kindHandler, Key: name}}); err != nil {
		return fmt.Errorf("remove event handler %s: %w", name, err)
	}
	h.drop(name)
	return nil
}

// actionNames are the actions that may be defined. The last is open source's; nothing here can do it.
func actionNames() []string {
	return []string{
		conductor.ActionStartWorkflow, conductor.ActionCompleteTask, conductor.ActionFailTask, conductor.ActionTerminateWorkflow,
		conductor.ActionUpdateVariables, "start_agent",
	}
}

// check applies the rules of the real server to a definition. An action without a name is none of them: it fails when it is taken.
func check(method string, def conductor.EventHandler) error {
	var broken []fault.Violation
	rule := func(holds bool, field, message string) {
		if !holds {
			broken = append(broken, fault.Violation{Path: method + ".arg0." + field, Message: message})
		}
	}
	rule(def.Name != "", "name", "Missing event handler name")
	rule(def.Event != "", "event", "Missing event location")
	rule(len(def.Actions) > 0, "actions", "No actions specified. Please specify at-least one action")
	if len(broken) > 0 {
		return fault.Violated(broken)
	}
	for _, action := range def.Actions {
		if action.Action != "" && !slices.Contains(actionNames(), action.Action) {
			names, _ := json.Marshal(actionNames())
			return fault.Invalid("action %q of event handler %s is unknown: it must be one of %s", action.Action, def.Name, names)
		}
	}
	return nil
}
