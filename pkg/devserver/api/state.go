package api

import (
	"bytes"
	"net/http"
)

// statePath is where the whole state is read, replaced and forgotten.
const statePath = "/api/dev/state"

// StateSummary counts what a state holds that people ask about first.
type StateSummary struct {
	Executions int `json:"executions"`
	Workflows  int `json:"workflows"`
	Tasks      int `json:"tasks"`
}

func (a *api) stateRoutes() {
	a.route("GET "+statePath, a.controls(a.snapshot))
	a.route("PUT "+statePath, a.controls(func(c *call) (any, error) { return a.Control.Restore(c.Context(), c.Body) }))
	a.route("DELETE "+statePath, a.controls(func(c *call) (any, error) {
		return a.Control.Reset(c.Context(), c.flag("executions", false))
	}))
}

// snapshot is made whole before any of it is sent: one that fails is an error, not half a file.
func (a *api) snapshot(c *call) (any, error) {
	var whole bytes.Buffer
	if err := a.Control.Snapshot(c.Context(), &whole); err != nil {
		return nil, err
	}
	return typed{"application/octet-stream", whole.Bytes()}, nil
}

// unbounded reports whether a request's body may be of any size: a snapshot, whose route only administrators get to.
func unbounded(r *http.Request) bool { return r.Method == http.MethodPut && r.URL.Path == statePath }
