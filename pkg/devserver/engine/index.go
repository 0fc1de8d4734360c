package engine

import (
	"cmp"
	"slices"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// index finds executions and tasks. It holds what the last settled step left, so a reader that then locks an execution
// may find that it changed; readers check again.
type index struct {
	mu            sync.RWMutex
	lastOrder     uint64
	all           []*execution // by order
	byID          map[string]*execution
	tasks         map[string]taskPlace
	byName        map[string][]*execution // by order
	byCorrelation map[string][]*execution // by order
	byStatus      map[string]map[*execution]struct{}
	byKey         map[idempotencyKey]*execution
}

// idempotencyKey is scoped by workflow name.
type idempotencyKey struct{ workflow, key string }

func newIndex() *index {
	return &index{
		byID: map[string]*execution{}, tasks: map[string]taskPlace{}, byName: map[string][]*execution{},
		byCorrelation: map[string][]*execution{}, byStatus: map[string]map[*execution]struct{}{},
		byKey: map[idempotencyKey]*execution{},
	}
}

// uniqueness says when an idempotency key is taken.
type uniqueness int

const (
	notUnique          uniqueness = iota // never
	unique                               // while an execution has it
	uniqueWhileRunning                   // while an execution that has not ended has it
)

// add enters a new execution and gives it its order. Where the idempotency key is taken it enters nothing and returns the
// execution that has it.
func (i *index) add(x *execution, rule uniqueness) *execution {
	i.mu.Lock()
	defer i.mu.Unlock()
	key := idempotencyKey{x.wf.WorkflowName, x.wf.IdempotencyKey}
	if key.key != "" {
		held := i.byKey[key]
		if held != nil && (rule == unique || rule == uniqueWhileRunning && !conductor.WorkflowTerminal(held.indexed)) {
			return held
		}
		i.byKey[key] = x
	}
	if x.order == 0 {
		x.order = i.lastOrder + 1
	}
	i.lastOrder = max(i.lastOrder, x.order)
	x.plan.users.Add(1)
	i.byID[x.id] = x
	i.all = insert(i.all, x)
	i.byName[x.wf.WorkflowName] = insert(i.byName[x.wf.WorkflowName], x)
	if x.wf.CorrelationID != "" {
		i.byCorrelation[x.wf.CorrelationID] = insert(i.byCorrelation[x.wf.CorrelationID], x)
	}
	i.move(x, x.wf.Status)
	for _, t := range x.tasks {
		i.tasks[t.Wire.TaskID] = taskPlace{x, t.Wire.Seq}
	}
	return nil
}

// settle follows a step: new tasks, and the execution's state. The execution is locked.
func (i *index) settle(x *execution, c *changes) {
	if x.removed || len(c.queued)+len(c.dropped) == 0 && x.indexed == x.wf.Status {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, t := range c.queued {
		i.tasks[t.Wire.TaskID] = taskPlace{x, t.Wire.Seq}
	}
	for _, t := range c.dropped {
		delete(i.tasks, t.Wire.TaskID)
	}
	i.move(x, x.wf.Status)
}

// correlate gives an execution another correlation id. The execution is locked.
func (i *index) correlate(x *execution, id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	dropEmpty(i.byCorrelation, x.wf.CorrelationID, x)
	x.wf.CorrelationID = id
	i.byCorrelation[id] = insert(i.byCorrelation[id], x)
}

func (i *index) move(x *execution, status string) {
	old := x.indexed
	if old == status {
		return
	}
	if old != "" {
		delete(i.byStatus[old], x)
	}
	x.indexed = status
	if i.byStatus[status] == nil {
		i.byStatus[status] = map[*execution]struct{}{}
	}
	i.byStatus[status][x] = struct{}{}
}

// remove forgets an execution.
func (i *index) remove(x *execution) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.byID, x.id)
	for _, t := range x.tasks {
		delete(i.tasks, t.Wire.TaskID)
	}
	i.all = without(i.all, x)
	dropEmpty(i.byName, x.wf.WorkflowName, x)
	dropEmpty(i.byCorrelation, x.wf.CorrelationID, x)
	delete(i.byStatus[x.indexed], x)
	key := idempotencyKey{x.wf.WorkflowName, x.wf.IdempotencyKey}
	if i.byKey[key] == x {
		delete(i.byKey, key)
	}
}

func (i *index) execution(id string) *execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.byID[id]
}

func (i *index) task(taskID string) taskPlace {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.tasks[taskID]
}

// named, correlated, inStatus and everything return executions by order; the lists are the caller's.
func (i *index) named(name string) []*execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return slices.Clone(i.byName[name])
}

func (i *index) correlated(id string) []*execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return slices.Clone(i.byCorrelation[id])
}

func (i *index) inStatus(statuses ...string) []*execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	var list []*execution
	for _, status := range statuses {
		for x := range i.byStatus[status] {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, byOrder)
	return list
}

func (i *index) everything() []*execution {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return slices.Clone(i.all)
}

// active returns the executions that have not ended.
func (i *index) active() []*execution {
	return i.inStatus(conductor.WorkflowRunning, conductor.WorkflowPaused)
}

func byOrder(a, b *execution) int { return cmp.Compare(a.order, b.order) }

func insert(list []*execution, x *execution) []*execution {
	if len(list) == 0 || list[len(list)-1].order < x.order {
		return append(list, x)
	}
	place, _ := slices.BinarySearchFunc(list, x, byOrder)
	return slices.Insert(list, place, x)
}

func without(list []*execution, x *execution) []*execution {
	place, found := slices.BinarySearchFunc(list, x, byOrder)
	if !found {
		return list
	}
	return slices.Delete(list, place, place+1)
}

func dropEmpty(lists map[string][]*execution, key string, x *execution) {
	if left := without(lists[key], x); len(left) > 0 {
		lists[key] = left
		return
	}
	delete(lists, key)
}

// taskPlace says where a task is, since a task itself is a part of what comes and goes with its execution's lock. The zero value is
// that of no task.
type taskPlace struct {
	x   *execution
	seq int
}

// find returns the task, nil where it is no longer there. Its execution is locked.
func (p taskPlace) find(id string) *task {
	at, found := slices.BinarySearchFunc(p.x.tasks, p.seq, func(t *task, seq int) int { return cmp.Compare(t.Wire.Seq, seq) })
	if !found || p.x.tasks[at].Wire.TaskID != id {
		return nil
	}
	return p.x.tasks[at]
}

// findIn is find for a task that should be in x, which is locked.
func (p taskPlace) findIn(x *execution, id string) *task {
	if p.x != x {
		return nil
	}
	return p.find(id)
}
