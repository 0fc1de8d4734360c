package schedule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type run = conductor.Document[conductor.ScheduledRun]

type runsOptions struct {
	state string
	since time.Duration
	limit int
}

// runStates are the states that a run can have.
func runStates() []string {
	return []string{conductor.ScheduledRunExecuted, conductor.ScheduledRunFailed, "POLLED"}
}

func newRuns(deps *cli.Deps) *cobra.Command {
	var opts runsOptions
	cmd := &cobra.Command{
		Use: "runs [NAME…]", Short: "Show what came of the times of schedules, the newest first",
		Long: `Show what came of the times of schedules, the newest first: EXECUTED where the workflow was started, with its execution, FAILED with
the reason where it was not. Whether the workflow then went well says orkesctl execution get.`,
		Example: "orkesctl schedule runs nightly\norkesctl schedule runs --state FAILED --since 24h",
		Args:    cli.Args("[NAME…]"), ValidArgsFunction: completeNames(deps),
		RunE: func(cmd *cobra.Command, args []string) error { return runRuns(cmd.Context(), deps, args, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.state, "state", "", "only those in this `STATE`: "+strings.Join(runStates(), "|"))
	flags.DurationVar(&opts.since, "since", 0, "only those of this time, such as 24h")
	flags.IntVar(&opts.limit, "limit", 100, "how many at most, 1 to 1000")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(runStates(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runRuns(ctx context.Context, deps *cli.Deps, names []string, opts runsOptions) error {
	query, err := opts.query(names, deps.Now())
	if err != nil {
		return err
	}
	client, err := deps.Client()
	if err != nil {
		return err
	}
	page, err := client.Schedules.Runs(ctx, query)
	if err != nil {
		return cli.Needs(err, needs)
	}
	if len(page.Results) == 0 { // a name that is wrong has no runs either
		if _, err := findAll(ctx, client, names, "runs"); err != nil {
			return err
		}
		if !deps.Globals.Format.Structured() {
			deps.Note("No runs. When the next one is says: orkesctl schedule next NAME")
		}
	}
	left := page.TotalHits - int64(len(page.Results))
	if deps.Globals.Format.Output == "name" { // names executions: what failed has none
		page.Results = slices.DeleteFunc(page.Results, func(r run) bool { return r.Value.WorkflowID == "" })
	}
	if err := render.List(deps.Printer(), runView(), page.Results); err != nil {
		return err
	}
	if left > 0 {
		deps.Note("%d more: --limit %d shows them.", left, page.TotalHits)
	}
	return nil
}

// query puts the flags into the grammar of the search among runs.
func (o runsOptions) query(names []string, now time.Time) (conductor.SearchQuery, error) {
	query := conductor.SearchQuery{Size: o.limit, Sort: "scheduledTime:DESC"}
	state := strings.ToUpper(o.state)
	switch {
	case o.limit < 1 || o.limit > maxTimes:
		return query, cli.Usage("Example: --limit 100", "--limit %d: not from 1 to %d", o.limit, maxTimes)
	case o.since < 0:
		return query, cli.Usage("Example: --since 24h", "--since %s: a time is not less than 0", o.since)
	case state != "" && !slices.Contains(runStates(), state):
		return query, cli.Usage("One of: "+strings.Join(runStates(), ", "), "--state %s: no such state", o.state)
	}
	var clauses []string
	for _, name := range names {
		if strings.ContainsAny(name, ",()") {
			return query, cli.Usage("Without a name all runs are shown: orkesctl schedule runs", "%q cannot be searched for: commas and brackets belong to the grammar", name)
		}
	}
	if len(names) > 0 {
		clauses = append(clauses, "scheduleName IN ("+strings.Join(names, ",")+")")
	}
	if state != "" {
		clauses = append(clauses, "state IN ("+state+")")
	}
	if o.since > 0 {
		clauses = append(clauses, fmt.Sprintf("scheduledTime>%d", now.Add(-o.since).UnixMilli()))
	}
	query.Query = strings.Join(clauses, " AND ")
	return query, nil
}

func runView() render.View[run] {
	return render.View[run]{
		Kind: "execution", Name: func(r run) string { return r.Value.WorkflowID },
		Columns: []render.Column[run]{
			{Title: "time", Value: func(r run) any { return render.Millis(r.Value.ScheduledTime) }},
			{Title: "schedule", Value: func(r run) any { return r.Value.ScheduleName }},
			{Title: "workflow", Value: func(r run) any { return started(r.Value.StartWorkflowRequest) }},
			{Title: "state", Value: func(r run) any { return render.State(r.Value.State) }},
			{Title: "execution", Whole: true, Value: func(r run) any { return r.Value.WorkflowID }},
			{Title: "late", Wide: true, Value: func(r run) any { return late(r.Value) }},
			{Title: "reason", Value: func(r run) any { return r.Value.Reason }},
		},
	}
}

// late is how long after its time the workflow was started.
func late(r conductor.ScheduledRun) string {
	return render.Duration(time.Duration(max(0, r.ExecutionTime-r.ScheduledTime)) * time.Millisecond)
}
