package engine

// scope is what expressions may name: the workflow and its tasks.
type scope struct {
	x      *execution
	taskID string // of the task that is being made; empty where there is none yet
}
