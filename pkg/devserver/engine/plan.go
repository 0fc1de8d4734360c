package engine

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// plan is a workflow definition made ready to run: a snapshot with the task definitions embedded, input expressions
// parsed, and what follows each task looked up. It never changes; executions of one definition share it.
type plan struct {
	id      string
	def     *conductor.WorkflowDef
	nodes   map[string]*node // by reference name, nested ones included
	first   *node
	output  template
	orphan  string // why a sub-workflow cannot be started
	stored  storedFlag
	users   atomic.Int64                     // executions that have it
	writing sync.Mutex                       // held while it gets into the store, or out of it
	outside func(name string) (string, bool) // ${workflow.env.NAME}
	quota   *quota
	masks   masks

	takes, gives *contract // what the input and the output must be
}

// node is one task of a plan.
type node struct {
	task   *conductor.WorkflowTask
	def    *conductor.TaskDef
	parent *node
	next   *node // the following sibling
	input  template
	items  template // what a DO_WHILE runs over
	child  template // what a SUB_WORKFLOW starts
	fork   *node    // the dynamic fork that a JOIN follows

	planted bool // not in the definition: a dynamic fork's
	limits  *limiter
	cache   *cacheRule              // nil where the output counts for this task alone
	states  map[string][]stateEvent // what is said when the task comes to a state

	takes, gives *contract // what the input and the output must be

	// The first tasks of the lists inside: nil for an empty list.
	cases    map[string]*node
	fallback *node
	branches []*node
	body     *node
}

// ref is the task's reference name in the definition, without the iterations of loops.
func (n *node) ref() string { return n.task.TaskReferenceName }

// after returns what follows when a task has ended well: its next sibling, or what follows its parent, as engine sheet 3.3.
func (n *node) after() *node {
	for ; n != nil; n = n.parent {
		if n.next != nil {
			return n.next
		}
		if n.parent != nil && n.parent.task.Type == typeDoWhile {
			return n.parent
		}
	}
	return nil
}

// planner builds a plan.
type planner struct {
	plan     *plan
	taskDef  func(name string) (*conductor.TaskDef, bool)
	limiter  func(taskDefName string) *limiter
	outside  func(name string) (string, bool)
	newest   func(workflow string) (version int, known bool)
	states   bool // heed onStateChange
	registry func(name string, version int) *document
	heeding  bool // what the open-source server only stores
	dynamic  bool // tasks that are data: without a definition they are never tried again
}

// build takes ownership of def.
func (b *planner) build(def *conductor.WorkflowDef) *plan {
	b.plan = &plan{id: newID(), def: def, nodes: map[string]*node{}, output: compile(anyMap(def.OutputParameters)), outside: b.outside}
	if b.heeding {
		b.plan.quota, b.plan.masks = quotaOf(def), masksOf(def)
		b.plan.takes, b.plan.gives = b.contractOf(def.InputSchema, def.EnforceSchema), b.contractOf(def.OutputSchema, def.EnforceSchema)
	}
	b.plan.first = b.sequence(def.Tasks, nil)
	return b.plan
}

// sequence adds sibling tasks and returns the first.
func (b *planner) sequence(tasks []conductor.WorkflowTask, parent *node) *node {
	var first, last *node
	for i := range tasks {
		current := b.add(&tasks[i], parent)
		if last == nil {
			first = current
		} else {
			last.next = current
			if last.task.Type == "FORK_JOIN_DYNAMIC" {
				current.fork = last
			}
		}
		last = current
	}
	return first
}

// add makes the node of one task and of those inside it.
func (b *planner) add(t *conductor.WorkflowTask, parent *node) *node {
	def := b.definition(t)
	n := &node{task: t, def: def, parent: parent, limits: b.limiter(t.Name), cache: cacheRuleOf(t), planted: b.dynamic}
	n.input, n.items = compile(inputParameters(t, def)), compile(t.Items)
	n.child = b.child(t)
	n.takes, n.gives = b.contractOf(def.InputSchema, def.EnforceSchema), b.contractOf(def.OutputSchema, def.EnforceSchema)
	if b.states {
		n.states = stateEventsOf(t)
	}
	if b.plan.nodes[t.TaskReferenceName] == nil {
		b.plan.nodes[t.TaskReferenceName] = n
	}
	b.inside(n)
	return n
}

// inside adds the lists of tasks inside a task. A FORK's branches end at the task after the fork.
func (b *planner) inside(n *node) {
	n.cases = make(map[string]*node, len(n.task.DecisionCases))
	for _, name := range slices.Sorted(maps.Keys(n.task.DecisionCases)) {
		n.cases[name] = b.sequence(n.task.DecisionCases[name], n)
	}
	n.fallback = b.sequence(n.task.DefaultCase, n)
	for _, branch := range n.task.ForkTasks {
		n.branches = append(n.branches, b.sequence(branch, n))
	}
	n.body = b.sequence(n.task.LoopOver, n)
}

// eachInside calls visit for every task inside a task.
func (n *node) eachInside(visit func(*node)) {
	lists := append([]*node{n.fallback, n.body}, n.branches...)
	for _, name := range slices.Sorted(maps.Keys(n.cases)) {
		lists = append(lists, n.cases[name])
	}
	for _, first := range lists {
		for inner := first; inner != nil; inner = inner.next {
			visit(inner)
			inner.eachInside(visit)
		}
	}
}

// definition returns the task definition that counts for a task, and embeds it: its own, the registered one of its name,
// or one with the defaults. Without any, only worker tasks are retried and must answer.
func (b *planner) definition(t *conductor.WorkflowTask) *conductor.TaskDef {
	if t.TaskDefinition == nil {
		def, registered := b.taskDef(t.Name)
		if !registered {
			def = adHocDef(t, b.dynamic)
		}
		t.TaskDefinition = def
	}
	return t.TaskDefinition
}

func adHocDef(t *conductor.WorkflowTask, dynamic bool) *conductor.TaskDef {
	def := conductor.NewTaskDef()
	def.Name = t.Name
	if dynamic || !isSimple(t.Type) {
		def.RetryCount, def.ResponseTimeoutSeconds = 0, 0
	}
	return &def
}

func isSimple(taskType string) bool { return taskType == "" || taskType == typeSimple }

// inputParameters is what a task's input is resolved from: its parameters, with absent ones from the definition's template.
func inputParameters(t *conductor.WorkflowTask, def *conductor.TaskDef) any {
	if len(def.InputTemplate) == 0 {
		return anyMap(t.InputParameters)
	}
	merged := make(map[string]any, len(t.InputParameters)+len(def.InputTemplate))
	maps.Copy(merged, def.InputTemplate)
	maps.Copy(merged, t.InputParameters)
	return merged
}

// anyMap keeps a nil map from becoming a null.
func anyMap(m map[string]any) any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// find returns the node of a task by its reference name, which loops end in __ITERATION.
func (x *execution) find(ref string) *node {
	for {
		if n := x.planted[ref]; n != nil {
			return n
		}
		if n := x.plan.nodes[ref]; n != nil {
			return n
		}
		at := strings.LastIndex(ref, "__")
		if at < 0 {
			return nil
		}
		ref = ref[:at]
	}
}
