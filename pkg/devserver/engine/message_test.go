package engine

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// ear hears everything but what it is deaf to.
type ear struct {
	deaf  string
	heard []Message
}

func (e *ear) Hears(event string) bool { return event != e.deaf }

func (e *ear) Hear(m Message) { e.heard = append(e.heard, m) }

func newEar(t *testing.T, change ...func(*Options)) (*rig, *ear) {
	t.Helper()
	listener := &ear{}
	return newRig(t, append(change, func(o *Options) { o.Listener, o.TellStates = listener, true })...), listener
}

func eventTask(ref, sink string, input map[string]any) conductor.WorkflowTask {
	task := taskOf("EVENT", ref, input)
	task.Sink = sink
	return task
}

func TestAnEventTaskIsHeardWithItsPayload(t *testing.T) {
	r, listener := newEar(t)
	r.flow("flow", nil, eventTask("a", "conductor", map[string]any{"n": 7}), eventTask("b", "conductor:${workflow.input.queue}", nil))
	id := r.startAs(conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"queue": "q"}, CorrelationID: "c"})
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.Len(t, listener.heard, 2)
	first := listener.heard[0]
	require.Equal(t, "conductor:flow:a", first.Event)
	require.Equal(t, r.clock.Now().UnixMilli(), first.Time)
	require.Empty(t, first.Chain, "nothing led to it")
	require.Equal(t, map[string]any{
		"n": json.Number("7"), "sink": "conductor", "asyncComplete": false, "workflowInstanceId": id, "workflowType": "flow",
		"workflowVersion": int64(1), "correlationId": "c", "taskToDomain": map[string]any{}, "event_produced": "conductor:flow:a",
	}, first.Payload)
	require.Equal(t, "conductor:flow:q", listener.heard[1].Event)
	require.NotEqual(t, first.ID, listener.heard[1].ID)
}

func TestWhatNobodyWantsIsNotSaid(t *testing.T) {
	r, listener := newEar(t)
	listener.deaf = "conductor:flow:e"
	r.flow("flow", nil, eventTask("e", "conductor", nil), eventTask("k", "kafka:topic", nil))
	wf := r.workflow(r.start("flow", nil))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Contains(t, wf.ReasonForIncompletion, "Unknown queue type kafka")
	for _, m := range listener.heard {
		require.NotEqual(t, "conductor:flow:e", m.Event)
	}
}

// refusing is a store that fails while it is told to.
type refusing struct {
	store.Store
	records []store.Record
	fail    bool
}

func (s *refusing) Commit(_ context.Context, records []store.Record) error {
	if s.fail {
		return errors.New("the disk is full")
	}
	s.records = append(s.records, records...)
	return nil
}

func TestAMessageIsHeardWhenItIsInTheStore(t *testing.T) {
	kept := &refusing{Store: store.NewMemory()}
	r, listener := newEar(t, func(o *Options) { o.Store = kept })
	r.flow("flow", nil, simple("s", "s"), eventTask("e", "conductor", nil))
	r.start("flow", nil)
	task := r.must("s")
	kept.fail = true
	_, err := r.Update(t.Context(), conductor.TaskResult{WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: conductor.TaskCompleted})
	require.ErrorContains(t, err, "the disk is full")
	require.Empty(t, listener.heard, "the step may be lost")
	kept.fail = false
	require.NoError(t, r.Decide(t.Context(), task.WorkflowInstanceID))
	require.Len(t, listener.heard, 1, "once")
	found := 0
	for _, record := range kept.records {
		if record.Kind == KindMessage && record.Key == listener.heard[0].ID {
			found++
		}
	}
	require.Equal(t, 1, found)
}

func TestATestOfAWorkflowIsHeardByNobody(t *testing.T) {
	r, listener := newEar(t)
	r.flow("flow", nil, eventTask("e", "conductor", nil), withStates(simple("s", "s"), map[string]any{"onScheduled": []any{map[string]any{"type": "x:y"}}}))
	_, err := r.Test(t.Context(), conductor.WorkflowTestRequest{StartWorkflowRequest: conductor.StartWorkflowRequest{Name: "flow"}}, "me")
	require.NoError(t, err)
	require.Empty(t, listener.heard)
}

func withStates(task conductor.WorkflowTask, states map[string]any) conductor.WorkflowTask {
	task.OnStateChange = states
	return task
}

// says is one state's events: names with a payload each.
func says(names ...string) []any {
	list := []any{}
	for _, name := range names {
		list = append(list, map[string]any{"type": name, "payload": map[string]any{"in": "${workflow.input.id}", "of": name}})
	}
	return list
}

func TestStatesOfATaskAreToldInTheirOrder(t *testing.T) {
	every := map[string]any{
		"onScheduled": says("conductor:s"), "onStart": says("conductor:b"), "onSuccess": says("conductor:good", "other:good"),
		"onFailed": says("conductor:bad"), "onCancelled": says("conductor:gone"),
	}
	for name, tc := range map[string]struct {
		end  func(r *rig, task conductor.Task)
		want []string
	}{
		"success":  {func(r *rig, task conductor.Task) { r.report(task, conductor.TaskCompleted, nil) }, []string{"s", "b", "good", "other:good"}},
		"failure":  {func(r *rig, task conductor.Task) { r.report(task, conductor.TaskFailedTerminally, nil) }, []string{"s", "b", "bad"}},
		"time-out": {func(r *rig, _ conductor.Task) { r.clock.Advance(2 * 3600e9) }, []string{"s", "b", "bad"}},
		"cancel": {func(r *rig, task conductor.Task) {
			require.NoError(r.t, r.Terminate(r.t.Context(), task.WorkflowInstanceID, "x"))
		}, []string{"s", "b", "gone"}},
		"given back": {func(r *rig, task conductor.Task) {
			r.report(task, conductor.TaskInProgress, nil)
			r.report(r.must("t"), conductor.TaskCompleted, nil)
		}, []string{"s", "b", "good", "other:good"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, listener := newEar(t)
			r.taskDef("t", func(d *conductor.TaskDef) { d.RetryCount = 0 })
			r.flow("flow", nil, withStates(simple("t", "ref"), every))
			id := r.start("flow", map[string]any{"id": 5})
			tc.end(r, r.must("t"))
			var told []string
			for _, m := range listener.heard {
				event, _ := m.Payload["of"].(string)
				require.Equal(t, eventOf(event, "flow", "ref"), m.Event)
				require.EqualValues(t, 5, m.Payload["in"], "its expressions are resolved")
				require.Equal(t, id, m.Payload["workflowInstanceId"])
				require.Equal(t, "ref", m.Payload["taskReferenceName"])
				if len(event) > 10 && event[:10] == "conductor:" {
					event = event[10:]
				}
				told = append(told, event)
			}
			require.Equal(t, tc.want, told)
		})
	}
}

func TestStatesAreToldOnlyWhereTheyAreHeeded(t *testing.T) {
	states := map[string]any{
		"onScheduled , onSuccess": says("a:a"), // as the Python SDK joins them
		"onStart":                 "no list", "onFailed": []any{"no object", map[string]any{"payload": map[string]any{}}},
	}
	for heeded, want := range map[bool]int{true: 2, false: 0} {
		r, listener := newEar(t, func(*Options) {})
		r.tellStates = heeded
		r.flow("flow", nil, withStates(taskOf("NOOP", "n", nil), states))
		require.Equal(t, conductor.WorkflowCompleted, r.workflow(r.start("flow", nil)).Status)
		require.Len(t, listener.heard, want)
	}
}
