package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// rig is an engine with its handlers.
type rig struct {
	*Handlers
	t      *testing.T
	engine *engine.Engine
}

func newRig(t *testing.T, kept store.Store) *rig {
	t.Helper()
	r := open(t, kept)
	r.serve()
	return r
}

// open stops before the handlers act.
func open(t *testing.T, kept store.Store, change ...func(*engine.Options)) *rig {
	t.Helper()
	handlers, err := Open(t.Context(), Options{Store: kept, Logger: slog.New(slog.DiscardHandler), Terminates: true})
	require.NoError(t, err)
	opts := engine.Options{Store: kept, Clock: engine.NewManualClock(time.UnixMilli(1_700_000_000_000)), Listener: handlers, EnforceIdempotency: true}
	for _, apply := range change {
		apply(&opts)
	}
	e, err := engine.New(opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		handlers.Close()
		require.NoError(t, e.Close())
	})
	return &rig{Handlers: handlers, t: t, engine: e}
}

func (r *rig) serve() { r.Serve(r.engine) }

func (r *rig) flow(name string, tasks ...conductor.WorkflowTask) {
	r.t.Helper()
	def := conductor.NewWorkflowDef()
	def.Name, def.Tasks = name, tasks
	_, err := r.engine.PutWorkflowDef(r.t.Context(), def, engine.PutMode{Overwrite: true}, "me")
	require.NoError(r.t, err)
}

func task(kind, ref, sink string, input map[string]any) conductor.WorkflowTask {
	return conductor.WorkflowTask{Name: ref, TaskReferenceName: ref, Type: kind, Sink: sink, InputParameters: input}
}

func (r *rig) define(def conductor.EventHandler, by string) {
	r.t.Helper()
	def.Active = true
	require.NoError(r.t, r.Add(r.t.Context(), def, by))
}

// start runs a workflow and waits until the handlers have done what it leads to.
func (r *rig) start(name string, input map[string]any) string {
	r.t.Helper()
	id, err := r.engine.Start(r.t.Context(), conductor.StartWorkflowRequest{Name: name, Input: input}, "me")
	require.NoError(r.t, err)
	r.box.idle()
	return id
}

func (r *rig) workflow(id string) conductor.Workflow {
	r.t.Helper()
	wf, err := r.engine.Workflow(id, true)
	require.NoError(r.t, err)
	return wf
}

func (r *rig) running(name string) []string {
	r.t.Helper()
	found, err := r.engine.Search(engine.SearchRequest{Size: 5000, Query: "workflowType IN (" + name + ")"})
	require.NoError(r.t, err)
	ids := []string{}
	for _, wf := range found.Results {
		ids = append(ids, wf.WorkflowID)
	}
	return ids
}

func starts(name string, input map[string]any) conductor.EventAction {
	return conductor.EventAction{Action: conductor.ActionStartWorkflow, StartWorkflow: map[string]any{"name": name, "input": input}}
}

func TestAHandlerStartsAWorkflow(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("from", task("EVENT", "e", "conductor:q", map[string]any{"n": "${workflow.input.n}", "s": `{"deep":[1]}`}))
	r.flow("to", task("NOOP", "n", "", nil))
	action := starts("to", map[string]any{"n": "${n}", "d": "${s.deep[0]}"})
	action.ExpandInlineJSON = true
	action.StartWorkflow["correlationId"], action.StartWorkflow["idempotencyKey"] = "${n}", "key-${n}"
	r.define(conductor.EventHandler{Name: "h", Event: "conductor:from:q", Condition: "$.n > 1", Actions: []conductor.EventAction{action}}, "her")
	r.start("from", map[string]any{"n": 1})
	require.Empty(t, r.running("to"), "the condition does not hold")
	r.start("from", map[string]any{"n": 2})
	ids := r.running("to")
	require.Len(t, ids, 1)
	wf := r.workflow(ids[0])
	require.Equal(t, "2", wf.CorrelationID)
	require.Equal(t, "key-2", wf.IdempotencyKey)
	require.Equal(t, "conductor:from:q", wf.Event)
	require.Equal(t, "her", wf.CreatedBy, "with the rights of who wrote the handler")
	messages := r.Messages("conductor:from:q", 0)
	require.Len(t, messages, 2)
	delete(wf.Input, "conductor.event.messageId")
	require.Equal(t, map[string]any{"n": json.Number("2"), "d": json.Number("1"), "conductor.event.name": "conductor:from:q"}, wf.Input)

	done := r.Executions("h", 0)
	require.Len(t, done, 2)
	require.Equal(t, conductor.EventCompleted, done[0].Status, "the newest first")
	require.Equal(t, map[string]any{"workflowId": ids[0]}, done[0].Output)
	require.Equal(t, conductor.EventSkipped, done[1].Status)
	require.Equal(t, "$.n > 1", done[1].Output["condition"])
	require.Equal(t, []conductor.HandledEvent{{Name: "h", Event: "conductor:from:q", Active: true, NumberOfMessages: 2, NumberOfActions: 2}}, r.Handled())
	require.Equal(t, []conductor.HandledEvent{{Event: "conductor:from:q", Active: true, NumberOfMessages: 2, NumberOfActions: 2}}, r.Happened())
	require.Empty(t, r.Messages("conductor:from:q", messages[0].CreatedAt+1))
}

func TestHandlersEndTasksAndSteerWorkflows(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("from", task("EVENT", "e", "conductor:${workflow.input.k}", map[string]any{"id": "${workflow.input.id}", "task": "${workflow.input.task}"}))
	r.flow("waits", task("WAIT", "w", "", nil))
	act := func(name string, field func(*conductor.EventAction, map[string]any), given map[string]any) {
		action := conductor.EventAction{Action: name}
		field(&action, given)
		r.define(conductor.EventHandler{Name: "h-" + name, Event: "conductor:from:" + name, Actions: []conductor.EventAction{action}}, "")
	}
	act(conductor.ActionCompleteTask, func(a *conductor.EventAction, m map[string]any) { a.CompleteTask = m }, map[string]any{"workflowId": "${id}", "taskRefName": "w", "output": map[string]any{"from": "${workflowType}"}})
	act(conductor.ActionFailTask, func(a *conductor.EventAction, m map[string]any) { a.FailTask = m }, map[string]any{"taskId": "${task}", "reasonForIncompletion": "because of ${workflowType}"})
	act(conductor.ActionTerminateWorkflow, func(a *conductor.EventAction, m map[string]any) { a.TerminateWorkflow = m }, map[string]any{"workflowId": "${id}", "terminationReason": "enough"})
	act(conductor.ActionUpdateVariables, func(a *conductor.EventAction, m map[string]any) { a.UpdateWorkflowVariables = m }, map[string]any{"workflowId": "${id}", "appendArray": true, "variables": map[string]any{"seen": []any{"${workflowType}"}}})
	about := func(k string) conductor.Workflow {
		id := r.start("waits", nil)
		r.start("from", map[string]any{"k": k, "id": id, "task": r.workflow(id).Tasks[0].TaskID})
		return r.workflow(id)
	}
	completed := about(conductor.ActionCompleteTask)
	require.Equal(t, conductor.WorkflowCompleted, completed.Status)
	require.Equal(t, "from", completed.Output["from"])
	require.Equal(t, "w", completed.Output["taskRefName"])
	failed := about(conductor.ActionFailTask)
	require.Equal(t, conductor.WorkflowFailed, failed.Status)
	require.Equal(t, "because of from", failed.Tasks[0].ReasonForIncompletion)
	require.Equal(t, "enough", about(conductor.ActionTerminateWorkflow).ReasonForIncompletion)
	id := r.start("waits", nil)
	for range 2 {
		r.start("from", map[string]any{"k": conductor.ActionUpdateVariables, "id": id})
	}
	require.Equal(t, map[string]any{"seen": []any{"from", "from"}}, r.workflow(id).Variables)
}

func TestWhatFailsIsNotedAndTheOthersGoOn(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("from", task("EVENT", "e", "conductor", nil))
	r.flow("to", task("NOOP", "n", "", nil))
	event := "conductor:from:e"
	r.define(conductor.EventHandler{Name: "broken", Event: event, Condition: "$.a.b.c == 1", Actions: []conductor.EventAction{starts("to", nil)}}, "")
	r.define(conductor.EventHandler{Name: "several", Event: event, Actions: []conductor.EventAction{
		starts("unknown", nil), {Action: "start_agent"}, {}, {Action: conductor.ActionCompleteTask, CompleteTask: map[string]any{"workflowId": "nope", "taskRefName": "w"}}, starts("to", nil),
	}}, "")
	require.NoError(t, r.Add(t.Context(), conductor.EventHandler{Name: "idle", Event: event, Actions: []conductor.EventAction{starts("to", nil)}}, ""))
	r.start("from", nil)
	require.Len(t, r.running("to"), 1)
	require.Empty(t, r.Executions("idle", 0))
	broken := r.Executions("broken", 0)
	require.Len(t, broken, 1)
	require.Equal(t, conductor.EventFailed, broken[0].Status)
	require.Contains(t, broken[0].StatusDescription, "TypeError")
	var reasons []string
	for _, done := range r.Executions("several", 0) {
		reasons = append(reasons, done.Status+" "+done.StatusDescription)
	}
	require.Equal(t, []string{
		"FAILED No such workflow defined. name=unknown, version=null", "FAILED Action not supported start_agent for event " + event,
		"FAILED Action not supported  for event " + event, "FAILED No workflow found with ID: nope", "COMPLETED ",
	}, reasons)
}

func TestOpenSourceKnowsThreeActions(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.Terminates = false
	r.flow("from", task("EVENT", "e", "conductor", nil), task("WAIT", "w", "", nil))
	r.define(conductor.EventHandler{Name: "h", Event: "conductor:from:e", Actions: []conductor.EventAction{
		{Action: conductor.ActionTerminateWorkflow, TerminateWorkflow: map[string]any{"workflowId": "${workflowInstanceId}"}},
	}}, "")
	require.Equal(t, conductor.WorkflowRunning, r.workflow(r.start("from", nil)).Status)
	require.Equal(t, conductor.EventFailed, r.Executions("h", 0)[0].Status)
}

func TestHandlersThatRaiseTheirOwnEventComeToAnEnd(t *testing.T) {
	for name, actions := range map[string][]conductor.EventAction{
		"one after another": {starts("again", nil)},
		"ever more":         {starts("again", nil), starts("again", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.NewMemory())
			r.flow("again", task("EVENT", "e", "conductor", nil))
			r.define(conductor.EventHandler{Name: "h", Event: "conductor:again:e", Actions: actions}, "")
			r.start("again", nil)
			require.Len(t, r.running("again"), 1+len(actions)+maxChain)
			last := r.Executions("h", 0)[0]
			require.Equal(t, conductor.EventFailed, last.Status)
			require.Contains(t, last.StatusDescription, "events have led from one workflow to the next 1000 times: does a handler of conductor:again:e start what raises this event?")
			r.start("again", nil)
			require.Len(t, r.running("again"), 2*(1+len(actions)+maxChain), "another chain is another matter")
		})
	}
}

// A message that was said before the server stopped is gone through when it is there again, and what was started already is not started
// twice.
func TestMessagesOutliveTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	kept, err := store.Open(path)
	require.NoError(t, err)
	r := open(t, kept) // nobody acts yet, as if the process died at once
	r.flow("from", task("EVENT", "e", "conductor", map[string]any{"n": "${workflow.input.n}"}))
	r.flow("to", task("WAIT", "w", "", nil))
	r.define(conductor.EventHandler{Name: "h", Event: "conductor:from:e", Actions: []conductor.EventAction{starts("to", map[string]any{"n": "${n}"})}}, "her")
	for n := range 3 {
		_, err := r.engine.Start(t.Context(), conductor.StartWorkflowRequest{Name: "from", Input: map[string]any{"n": n}}, "me")
		require.NoError(t, err)
	}
	require.Empty(t, r.running("to"))
	require.NoError(t, r.engine.Close())

	again := open(t, kept)
	first := again.box.waiting[0]
	again.serve()
	again.box.idle()
	ids := again.running("to")
	require.Len(t, ids, 3)
	require.Equal(t, "her", again.workflow(ids[0]).CreatedBy)
	again.handle(first) // as after a crash between its handlers and its end
	require.Len(t, again.running("to"), 3)
	again.Close()
	require.NoError(t, again.engine.Close())

	third := open(t, kept)
	require.Empty(t, third.box.waiting, "what is handled is forgotten")
	require.Len(t, third.List(), 1)
	require.True(t, third.Hears("conductor:from:e"))
	require.NoError(t, kept.Close())
}

func TestDefinitions(t *testing.T) {
	r := newRig(t, store.NewMemory())
	ctx := t.Context()
	def := conductor.EventHandler{Name: "a", Event: "x:y", Active: true, Actions: []conductor.EventAction{
		{Action: conductor.ActionStartWorkflow, StartWorkflow: map[string]any{"name": "w"}}, {Action: conductor.ActionFailTask, FailTask: map[string]any{}},
	}}
	require.NoError(t, r.Add(ctx, def, "me"))
	require.Equal(t, fault.KindConflict, fault.KindOf(r.Add(ctx, def, "me")))
	held, err := r.Get("a")
	require.NoError(t, err)
	require.Equal(t, "me", held.CreatedBy)
	require.Equal(t, map[string]any{}, held.Actions[0].StartWorkflow["input"], "as the real server shows it")
	require.Equal(t, map[string]any{}, held.Actions[1].FailTask["output"])
	def.Name = "b"
	require.NoError(t, r.Add(ctx, def, "me"))
	require.Len(t, r.For("x:y", true), 2)
	def.Name, def.Active = "a", false
	require.NoError(t, r.Update(ctx, def, "you"))
	require.Len(t, r.For("x:y", true), 1)
	require.Equal(t, "a", r.For("x:y", false)[0].Name, "it keeps its place")
	require.Equal(t, "me", r.List()[0].CreatedBy)
	require.Equal(t, "you", r.byName["a"].By, "who wrote it last acts")
	require.True(t, r.Hears("x:y"))
	require.NoError(t, r.Delete(ctx, "b"))
	require.False(t, r.Hears("x:y"))
	require.Equal(t, fault.KindNotFound, fault.KindOf(r.Delete(ctx, "b")))
	require.Equal(t, fault.KindNotFound, fault.KindOf(r.Update(ctx, conductor.EventHandler{Name: "b", Event: "x", Actions: def.Actions}, "")))
	require.Equal(t, fault.KindNotFound, fault.KindOf(r.Exists("b")))

	for message, broken := range map[string]conductor.EventHandler{
		"Missing event handler name":                               {Event: "x", Actions: def.Actions},
		"Missing event location":                                   {Name: "c", Actions: def.Actions},
		"No actions specified. Please specify at-least one action": {Name: "c", Event: "x"},
	} {
		err := r.Add(ctx, broken, "")
		var refused *fault.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, message, refused.Violations[0].Message)
	}
	def.Actions = []conductor.EventAction{{Action: "bogus"}}
	require.ErrorContains(t, r.Update(ctx, def, ""), `action "bogus" of event handler a is unknown`)
}

// failing is a store that is full.
type failing struct{ store.Store }

func (failing) Commit(context.Context, []store.Record) error { return errors.New("the disk is full") }

func TestAStoreThatIsFullChangesNothing(t *testing.T) {
	r := newRig(t, store.NewMemory())
	def := conductor.EventHandler{Name: "a", Event: "x:y", Active: true, Actions: []conductor.EventAction{starts("w", nil)}}
	require.NoError(t, r.Add(t.Context(), def, "me"))
	r.Store = failing{r.Store}
	require.ErrorContains(t, r.Delete(t.Context(), "a"), "the disk is full")
	def.Active = false
	require.ErrorContains(t, r.Update(t.Context(), def, "me"), "the disk is full")
	require.True(t, r.Hears("x:y"))
	require.ErrorContains(t, r.Incoming(t.Context(), engine.NewMessage("x:y", nil, 0)), "the disk is full")
	def.Name = "b"
	require.ErrorContains(t, r.Add(t.Context(), def, "me"), "the disk is full")
	require.Len(t, r.List(), 1)
}

// broken is a store that holds something else than it should.
type broken struct {
	store.Store
	kind string
}

func (b broken) Load(_ context.Context, visit func(kind, key string, data []byte) error) error {
	return visit(b.kind, "k", []byte(`[]`))
}

func TestARecordThatCannotBeReadIsAnError(t *testing.T) {
	for _, kind := range []string{kindHandler, engine.KindMessage} {
		_, err := Open(t.Context(), Options{Store: broken{store.NewMemory(), kind}})
		require.ErrorContains(t, err, `load the event handlers: `+kind+` "k"`)
	}
}

func TestIncoming(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("to", task("NOOP", "n", "", nil))
	require.ErrorContains(t, r.Incoming(t.Context(), engine.NewMessage("mine", nil, 1)), "No active event handler listens to mine")
	r.define(conductor.EventHandler{Name: "h", Event: "mine", Actions: []conductor.EventAction{starts("to", map[string]any{"n": "${n}"})}}, "")
	require.NoError(t, r.Incoming(t.Context(), engine.NewMessage("mine", map[string]any{"n": 5}, 1)))
	r.box.idle()
	require.Len(t, r.running("to"), 1)
	require.Equal(t, json.Number("5"), r.workflow(r.running("to")[0]).Input["n"])
}

func TestOnlyTheLastMessagesAreRemembered(t *testing.T) {
	p := &past{}
	for n := range maxPast + 10 {
		p.add(engine.Message{ID: fmt.Sprint(n), Event: "e", Time: int64(n)}, nil)
	}
	all := p.since(0)
	require.Len(t, all, maxPast)
	require.Equal(t, "1009", all[0].ID)
	require.Equal(t, "RECEIVED", all[0].Status, "nobody listened any longer")
	require.Len(t, p.since(1005), 5)
}
