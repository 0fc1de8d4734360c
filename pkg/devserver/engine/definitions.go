package engine

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// definitions holds the registered definitions. They are never changed in place.
type definitions struct {
	writing   sync.Mutex // held from the check of what is there to the change
	mu        sync.RWMutex
	tasks     map[string]*conductor.TaskDef
	workflows map[string]map[int]*workflowEntry
	changes   uint64 // counts changes, which make plans stale
}

// workflowEntry is one version of a workflow definition, with the plan made from it last.
type workflowEntry struct {
	def    *conductor.WorkflowDef
	plan   *plan
	madeAt uint64 // definitions.changes when plan was made
}

func newDefinitions() *definitions {
	return &definitions{tasks: map[string]*conductor.TaskDef{}, workflows: map[string]map[int]*workflowEntry{}}
}

// copied holds the same definitions, without the plans that belong to an engine.
func (d *definitions) copied() *definitions {
	d.mu.RLock()
	defer d.mu.RUnlock()
	same := newDefinitions()
	maps.Copy(same.tasks, d.tasks)
	for name, versions := range d.workflows {
		same.workflows[name] = make(map[int]*workflowEntry, len(versions))
		for version, held := range versions {
			same.workflows[name][version] = &workflowEntry{def: held.def}
		}
	}
	return same
}

func (d *definitions) task(name string) (*conductor.TaskDef, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	def, ok := d.tasks[name]
	return def, ok
}

// newest returns the highest version of a workflow.
func (d *definitions) newest(name string) (version int, known bool) {
	held := d.workflow(name, 0)
	if held == nil {
		return 0, false
	}
	return held.def.Version, true
}

func (d *definitions) allTasks() []conductor.TaskDef {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := make([]conductor.TaskDef, 0, len(d.tasks))
	for _, name := range slices.Sorted(maps.Keys(d.tasks)) {
		list = append(list, *d.tasks[name])
	}
	return list
}

// workflow returns a version, or the highest one for 0, where 0 itself is not a version.
func (d *definitions) workflow(name string, version int) *workflowEntry {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.lockedWorkflow(name, version)
}

func (d *definitions) lockedWorkflow(name string, version int) *workflowEntry {
	versions := d.workflows[name]
	if version != 0 || len(versions) == 0 {
		return versions[version]
	}
	return versions[slices.Max(slices.Collect(maps.Keys(versions)))]
}

// versions returns all versions of a name, lowest first.
func (d *definitions) versions(name string) []conductor.WorkflowDef {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := make([]conductor.WorkflowDef, 0, len(d.workflows[name]))
	for _, version := range slices.Sorted(maps.Keys(d.workflows[name])) {
		list = append(list, *d.workflows[name][version].def)
	}
	return list
}

func (d *definitions) allWorkflows() []conductor.WorkflowDef {
	d.mu.RLock()
	list := []conductor.WorkflowDef{}
	for _, versions := range d.workflows {
		for _, held := range versions {
			list = append(list, *held.def)
		}
	}
	d.mu.RUnlock()
	sort.SliceStable(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) < 0
	})
	return list
}

// putTasks stores definitions; the caller has committed them.
func (d *definitions) putTasks(defs []*conductor.TaskDef) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	for _, def := range defs {
		d.tasks[def.Name] = def
	}
}

func (d *definitions) putWorkflow(def *conductor.WorkflowDef) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	if d.workflows[def.Name] == nil {
		d.workflows[def.Name] = map[int]*workflowEntry{}
	}
	d.workflows[def.Name][def.Version] = &workflowEntry{def: def}
}

// planOf returns the plan of a version, made anew by make when definitions have changed since.
func (d *definitions) planOf(name string, version int, build func(*conductor.WorkflowDef) (*plan, error)) (*plan, error) {
	d.mu.RLock()
	held, changes := d.lockedWorkflow(name, version), d.changes
	if held == nil {
		d.mu.RUnlock()
		return nil, nil //nolint:nilnil // the caller words what is missing
	}
	made, fresh := held.plan, held.plan != nil && held.madeAt == changes
	d.mu.RUnlock()
	if fresh {
		return made, nil
	}
	made, err := build(held.def)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	held.plan, held.madeAt = made, changes
	return made, nil
}
