package metric_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/devserver/metric"
)

func TestTextIsEscaped(t *testing.T) {
	var page metric.Text
	page.Family("a_total", metric.Counter, "One \\ two\nthree.")
	page.Sample(1)
	page.Sample(0.5, "task", "a\"b\\c\nd", "domain", "")
	page.Sample(1e12, "task", "caf\u00e9 \xff{},=")
	page.Family("b", metric.Gauge, "B.")
	require.Equal(t, `# HELP a_total One \\ two\nthree.
# TYPE a_total counter
a_total 1
a_total{task="a\"b\\c\nd",domain=""} 0.5
a_total{task="café `+"\uFFFD"+`{},="} 1e+12
# HELP b B.
# TYPE b gauge
`, page.String())
}

func TestRequestsAreCounted(t *testing.T) {
	var requests metric.Requests
	var empty metric.Text
	requests.Write(&empty)
	require.Contains(t, empty.String(), "orkesctl_http_requests_in_flight 0\n")

	for _, took := range []time.Duration{0, 100 * time.Microsecond, 101 * time.Microsecond, 2 * time.Second, time.Minute} {
		requests.Begin()
		requests.End("GET /api/tasks/{id}", 200, took)
	}
	requests.Begin()
	requests.End("GET /api/tasks/{id}", 404, time.Millisecond)
	requests.Begin()
	requests.End("", 404, time.Millisecond)
	requests.Begin()
	var page metric.Text
	requests.Write(&page)
	for _, line := range []string{
		"orkesctl_http_requests_in_flight 1",
		`orkesctl_http_requests_total{route="GET /api/tasks/{id}",status="200"} 5`,
		`orkesctl_http_requests_total{route="GET /api/tasks/{id}",status="404"} 1`,
		`orkesctl_http_requests_total{route="unknown",status="404"} 1`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="0.0001"} 2`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="0.00025"} 3`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="0.001"} 4`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="1"} 4`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="2.5"} 5`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="10"} 5`,
		`orkesctl_http_request_duration_seconds_bucket{route="GET /api/tasks/{id}",le="+Inf"} 6`,
		`orkesctl_http_request_duration_seconds_sum{route="GET /api/tasks/{id}"} 62.001201`,
		`orkesctl_http_request_duration_seconds_count{route="GET /api/tasks/{id}"} 6`,
	} {
		require.Contains(t, strings.Split(page.String(), "\n"), line, page.String())
	}
}

func TestRequestsAtOnce(t *testing.T) {
	var requests metric.Requests
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 500 {
				requests.Begin()
				requests.End("r", 200, time.Millisecond)
			}
		})
		group.Go(func() { requests.Write(new(metric.Text)) })
	}
	group.Wait()
	var page metric.Text
	requests.Write(&page)
	require.Contains(t, page.String(), `orkesctl_http_requests_total{route="r",status="200"} 4000`)
	require.Contains(t, page.String(), "in_flight 0\n")
}
