package engine

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Idempotency strategies: what a start does when an execution of the same workflow has the key. None means FAIL.
const (
	idempotencyFail    = "FAIL"
	idempotencyReturn  = "RETURN_EXISTING"
	idempotencyRunning = "FAIL_ON_RUNNING"
)

// uniqueness is how far the key of a request keeps others from starting.
func (e *Engine) uniqueness(req conductor.StartWorkflowRequest) uniqueness {
	switch {
	case !e.idempotent:
		return notUnique
	case req.IdempotencyStrategy == idempotencyRunning:
		return uniqueWhileRunning
	default:
		return unique
	}
}

// existing answers a start whose key an execution has already.
func existing(held *execution, req conductor.StartWorkflowRequest) (string, error) {
	if req.IdempotencyStrategy == idempotencyReturn {
		return held.id, nil
	}
	return "", fault.Conflict("A workflow %s with the idempotency key %s already exists: %s", req.Name, req.IdempotencyKey, held.id)
}
