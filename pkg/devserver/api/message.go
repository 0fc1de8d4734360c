package api

import (
	"errors"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// messageRoutes are the inbox of an execution, which the real server has with conductor.workflow-message-queue.enabled.
func (a *api) messageRoutes() {
	a.route("POST /api/workflow/{id}/messages", a.postMessage)
}

// postMessage needs the right to steer the execution, and answers in plain text, refusals too.
func (a *api) postMessage(c *call) (any, error) {
	id := c.PathValue("id")
	if err := a.maySteer(c, id); err != nil {
		return nil, err
	}
	var payload map[string]any
	if err := c.body(&payload, false); err != nil {
		return nil, err
	}
	posted, err := a.Engine.Post(c.Context(), id, payload)
	if known := new(fault.Error); errors.As(err, &known) && a.Access == nil {
		return plain{statusOf(known.Kind), known.Message}, nil
	}
	if err != nil {
		return nil, err
	}
	return text(posted), nil
}
