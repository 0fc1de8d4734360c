package engine

import "sync"

// newsOf wakes somebody when something happens in one of some executions.
type newsOf struct {
	mu   sync.Mutex
	ids  map[string]bool
	wake chan struct{} // holds one
}

// of adds an execution. Whoever adds one looks at it afterwards: what happened before is no news.
func (n *newsOf) of(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ids[id] = true
}

func (n *newsOf) heard(event Event) {
	n.mu.Lock()
	known := n.ids[event.WorkflowID]
	n.mu.Unlock()
	if !known {
		return
	}
	select {
	case n.wake <- struct{}{}:
	default: // it is awake already
	}
}
