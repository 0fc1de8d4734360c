package conductor_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// use is one call of the client.
type use func(ctx context.Context, c *conductor.Client) error

// repeatableUses are reads and what may be written twice.
func repeatableUses() map[string]use {
	definition := json.RawMessage(`{"name":"x"}`)
	return map[string]use{
		"read": func(ctx context.Context, c *conductor.Client) error { return only(c.Applications.List(ctx)) },
		"search": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Workflows.Search(ctx, conductor.SearchQuery{}))
		},
		"raw GET": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Raw(ctx, http.MethodGet, "metadata/taskdefs", nil, ""))
		},
		"define tasks": func(ctx context.Context, c *conductor.Client) error {
			return c.TaskDefs.Put(ctx, []json.RawMessage{definition})
		},
		"overwrite": func(ctx context.Context, c *conductor.Client) error {
			return c.WorkflowDefs.Create(ctx, definition, conductor.PutOptions{Overwrite: true})
		},
		"define workflows": func(ctx context.Context, c *conductor.Client) error {
			return c.WorkflowDefs.PutAll(ctx, []json.RawMessage{definition})
		},
		"add role": func(ctx context.Context, c *conductor.Client) error {
			return c.Applications.AddRole(ctx, "a", "WORKER")
		},
		"grant": func(ctx context.Context, c *conductor.Client) error {
			return c.Authorization.Grant(ctx, conductor.Authorization{})
		},
		"delete": func(ctx context.Context, c *conductor.Client) error { return c.TaskDefs.Delete(ctx, "x") },
		"pause":  func(ctx context.Context, c *conductor.Client) error { return c.Workflows.Pause(ctx, "x") },
		"report an end": func(ctx context.Context, c *conductor.Client) error {
			return c.Tasks.Update(ctx, conductor.TaskResult{TaskID: "t", Status: conductor.TaskFailed})
		},
	}
}

// onceUses may have happened although no answer came: a second would start, take or make another.
func onceUses() map[string]use {
	return map[string]use{
		"start": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "w"}))
		},
		"poll": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Tasks.Poll(ctx, conductor.PollRequest{TaskType: "t"}))
		},
		"batch poll": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "t"}))
		},
		"report and take the next": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Tasks.UpdateV2(ctx, conductor.TaskResult{TaskID: "t", Status: conductor.TaskCompleted}))
		},
		"report progress": func(ctx context.Context, c *conductor.Client) error {
			return c.Tasks.Update(ctx, conductor.TaskResult{TaskID: "t", Status: conductor.TaskInProgress})
		},
		"log":                func(ctx context.Context, c *conductor.Client) error { return c.Tasks.Log(ctx, "t", "x") },
		"create application": func(ctx context.Context, c *conductor.Client) error { return only(c.Applications.Create(ctx, "x")) },
		"create key":         func(ctx context.Context, c *conductor.Client) error { return only(c.Applications.CreateKey(ctx, "x")) },
		"toggle key": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Applications.ToggleKey(ctx, "a", "k"))
		},
		"create a workflow": func(ctx context.Context, c *conductor.Client) error {
			return c.WorkflowDefs.Create(ctx, json.RawMessage(`{}`), conductor.PutOptions{})
		},
		"new version": func(ctx context.Context, c *conductor.Client) error {
			return c.WorkflowDefs.Create(ctx, json.RawMessage(`{}`), conductor.PutOptions{NewVersion: true})
		},
		"raw POST": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Raw(ctx, http.MethodPost, "/x", nil, ""))
		},
		"raw PATCH": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Raw(ctx, http.MethodPatch, "/x", nil, ""))
		},
		"raw poll": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Raw(ctx, http.MethodGet, "/api/tasks/poll/batch/t?count=1", nil, ""))
		},
		"raw new version": func(ctx context.Context, c *conductor.Client) error {
			return only(c.Raw(ctx, http.MethodPut, "/metadata/workflow?newVersion=true", []byte(`[]`), "application/json"))
		},
	}
}

// troubles are ends of a request that may be better the next time, although the server may have done what was asked.
func troubles() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"no answer": dropped,
		"cut off":   cutOff,
		"502":       answer(http.StatusBadGateway, `<html>bad gateway</html>`),
		"503":       answer(http.StatusServiceUnavailable, `{"message":"busy"}`),
		"504":       answer(http.StatusGatewayTimeout, ``),
	}
}

// cutOff promises more than it sends.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"name":"`))
}

func TestWhatIsSafeIsSentAgain(t *testing.T) {
	for name, use := range repeatableUses() {
		for trouble, handler := range troubles() {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				s := serve(t, sequence(handler, handler, answer(http.StatusOK, rightAnswer(name))))
				n := &naps{}
				require.NoError(t, use(t.Context(), connect(t, s, conductor.WithRetry(n.policy()))))
				require.Len(t, s.requests(), 3)
				require.Len(t, n.taken, 2)
				for _, again := range s.requests()[1:] {
					require.Equal(t, s.lines()[0], again.line())
					require.Equal(t, s.requests()[0].Body, again.Body)
				}
			})
		}
	}
}

func rightAnswer(name string) string {
	if name == "search" {
		return `{"totalHits":0,"results":[]}`
	}
	return `[]`
}

func TestWhatMayHaveHappenedIsNotSentAgain(t *testing.T) {
	for name, use := range onceUses() {
		for trouble, handler := range troubles() {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				s := serve(t, handler)
				require.Error(t, use(t.Context(), connect(t, s)))
				require.Len(t, s.requests(), 1)
			})
		}
	}
}

// net/http itself repeats a GET on a kept connection that breaks: a poll must not be.
func TestAPollIsNotRepeatedByTheTransport(t *testing.T) {
	for name, use := range onceUses() {
		t.Run(name, func(t *testing.T) {
			s := serve(t, sequence(answer(http.StatusOK, `[]`), dropped))
			c := connect(t, s)
			require.NoError(t, listApplications(t, c)) // leaves a connection to use again
			require.Error(t, use(t.Context(), c))
			require.Len(t, s.requests(), 2)
		})
	}
}

// 429 says that nothing was done, so that even a start is sent again.
func TestTooManyRequestsIsRepeatedForEverything(t *testing.T) {
	all := onceUses()
	maps.Copy(all, repeatableUses())
	for name, use := range all {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answer(http.StatusTooManyRequests, `{"message":"slow down"}`))
			err := use(t.Context(), connect(t, s))
			require.ErrorContains(t, err, "slow down (HTTP 429)")
			require.True(t, conductor.IsUnavailable(err))
			require.Len(t, s.requests(), conductor.DefaultRetry().Attempts)
		})
	}
}

func TestNoConnectionIsTriedAgainForEverything(t *testing.T) {
	s := serve(t, answer(http.StatusOK, `[]`))
	s.Close()
	for name, use := range onceUses() {
		n := &naps{}
		err := use(t.Context(), connect(t, s, conductor.WithRetry(n.policy())))
		require.ErrorContains(t, err, "connection refused", name)
		require.True(t, conductor.IsUnavailable(err))
		require.Len(t, n.taken, 3, name)
	}
}

func TestOtherAnswersAreNotRepeated(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 408, 409, 412, 413, 422, 500, 501, 505} {
		s := serve(t, answer(status, `{"message":"no","retryable":true}`))
		err := listApplications(t, connect(t, s))
		require.ErrorContains(t, err, "list applications: no (HTTP ", status)
		require.Len(t, s.requests(), 1, status)
	}
}

func TestTheAttemptsAreCounted(t *testing.T) {
	for attempts, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2, 7: 7} {
		s := serve(t, answer(http.StatusServiceUnavailable, ``))
		policy := (&naps{}).policy()
		policy.Attempts = attempts
		require.Error(t, listApplications(t, connect(t, s, conductor.WithRetry(policy))))
		require.Len(t, s.requests(), want)
	}
}

func TestWaitsGrowWithJitterUpToTheCap(t *testing.T) {
	n := &naps{}
	policy := n.policy()
	policy.Attempts, policy.Base, policy.Max = 9, time.Second, 10*time.Second
	s := serve(t, answer(http.StatusServiceUnavailable, ``))
	require.Error(t, listApplications(t, connect(t, s, conductor.WithRetry(policy))))
	for i, full := range []float64{1, 2, 4, 8, 10, 10, 10, 10} {
		require.GreaterOrEqual(t, n.taken[i].Seconds(), full/2)
		require.LessOrEqual(t, n.taken[i].Seconds(), full)
	}
}

func TestOddPoliciesDoNoHarm(t *testing.T) {
	for name, policy := range map[string]conductor.RetryPolicy{
		"nothing":  {Attempts: 3},
		"negative": {Attempts: 3, Base: -time.Hour, Max: time.Hour},
		"reversed": {Attempts: 3, Base: time.Hour, Max: time.Nanosecond},
	} {
		s := serve(t, sequence(dropped, dropped, answer(http.StatusOK, `[]`)))
		require.NoError(t, listApplications(t, connect(t, s, conductor.WithRetry(policy))), name)
	}
}

// retrying answers 429 with the given headers once, then well.
func retrying(header map[string]string) http.HandlerFunc {
	return sequence(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header()[name] = []string{value}
		}
		write(w, http.StatusTooManyRequests, `{"message":"slow down"}`)
	}, answer(http.StatusOK, `[]`))
}

func TestRetryAfterIsHonouredInBothForms(t *testing.T) {
	const date = "Tue, 15 Nov 1994 08:12:31 GMT"
	for _, test := range []struct {
		after, date string
		want        time.Duration
	}{
		{"7", date, 7 * time.Second},
		{" 12 ", date, 12 * time.Second},
		{"30", date, 30 * time.Second},
		{"Tue, 15 Nov 1994 08:12:36 GMT", date, 5 * time.Second},
		{"Tuesday, 15-Nov-94 08:12:41 GMT", date, 10 * time.Second},
		{"Tue Nov 15 08:12:51 1994", date, 20 * time.Second},
	} {
		t.Run(test.after, func(t *testing.T) {
			n := &naps{}
			s := serve(t, retrying(map[string]string{"Retry-After": test.after, "Date": test.date}))
			require.NoError(t, listApplications(t, connect(t, s, conductor.WithRetry(n.policy()))))
			require.Equal(t, []time.Duration{test.want}, n.taken)
		})
	}
}

// A date is over, absurd or no date: then the client's own wait counts.
func TestRetryAfterWithoutUseLeavesTheOwnWait(t *testing.T) {
	for _, after := range []string{"0", "-5", "soon", "1.5", "", "Tue, 15 Nov 1994 08:12:31 GMT", "Tue, 32 Nov 2094 08:12:31 GMT"} {
		t.Run(after, func(t *testing.T) {
			n := &naps{}
			s := serve(t, retrying(map[string]string{"Retry-After": after}))
			require.NoError(t, listApplications(t, connect(t, s, conductor.WithRetry(n.policy()))))
			require.Len(t, n.taken, 1)
			require.LessOrEqual(t, n.taken[0], conductor.DefaultRetry().Base)
		})
	}
}

func TestARetryAfterBeyondTheCapIsNotWaitedFor(t *testing.T) {
	for _, after := range []string{"31", "9223372036854775807", "Tue, 15 Nov 2994 08:12:31 GMT"} {
		n := &naps{}
		s := serve(t, retrying(map[string]string{"Retry-After": after}))
		err := listApplications(t, connect(t, s, conductor.WithRetry(n.policy())))
		require.ErrorContains(t, err, "list applications: slow down (HTTP 429); not tried again: the server asks to wait ")
		require.ErrorContains(t, err, "and 30s is the longest wait")
		require.True(t, conductor.IsUnavailable(err))
		require.Empty(t, n.taken)
	}
}

func TestRetryAfterIsReported(t *testing.T) {
	s := serve(t, retrying(map[string]string{"Retry-After": "45"}))
	var answer *conductor.Error
	require.ErrorAs(t, listApplications(t, connect(t, s)), &answer)
	require.Equal(t, 45*time.Second, answer.RetryAfter)
}

// Where the deadline comes before the next attempt, nobody waits for it.
func TestADeadlineBeforeTheNextAttemptEndsAtOnce(t *testing.T) {
	s := serve(t, answer(http.StatusServiceUnavailable, `{"message":"busy"}`))
	c, err := conductor.New(s.URL, conductor.WithRetry(conductor.RetryPolicy{Attempts: 3, Base: 10 * time.Hour, Max: 20 * time.Hour}))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	err = only(c.Applications.List(ctx))
	require.ErrorContains(t, err, "busy (HTTP 503); not tried again: the next attempt would be too late")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, conductor.IsUnavailable(err), "what the server answered is there too")
	require.Len(t, s.requests(), 1)
}

func TestCancelEndsTheWaitBetweenAttempts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, answer(http.StatusServiceUnavailable, `{"message":"busy"}`))
	waiting := make(chan struct{})
	c, err := conductor.New(s.URL, conductor.WithRetry(conductor.RetryPolicy{Attempts: 3, Base: 10 * time.Hour, Max: 20 * time.Hour}),
		conductor.WithTrace(func(conductor.Exchange) { close(waiting) }))
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- only(c.Applications.List(ctx)) }()
	<-waiting
	cancel()
	require.ErrorIs(t, within(t, ended), context.Canceled)
	require.Len(t, s.requests(), 1)
}

func TestTheRealTimerWaits(t *testing.T) {
	s := serve(t, sequence(dropped, answer(http.StatusOK, `[]`)))
	c, err := conductor.New(s.URL, conductor.WithRetry(conductor.RetryPolicy{Attempts: 2, Base: time.Millisecond, Max: time.Millisecond}))
	require.NoError(t, err)
	require.NoError(t, listApplications(t, c))
}

func TestACancelledOrLateCallIsNotRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		limit func(context.Context) (context.Context, context.CancelFunc)
		want  error
		text  string
	}{
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, context.Canceled, "list applications: context canceled"},
		"too late": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, -time.Second)
		}, context.DeadlineExceeded, "no answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			s, n := serve(t, answer(http.StatusOK, `[]`)), &naps{}
			ctx, cancel := test.limit(t.Context())
			defer cancel()
			err := only(connect(t, s, conductor.WithRetry(n.policy())).Applications.List(ctx))
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.text)
			require.Empty(t, n.taken)
		})
	}
}

// A token is asked for again like any read: a second is as good as the first.
func TestTheFetchOfATokenIsRepeated(t *testing.T) {
	for trouble, handler := range troubles() {
		s := serve(t, sequence(handler, answer(http.StatusOK, `{"token":"t"}`), answer(http.StatusOK, `[]`)))
		require.NoError(t, listApplications(t, connect(t, s, withKey())), trouble)
		require.Equal(t, strings.Join([]string{mintLine, mintLine, listLine}, "\n"), strings.Join(s.lines(), "\n"))
	}
}
