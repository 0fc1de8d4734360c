package devserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/snapshot"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// stateful is a server with its administrator and the clock that tests move.
type stateful struct {
	t *testing.T
	*devserver.Server

	admin *conductor.Client
	clock *engine.ManualClock
}

func newStateful(t *testing.T, change func(*devserver.Options)) *stateful {
	t.Helper()
	s := &stateful{t: t, clock: engine.NewManualClock(time.UnixMilli(1_700_000_000_000))}
	opts := devserver.Options{Clock: s.clock, Key: "the-key", Secret: "the-secret", SigningKey: []byte("signing"), Version: "1"}
	if change != nil {
		change(&opts)
	}
	s.Server, s.admin = start(t, opts)
	return s
}

func onFile(t *testing.T, path string) func(*devserver.Options) {
	t.Helper()
	kept, err := store.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	return func(o *devserver.Options) { o.Store = kept }
}

func (s *stateful) snapshot() []byte {
	s.t.Helper()
	var out bytes.Buffer
	require.NoError(s.t, s.Snapshot(s.t.Context(), &out))
	return out.Bytes()
}

func (s *stateful) restore(data []byte) {
	s.t.Helper()
	_, err := s.Restore(s.t.Context(), bytes.NewReader(data))
	require.NoError(s.t, err)
}

// content is what a snapshot holds, by kind and key.
func (s *stateful) content() map[string]string {
	s.t.Helper()
	_, entries, err := snapshot.Read(bytes.NewReader(s.snapshot()))
	require.NoError(s.t, err)
	all := map[string]string{}
	for _, entry := range entries {
		all[entry.Kind+"/"+entry.Key] = string(entry.Data)
	}
	return all
}

func (s *stateful) kinds() map[string]int {
	s.t.Helper()
	_, entries, err := snapshot.Read(bytes.NewReader(s.snapshot()))
	require.NoError(s.t, err)
	kinds := map[string]int{}
	for _, entry := range entries {
		kinds[entry.Kind]++
	}
	return kinds
}

func (s *stateful) poll(taskType string) *conductor.Task {
	s.t.Helper()
	tasks, err := s.admin.Tasks.PollBatch(s.t.Context(), conductor.PollRequest{TaskType: taskType, WorkerID: "w", Count: 1})
	require.NoError(s.t, err)
	if len(tasks) == 0 {
		return nil
	}
	return &tasks[0].Value
}

func (s *stateful) update(task *conductor.Task, status string) error {
	return s.admin.Tasks.Update(s.t.Context(), conductor.TaskResult{
		WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: status, OutputData: map[string]any{"x": 1},
	})
}

func (s *stateful) status(id string) string {
	s.t.Helper()
	found, err := s.admin.Workflows.Get(s.t.Context(), id, false)
	require.NoError(s.t, err)
	return found.Value.Status
}

func (s *stateful) start(name string) string {
	s.t.Helper()
	id, err := s.admin.Workflows.Start(s.t.Context(), conductor.StartWorkflowRequest{Name: name})
	require.NoError(s.t, err)
	return id
}

// populate gives a server something of everything: a queued task, one in a worker's hands, one that waits to be tried again, a WAIT, a
// sub-workflow, logs, an ended execution; and on the Orkes flavour an application with a key, a grant, tags and a secret.
func (s *stateful) populate(orkes bool) (ids map[string]string, worker conductor.NewAccessKey) {
	s.t.Helper()
	ctx := s.t.Context()
	require.NoError(s.t, s.admin.TaskDefs.Put(ctx, []json.RawMessage{
		json.RawMessage(`{"name":"a","retryCount":1,"retryDelaySeconds":60,"responseTimeoutSeconds":3600}`), json.RawMessage(`{"name":"b","retryCount":0}`),
	}))
	for _, def := range []string{
		`{"name":"one","tasks":[{"name":"a","taskReferenceName":"a"}]}`, `{"name":"two","tasks":[{"name":"b","taskReferenceName":"b"}]}`,
		`{"name":"wait","tasks":[{"name":"w","taskReferenceName":"w","type":"WAIT","inputParameters":{"duration":"1 hour"}}]}`,
		`{"name":"outer","tasks":[{"name":"s","taskReferenceName":"s","type":"SUB_WORKFLOW","subWorkflowParam":{"name":"two","version":1}}]}`,
	} {
		require.NoError(s.t, s.admin.WorkflowDefs.Create(ctx, json.RawMessage(def), conductor.PutOptions{}))
	}
	ids = map[string]string{"retrying": s.start("one")}
	require.NoError(s.t, s.update(s.poll("a"), conductor.TaskFailed))
	ids["held"] = s.start("one")
	held := s.poll("a")
	require.Equal(s.t, ids["held"], held.WorkflowInstanceID)
	ids["queued"], ids["wait"], ids["ended"] = s.start("one"), s.start("wait"), s.start("two")
	ended := s.poll("b")
	require.NoError(s.t, s.admin.Tasks.Log(ctx, ended.TaskID, "a line"))
	require.NoError(s.t, s.update(ended, conductor.TaskCompleted))
	ids["outer"] = s.start("outer")
	if orkes {
		worker = s.workerKey()
	}
	return ids, worker
}

func (s *stateful) workerKey() conductor.NewAccessKey {
	s.t.Helper()
	ctx := s.t.Context()
	app, err := s.admin.Applications.Create(ctx, "shop")
	require.NoError(s.t, err)
	require.NoError(s.t, s.admin.Applications.AddRole(ctx, app.Value.ID, "WORKER"))
	key, err := s.admin.Applications.CreateKey(ctx, app.Value.ID)
	require.NoError(s.t, err)
	require.NoError(s.t, s.admin.Authorization.Grant(ctx, conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: app.Value.UserID()}, Target: conductor.Target{Type: "TASK_DEF", ID: "a"}, Access: []string{"EXECUTE"},
	}))
	_, err = s.admin.Raw(ctx, "PUT", "/secrets/hidden", []byte("the value"), "text/plain")
	require.NoError(s.t, err)
	_, err = s.admin.Raw(ctx, "PUT", "/environment/region", []byte("eu"), "text/plain")
	require.NoError(s.t, err)
	_, err = s.admin.Raw(ctx, "POST", "/metadata/task/a/tags", []byte(`{"key":"k","value":"v"}`), "application/json")
	require.NoError(s.t, err)
	return key
}

// goesOn checks that everything that populate left behind goes on here, and nothing twice.
func (s *stateful) goesOn(ids map[string]string, held *conductor.Task) {
	s.t.Helper()
	require.Equal(s.t, conductor.WorkflowCompleted, s.status(ids["ended"]))
	next := s.poll("a")
	require.Equal(s.t, ids["queued"], next.WorkflowInstanceID, "what was queued is given out")
	require.NoError(s.t, s.update(next, conductor.TaskCompleted))
	require.Nil(s.t, s.poll("a"), "what is in a worker's hands or waits is not")
	require.NoError(s.t, s.update(held, conductor.TaskCompleted))
	inner := s.poll("b")
	require.NotNil(s.t, inner)
	require.NoError(s.t, s.update(inner, conductor.TaskCompleted))
	s.clock.Advance(61 * time.Second)
	again := s.poll("a")
	require.Equal(s.t, ids["retrying"], again.WorkflowInstanceID, "its time has come")
	require.NoError(s.t, s.update(again, conductor.TaskCompleted))
	require.Equal(s.t, conductor.WorkflowRunning, s.status(ids["wait"]))
	s.clock.Advance(time.Hour)
	for name, id := range ids {
		require.Equal(s.t, conductor.WorkflowCompleted, s.status(id), name)
	}
}

func heldTask(s *stateful, ids map[string]string) *conductor.Task {
	s.t.Helper()
	found, err := s.admin.Workflows.Get(s.t.Context(), ids["held"], true)
	require.NoError(s.t, err)
	require.Equal(s.t, conductor.TaskInProgress, found.Value.Tasks[0].Status)
	return &found.Value.Tasks[0]
}

// A snapshot is restored into the server that it is of, into a new one, and between memory and file; everything goes on.
func TestEverythingGoesOnAfterARestore(t *testing.T) {
	for _, flavor := range []devserver.Flavor{devserver.FlavorOrkes, devserver.FlavorOSS} {
		for name, on := range map[string][2]bool{"memory to memory": {false, false}, "memory to file": {false, true}, "file to memory": {true, false}, "file to file": {true, true}} {
			t.Run(string(flavor)+" "+name, func(t *testing.T) {
				made := func(file bool) *stateful {
					return newStateful(t, func(o *devserver.Options) {
						if o.Flavor = flavor; file {
							onFile(t, filepath.Join(t.TempDir(), "d.db"))(o)
						}
					})
				}
				from := made(on[0])
				ids, worker := from.populate(flavor == devserver.FlavorOrkes)
				held, saved, before := heldTask(from, ids), from.snapshot(), from.content()

				into := made(on[1])
				into.clock.Advance(1000 * time.Hour)
				gone := into.populatedWithOther()
				into.restore(saved)
				require.Equal(t, before, into.content())
				require.Equal(t, from.clock.Now(), into.clock.Now(), "the clock shows the snapshot's time")
				_, err := into.admin.Workflows.Get(t.Context(), gone, false)
				require.True(t, conductor.IsNotFound(err), "what was there is gone: %v", err)
				into.goesOn(ids, held)
				if flavor == devserver.FlavorOrkes {
					into.accepts(worker)
				}

				from.goesOn(ids, held) // the server that was saved goes on too
				from.restore(saved)
				from.goesOn(ids, held) // and again
			})
		}
	}
}

func (s *stateful) populatedWithOther() (id string) {
	s.t.Helper()
	require.NoError(s.t, s.admin.WorkflowDefs.Create(s.t.Context(), json.RawMessage(`{"name":"other","tasks":[{"name":"a","taskReferenceName":"a"}]}`), conductor.PutOptions{}))
	return s.start("other")
}

// accepts checks that a worker's key works, with its grant, and that the secret is there.
func (s *stateful) accepts(key conductor.NewAccessKey) {
	s.t.Helper()
	ctx := s.t.Context()
	client, err := conductor.New(s.URL(), conductor.WithCredentials(key.ID, key.Secret))
	require.NoError(s.t, err)
	_, err = client.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "a", Count: 1})
	require.NoError(s.t, err)
	_, err = client.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "b", Count: 1})
	require.True(s.t, conductor.IsForbidden(err), "%v", err)
	secret, err := s.admin.Raw(ctx, "GET", "/secrets/hidden", nil, "")
	require.NoError(s.t, err)
	require.Contains(s.t, string(secret.Body), "the value")
}

// A server in memory saves what one with a file does, kind by kind.
func TestMemoryAndFileAreSavedAlike(t *testing.T) {
	inMemory, onDisk := newStateful(t, nil), newStateful(t, onFile(t, filepath.Join(t.TempDir(), "d.db")))
	inMemory.populate(true)
	onDisk.populate(true)
	require.Equal(t, onDisk.kinds(), inMemory.kinds())
	for _, kind := range []string{"execution", "task", "plan", "logs", "taskDef", "workflowDef", "secret", "environment", "access-key", "access-grant", "access-tags"} {
		require.NotZero(t, inMemory.kinds()[kind], kind)
	}
}

// A file that took on a snapshot has it after the server's end.
func TestAFileHasTheRestoredState(t *testing.T) {
	from := newStateful(t, nil)
	ids, _ := from.populate(true)
	held, saved := heldTask(from, ids), from.snapshot()
	path := filepath.Join(t.TempDir(), "d.db")
	kept, err := store.Open(path)
	require.NoError(t, err)
	clock := engine.NewManualClock(from.clock.Now())
	server, err := devserver.New(devserver.Options{Store: kept, Clock: clock, Key: "the-key", Secret: "the-secret", SigningKey: []byte("signing")})
	require.NoError(t, err)
	_, err = server.Restore(t.Context(), bytes.NewReader(saved))
	require.NoError(t, err)
	require.NoError(t, server.Close(t.Context()))
	require.NoError(t, kept.Close())
	newStateful(t, onFile(t, path)).goesOn(ids, held)
}

// The administrator of the server that was saved becomes this one's: no second one is there, and what the first started goes on.
func TestTheAdministratorStays(t *testing.T) {
	from := newStateful(t, func(o *devserver.Options) { o.Key, o.Secret = "another-key", "another-secret" })
	ids, _ := from.populate(true)
	into := newStateful(t, nil)
	before, err := into.admin.Applications.List(t.Context())
	require.NoError(t, err)
	require.Len(t, before, 1)
	held := heldTask(from, ids)
	into.restore(from.snapshot())
	after, err := into.admin.Applications.List(t.Context())
	require.NoError(t, err)
	require.Len(t, after, 2)
	require.True(t, slices.ContainsFunc(after, func(app conductor.Document[conductor.Application]) bool { return app.Value.ID == before[0].Value.ID }))
	stranger, err := conductor.New(into.URL(), conductor.WithCredentials("another-key", "another-secret"))
	require.NoError(t, err)
	_, err = stranger.TaskDefs.List(t.Context())
	require.Error(t, err, "the other administrator's key is none here")
	into.goesOn(ids, held)
}

// refusing is a store that cannot be replaced.
type refusing struct{ store.Replacer }

func (refusing) Replace(context.Context, []store.Entry) error {
	return errors.New("the disk is full")
}

// What cannot be restored changes nothing.
func TestARefusedSnapshotChangesNothing(t *testing.T) {
	good := newStateful(t, nil)
	good.populate(true)
	whole := good.snapshot()
	oss := newStateful(t, func(o *devserver.Options) { o.Flavor = devserver.FlavorOSS })
	broken := func(change func([]store.Entry) []store.Entry) []byte {
		about, entries, err := snapshot.Read(bytes.NewReader(whole))
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, snapshot.Write(&out, about, func(yield func(store.Entry, error) bool) {
			for _, entry := range change(entries) {
				if !yield(entry, nil) {
					return
				}
			}
		}))
		return out.Bytes()
	}
	for name, tc := range map[string]struct {
		data []byte
		said string
	}{
		"cut off":           {whole[:len(whole)/2], "it is damaged"},
		"text":              {[]byte("hello"), "it is damaged"},
		"nothing":           {nil, "it is damaged"},
		"the other flavour": {oss.snapshot(), "--flavor oss, and this one has --flavor orkes"},
		"a definition that is missing": {broken(func(all []store.Entry) []store.Entry {
			return slices.DeleteFunc(all, func(e store.Entry) bool { return e.Kind == "plan" })
		}), "its definition"},
		"a task that is no object": {broken(func(all []store.Entry) []store.Entry {
			return append(all, store.Entry{Kind: "task", Key: "x", Data: []byte("7")})
		}), "cannot be restored"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStateful(t, onFile(t, filepath.Join(t.TempDir(), "d.db")))
			ids, _ := s.populate(true)
			held, before := heldTask(s, ids), s.content()
			_, err := s.Restore(t.Context(), bytes.NewReader(tc.data))
			require.ErrorContains(t, err, tc.said)
			require.Equal(t, fault.KindInvalid, fault.KindOf(err))
			require.Equal(t, before, s.content())
			s.goesOn(ids, held)
		})
	}
	t.Run("a full disk", func(t *testing.T) {
		s := newStateful(t, func(o *devserver.Options) { o.Store = refusing{store.NewMemory()} })
		ids, _ := s.populate(true)
		held := heldTask(s, ids)
		_, err := s.Restore(t.Context(), bytes.NewReader(whole))
		require.ErrorContains(t, err, "the disk is full")
		_, err = s.Reset(t.Context(), false)
		require.ErrorContains(t, err, "the disk is full")
		s.goesOn(ids, held)
	})
}

// Who works on a state that is replaced is told so, and nothing of it gets into the new one.
func TestWhoWorksMeanwhileIsToldSo(t *testing.T) {
	s := newStateful(t, onFile(t, filepath.Join(t.TempDir(), "d.db")))
	ids, _ := s.populate(true)
	held, empty := heldTask(s, ids), newStateful(t, nil).snapshot()
	polled := make(chan error)
	go func() {
		tasks, err := s.admin.Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "nothing", Count: 1, Timeout: 5 * time.Second})
		if len(tasks) > 0 {
			err = errors.New("a task out of nowhere")
		}
		polled <- err
	}()
	s.restore(empty)
	require.NoError(t, <-polled, "a long poll ends without a task")
	require.True(t, conductor.IsNotFound(s.update(held, conductor.TaskCompleted)))
	require.Zero(t, s.kinds()["task"])
}

func TestReset(t *testing.T) {
	for name, file := range map[string]bool{"memory": false, "file": true} {
		t.Run(name, func(t *testing.T) {
			s := newStateful(t, func(o *devserver.Options) {
				if file {
					onFile(t, filepath.Join(t.TempDir(), "d.db"))(o)
				}
			})
			fresh := s.kinds()
			ids, worker := s.populate(true)
			gone, err := s.Reset(t.Context(), true)
			require.NoError(t, err)
			require.Equal(t, len(ids)+1, gone.Executions, "and the one inside outer")
			require.Zero(t, gone.Tasks)
			kinds := s.kinds()
			require.Zero(t, kinds["execution"]+kinds["task"]+kinds["plan"]+kinds["logs"])
			require.Equal(t, 2, kinds["taskDef"])
			require.Nil(t, s.poll("a"))
			s.accepts(worker)
			s.start("one")
			require.NotNil(t, s.poll("a"))

			gone, err = s.Reset(t.Context(), false)
			require.NoError(t, err)
			require.Equal(t, [3]int{1, 4, 2}, [3]int{gone.Executions, gone.Workflows, gone.Tasks})
			require.Equal(t, fresh, s.kinds())
		})
	}
}

// A snapshot under load is of one moment: whatever is in it can be brought to its end, sub-workflows too, and what was acknowledged
// before it was asked for is in it.
func TestSnapshotsUnderLoad(t *testing.T) {
	for name, file := range map[string]bool{"memory": false, "file": true} {
		t.Run(name, func(t *testing.T) {
			s := newStateful(t, func(o *devserver.Options) {
				if o.Flavor = devserver.FlavorOSS; file {
					onFile(t, filepath.Join(t.TempDir(), "d.db"))(o)
				}
			})
			s.populate(false)
			ctx, cancel := context.WithCancel(t.Context())
			var group sync.WaitGroup
			var mu sync.Mutex
			var acknowledged []string
			for n := range 4 {
				group.Go(func() {
					for ctx.Err() == nil {
						name := []string{"outer", "two"}[n%2]
						if id, err := s.admin.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: name}); err == nil {
							mu.Lock()
							acknowledged = append(acknowledged, id)
							mu.Unlock()
						}
						tasks, _ := s.admin.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "b", WorkerID: fmt.Sprint(n), Count: 1})
						for _, task := range tasks {
							_ = s.admin.Tasks.Update(ctx, conductor.TaskResult{WorkflowInstanceID: task.Value.WorkflowInstanceID, TaskID: task.Value.TaskID, Status: conductor.TaskCompleted})
						}
					}
				})
			}
			var saved [][]byte
			var known []int
			for range 3 {
				mu.Lock()
				known = append(known, len(acknowledged))
				mu.Unlock()
				saved = append(saved, s.snapshot())
			}
			cancel()
			group.Wait()
			for i, data := range saved {
				into := newStateful(t, func(o *devserver.Options) { o.Flavor = devserver.FlavorOSS })
				into.restore(data)
				into.finish(acknowledged[:known[i]])
			}
		})
	}
}

// finish completes everything that is open, and checks that the executions have then ended.
func (s *stateful) finish(ids []string) {
	s.t.Helper()
	for {
		running, err := s.admin.Workflows.Search(s.t.Context(), conductor.SearchQuery{Query: "status = 'RUNNING' AND workflowType = 'two'", Size: 1000})
		require.NoError(s.t, err)
		if len(running.Results) == 0 {
			break
		}
		for _, found := range running.Results {
			wf, err := s.admin.Workflows.Get(s.t.Context(), found.Value.WorkflowID, true)
			require.NoError(s.t, err)
			require.NoError(s.t, s.update(&wf.Value.Tasks[0], conductor.TaskCompleted))
		}
	}
	for _, id := range ids {
		require.Equal(s.t, conductor.WorkflowCompleted, s.status(id), "acknowledged before the snapshot")
	}
}
