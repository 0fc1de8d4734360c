package engine

import (
	"context"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Signal ends the first task that waits for one (WAIT, YIELD), in the execution or else in the workflows that run inside it:
// POST /tasks/{workflowId}/{status}/signal. The output is laid over what is there. It reports whether there was such a task.
// fault.NotFound for an unknown execution.
func (e *Engine) Signal(ctx context.Context, id, status string, output map[string]any) (signalled bool, err error) {
	if !slices.Contains(resultStatuses(), status) {
		return false, badStatus(status)
	}
	x := e.index.execution(id)
	if x == nil {
		return false, noWorkflow(id)
	}
	for next := []*execution{x}; len(next) > 0; {
		current := next[0]
		t, inside := e.waitsFor(current)
		if t == nil {
			next = append(inside, next[1:]...)
			continue
		}
		_, err := e.UpdateByRef(ctx, current.id, t.Wire.ReferenceTaskName, status, "", output)
		if fault.KindOf(err) == fault.KindNotFound { // somebody was faster
			continue
		}
		return err == nil, err
	}
	return false, nil
}

// SignalSoon is Signal for a task that is about to wait: where none does yet and the server itself is at work for the execution (an HTTP
// task), it goes on with what comes of that, until ctx ends.
func (e *Engine) SignalSoon(ctx context.Context, id, status string, output map[string]any) (signalled bool, err error) {
	news := &newsOf{ids: map[string]bool{id: true}, wake: make(chan struct{}, 1)}
	defer e.Subscribe(news.heard)()
	for {
		busy := e.atWork(id) // asked before: what it was busy with may be over when it is signalled
		signalled, err = e.Signal(ctx, id, status, output)
		if signalled || err != nil || !busy || !e.more(ctx, news) {
			return signalled, err
		}
	}
}

// more waits for news; there are none when ctx or the engine ends before.
func (e *Engine) more(ctx context.Context, news *newsOf) bool {
	select {
	case <-ctx.Done():
		return false
	case <-e.closed:
		return false
	case <-news.wake:
		return true
	}
}

// atWork reports whether a job runs for an execution.
func (e *Engine) atWork(id string) bool {
	x := e.index.execution(id)
	if x == nil {
		return false
	}
	x.lock()
	defer x.unlock()
	return slices.ContainsFunc(x.open(), func(t *task) bool { return t.performing })
}

// waitsFor is the first task of an execution that waits for somebody, or the workflows inside it that run.
func (e *Engine) waitsFor(x *execution) (*task, []*execution) {
	x.lock()
	defer x.unlock()
	var inside []*execution
	for _, t := range x.open() {
		switch {
		case t.terminal() || x.ended():
		case t.Wire.TaskType == typeWait || t.Wire.TaskType == typeYield:
			return t, nil
		case t.Wire.TaskType == typeSubWorkflow:
			if child := e.index.execution(t.Wire.SubWorkflowID); child != nil {
				inside = append(inside, child)
			}
		}
	}
	return nil, inside
}

// Standstill is where an execution does not go on by itself. Target is the one that was asked about. Task is nil unless one blocks,
// in Holder; Late tells that it still goes on.
type Standstill struct {
	Target conductor.Workflow
	Holder conductor.Workflow
	Task   *conductor.Task
	Late   bool
}

// Await waits until an execution has ended, waits for somebody, or has ended a task of one of the reference names, or until ctx ends.
// It is woken by what happens and does not look at intervals. fault.NotFound for an unknown execution.
func (e *Engine) Await(ctx context.Context, id string, until []string) (Standstill, error) {
	news := &newsOf{ids: map[string]bool{id: true}, wake: make(chan struct{}, 1)}
	defer e.Subscribe(news.heard)()
	for {
		found, err := e.standstill(id, until, news)
		if err != nil || !found.Late || !e.more(ctx, news) {
			return found, err
		}
	}
}

// standstill looks where an execution is now, and makes the news those of it and of what runs inside.
func (e *Engine) standstill(id string, until []string, news *newsOf) (Standstill, error) {
	target, err := e.Workflow(id, true)
	if err != nil {
		return Standstill{}, err
	}
	found := Standstill{Target: target, Holder: target, Late: !conductor.WorkflowTerminal(target.Status)}
	for next := []conductor.Workflow{target}; found.Late && len(next) > 0; next = next[1:] {
		holder := next[0]
		news.of(holder.WorkflowID)
		for i := range holder.Tasks {
			t := &holder.Tasks[i]
			switch {
			case blocks(t) || holder.WorkflowID == id && conductor.TaskTerminal(t.Status) && slices.Contains(until, t.ReferenceTaskName):
				return Standstill{Target: target, Holder: holder, Task: t}, nil
			case t.TaskType == typeSubWorkflow && !conductor.TaskTerminal(t.Status) && t.SubWorkflowID != "":
				news.of(t.SubWorkflowID)
				if child, err := e.Workflow(t.SubWorkflowID, true); err == nil {
					next = append(next, child)
				}
			}
		}
	}
	return found, nil
}

// blocks reports whether a task waits for somebody, and not for a time.
func blocks(t *conductor.Task) bool {
	if conductor.TaskTerminal(t.Status) {
		return false
	}
	timed := waitText(t.InputData["duration"]) != "" || waitText(t.InputData["until"]) != ""
	return t.TaskType == typeYield || t.TaskType == typeWait && !timed
}
