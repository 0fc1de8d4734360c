package engine

import (
	"reflect"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// maxPacked is how many tasks an execution may have that is packed when it has ended: whoever asks for one task unpacks all.
const maxPacked = 100

// usualSize is what most executions need while they are packed.
const usualSize = 512

// facts are what searches and lists ask of every execution. A packed one has them at hand.
type facts struct {
	id, name, correlationID, parentID, createdBy, status string

	version, priority, created, started, ended, updated int64
}

// facts need the lock.
func (x *execution) facts() facts {
	if x.live == nil {
		return x.kept
	}
	wf := &x.wf
	return facts{
		id: x.id, name: x.name(), correlationID: wf.CorrelationID, parentID: wf.ParentWorkflowID, createdBy: wf.CreatedBy, status: wf.Status,
		version: int64(wf.WorkflowVersion), priority: int64(wf.Priority),
		created: wf.CreateTime, started: wf.StartTime, ended: wf.EndTime, updated: wf.UpdateTime,
	}
}

// lock gives the caller an execution to work on.
func (x *execution) lock() {
	x.mu.Lock()
	if x.live == nil {
		x.unpack()
	}
}

// unlock ends that. What has ended takes a tenth of its room until somebody asks for it again.
func (x *execution) unlock() {
	x.pack()
	x.mu.Unlock()
}

// peek is for a reader that has mu alone: it can read an execution until it calls done, and one that is packed stays so.
func (x *execution) peek() (done func()) {
	if x.live != nil {
		return func() {}
	}
	x.unpack()
	return x.pack
}

// pack makes bytes of an execution that is over, where they do not exist yet: nothing changed since they were made.
func (x *execution) pack() {
	if x.packed == nil {
		if !x.packable() {
			return
		}
		p := &packing{data: make([]byte, 0, usualSize), seen: x.words()}
		if !p.execution(x) {
			return
		}
		x.packed, x.kept = append([]byte(nil), p.data...), x.facts() // without room to grow
	}
	x.live = nil
}

// packable reports whether an execution has ended, and nothing more will come of its tasks.
func (x *execution) packable() bool {
	c := &x.changes
	unsaved := c.workflow || len(c.tasks)+len(c.logged)+len(c.removed)+len(c.mail)+len(c.errands) > 0
	if !x.ended() || x.removed || unsaved || x.due != never || x.forkedBefore || len(x.tasks) > maxPacked {
		return false
	}
	return !slices.ContainsFunc(x.tasks, (*task).busy)
}

// busy reports whether something may still come of a task by itself.
func (t *task) busy() bool {
	return !t.terminal() || t.performing || t.running || t.entry != nil || t.due != never || t.loop != nil || t.missing != nil
}

// unpack makes an execution of its bytes, as if it had been loaded from the store.
func (x *execution) unpack() {
	x.live = &live{latest: map[string]*task{}}
	u := &unpacking{data: x.packed, seen: x.words()}
	u.execution(x)
}

// words are what an execution's text repeats and what is at hand: they are not packed.
func (x *execution) words() []string {
	name := ""
	if x.plan.first != nil {
		name = x.plan.first.task.Name
	}
	return append(make([]string, 0, maxSeen), x.id, x.name(), conductor.TaskCompleted, name)
}

func (p *packing) execution(x *execution) bool {
	p.number(int64(x.depth))
	p.number(int64(x.level))
	if !p.put(reflect.ValueOf(&x.chain).Elem()) || !p.put(reflect.ValueOf(&x.wf).Elem()) {
		return false
	}
	p.count(len(x.tasks))
	for _, t := range x.tasks {
		if !p.task(t) {
			return false
		}
	}
	return true
}

func (p *packing) task(t *task) bool {
	p.number(t.FirstScheduled)
	p.number(t.DeliverOn)
	p.number(t.WakeAt)
	p.truth(t.Alerted)
	return p.put(reflect.ValueOf(&t.Wire).Elem()) && p.put(reflect.ValueOf(t.logs))
}

func (u *unpacking) execution(x *execution) {
	x.depth, x.level = int(u.number()), int(u.number())
	u.take(reflect.ValueOf(&x.chain).Elem())
	u.take(reflect.ValueOf(&x.wf).Elem())
	n := u.count()
	x.tasks = make([]*task, 0, n)
	for range n {
		x.add(u.task(x))
	}
}

func (u *unpacking) task(x *execution) *task {
	t := &task{FirstScheduled: u.number(), DeliverOn: u.number(), WakeAt: u.number(), Alerted: u.truth()}
	u.take(reflect.ValueOf(&t.Wire).Elem())
	u.take(reflect.ValueOf(&t.logs).Elem())
	t.node = x.find(t.Wire.ReferenceTaskName)
	t.limiter = t.node.limits
	return t
}
