package dev

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
)

// eventWait is how long the server may hold a question for events, in milliseconds.
const eventWait = 5000

func newEvents(deps *cli.Deps) *cobra.Command {
	var count int
	cmd := &cobra.Command{
		Use: "events", Short: "Show live what happens on the development server",
		Long: `Show live what happens on the development server: executions and tasks that change their state, who polls what, and requests that
were refused. It begins now, and goes on until Ctrl-C. With -o json each event is one line of JSON.`,
		Example: "orkesctl dev events\norkesctl dev events -o json --count 10",
		Args:    cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runEvents(cmd.Context(), deps, count) },
	}
	cmd.Flags().IntVar(&count, "count", 0, "end after so many events (default: never)")
	return cmd
}

func runEvents(ctx context.Context, deps *cli.Deps, count int) error {
	p := deps.Printer()
	if p.Format.Structured() && !p.Format.JSON() {
		return cli.Usage("Use -o json, whose lines a program reads one by one.", "a stream of events is text or JSON")
	}
	rows := render.NewStream(p, "")
	next, seen := int64(-1), 0
	for ctx.Err() == nil {
		var page struct {
			Next, Missed int64
			Events       []json.RawMessage
		}
		if err := control(ctx, deps, http.MethodGet, fmt.Sprintf("/dev/events?after=%d&wait=%d", next, eventWait), nil, &page); err != nil {
			return err
		}
		if next < 0 {
			deps.Note("waiting for what happens; Ctrl-C ends")
		}
		if page.Missed > 0 {
			deps.Note("note: %d events were missed: too much happened at once", page.Missed)
		}
		for _, raw := range page.Events {
			if err := showEvent(p, rows, raw); err != nil {
				return err
			}
			if seen++; seen == count {
				return nil
			}
		}
		next = page.Next
	}
	return ctx.Err()
}

func showEvent(p render.Printer, rows *render.Stream, raw json.RawMessage) error {
	if p.Format.JSON() {
		_, err := fmt.Fprintln(p.Term.Out, string(raw))
		return err
	}
	var e api.Occurrence
	if err := json.Unmarshal(raw, &e); err != nil {
		return fmt.Errorf("read an event: %w", err)
	}
	subject, detail := e.ReferenceTaskName, e.Reason
	switch {
	case e.Request != "":
		subject, detail = e.Request, e.Reason
	case subject == "":
		subject = e.WorkflowName
	}
	return rows.Row(time.UnixMilli(e.Time).UTC().Format("15:04:05.000"), string(e.Kind), subject, render.State(e.Status), e.Domain, e.WorkerID, e.WorkflowID+e.Caller, detail)
}
