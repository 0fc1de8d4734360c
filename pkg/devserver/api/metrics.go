package api

import (
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/metric"
)

// maxQueues bounds how many queues have values of their own: a task may have any name, and each value costs whoever collects them. What
// the others have is added up.
const maxQueues = 500

// otherQueues is the task that stands for them.
const otherQueues = "(others)"

// metrics answers GET /metrics: the requests, the queues, the executions and the process.
func (a *api) metrics(*call) (any, error) {
	var page metric.Text
	page.Family("orkesctl_server_info", metric.Gauge, "The server: 1.")
	flavor := "oss"
	if a.Access != nil {
		flavor = "orkes"
	}
	page.Sample(1, "version", a.Version, "flavor", flavor)
	if a.Observer.Requests != nil {
		a.Observer.Requests.Write(&page)
	}
	writeQueues(&page, a.Engine.Queues())
	states := a.Engine.States()
	page.Family("orkesctl_executions", metric.Gauge, "Executions by state.")
	for _, state := range slices.Sorted(maps.Keys(states)) {
		page.Sample(float64(states[state]), "status", state)
	}
	writeProcess(&page)
	return typed{metric.ContentType, []byte(page.String())}, nil
}

func writeQueues(page *metric.Text, queues []engine.QueueGauge) {
	if len(queues) > maxQueues {
		rest := engine.QueueGauge{TaskType: otherQueues}
		for _, q := range queues[maxQueues:] {
			rest.Depth += q.Depth
			rest.Polls += q.Polls
		}
		queues = append(queues[:maxQueues:maxQueues], rest)
	}
	page.Family("orkesctl_queue_depth", metric.Gauge, "Tasks that wait for a worker, by task and domain.")
	for _, q := range queues {
		page.Sample(float64(q.Depth), "task", q.TaskType, "domain", q.Domain)
	}
	page.Family("orkesctl_polls_total", metric.Counter, "Polls by task and domain.")
	for _, q := range queues {
		page.Sample(float64(q.Polls), "task", q.TaskType, "domain", q.Domain)
	}
}

// writeProcess adds what Go knows of the process, under the names that its own client library has for it.
func writeProcess(page *metric.Text) {
	page.Family("go_goroutines", metric.Gauge, "Goroutines that exist.")
	page.Sample(float64(runtime.NumGoroutine()))
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}}
	metrics.Read(samples)
	page.Family("go_memstats_heap_alloc_bytes", metric.Gauge, "Bytes of objects on the heap.")
	page.Sample(float64(samples[0].Value.Uint64()))
	page.Family("go_memstats_sys_bytes", metric.Gauge, "Bytes that the process has from the system.")
	page.Sample(float64(samples[1].Value.Uint64()))
}
