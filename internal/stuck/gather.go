package stuck

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Bounds of what is looked at: sub-workflows inside one another, executions read in search of a task, and tasks in progress listed.
const (
	maxDepth      = 20
	maxExecutions = 20
	maxTasks      = 100
)

// Gatherer asks the server what Explain needs. It only reads, and remembers what it has read. Rights and Declared may be nil: nothing is
// known of grants or sources.
type Gatherer struct {
	Client   *conductor.Client
	Now      func() time.Time
	Rights   func(ctx context.Context, task conductor.TaskDef, domain string) Rights // of a task without a definition only the name is there
	Declared func(task string) []Declared

	tasks map[string]known
	polls *[]conductor.PollData
}

// known is what is known of a task's name.
type known struct {
	definition *conductor.TaskDef
	undefined  bool
	polls      []conductor.PollData
	pollsSeen  bool
	near       []conductor.PollData
	held       []conductor.Task
}

// Execution explains an execution: each task that is open, or what ended it. Only one of ref is looked at where that is given.
func (g *Gatherer) Execution(ctx context.Context, id, ref string) ([]Verdict, error) {
	return g.execution(ctx, id, ref, nil)
}

func (g *Gatherer) execution(ctx context.Context, id, ref string, path []string) ([]Verdict, error) {
	found, err := g.Client.Workflows.Get(ctx, id, true)
	if err != nil {
		return nil, err
	}
	execution := found.Value
	if conductor.WorkflowTerminal(execution.Status) {
		return g.ended(ctx, execution, path)
	}
	var verdicts []Verdict
	for _, task := range execution.Tasks {
		if conductor.TaskTerminal(task.Status) || ref != "" && task.ReferenceTaskName != ref {
			continue
		}
		more, err := g.open(ctx, execution, task, path)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, more...)
	}
	if len(verdicts) == 0 && ref == "" {
		verdicts = []Verdict{{
			Execution: execution.WorkflowID, Workflow: execution.WorkflowName, Path: path, Status: execution.Status, Since: execution.StartTime,
			Causes: []Cause{{ID: ServerRuns, Claim: "It has no open task: the server is about to decide what comes next.", Harmless: true}},
		}}
	}
	return gathered(verdicts), nil
}

// open explains one open task; a sub-workflow by what is stuck in it.
func (g *Gatherer) open(ctx context.Context, execution conductor.Workflow, task conductor.Task, path []string) ([]Verdict, error) {
	if task.TaskType == "SUB_WORKFLOW" && task.SubWorkflowID != "" && len(path) < maxDepth {
		inside, err := g.execution(ctx, task.SubWorkflowID, "", append(slices.Clone(path), task.ReferenceTaskName))
		if err == nil || !conductor.IsNotFound(err) && !conductor.IsForbidden(err) {
			return inside, err
		}
	}
	view, err := g.view(ctx, execution, task)
	if err != nil {
		return nil, err
	}
	verdict := Explain(view)
	verdict.Path = path
	return []Verdict{verdict}, nil
}

func (g *Gatherer) ended(ctx context.Context, execution conductor.Workflow, path []string) ([]Verdict, error) {
	failure := FirstFailure(execution)
	if failure != nil && failure.SubWorkflowID != "" && len(path) < maxDepth {
		inside, err := g.execution(ctx, failure.SubWorkflowID, "", append(slices.Clone(path), failure.ReferenceTaskName))
		if err == nil {
			return inside, nil
		}
	}
	var logs []conductor.TaskExecLog
	if failure != nil {
		lines, err := g.Client.Tasks.Logs(ctx, failure.TaskID)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		logs = lines
	}
	verdict := Ended(execution, logs)
	verdict.Path = path
	return []Verdict{verdict}, nil
}

// gathered leaves out the frames (joins, loops) where the tasks inside them tell more, and counts tasks that stand there for one reason.
func gathered(verdicts []Verdict) []Verdict {
	inner := slices.DeleteFunc(slices.Clone(verdicts), func(v Verdict) bool { return isFrame(v.Type) })
	if len(inner) == 0 {
		inner = verdicts
	}
	var kept []Verdict
	at := map[string]int{}
	for _, v := range inner {
		key := strings.Join([]string{v.Task, v.Domain, v.Status, v.Causes[0].ID, strings.Join(v.Path, "/")}, "\x00")
		if i, seen := at[key]; seen {
			kept[i].Like++
			continue
		}
		at[key] = len(kept)
		kept = append(kept, v)
	}
	sort.SliceStable(kept, func(i, j int) bool { return rank(kept[i]) < rank(kept[j]) })
	return kept
}

// rank puts what needs somebody before what does not.
func rank(v Verdict) int {
	if v.Harmless() {
		return 1
	}
	return 0
}

// view gathers what is known around one open task.
func (g *Gatherer) view(ctx context.Context, execution conductor.Workflow, task conductor.Task) (View, error) {
	view := View{Now: g.Now(), Execution: execution, Task: task}
	if IsSystem(task.TaskType) {
		return view, nil
	}
	name := NameOf(task)
	k, err := g.know(ctx, name)
	if err != nil {
		return view, err
	}
	view.Definition, view.Undefined, view.Polls, view.PollsSeen, view.Near, view.Held = k.definition, k.undefined, k.polls, k.pollsSeen, k.near, k.held
	if g.Rights != nil {
		def := conductor.TaskDef{Name: name}
		if k.definition != nil {
			def = *k.definition
		}
		view.Rights = g.Rights(ctx, def, task.Domain)
	}
	if g.Declared != nil {
		view.Declared = g.Declared(name)
	}
	return view, nil
}

// know reads what the server tells of a task's name. What it will not tell stays unknown; only a server that cannot be asked is an error.
func (g *Gatherer) know(ctx context.Context, name string) (known, error) {
	if k, seen := g.tasks[name]; seen {
		return k, nil
	}
	var k known
	found, err := g.Client.TaskDefs.Get(ctx, name)
	switch {
	case err == nil:
		k.definition = &found.Value
	case conductor.IsNotFound(err):
		k.undefined = true
	case unavailable(err):
		return k, err
	}
	if k.polls, err = g.Client.Tasks.PollData(ctx, name); unavailable(err) {
		return k, err
	}
	k.pollsSeen = err == nil
	k.near = g.near(ctx, name)
	if k.definition != nil && k.definition.ConcurrentExecLimit > 0 {
		k.held = g.held(ctx, name)
	}
	if g.tasks == nil {
		g.tasks = map[string]known{}
	}
	g.tasks[name] = k
	return k, nil
}

// unavailable reports whether the server could not be asked at all, as against what it refuses to tell.
func unavailable(err error) bool {
	var answered *conductor.Error
	return err != nil && (!errors.As(err, &answered) || answered.Status == 0 || conductor.IsUnauthenticated(err))
}

// near are the polls of tasks whose names look like the given one.
func (g *Gatherer) near(ctx context.Context, name string) []conductor.PollData {
	if g.polls == nil {
		all, err := g.Client.Tasks.PollDataAll(ctx)
		if err != nil {
			all = nil // the server does not tell: a near miss is then not seen
		}
		g.polls = &all
	}
	return slices.DeleteFunc(slices.Clone(*g.polls), func(p conductor.PollData) bool { return p.QueueName == name || !Alike(p.QueueName, name) })
}

// Alike reports whether two names of tasks are probably meant to be one: they differ in case and separators only, or by a slip.
func Alike(a, b string) bool {
	_, near := definition.Nearest(a, []string{b})
	return near && min(len(a), len(b)) > 3
}

// held are the tasks of a definition that workers have in hand.
func (g *Gatherer) held(ctx context.Context, name string) []conductor.Task {
	found, err := g.Client.Tasks.Search(ctx, conductor.SearchQuery{Size: maxTasks, Query: query(name, conductor.TaskInProgress)})
	if err != nil {
		return nil
	}
	var tasks []conductor.Task
	for _, row := range found.Results {
		task := conductor.Task{TaskID: row.Value.TaskID, WorkflowInstanceID: row.Value.WorkflowID, Status: row.Value.Status}
		if at, err := time.Parse(time.RFC3339, row.Value.StartTime); err == nil {
			task.StartTime = at.UnixMilli()
		}
		tasks = append(tasks, task)
	}
	return tasks
}

func query(name string, states ...string) string {
	return fmt.Sprintf("taskDefName IN (%s) AND status IN (%s)", name, strings.Join(states, ","))
}

// Task explains the open tasks of a name, those of one domain and state together. It returns none where none is open.
func (g *Gatherer) Task(ctx context.Context, name string) ([]Verdict, error) {
	ids, err := g.executionsWith(ctx, name)
	if err != nil {
		return nil, err
	}
	var verdicts []Verdict
	for _, id := range ids {
		found, err := g.Client.Workflows.Get(ctx, id, true)
		if conductor.IsNotFound(err) || conductor.IsForbidden(err) {
			continue // gone since, or another's
		}
		if err != nil {
			return nil, err
		}
		for _, task := range found.Value.Tasks {
			if NameOf(task) != name || conductor.TaskTerminal(task.Status) {
				continue
			}
			more, err := g.open(ctx, found.Value, task, nil)
			if err != nil {
				return nil, err
			}
			verdicts = append(verdicts, more...)
		}
	}
	return gathered(verdicts), nil
}

// executionsWith finds the executions in which a task is open, by the search of tasks; where the caller may not use that, or the name
// cannot be searched for, among the executions that run, the newest of them.
func (g *Gatherer) executionsWith(ctx context.Context, name string) ([]string, error) {
	var ids []string
	if !strings.ContainsAny(name, `,()"' `) {
		found, err := g.Client.Tasks.Search(ctx, conductor.SearchQuery{Size: maxTasks, Query: query(name, conductor.TaskScheduled, conductor.TaskInProgress)})
		if unavailable(err) {
			return nil, err
		}
		for _, row := range found.Results {
			ids = append(ids, row.Value.WorkflowID)
		}
	}
	if len(ids) == 0 {
		running, err := g.Client.Workflows.Search(ctx, conductor.SearchQuery{Size: maxExecutions, Sort: "startTime:DESC", Query: "status IN (RUNNING,PAUSED)"})
		if err != nil {
			return nil, err
		}
		for _, row := range running.Results {
			ids = append(ids, row.Value.WorkflowID)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), maxExecutions)], nil
}
