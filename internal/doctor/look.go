package doctor

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// language is the worker's, as the templates call it; empty where it is not known.
func (f *Facts) language() string {
	if f.Unit == nil || f.Unit.Language == nil {
		return ""
	}
	return f.Unit.Language.Name
}

// index is what checks look up again and again.
type index struct {
	reader    grant.Reader
	defined   map[string]int      // by name, where in TaskDefs
	workflows map[string][]string // by the name of a worker task, the workflows that have it, sorted
	polls     map[string][]Poll   // by task, the newest first
}

// look is the index. Examine makes it once, of facts that do not change any more.
func (f *Facts) look() *index {
	if f.indexed != nil {
		return f.indexed
	}
	i := &index{reader: f.newReader(), defined: map[string]int{}, workflows: map[string][]string{}, polls: map[string][]Poll{}}
	for at, def := range f.TaskDefs.Value {
		i.defined[def.Value.Name] = at
	}
	for _, def := range f.WorkflowDefs.Value {
		for _, task := range workerTasks(def.Value) {
			i.workflows[task] = append(i.workflows[task], def.Value.Name)
		}
	}
	for task, workflows := range i.workflows {
		slices.Sort(workflows)
		i.workflows[task] = slices.Compact(workflows) // several versions
	}
	for _, p := range f.Polls.Value {
		i.polls[p.Task] = append(i.polls[p.Task], p)
	}
	for _, list := range i.polls {
		sort.SliceStable(list, func(i, j int) bool { return list[i].At.After(list[j].At) })
	}
	return i
}

// defined finds a task's definition on the server.
func (f *Facts) defined(name string) (conductor.Document[conductor.TaskDef], bool) {
	at, found := f.look().defined[name]
	if !found {
		return conductor.Document[conductor.TaskDef]{}, false
	}
	return f.TaskDefs.Value[at], true
}

func (f *Facts) taskNames() []string {
	names := make([]string, 0, len(f.TaskDefs.Value))
	for _, def := range f.TaskDefs.Value {
		names = append(names, def.Value.Name)
	}
	return names
}

// reader reads grants as the settings say, else as the grants show.
func (f *Facts) reader() grant.Reader { return f.look().reader }

func (f *Facts) newReader() grant.Reader {
	style, tasks := f.Style.Value, f.taskNames()
	if style == "" {
		style, _ = grant.Detect(f.Holder.Value.Grants, tasks)
	}
	for _, worker := range f.Declared { // an id that names a declared task is read by it, defined or not
		if worker.Task != "" && !slices.Contains(tasks, worker.Task) {
			tasks = append(tasks, worker.Task)
		}
	}
	return grant.Reader{Style: style, Tasks: tasks}
}

// permitTask is the worker's task as a question about permissions.
func (f *Facts) permitTask(w Worker) permit.Task {
	if def, found := f.defined(w.Task); found {
		return permit.Of(def.Value, w.Domain)
	}
	return permit.Task{Name: w.Task, Domain: w.Domain}
}

// known are the workers whose task's name is known.
func (f *Facts) known() []Worker {
	var known []Worker
	for _, w := range f.Declared {
		if w.Task != "" {
			known = append(known, w)
		}
	}
	return known
}

// appToName is the application that a command has to name; empty where the command finds it by itself.
func (f *Facts) appToName() string {
	name := f.appName()
	if f.Project != nil && f.Project.Application == name {
		return ""
	}
	return name
}

// appFlag is what names the application in a command; nil where the command finds it by itself.
func (f *Facts) appFlag() []string {
	if name := f.appToName(); name != "" {
		return []string{"--app", name}
	}
	return nil
}

// appName is the application that is examined: as the server calls it to whoever may read applications, else as it calls the worker
// itself; empty where neither is told.
func (f *Facts) appName() string {
	name := cmp.Or(f.App.Value.Name, f.AsApp)
	if user := f.Worker.User.Value; name == "" && strings.HasPrefix(user.ID, "app:") {
		return user.Name
	}
	return name
}

// commands is what to type for the arguments of one command after the other.
func commands(list [][]string) string {
	lines := make([]string, 0, len(list))
	for _, args := range list {
		lines = append(lines, cli.CommandLine(args...))
	}
	return strings.Join(lines, " && ")
}

// fixedBy is the result with the commands that mend it, for people and for --fix.
func (r Result) fixedBy(list ...[]string) Result {
	r.Fix, r.Apply = commands(list), list
	return r
}
