package follow

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// patience is how long nothing may happen before a person is told where to look.
const patience = 5 * time.Second

// Options say how an execution is followed. Timeout zero means until it ends; Live draws the execution in one place on a
// terminal that can do that, rather than one line per change.
type Options struct {
	ID      string
	Timeout time.Duration
	Live    bool
	Header  func(p render.Printer, execution conductor.Workflow) error // before the first line; may be nil
	Wait    func(ctx context.Context, d time.Duration) error           // for tests, as in Follower
}

// Show follows an execution on the printer until it has ended and returns it. An end other than COMPLETED is an error with exit
// code 6 beside the execution; time that runs out is one too.
func Show(ctx context.Context, deps *cli.Deps, getter Getter, opts Options) (conductor.Document[conductor.Workflow], error) {
	limited := ctx
	if opts.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, opts.Timeout)
		defer cancel()
	}
	view := &view{deps: deps, opts: opts, live: render.NewLive(deps.Printer()), rows: render.NewStream(deps.Printer(), "  ")}
	follower := Follower{Getter: getter, Idle: view.idle, Wait: opts.Wait}
	execution, err := follower.Run(limited, opts.ID, view.update)
	switch {
	case ctx.Err() != nil:
		return execution, cli.Hint(ctx.Err(), "The execution goes on: orkesctl execution watch %s", opts.ID)
	case err != nil && errors.Is(limited.Err(), context.DeadlineExceeded):
		return execution, cli.Failed("It goes on: orkesctl execution watch "+opts.ID,
			"execution %s is %s after %s", opts.ID, stillState(execution.Value), opts.Timeout)
	case err != nil:
		return execution, err
	}
	return execution, Outcome(execution.Value)
}

func stillState(execution conductor.Workflow) string {
	if execution.Status == "" {
		return "not known to have ended"
	}
	return "still " + execution.Status
}

// Outcome is nil for an execution that COMPLETED or that has not ended, else an error with exit code 6 that says why.
func Outcome(execution conductor.Workflow) error {
	if !conductor.WorkflowTerminal(execution.Status) || execution.Status == conductor.WorkflowCompleted {
		return nil
	}
	text := fmt.Sprintf("execution %s ended %s", execution.WorkflowID, execution.Status)
	if execution.ReasonForIncompletion != "" {
		text += ": " + execution.ReasonForIncompletion
	}
	return &cli.Error{
		Err: errors.New(text), ID: "ended-badly", Exit: cli.ExitEndedBadly,
		Hint: "See its tasks: orkesctl execution get " + execution.WorkflowID,
	}
}

// view prints updates as they come.
type view struct {
	deps   *cli.Deps
	opts   Options
	live   *render.Live
	rows   *render.Stream
	begun  bool
	advice string // where to look when nothing happens; empty until then
}

func (v *view) update(u Update) error {
	p, execution := v.deps.Printer(), u.Execution.Value
	switch {
	case p.Format.Structured() || p.Format.Output == "name":
		return nil // a program waits for the result
	case v.draws():
		return v.draw(execution)
	}
	if err := v.header(p, execution); err != nil {
		return err
	}
	for _, change := range u.Changes {
		if err := v.rows.Row(Row(change.Task)...); err != nil {
			return err
		}
	}
	if conductor.WorkflowTerminal(execution.Status) {
		return Result(p, execution)
	}
	if u.Before != "" && u.Before != execution.Status {
		return render.NewStream(p, "").Row(render.State(execution.Status))
	}
	return nil
}

// draws reports whether the execution is drawn in one place.
func (v *view) draws() bool {
	p := v.deps.Printer()
	return v.opts.Live && p.Term.CanErase() && !p.Format.Structured() && p.Format.Output != "name"
}

func (v *view) draw(execution conductor.Workflow) error {
	drawing := func(p render.Printer) error { return v.drawing(p, execution) }
	if conductor.WorkflowTerminal(execution.Status) {
		return v.live.Last(drawing)
	}
	return v.live.Draw(drawing)
}

func (v *view) header(p render.Printer, execution conductor.Workflow) error {
	if v.begun || v.opts.Header == nil {
		return nil
	}
	v.begun = true
	return v.opts.Header(p, execution)
}

func (v *view) drawing(p render.Printer, execution conductor.Workflow) error {
	if v.opts.Header != nil {
		if err := v.opts.Header(p, execution); err != nil {
			return err
		}
	}
	if err := Tasks(p, execution.Tasks); err != nil {
		return err
	}
	if conductor.WorkflowTerminal(execution.Status) {
		return Result(p, execution)
	}
	if err := render.NewStream(p, "").Row(render.State(execution.Status)); err != nil || v.advice == "" {
		return err
	}
	_, err := fmt.Fprintln(p.Term.Out, v.advice)
	return err
}

// idle tells once where to look when a task waits for a worker and nothing happens. Where the execution is drawn, that is part of
// the drawing: a line of another stream would be drawn over.
func (v *view) idle(quiet time.Duration, execution conductor.Workflow) {
	if v.advice != "" || quiet < patience {
		return
	}
	for _, task := range execution.Tasks {
		if task.Status != conductor.TaskScheduled {
			continue
		}
		v.advice = fmt.Sprintf("%s still waits for a worker%s. Why: orkesctl doctor why %s",
			task.ReferenceTaskName, inDomain(task.Domain), v.opts.ID)
		if v.draws() {
			_ = v.draw(execution) // what stops the next drawing stops it too, and is reported there
		} else {
			v.deps.Note("%s", v.advice)
		}
		return
	}
}

func inDomain(domain string) string {
	if domain == "" {
		return ""
	}
	return " in domain " + domain
}

// Row is a task's line among the changes: reference, state, domain, and what explains the state.
func Row(task conductor.Task) []any {
	return []any{task.ReferenceTaskName, render.State(task.Status), task.Domain, detail(task)}
}

func detail(task conductor.Task) string {
	var parts []string
	if task.RetryCount > 0 {
		parts = append(parts, fmt.Sprintf("attempt %d", task.RetryCount+1))
	}
	switch {
	case task.Status == conductor.TaskInProgress && task.WorkerID != "":
		parts = append(parts, "worker "+task.WorkerID)
	case conductor.TaskTerminal(task.Status) && task.ReasonForIncompletion != "":
		parts = append(parts, task.ReasonForIncompletion)
	case conductor.TaskTerminal(task.Status) && task.EndTime > 0 && task.StartTime > 0:
		parts = append(parts, render.Duration(time.Duration(task.EndTime-task.StartTime)*time.Millisecond))
	}
	return strings.Join(parts, ", ")
}

// Tasks prints an execution's tasks as a table.
func Tasks(p render.Printer, tasks []conductor.Task) error {
	p.Format = render.Format{Output: p.Format.Output} // the table, also beside a header
	columns := []render.Column[conductor.Task]{
		{Title: "task", Value: func(t conductor.Task) any { return t.ReferenceTaskName }},
		{Title: "state", Value: func(t conductor.Task) any { return render.State(t.Status) }},
		{Title: "worker", Value: func(t conductor.Task) any { return t.WorkerID }},
		{Title: "domain", Value: func(t conductor.Task) any { return t.Domain }},
		{Title: "attempt", Value: func(t conductor.Task) any { return t.RetryCount + 1 }},
		{Title: "scheduled", Wide: true, Value: func(t conductor.Task) any { return render.Millis(t.ScheduledTime) }},
		{Title: "ended", Wide: true, Value: func(t conductor.Task) any { return render.Millis(t.EndTime) }},
		{Title: "polls", Wide: true, Value: func(t conductor.Task) any { return t.PollCount }},
		{Title: "id", Wide: true, Value: func(t conductor.Task) any { return t.TaskID }},
		{Title: "reason", Value: func(t conductor.Task) any { return t.ReasonForIncompletion }},
	}
	name := func(t conductor.Task) string { return t.TaskID }
	return render.List(p, render.View[conductor.Task]{Kind: "task", Name: name, Columns: columns}, tasks)
}

// Result prints how an execution ended: its state, how long it took, and its output.
func Result(p render.Printer, execution conductor.Workflow) error {
	end := p.Term.Paint(render.ToneOf(execution.Status), execution.Status)
	if execution.EndTime > 0 {
		end += " in " + render.Duration(time.Duration(execution.EndTime-execution.StartTime)*time.Millisecond)
	}
	if err := render.NewStream(p, "").Row(end); err != nil {
		return err
	}
	names := make([]string, 0, len(execution.Output))
	width := 0
	for name := range execution.Output {
		names = append(names, name)
		width = max(width, len(name))
	}
	sort.Strings(names)
	rows := render.NewStream(p, "")
	rows.Reserve(width)
	for _, name := range names {
		if err := rows.Row(name, Value(execution.Output[name])); err != nil {
			return err
		}
	}
	return nil
}

// Value is a JSON value in one line: text as it is, anything else as JSON.
func Value(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	data, err := render.Encode(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(string(data))
}
