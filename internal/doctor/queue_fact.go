package doctor

// queueName is the queue of a task in a domain.
func queueName(task, domain string) string {
	if domain == "" {
		return task
	}
	return domain + ":" + task
}

// waiting counts the tasks that wait for the worker.
func (f *Facts) waiting(w Worker) int64 { return f.Queues.Value[queueName(w.Task, w.Domain)] }
