package schedule

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/cron"
)

// maxTimes bounds --count.
const maxTimes = 1000

type nextOptions struct {
	zone  string
	count int
}

func newNext(deps *cli.Deps) *cobra.Command {
	var opts nextOptions
	cmd := &cobra.Command{
		Use: "next NAME|CRON", Short: "Show when a schedule, or a cron expression, comes next",
		Long: `Show when a schedule of the server, or a cron expression, comes next: in its zone and in local time. A cron expression has six fields
(second minute hour day-of-month month day-of-week) or is a macro such as @daily, and needs no server.

Times that daylight saving leaves out do not come that day; those that it repeats come twice, as on the server.`,
		Example: `orkesctl schedule next nightly
orkesctl schedule next "0 30 9 * * MON-FRI" --zone Europe/Berlin --count 10
orkesctl schedule next @daily -o json`,
		Args: cli.Args("NAME|CRON"), ValidArgsFunction: cli.CompleteFirst(completeNames(deps)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.count < 1 || opts.count > maxTimes {
				return cli.Usage("Example: --count 10", "--count %d: not from 1 to %d", opts.count, maxTimes)
			}
			return runNext(cmd.Context(), deps, args[0], opts)
		},
	}
	cmd.Flags().StringVar(&opts.zone, "zone", "", "the `ZONE` of a cron expression, such as Europe/Berlin; UTC where none is given")
	cmd.Flags().IntVar(&opts.count, "count", 5, "how many times")
	return cmd
}

func runNext(ctx context.Context, deps *cli.Deps, what string, opts nextOptions) error {
	schedule := conductor.WorkflowSchedule{CronExpression: what, ZoneID: opts.zone}
	if !isCron(what) {
		found, err := stored(ctx, deps, what, opts)
		if err != nil {
			return err
		}
		schedule = found
	}
	table, err := timetable(schedule)
	if err != nil {
		return cli.Usage(`Example: orkesctl schedule next "0 30 9 * * MON-FRI" --zone Europe/Berlin`, "%w", err)
	}
	times := table.times(deps.Now(), opts.count)
	if len(times) == 0 {
		deps.Note("It never comes%s.", because(schedule))
	} else if schedule.Paused {
		deps.Note("It is paused: nothing starts until orkesctl schedule resume %s.", what)
	}
	return render.List(deps.Printer(), timeView(), times)
}

// isCron tells an expression from a name: it is a macro, or has several words.
func isCron(text string) bool {
	return strings.HasPrefix(text, "@") || strings.Contains(strings.TrimSpace(text), " ")
}

func stored(ctx context.Context, deps *cli.Deps, name string, opts nextOptions) (conductor.WorkflowSchedule, error) {
	if opts.zone != "" {
		return conductor.WorkflowSchedule{}, cli.Usage("Example: orkesctl schedule next NAME", "--zone goes with a cron expression: a schedule has its own")
	}
	client, err := deps.Client()
	if err != nil {
		return conductor.WorkflowSchedule{}, err
	}
	found, err := find(ctx, client, name, "next")
	return found.Value, err
}

// because says why a schedule does not come any more, where that can be told.
func because(s conductor.WorkflowSchedule) string {
	if s.ScheduleEndTime != 0 {
		return ": it ends at " + time.UnixMilli(s.ScheduleEndTime).UTC().Format(time.RFC3339)
	}
	return ""
}

// row is one of the expressions of a timetable.
type row struct {
	cron *cron.Expression
	zone *time.Location
	id   string
}

// table is when a schedule comes.
type table struct {
	rows   []row
	bounds cron.Bounds
}

// moment is one time of a timetable.
type moment struct {
	at   time.Time // in the zone
	cron string
	zone string
}

func timetable(s conductor.WorkflowSchedule) (table, error) {
	t := table{bounds: cron.Bounds{Start: s.ScheduleStartTime, End: s.ScheduleEndTime}}
	for _, c := range s.Crons() {
		expression, err := cron.Parse(c.CronExpression)
		if err != nil {
			return t, err
		}
		zone, err := cron.Zone(c.ZoneID)
		if err != nil {
			return t, err
		}
		t.rows = append(t.rows, row{expression, zone, c.ZoneID})
	}
	return t, nil
}

// next is the earliest time of any expression.
func (t table) next(after time.Time) (earliest moment, found bool) {
	for _, r := range t.rows {
		at, comes := t.bounds.Next(r.cron, after, r.zone)
		if comes && (!found || at.Before(earliest.at)) {
			earliest, found = moment{at, r.cron.String(), r.id}, true
		}
	}
	return earliest, found
}

// times are the next ones. Where two expressions name the same time it is there once.
func (t table) times(after time.Time, count int) []moment {
	list := make([]moment, 0, min(count, maxTimes))
	for len(list) < count {
		next, found := t.next(after)
		if !found {
			break
		}
		list, after = append(list, next), next.at
	}
	return list
}

// MarshalJSON is a moment as programs read it.
func (m moment) MarshalJSON() ([]byte, error) {
	return render.Encode(struct {
		Time   string `json:"time"` // in the zone, with its offset
		Local  string `json:"local"`
		Millis int64  `json:"millis"`
		Cron   string `json:"cronExpression"`
		Zone   string `json:"zoneId"`
	}{m.at.Format(time.RFC3339), m.at.Local().Format(time.RFC3339), m.at.UnixMilli(), m.cron, m.zone})
}

const clock = "Mon 2006-01-02 15:04:05 -07:00"

func timeView() render.View[moment] {
	return render.View[moment]{
		Name: func(m moment) string { return m.at.Format(time.RFC3339) },
		Columns: []render.Column[moment]{
			{Title: "time", Value: func(m moment) any { return m.at.Format(clock) }},
			{Title: "local", Whole: true, Value: func(m moment) any { return m.at.Local().Format(clock) }},
			{Title: "from now", Value: func(m moment) any { return render.Millis(m.at.UnixMilli()) }},
			{Title: "zone", Value: func(m moment) any { return m.zone }},
			{Title: "cron", Wide: true, Value: func(m moment) any { return m.cron }},
		},
	}
}
