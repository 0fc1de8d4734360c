package engine

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// queues holds all queues by name. A queue is made by the first task or poll of its type and domain.
type queues struct {
	timers *timers
	clock  Clock
	order  atomic.Uint64

	mu     sync.RWMutex
	byName map[string]*queue
}

func newQueues(timers *timers, clock Clock) *queues {
	return &queues{timers: timers, clock: clock, byName: map[string]*queue{}}
}

// find returns the queue if there is one.
func (s *queues) find(taskType, domain string) *queue {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byName[conductor.QueueName(taskType, domain)]
}

// get returns the queue, making it where there is none.
func (s *queues) get(taskType, domain string) *queue {
	if q := s.find(taskType, domain); q != nil {
		return q
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := conductor.QueueName(taskType, domain)
	if q := s.byName[name]; q != nil {
		return q
	}
	q := &queue{taskType: taskType, domain: domain, timers: s.timers, clock: s.clock}
	q.alarm.ring = q.ring
	s.byName[name] = q
	return q
}

// enqueue puts a scheduled task into its queue, to be delivered from its DeliverOn.
func (s *queues) enqueue(t *task) {
	q := s.get(t.Wire.TaskType, t.Wire.Domain)
	t.entry = &entry{
		task: t, queue: q, priority: t.Wire.WorkflowPriority, deliverOn: t.DeliverOn, order: s.order.Add(1),
	}
	q.push(t.entry)
}

// all returns the queues sorted by name.
func (s *queues) all() []*queue {
	s.mu.RLock()
	list := make([]*queue, 0, len(s.byName))
	for _, q := range s.byName {
		list = append(list, q)
	}
	s.mu.RUnlock()
	slices.SortFunc(list, func(a, b *queue) int { return strings.Compare(a.name(), b.name()) })
	return list
}

// QueueSize counts the tasks of a type and domain that wait for a worker, delayed ones and those held back by limits
// included: GET /tasks/queue/size. An unknown queue has none.
func (e *Engine) QueueSize(taskType, domain string) int {
	if q := e.queues.find(taskType, domain); q != nil {
		return q.count()
	}
	return 0
}

// QueueSizes counts by type, in the queue without a domain: GET /tasks/queue/sizes.
// A type may also be the name of a domain's queue, DOMAIN:TYPE.
func (e *Engine) QueueSizes(taskTypes []string) map[string]int64 {
	sizes := make(map[string]int64, len(taskTypes))
	for _, taskType := range taskTypes {
		sizes[taskType] = int64(e.QueueSize(taskType, ""))
	}
	return sizes
}

// QueuesAll counts the waiting tasks of every queue by its name: GET /tasks/queue/all.
func (e *Engine) QueuesAll() map[string]int64 {
	sizes := map[string]int64{}
	for _, q := range e.queues.all() {
		sizes[q.name()] = int64(q.count())
	}
	return sizes
}
