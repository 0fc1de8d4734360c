package schedule

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxRuns is how many runs of each schedule are kept; the oldest go.
const maxRuns = 1000

// runs are what became of the times of schedules, also of those that are deleted.
type runs struct {
	mu  sync.RWMutex
	own map[string][]conductor.ScheduledRun // by schedule, the oldest first
}

func newRuns() *runs { return &runs{own: map[string][]conductor.ScheduledRun{}} }

// add keeps a run, and returns the id of the one that goes for it, if any.
func (r *runs) add(run conductor.ScheduledRun) (dropped string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := append(r.own[run.ScheduleName], run)
	if len(list) > maxRuns {
		dropped, list = list[0].ExecutionID, slices.Clone(list[1:])
	}
	r.own[run.ScheduleName] = list
	return dropped
}

// sort puts what was loaded in order.
func (r *runs) sort() {
	for _, list := range r.own {
		slices.SortStableFunc(list, func(x, y conductor.ScheduledRun) int {
			return cmp.Or(cmp.Compare(x.ScheduledTime, y.ScheduledTime), cmp.Compare(x.ExecutionTime, y.ExecutionTime))
		})
	}
}

// Search asks for runs. Query has clauses joined by AND: scheduleName IN (a,b), state IN (a,b), scheduledTime>N, scheduledTime<N,
// workflowName=PART, executionId=ID; anything else is the name of a schedule. Sort is a list of FIELD:ASC or FIELD:DESC. Visible, where
// it is set, leaves out the runs of schedules for which it is false.
type Search struct {
	Query       string
	Sort        []string
	Start, Size int
	Visible     func(schedule string) bool
}

// Search finds runs, the latest first where no other order is asked for.
func (s *Scheduler) Search(search Search) (conductor.SearchResult[conductor.ScheduledRun], error) {
	wanted, err := parseQuery(search.Query)
	result := conductor.SearchResult[conductor.ScheduledRun]{Results: []conductor.ScheduledRun{}}
	if err != nil {
		return result, err
	}
	s.runs.mu.RLock()
	defer s.runs.mu.RUnlock()
	for name, list := range s.runs.own {
		if !wanted.schedule(name) || search.Visible != nil && !search.Visible(name) {
			continue
		}
		for _, run := range list {
			if wanted.matches(run) {
				result.Results = append(result.Results, run)
			}
		}
	}
	slices.SortStableFunc(result.Results, order(search.Sort))
	result.TotalHits = int64(len(result.Results))
	result.Results = engine.Page(result.Results, search.Start, search.Size)
	return result, nil
}

// query is a parsed search; what is empty matches everything.
type query struct {
	schedules, states   []string
	after, before       *int64
	workflow, execution string
}

func parseQuery(text string) (*query, error) {
	q := new(query)
	for clause := range strings.SplitSeq(text, " AND ") {
		if clause = strings.TrimSpace(clause); clause == "" {
			continue
		}
		if err := q.add(clause); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *query) add(clause string) (err error) {
	if rest, found := strings.CutPrefix(clause, "scheduledTime>"); found {
		q.after, err = millis(rest)
		return err
	}
	if rest, found := strings.CutPrefix(clause, "scheduledTime<"); found {
		q.before, err = millis(rest)
		return err
	}
	if names, found := listed(clause, "state"); found {
		q.states = append(q.states, names...)
		return nil
	}
	if names, found := listed(clause, "scheduleName"); found {
		q.schedules = append(q.schedules, names...)
		return nil
	}
	if rest, found := strings.CutPrefix(clause, "workflowName="); found {
		q.workflow = strings.ToLower(strings.TrimSpace(rest))
		return nil
	}
	if rest, found := strings.CutPrefix(clause, "executionId="); found {
		q.execution = strings.TrimSpace(rest)
		return nil
	}
	q.schedules = append(q.schedules, clause)
	return nil
}

// listed reads FIELD IN (a,b).
func listed(clause, field string) (names []string, found bool) {
	rest, found := strings.CutPrefix(clause, field+" IN (")
	if !found || !strings.HasSuffix(rest, ")") {
		return nil, false
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(rest, ")"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names, true
}

func millis(text string) (*int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return nil, fault.Invalid("scheduledTime: %q is no time in milliseconds", strings.TrimSpace(text))
	}
	return &n, nil
}

func (q *query) schedule(name string) bool {
	return len(q.schedules) == 0 || slices.Contains(q.schedules, name)
}

func (q *query) matches(run conductor.ScheduledRun) bool {
	return (len(q.states) == 0 || slices.Contains(q.states, run.State)) &&
		(q.after == nil || run.ScheduledTime > *q.after) && (q.before == nil || run.ScheduledTime < *q.before) &&
		strings.Contains(strings.ToLower(run.WorkflowName), q.workflow) && (q.execution == "" || q.execution == run.ExecutionID)
}

// order compares runs by the fields of a search; the first that differs decides. A field that there is not counts as the scheduled time.
func order(fields []string) func(x, y conductor.ScheduledRun) int {
	if len(fields) == 0 {
		fields = []string{"scheduledTime:DESC"}
	}
	return func(x, y conductor.ScheduledRun) int {
		for _, field := range fields {
			name, direction, _ := strings.Cut(field, ":")
			by := compare(strings.TrimSpace(name), x, y)
			if !strings.EqualFold(strings.TrimSpace(direction), "ASC") {
				by = -by
			}
			if by != 0 {
				return by
			}
		}
		return cmp.Compare(x.ExecutionID, y.ExecutionID)
	}
}

func compare(field string, x, y conductor.ScheduledRun) int {
	switch field {
	case "executionTime":
		return cmp.Compare(x.ExecutionTime, y.ExecutionTime)
	case "scheduleName":
		return cmp.Compare(x.ScheduleName, y.ScheduleName)
	case "workflowName":
		return cmp.Compare(x.WorkflowName, y.WorkflowName)
	case "state":
		return cmp.Compare(x.State, y.State)
	default:
		return cmp.Compare(x.ScheduledTime, y.ScheduledTime)
	}
}
