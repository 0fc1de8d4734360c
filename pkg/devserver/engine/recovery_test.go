package engine

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// recording is a store that keeps what a file would.
type recording struct {
	mu      sync.Mutex
	data    map[string]map[string][]byte
	failing error
	commits int
}

func newRecording() *recording { return &recording{data: map[string]map[string][]byte{}} }

func (s *recording) Load(_ context.Context, visit func(kind, key string, data []byte) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for kind, records := range s.data {
		for key, data := range records {
			if err := visit(kind, key, data); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *recording) Commit(_ context.Context, records []store.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil {
		return s.failing
	}
	s.commits++
	for _, record := range records {
		if s.data[record.Kind] == nil {
			s.data[record.Kind] = map[string][]byte{}
		}
		if record.Value == nil {
			delete(s.data[record.Kind], record.Key)
			continue
		}
		data, err := json.Marshal(record.Value)
		if err != nil {
			return err
		}
		s.data[record.Kind][record.Key] = data
	}
	return nil
}

func (s *recording) Close() error { return nil }

func on(kept store.Store, at time.Duration) func(*Options) {
	return func(o *Options) {
		o.Store = kept
		o.Clock.(*ManualClock).Advance(at)
	}
}

// encoded is a view as JSON, in which loaded numbers and those of Go are the same.
func encoded(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return string(data)
}

func TestEverythingGoesOnAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.taskDef("a", func(d *conductor.TaskDef) {
		d.RetryCount, d.RetryDelaySeconds, d.ResponseTimeoutSeconds, d.ConcurrentExecLimit = 1, 30, 20, 1
	})
	r.flow("one", func(d *conductor.WorkflowDef) { d.TimeoutSeconds, d.TimeoutPolicy = 1000, policyTimeOutWF }, simple("a", "a"))
	r.flow("two", nil, simple("b", "b"), simple("c", "c"))
	retrying := r.startAs(conductor.StartWorkflowRequest{Name: "one", IdempotencyKey: "k", CorrelationID: "c1", Input: map[string]any{"n": 1.5, "i": 7}})
	r.report(r.must("a"), conductor.TaskFailed, nil)
	running, waiting := r.start("one", nil), r.start("one", nil)
	inHand := r.must("a")
	require.Equal(t, running, inHand.WorkflowInstanceID)
	done, paused, removed := r.start("two", nil), r.start("two", nil), r.start("two", nil)
	logged := r.must("b")
	require.NoError(t, r.AddLog(t.Context(), logged.TaskID, "hello"))
	r.report(logged, conductor.TaskCompleted, map[string]any{"x": []any{1}})
	r.report(r.must("c"), conductor.TaskCompleted, nil)
	require.NoError(t, r.Pause(t.Context(), paused))
	require.NoError(t, r.Purge(t.Context(), removed))
	ids := []string{retrying, running, waiting, done, paused}
	before := map[string]string{}
	for _, id := range ids {
		before[id] = encoded(t, r.workflow(id))
	}
	require.NoError(t, r.Close())

	next := newRig(t, on(kept, 5*time.Second))
	for _, id := range ids {
		require.JSONEq(t, before[id], encoded(t, next.workflow(id)))
	}
	require.Equal(t, encoded(t, r.TaskDefs()), encoded(t, next.TaskDefs()))
	require.Equal(t, encoded(t, r.WorkflowDefs()), encoded(t, next.WorkflowDefs()))
	logs, err := next.Logs(logged.TaskID)
	require.NoError(t, err)
	require.Len(t, logs, 1)
	_, err = next.Workflow(removed, false)
	require.Error(t, err)
	_, err = next.Start(t.Context(), conductor.StartWorkflowRequest{Name: "one", IdempotencyKey: "k"}, "me")
	require.Error(t, err, "the idempotency key is still taken")
	require.Len(t, next.Correlated("one", []string{"c1"}, true, false)["c1"], 1)
	found, err := next.Search(SearchRequest{})
	require.NoError(t, err)
	require.Equal(t, paused, found.Results[0].WorkflowID, "the order of starts is kept")

	require.Nil(t, next.poll("a"), "the limit counts the task in a worker's hands")
	next.report(inHand, conductor.TaskCompleted, nil)
	require.Equal(t, waiting, next.must("a").WorkflowInstanceID)
	next.clock.Advance(15 * time.Second)
	require.Nil(t, next.poll("a"))
	next.clock.Advance(5 * time.Second)
	require.Equal(t, conductor.TaskTimedOut, next.workflow(waiting).Tasks[0].Status, "time-outs go on")
	next.clock.Advance(5 * time.Second)
	require.Equal(t, retrying, next.must("a").WorkflowInstanceID, "the retry comes when it was due")
	require.NoError(t, next.Resume(t.Context(), paused))
	next.report(next.must("b"), conductor.TaskCompleted, nil)
	next.report(next.must("c"), conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, next.workflow(paused).Status)
	next.clock.Advance(1000 * time.Second)
	require.Equal(t, conductor.WorkflowTimedOut, next.workflow(retrying).Status)
}

func TestADefinitionIsStoredOncePerSnapshot(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("one", nil, simple("a", "a"))
	for range 5 {
		r.start("one", nil)
	}
	require.Len(t, kept.data[kindPlan], 1)
	r.taskDef("a", nil)
	r.start("one", nil)
	require.Len(t, kept.data[kindPlan], 2)
	require.NotContains(t, string(kept.data[KindExecution][r.Running("one", 0, 0, 0)[0]]), "inputTemplate")
}

func TestAFailingStoreIsToldToTheCaller(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	kept.failing = errors.New("the disk is full")
	_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "one"}, "me")
	require.ErrorContains(t, err, "the disk is full")
	require.ErrorContains(t, r.Pause(t.Context(), id), "the disk is full")
	require.ErrorContains(t, r.PutTaskDefs(t.Context(), []conductor.TaskDef{named("x")}, "me"), "the disk is full")
	require.Empty(t, r.TaskDefs())
	_, err = r.PutWorkflowDef(t.Context(), oneTask("x", "x"), PutMode{}, "me")
	require.ErrorContains(t, err, "the disk is full")
	require.ErrorContains(t, r.DeleteWorkflowDef(t.Context(), "one", 1), "the disk is full")
	_, err = r.WorkflowDef("one", 1)
	require.NoError(t, err)
	kept.failing = nil
	require.NoError(t, r.Resume(t.Context(), id))
	again := newRig(t, on(kept, 0))
	require.Equal(t, conductor.WorkflowRunning, again.workflow(id).Status)
	require.Equal(t, []string{"a:SCHEDULED"}, again.states(id))
}

func named(name string) conductor.TaskDef {
	def := conductor.NewTaskDef()
	def.Name = name
	return def
}

func TestABrokenStoreIsRefused(t *testing.T) {
	for kind, data := range map[string]string{
		KindTaskDef: "{", KindWorkflowDef: "[]", kindPlan: "7", kindTask: `{"task":3}`, kindLogs: "{}", KindExecution: `{"workflow":{},"plan":"gone"}`,
	} {
		kept := newRecording()
		kept.data[kind] = map[string][]byte{"key": []byte(data)}
		_, err := New(Options{Store: kept})
		require.ErrorContains(t, err, "key", kind)
	}
}
