package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/metric"
)

// observed is a fixture whose requests take 1.5 ms each.
func observed(t *testing.T, log func(Access)) *fixture {
	t.Helper()
	f := newFixture(t)
	now := time.Date(2026, 11, 25, 18, 20, 0, 0, time.UTC)
	f.api.Observer = Observer{Requests: new(metric.Requests), Log: log, Wall: func() time.Time {
		now = now.Add(1500 * time.Microsecond)
		return now
	}}
	f.handler = f.api.handler()
	return f
}

func TestTheAccessLogIsALinePerRequest(t *testing.T) {
	var out bytes.Buffer
	f := observed(t, AccessLog(&out, false))
	f.must("worker", "GET /api/tasks/queue/all", "")
	f.send("bad", "GET /api/metadata/taskdefs", "")
	f.send("ADMIN", "GET /api/tasks/a%0Ab%22?token=hidden", "")
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 3)
	require.Regexp(t, `^2026-11-25T18:20:00\.003Z 192\.0\.2\.1 app:[0-9a-f-]+ GET /api/tasks/queue/all 200 \d+B 1\.500ms$`, lines[0])
	require.Regexp(t, ` - GET /api/metadata/taskdefs 401 \d+B `, lines[1])
	require.Regexp(t, ` GET /api/tasks/a%0Ab%22 404 `, lines[2])
}

func TestTheAccessLogInJSON(t *testing.T) {
	var out bytes.Buffer
	f := observed(t, AccessLog(&out, true))
	f.must("ADMIN", "POST /api/workflow/f", "{}")
	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Regexp(t, "^app:", line["caller"])
	delete(line, "caller")
	require.Equal(t, map[string]any{
		"time": "2026-11-25T18:20:00.003Z", "client": "192.0.2.1", "method": "POST", "path": "/api/workflow/f", "status": 200.0, "bytes": 36.0, "ms": 1.5,
	}, line)
}

// Neither a token nor a secret is in a log, wherever it was sent.
func TestTheAccessLogHasNoSecret(t *testing.T) {
	const hidden = "c4n4ry"
	var out bytes.Buffer
	text, lines := AccessLog(&out, false), AccessLog(&out, true)
	f := observed(t, func(r Access) { text(r); lines(r) })
	f.tokens["canary"] = hidden
	f.send("canary", "GET /api/metadata/taskdefs?token="+hidden, "")
	f.send("ADMIN", "PUT /api/secrets/name", `"`+hidden+`"`)
	f.send("none", "POST /api/token", `{"keyId":"admin-key","keySecret":"`+hidden+`"}`)
	require.NotContains(t, f.must("ADMIN", "GET /api/metadata/taskdefs", ""), hidden)
	require.NotContains(t, out.String(), hidden)
	require.NotContains(t, out.String(), f.tokens["ADMIN"])
	require.Contains(t, out.String(), "/api/secrets/name")
}

// Whatever becomes of a request, it is counted under its route and no longer in flight.
func TestEveryRequestIsCounted(t *testing.T) {
	f := observed(t, nil)
	f.must("ADMIN", "GET /api/workflow/$RUN", "")
	f.must("ADMIN", "GET /api/workflow/$ENDED", "")
	f.send("ADMIN", "GET /no/such/route", "")
	f.send("none", "GET /api/workflow/$RUN", "")
	f.must("ADMIN", "POST /api/dev/faults", `{"fault":"503","count":1}`)
	f.send("ADMIN", "GET /api/tasks/queue/all", "")
	f.must("ADMIN", "POST /api/dev/faults", `{"fault":"reset"}`)
	require.Panics(t, func() { f.send("ADMIN", "GET /api/tasks/queue/all", "") })
	f.must("ADMIN", "DELETE /api/dev/faults", "")
	page := f.must("none", "GET /metrics", "")
	for _, line := range []string{
		`orkesctl_http_requests_total{route="GET /api/workflow/{id}",status="200"} 2`,
		`orkesctl_http_requests_total{route="GET /api/workflow/{id}",status="401"} 1`,
		`orkesctl_http_requests_total{route="unknown",status="404"} 1`,
		`orkesctl_http_requests_total{route="GET /api/tasks/queue/all",status="503"} 1`,
		`orkesctl_http_requests_total{route="GET /api/tasks/queue/all",status="0"} 1`,
		`orkesctl_http_request_duration_seconds_sum{route="GET /api/workflow/{id}"} 0.0045`,
		"orkesctl_http_requests_in_flight 1", // this one
	} {
		require.Contains(t, strings.Split(page, "\n"), line, page)
	}
}

func TestMetricsTellQueuesExecutionsAndTheProcess(t *testing.T) {
	f := observed(t, nil)
	f.must("ADMIN", "GET /api/tasks/poll/batch/t?domain=d&timeout=1", "")
	f.must("ADMIN", "POST /api/metadata/taskdefs", `[{"name":"q\"\\"}]`)
	f.must("ADMIN", "POST /api/workflow", `{"name":"g","workflowDef":{"name":"g","tasks":[{"name":"q\"\\","taskReferenceName":"q"}]}}`)
	answer := f.send("none", "GET /metrics", "")
	require.Equal(t, metric.ContentType, answer.Header().Get("Content-Type"))
	lines := strings.Split(answer.Body.String(), "\n")
	for _, line := range []string{
		`orkesctl_server_info{version="test",flavor="orkes"} 1`,
		`orkesctl_queue_depth{task="t",domain=""} 1`, `orkesctl_queue_depth{task="t",domain="d"} 0`, `orkesctl_queue_depth{task="q\"\\",domain=""} 1`,
		`orkesctl_polls_total{task="t",domain="d"} 1`, `orkesctl_polls_total{task="t",domain=""} 0`,
		`orkesctl_executions{status="RUNNING"} 2`, `orkesctl_executions{status="TERMINATED"} 1`,
	} {
		require.Contains(t, lines, line, answer.Body.String())
	}
	require.Regexp(t, `(?m)^go_goroutines [1-9]\d*$`, answer.Body.String())
	require.Regexp(t, `(?m)^go_memstats_heap_alloc_bytes [1-9][\d.e+]+$`, answer.Body.String())
	requireExposition(t, lines)
	require.Contains(t, newOpenFixture(t).must("anybody", "GET /metrics", ""), `flavor="oss"`)
}

// requireExposition checks what a collector needs: each metric is declared once, before its samples, and no sample comes twice.
func requireExposition(t *testing.T, lines []string) {
	t.Helper()
	declared, samples := map[string]bool{}, map[string]bool{}
	for _, line := range lines {
		if name, found := strings.CutPrefix(line, "# TYPE "); found {
			name, _, _ = strings.Cut(name, " ")
			require.False(t, declared[name], line)
			declared[name] = true
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name := line[:strings.IndexAny(line, "{ ")]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if base, found := strings.CutSuffix(name, suffix); found && declared[base] {
				name = base
			}
		}
		require.True(t, declared[name], line)
		sample := line[:strings.LastIndex(line, " ")]
		require.False(t, samples[sample], line)
		samples[sample] = true
	}
	require.Greater(t, len(declared), 8)
}

// Names come from whoever polls: how many there may be is bounded.
func TestMetricsAreBounded(t *testing.T) {
	queues := make([]engine.QueueGauge, maxQueues+10)
	for i := range queues {
		queues[i] = engine.QueueGauge{TaskType: strings.Repeat("x", i+1), Depth: 1, Polls: 2}
	}
	var page metric.Text
	writeQueues(&page, queues)
	require.Equal(t, 2*(maxQueues+1)+4, strings.Count(page.String(), "\n"))
	require.Contains(t, page.String(), `orkesctl_queue_depth{task="(others)",domain=""} 10`+"\n")
	require.Contains(t, page.String(), `orkesctl_polls_total{task="(others)",domain=""} 20`+"\n")
}

// Without anybody who looks nothing is put between.
func TestNobodyObserves(t *testing.T) {
	f := newFixture(t)
	f.handler = f.api.observe(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, seen := w.(*exchange); seen {
			t.Error("an answer is looked at that nobody wants to see")
		}
	}))
	f.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
}
