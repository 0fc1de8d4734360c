package execution

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type summary = conductor.Document[conductor.WorkflowSummary]

type listOptions struct {
	workflow      []string
	status        []string
	correlationID string
	since         time.Duration
	filter, text  string
	limit         int
}

// states lists the states that an execution can have.
func states() []string {
	return []string{
		conductor.WorkflowRunning, conductor.WorkflowCompleted, conductor.WorkflowFailed, conductor.WorkflowTimedOut,
		conductor.WorkflowTerminated, conductor.WorkflowPaused,
	}
}

func newList(deps *cli.Deps) *cobra.Command {
	var opts listOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List executions, the newest first",
		Example: `orkesctl execution list
orkesctl execution list --workflow order --status FAILED --since 1h
orkesctl execution list --status RUNNING -o name`,
		Args: cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), deps, opts) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&opts.workflow, "workflow", nil, "only executions of this workflow `NAME`")
	flags.StringSliceVar(&opts.status, "status", nil, "only those in this `STATE`: "+strings.Join(states(), "|"))
	flags.StringVar(&opts.correlationID, "correlation-id", "", "only those with this correlation `ID`")
	flags.DurationVar(&opts.since, "since", 0, "only those started in this time, such as 1h")
	flags.StringVar(&opts.filter, "query", "", "a condition in Conductor's search `GRAMMAR`, beside the others")
	flags.StringVar(&opts.text, "text", "", "only those that hold this `TEXT` anywhere")
	flags.IntVar(&opts.limit, "limit", 100, "how many at most, 1 to 5000")
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(states(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runList(ctx context.Context, deps *cli.Deps, opts listOptions) error {
	query, err := opts.query(deps.Now())
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	page, err := client.Workflows.Search(ctx, query)
	if err != nil {
		return err
	}
	if err := render.List(deps.Printer(), summaryView(deps.Now()), page.Results); err != nil {
		return err
	}
	if left := page.TotalHits - int64(len(page.Results)); left > 0 {
		deps.Note("%d more: --limit %d shows them.", left, page.TotalHits)
	}
	if len(page.Results) == 0 && !deps.Globals.Format.Structured() {
		deps.Note("No executions. Start one: orkesctl workflow start NAME")
	}
	return nil
}

// query puts the flags into Conductor's search grammar.
func (o listOptions) query(now time.Time) (conductor.SearchQuery, error) {
	query := conductor.SearchQuery{Size: o.limit, Sort: "startTime:DESC", FreeText: o.text}
	if o.limit < 1 || o.limit > 5000 {
		return query, cli.Usage("Example: --limit 100", "--limit %d: not from 1 to 5000", o.limit)
	}
	if o.since < 0 {
		return query, cli.Usage("Example: --since 1h", "--since %s: a time is not less than 0", o.since)
	}
	var conditions []string
	add := func(field string, values []string) error {
		for _, value := range values {
			if strings.ContainsAny(value, `,()"'`) {
				return cli.Usage("Write the condition yourself: --query", "%q cannot be searched for: commas, quotes and brackets belong to the grammar", value)
			}
		}
		if len(values) > 0 {
			conditions = append(conditions, field+" IN ("+strings.Join(values, ",")+")")
		}
		return nil
	}
	status, err := o.states()
	if err != nil {
		return query, err
	}
	if err := add("workflowType", o.workflow); err != nil {
		return query, err
	}
	if err := add("status", status); err != nil {
		return query, err
	}
	if o.correlationID != "" {
		if err := add("correlationId", []string{o.correlationID}); err != nil {
			return query, err
		}
	}
	if o.since > 0 {
		conditions = append(conditions, fmt.Sprintf("startTime>%d", now.Add(-o.since).UnixMilli()))
	}
	if o.filter != "" {
		conditions = append(conditions, o.filter)
	}
	query.Query = strings.Join(conditions, " AND ")
	return query, nil
}

// states checks the wanted states, which may be written in small letters.
func (o listOptions) states() ([]string, error) {
	wanted := make([]string, 0, len(o.status))
	for _, word := range o.status {
		state, known := strings.ToUpper(word), false
		for _, candidate := range states() {
			known = known || candidate == state
		}
		if !known {
			return nil, cli.Usage("One of: "+strings.Join(states(), ", "), "--status %s: no such state", word)
		}
		wanted = append(wanted, state)
	}
	return wanted, nil
}

func summaryView(now time.Time) render.View[summary] {
	return render.View[summary]{
		Kind: kind,
		Name: func(s summary) string { return s.Value.WorkflowID },
		Columns: []render.Column[summary]{
			{Title: "execution", Value: func(s summary) any { return s.Value.WorkflowID }},
			{Title: "workflow", Value: func(s summary) any { return fmt.Sprintf("%s v%d", s.Value.WorkflowType, s.Value.Version) }},
			{Title: "state", Value: func(s summary) any { return render.State(s.Value.Status) }},
			{Title: "started", Value: func(s summary) any { return started(s.Value) }},
			{Title: "took", Wide: true, Value: func(s summary) any { return ran(s.Value, now) }},
			{Title: "correlation id", Wide: true, Value: func(s summary) any { return s.Value.CorrelationID }},
			{Title: "by", Wide: true, Value: func(s summary) any { return s.Value.CreatedBy }},
			{Title: "reason", Value: func(s summary) any { return s.Value.ReasonForIncompletion }},
		},
	}
}

// ran is how long an execution took; the search says it of those that have ended, and the clock of the others.
func ran(s conductor.WorkflowSummary, now time.Time) string {
	took := time.Duration(s.ExecutionTime) * time.Millisecond
	if at, err := time.Parse(time.RFC3339, s.StartTime); err == nil && !conductor.WorkflowTerminal(s.Status) {
		took = max(0, now.Sub(at))
	}
	return render.Duration(took)
}

// started reads the search's text form of a time; a form it does not know is shown as it is.
func started(s conductor.WorkflowSummary) any {
	at, err := time.Parse(time.RFC3339, s.StartTime)
	if err != nil {
		return s.StartTime
	}
	return render.Millis(at.UnixMilli())
}
