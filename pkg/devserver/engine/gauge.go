package engine

// QueueGauge is how a queue stands: tasks that wait for a worker, delayed ones and those held back by limits included, and polls since the
// engine was made.
type QueueGauge struct {
	TaskType, Domain string
	Depth            int
	Polls            uint64
}

// Queues returns how every queue stands, by name.
func (e *Engine) Queues() []QueueGauge {
	all := e.queues.all()
	gauges := make([]QueueGauge, 0, len(all))
	for _, q := range all {
		gauges = append(gauges, QueueGauge{TaskType: q.taskType, Domain: q.domain, Depth: q.count(), Polls: q.polls.Load()})
	}
	return gauges
}

// States counts the executions by state.
func (e *Engine) States() map[string]int {
	e.index.mu.RLock()
	defer e.index.mu.RUnlock()
	counts := make(map[string]int, len(e.index.byStatus))
	for status, held := range e.index.byStatus {
		counts[status] = len(held)
	}
	return counts
}
