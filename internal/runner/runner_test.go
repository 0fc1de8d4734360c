package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Bounds of the waits of these tests.
const (
	deadline = 20 * time.Second
	tickTime = 2 * time.Millisecond
)

// queue is a server with tasks to hand out. Refuse, where not zero, is what it answers to polls; it keeps every report.
type queue struct {
	mu      sync.Mutex
	waiting []conductor.Task
	reports []conductor.TaskResult
	counts  []int
	refuse  int
	tooBig  bool // refuses a report with output
	noV2    bool
	states  map[string]string // what GET /tasks/{id} says; a number is the status of a refusal
	asked   int
}

func (q *queue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		if _, id, found := strings.Cut(r.URL.Path, "/tasks/t"); found {
			q.show(w, "t"+id)
			return
		}
		q.poll(w, r)
		return
	}
	v2 := strings.HasSuffix(r.URL.Path, "/update-v2")
	var result conductor.TaskResult
	_ = json.NewDecoder(r.Body).Decode(&result)
	switch {
	case v2 && q.noV2:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case q.tooBig && len(result.OutputData) > 0:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = fmt.Fprint(w, `{"status":413,"message":"too large"}`)
		return
	}
	q.reports = append(q.reports, result)
	if v2 && len(q.waiting) > 0 {
		_ = json.NewEncoder(w).Encode(q.waiting[0])
		q.waiting = q.waiting[1:]
		return
	}
	if v2 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, _ = fmt.Fprint(w, `""`)
}

func (q *queue) poll(w http.ResponseWriter, r *http.Request) {
	if q.refuse != 0 {
		w.WriteHeader(q.refuse)
		_, _ = fmt.Fprintf(w, `{"status":%d,"message":"not yours"}`, q.refuse)
		return
	}
	count, _ := strconv.Atoi(r.URL.Query().Get("count"))
	q.counts = append(q.counts, count)
	n := min(count, len(q.waiting))
	_ = json.NewEncoder(w).Encode(append([]conductor.Task{}, q.waiting[:n]...))
	q.waiting = q.waiting[n:]
}

func (q *queue) show(w http.ResponseWriter, id string) {
	q.asked++
	if status, err := strconv.Atoi(q.states[id]); err == nil {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"status":%d,"message":"not shown"}`, status)
		return
	}
	_ = json.NewEncoder(w).Encode(conductor.Task{TaskID: id, Status: q.states[id], ReasonForIncompletion: "because"})
}

func (q *queue) set(change func(*queue)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change(q)
}

func (q *queue) reported() []conductor.TaskResult {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]conductor.TaskResult{}, q.reports...)
}

func tasks(n int) []conductor.Task {
	list := make([]conductor.Task, n)
	for i := range list {
		list[i] = conductor.Task{TaskID: fmt.Sprint("t", i), WorkflowInstanceID: "w", InputData: map[string]any{"n": i}}
	}
	return list
}

// start runs the worker until the test ends, or stop is called, which returns what Run did.
func start(t *testing.T, q *queue, change func(*runner.Runner)) (stop func() error) {
	t.Helper()
	server := httptest.NewServer(q)
	t.Cleanup(server.Close)
	client, err := conductor.New(server.URL)
	require.NoError(t, err)
	r := &runner.Runner{
		Client: client, TaskType: "job",
		Handle: func(_ context.Context, task conductor.Task) (map[string]any, error) { return task.InputData, nil },
	}
	if change != nil {
		change(r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(deadline):
			return errors.New("the worker did not end")
		}
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

func await(t *testing.T, q *queue, n int) []conductor.TaskResult {
	t.Helper()
	require.Eventually(t, func() bool { return len(q.reported()) >= n }, deadline, time.Millisecond)
	return q.reported()
}

func TestTasksAreDoneAndReported(t *testing.T) {
	for name, noV2 := range map[string]bool{"the next task comes with the report": false, "a server without update-v2": true} {
		t.Run(name, func(t *testing.T) {
			q := &queue{waiting: tasks(20), noV2: noV2}
			stop := start(t, q, func(r *runner.Runner) { r.Slots = 4 })
			seen := map[string]bool{}
			for _, report := range await(t, q, 20) {
				require.Equal(t, conductor.TaskCompleted, report.Status)
				seen[report.TaskID] = true
			}
			require.Len(t, seen, 20)
			require.NoError(t, stop())
			q.set(func(q *queue) {
				for _, count := range q.counts {
					require.LessOrEqual(t, count, 4, "never more than there are free slots")
				}
			})
		})
	}
}

func TestOutcomes(t *testing.T) {
	for name, tc := range map[string]struct {
		handle func(context.Context, conductor.Task) (map[string]any, error)
		status string
		reason string
	}{
		"no output": {func(context.Context, conductor.Task) (map[string]any, error) { return nil, nil }, conductor.TaskCompleted, ""},
		"an error":  {func(context.Context, conductor.Task) (map[string]any, error) { return nil, errors.New("no") }, conductor.TaskFailed, "no"},
		"a panic":   {func(context.Context, conductor.Task) (map[string]any, error) { panic("oh") }, conductor.TaskFailed, "the worker panicked: oh"},
		"a long reason": {
			func(context.Context, conductor.Task) (map[string]any, error) {
				return nil, errors.New(strings.Repeat("é", 600))
			}, conductor.TaskFailed, strings.Repeat("é", 499) + "…",
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := &queue{waiting: tasks(1)}
			start(t, q, func(r *runner.Runner) { r.Handle = tc.handle })
			report := await(t, q, 1)[0]
			require.Equal(t, tc.status, report.Status)
			require.Equal(t, tc.reason, report.ReasonForIncompletion)
			require.NotNil(t, report.OutputData)
		})
	}
}

func TestLogsAreBatched(t *testing.T) {
	q := &queue{waiting: tasks(1)}
	lines := make([]string, 25)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i)
	}
	start(t, q, func(r *runner.Runner) {
		r.Work = func(context.Context, conductor.Document[conductor.Task]) runner.Outcome {
			return runner.Outcome{Status: conductor.TaskCompleted, Log: lines}
		}
	})
	logs := await(t, q, 1)[0].Logs
	require.LessOrEqual(t, len(logs), 10)
	require.Equal(t, "line 0\nline 1\nline 2", logs[0].Log)
	require.Contains(t, logs[len(logs)-1].Log, "line 24")
}

func TestRefusalIsSaidOnceAndEnds(t *testing.T) {
	q := &queue{waiting: tasks(1), refuse: http.StatusForbidden}
	var mu sync.Mutex
	var said []string
	say := func(what string) { mu.Lock(); defer mu.Unlock(); said = append(said, what) }
	heard := func() []string { mu.Lock(); defer mu.Unlock(); return append([]string{}, said...) }
	start(t, q, func(r *runner.Runner) {
		r.Problem = func(err error) { say(err.Error()) }
		r.Working = func() { say("working") }
	})
	require.Eventually(t, func() bool { return len(heard()) == 1 }, deadline, time.Millisecond)
	q.set(func(q *queue) { q.refuse = 0 })
	await(t, q, 1)
	require.Equal(t, []string{`poll task "job": not yours (HTTP 403)`, "working"}, heard())
}

func TestHopeless(t *testing.T) {
	q := &queue{refuse: http.StatusUnauthorized}
	ended := make(chan error, 1)
	stop := start(t, q, func(r *runner.Runner) {
		r.Hopeless = func(err error) bool { ended <- err; return conductor.IsUnauthenticated(err) }
	})
	require.True(t, conductor.IsUnauthenticated(<-ended))
	require.ErrorContains(t, stop(), "not yours")
}

func TestARefusedOutputFailsTheTaskForGood(t *testing.T) {
	q := &queue{waiting: tasks(1), tooBig: true}
	start(t, q, nil)
	report := await(t, q, 1)[0]
	require.Equal(t, conductor.TaskFailedTerminally, report.Status)
	require.Contains(t, report.ReasonForIncompletion, "the server refused the result: ")
}

func TestStopFinishesTheTaskInHand(t *testing.T) {
	q := &queue{waiting: tasks(1)}
	began, finish := make(chan struct{}), make(chan struct{})
	stop := start(t, q, func(r *runner.Runner) {
		r.Handle = func(ctx context.Context, _ conductor.Task) (map[string]any, error) {
			close(began)
			<-finish
			return nil, ctx.Err()
		}
	})
	<-began
	ended := make(chan error)
	go func() { ended <- stop() }()
	close(finish)
	require.NoError(t, <-ended)
	require.Equal(t, conductor.TaskCompleted, q.reported()[0].Status)
}

func TestStopGivesBackWhatDoesNotEnd(t *testing.T) {
	q := &queue{waiting: tasks(1)}
	began := make(chan struct{})
	stop := start(t, q, func(r *runner.Runner) {
		r.Grace = time.Nanosecond
		r.Work = func(ctx context.Context, _ conductor.Document[conductor.Task]) runner.Outcome {
			close(began)
			<-ctx.Done()
			return runner.Outcome{Status: conductor.TaskInProgress}
		}
	})
	<-began
	require.NoError(t, stop())
	report := q.reported()[0]
	require.Equal(t, conductor.TaskInProgress, report.Status)
	require.False(t, report.ExtendLease)
	require.Zero(t, report.CallbackAfterSeconds)
}

// A task that the server ends while it is in hand: its context ends, nothing is reported, and the slot is free for the next.
func TestATaskThatTheServerEnds(t *testing.T) {
	for state, reason := range map[string]string{
		conductor.TaskCanceled: "the server has ended it: CANCELED (because)", conductor.TaskTimedOut: "the server has ended it: TIMED_OUT (because)",
		conductor.TaskCompleted: "the server has ended it: COMPLETED (because)", "404": "the server has ended it: it is gone",
	} {
		t.Run(state, func(t *testing.T) {
			q := &queue{waiting: tasks(1), states: map[string]string{"t0": conductor.TaskInProgress, "t1": conductor.TaskInProgress}}
			began, done := make(chan struct{}), make(chan runner.Outcome, 2)
			start(t, q, func(r *runner.Runner) {
				r.Ask = tickTime
				r.Handle = func(ctx context.Context, task conductor.Task) (map[string]any, error) {
					if task.TaskID == "t0" {
						close(began)
						<-ctx.Done()
					}
					return nil, ctx.Err()
				}
				r.Done = func(_ conductor.Task, outcome runner.Outcome, _ time.Duration) { done <- outcome }
			})
			<-began
			require.Eventually(t, func() bool {
				asked := 0
				q.set(func(q *queue) { asked = q.asked })
				return asked > 2
			}, deadline, tickTime, "as long as it is wanted it is asked for again and again")
			require.Empty(t, done)
			q.set(func(q *queue) { q.states["t0"], q.waiting = state, append(q.waiting, tasks(2)[1]) })
			outcome := <-done
			require.True(t, outcome.Ended)
			require.Equal(t, reason, outcome.Reason)
			report := await(t, q, 1)[0]
			require.Equal(t, "t1", report.TaskID, "of the first, nothing is reported")
			require.Equal(t, conductor.TaskCompleted, report.Status)
		})
	}
}

// A server that does not show tasks to workers is asked once; one in trouble is asked again.
func TestTasksThatAreNotShown(t *testing.T) {
	for state, again := range map[string]bool{"403": false, "405": false, "501": false, "500": true, "401": true} {
		t.Run(state, func(t *testing.T) {
			q := &queue{waiting: tasks(2), states: map[string]string{"t0": state, "t1": state}}
			finish := make(chan struct{})
			start(t, q, func(r *runner.Runner) {
				r.Ask = tickTime
				r.Handle = func(ctx context.Context, _ conductor.Task) (map[string]any, error) { <-finish; return nil, ctx.Err() }
			})
			asked := func() (n int) { q.set(func(q *queue) { n = q.asked }); return n }
			require.Eventually(t, func() bool { return asked() >= 1 && (!again || asked() > 5) }, deadline, tickTime)
			close(finish)
			for _, report := range await(t, q, 2) {
				require.Equal(t, conductor.TaskCompleted, report.Status, "they run to their end")
			}
			if !again {
				require.Equal(t, 1, asked())
			}
		})
	}
}

func TestLease(t *testing.T) {
	list := tasks(1)
	list[0].ResponseTimeoutSeconds = 1
	q := &queue{waiting: list}
	finish := make(chan struct{})
	start(t, q, func(r *runner.Runner) {
		r.Lease = true
		r.Handle = func(context.Context, conductor.Task) (map[string]any, error) { <-finish; return nil, nil }
	})
	beat := await(t, q, 1)[0]
	require.True(t, beat.ExtendLease)
	require.Equal(t, conductor.TaskInProgress, beat.Status)
	close(finish)
	reports := await(t, q, 2)
	require.Equal(t, conductor.TaskCompleted, reports[len(reports)-1].Status)
}
