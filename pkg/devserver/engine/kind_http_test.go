package engine

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// What Conductor answers is in test/parity/recorded/http.json.

func webTask(taskType string, request map[string]any, change ...func(*conductor.WorkflowTask)) conductor.WorkflowTask {
	return taskOf(taskType, "h", map[string]any{"http_request": request}, change...)
}

func serving(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

func TestHTTPSendsSecretsAndKeepsThemOutOfTheExecution(t *testing.T) {
	const token = "t0p-s3cret"
	seen := make(chan string, 1)
	at := serving(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("X-Token") + " " + r.URL.RawQuery
		w.WriteHeader(http.StatusTeapot)
	})
	r := newRig(t, func(o *Options) { o.Secret = func(string) (string, bool) { return token, true } })
	r.flow("flow", nil, webTask("HTTP", map[string]any{
		"uri": at + "/?key=${workflow.secrets.key}", "method": "GET", "headers": map[string]any{"X-Token": "${workflow.secrets.key}"},
	}))
	id := r.start("flow", nil)
	wf := r.eventually(id, conductor.WorkflowFailed)
	require.Equal(t, token+" key="+token, <-seen)
	require.NotContains(t, encoded(t, wf), token)
	require.Contains(t, wf.Tasks[0].ReasonForIncompletion, "418")
}

func TestHTTPRefusesTooMuch(t *testing.T) {
	at := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", maxPayload+1))
	})
	r := newRig(t)
	r.flow("flow", nil, webTask("HTTP", map[string]any{"uri": at, "method": "GET", "readTimeOut": 60_000}))
	require.Contains(t, r.eventually(r.start("flow", nil), conductor.WorkflowFailed).ReasonForIncompletion, "larger than 10485760 bytes")
}

func TestHTTPIsGivenUpWhenItsWorkflowEnds(t *testing.T) {
	here, gone := make(chan struct{}), make(chan struct{})
	at := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		close(here)
		<-r.Context().Done()
		close(gone)
	})
	r := newRig(t)
	r.flow("flow", nil, webTask("HTTP", map[string]any{"uri": at, "method": "GET", "readTimeOut": 60_000}))
	id := r.start("flow", nil)
	<-here
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	<-gone
	require.Equal(t, []string{"h:CANCELED"}, r.states(id))
}

func TestHTTPBadAddresses(t *testing.T) {
	r := newRig(t)
	for uri, wanted := range map[string]string{
		"http://[": "URI is not valid", "nonsense://x": "unsupported protocol scheme", "http://no-such-host.invalid": "no such host",
	} {
		r.flow("flow", nil, webTask("HTTP", map[string]any{"uri": uri, "method": "GET"}))
		require.Contains(t, r.eventually(r.start("flow", nil), conductor.WorkflowFailed).ReasonForIncompletion, wanted, uri)
	}
}

func TestHTTPAnsweredAndWaitingIsNotAskedAgain(t *testing.T) {
	var calls atomic.Int32
	at := serving(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("flow", nil, webTask("HTTP", map[string]any{"uri": at, "method": "GET"}, func(w *conductor.WorkflowTask) { w.AsyncComplete = true }))
	id := r.start("flow", nil)
	require.Eventually(t, func() bool { return len(r.workflow(id).Tasks[0].OutputData) > 0 }, 5*time.Second, time.Millisecond)
	require.NoError(t, r.Decide(t.Context(), id))
	require.NoError(t, r.Close())
	again := newRig(t, on(kept, 0))
	require.NoError(t, again.Decide(t.Context(), id))
	require.Equal(t, []string{"h:IN_PROGRESS"}, again.states(id))
	require.EqualValues(t, 1, calls.Load())
}

func TestHTTPHeadersAndAccept(t *testing.T) {
	at := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s|%s|%s", r.Header.Get("Accept"), r.Header.Get("Content-Type"), r.Header.Get("X-N"))
	})
	r := newRig(t)
	r.flow("flow", nil, webTask("HTTP", map[string]any{
		"uri": at, "method": "POST", "accept": []any{"text/plain", "text/html"}, "contentType": "text/csv", "headers": map[string]any{"X-N": 7}, "body": "a,b",
	}))
	response := r.eventually(r.start("flow", nil), conductor.WorkflowCompleted).Output["response"].(map[string]any)
	require.Equal(t, "text/plain, text/html|text/csv|7", response["body"])
}

func polls(at string, more map[string]any) conductor.WorkflowTask {
	request := map[string]any{"uri": at, "method": "GET", "pollingInterval": 5, "terminationCondition": "$.output.response.body.state === 'DONE'"}
	maps.Copy(request, more)
	return webTask("HTTP_POLL", request)
}

// waitPolls lets one request come back.
func (r *rig) waitPolls(id string, count int64) conductor.Task {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return r.workflow(id).Tasks[0].OutputData["pollCount"] == count }, 5*time.Second, time.Millisecond)
	return r.workflow(id).Tasks[0]
}

func TestHTTPPollAsksUntilItsConditionHolds(t *testing.T) {
	var calls atomic.Int32
	at := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		switch calls.Add(1) {
		case 1:
			w.WriteHeader(http.StatusInternalServerError) // is asked again
		case 2:
			_, _ = io.WriteString(w, `{"state":"BUSY"}`)
		default:
			_, _ = io.WriteString(w, `{"state":"DONE","n":7}`)
		}
	})
	r := newRig(t)
	r.flow("flow", nil, polls(at, nil))
	id := r.start("flow", nil)
	require.Contains(t, r.waitPolls(id, 1).OutputData["response"], "500")
	r.clock.Advance(4 * time.Second)
	require.EqualValues(t, 1, calls.Load())
	r.clock.Advance(time.Second)
	require.Equal(t, conductor.TaskInProgress, r.waitPolls(id, 2).Status)
	r.clock.Advance(5 * time.Second)
	wf := r.eventually(id, conductor.WorkflowCompleted)
	require.Equal(t, "DONE", wf.Output["response"].(map[string]any)["body"].(map[string]any)["state"])
	require.EqualValues(t, 3, wf.Output["pollCount"])
}

func TestHTTPPollStrategiesAndLimits(t *testing.T) {
	at := serving(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"state":"BUSY"}`) })
	for strategy, waits := range map[string][]time.Duration{
		"FIXED": {5 * time.Second, 5 * time.Second}, "LINEAR_BACKOFF": {5 * time.Second, 10 * time.Second}, "EXPONENTIAL_BACKOFF": {5 * time.Second, 10 * time.Second},
	} {
		r := newRig(t)
		r.flow("flow", nil, polls(at, map[string]any{"pollingStrategy": strategy, "maxPollCount": 3}))
		id := r.start("flow", nil)
		for i, wait := range waits {
			r.waitPolls(id, int64(i)+1)
			r.clock.Advance(wait - time.Second)
			require.EqualValues(t, i+1, r.workflow(id).Tasks[0].OutputData["pollCount"], strategy)
			r.clock.Advance(time.Second)
		}
		require.Contains(t, r.eventually(id, conductor.WorkflowFailed).ReasonForIncompletion, "did not hold after 3 requests", strategy)
	}
	r := newRig(t)
	r.flow("flow", nil, polls(at, map[string]any{"terminationCondition": "$.output.nothing.here"}))
	require.Contains(t, r.eventually(r.start("flow", nil), conductor.WorkflowFailed).ReasonForIncompletion, "Unable to evaluate terminationCondition")
	r.flow("flow", nil, polls(at, map[string]any{"terminationCondition": ""}))
	require.Contains(t, r.eventually(r.start("flow", nil), conductor.WorkflowFailed).ReasonForIncompletion, "Missing 'terminationCondition'")
}

func TestRequestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := httpRequest{method: "GET", uri: "http://127.0.0.1:9", shown: "http://127.0.0.1:9", timeout: time.Second}.send(ctx, newWeb(nil))
	require.ErrorContains(t, err, "canceled")
}
