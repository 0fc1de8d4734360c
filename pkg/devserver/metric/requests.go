package metric

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// bounds are the upper limits of the histogram's buckets, in seconds: a request takes a fraction of a millisecond, a long poll up to five
// seconds.
func bounds() []float64 {
	return []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
}

// Requests counts requests by route and status, and how long they take by route. A route is a pattern (/api/workflow/{id}), not a path, so
// that there are as many as the server has. The zero value is ready.
type Requests struct {
	mu      sync.Mutex
	limits  []float64
	running int
	routes  map[string]*route
}

type route struct {
	statuses map[int]uint64
	buckets  []uint64 // each counts what is in no bucket before it
	sum      time.Duration
	count    uint64
}

// Begin counts a request that has begun.
func (r *Requests) Begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running++
}

// End counts a request that has begun and is over. A route that is empty is an unknown one.
func (r *Requests) End(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "unknown"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	if r.routes == nil {
		r.routes, r.limits = map[string]*route{}, bounds()
	}
	found := r.routes[pattern]
	if found == nil {
		found = &route{statuses: map[int]uint64{}, buckets: make([]uint64, len(r.limits))}
		r.routes[pattern] = found
	}
	found.statuses[status]++
	found.count++
	found.sum += took
	if at, _ := slices.BinarySearch(r.limits, took.Seconds()); at < len(r.limits) {
		found.buckets[at]++
	}
}

// Write adds the requests to a page.
func (r *Requests) Write(to *Text) {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := slices.Sorted(maps.Keys(r.routes))
	to.Family("orkesctl_http_requests_in_flight", Gauge, "Requests that are being answered, waiting polls included.")
	to.Sample(float64(r.running))
	to.Family("orkesctl_http_requests_total", Counter, "Requests by route and status.")
	for _, name := range names {
		for _, status := range slices.Sorted(maps.Keys(r.routes[name].statuses)) {
			to.Sample(float64(r.routes[name].statuses[status]), "route", name, "status", strconv.Itoa(status))
		}
	}
	to.Family("orkesctl_http_request_duration_seconds", Histogram, "How long requests take by route, the wait of long polls included.")
	for _, name := range names {
		found, below := r.routes[name], uint64(0)
		for i, limit := range r.limits {
			below += found.buckets[i]
			to.sample("_bucket", float64(below), []string{"route", name, "le", number(limit)})
		}
		to.sample("_bucket", float64(found.count), []string{"route", name, "le", "+Inf"})
		to.sample("_sum", found.sum.Seconds(), []string{"route", name})
		to.sample("_count", float64(found.count), []string{"route", name})
	}
}
