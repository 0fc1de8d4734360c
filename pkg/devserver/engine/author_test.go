package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// author writes random definitions of every task type that open source runs. They use the task types and workflows of
// staff_test.go. What the real server does otherwise for a reason that docs/parity.md gives is not written: loops in loops,
// branches without tasks, an EXCLUSIVE_JOIN none of whose tasks ran, two dynamic forks that start in one step.
type author struct {
	dice    *rand.Rand
	count   int
	known   []string // reference names so far, which expressions may read
	looping bool
	dynamic bool // there is a dynamic fork already
	calm    bool // no forks: an operator's retry of one has no settled outcome on the real server
}

// pick is one of several values.
func pick[T any](dice *rand.Rand, values ...T) T { return values[dice.IntN(len(values))] }

func (a *author) chance(in int) bool { return a.dice.IntN(in) == 0 }

func (a *author) ref() string {
	a.count++
	ref := fmt.Sprint("r", a.count)
	a.known = append(a.known, ref)
	return ref
}

// definition is a whole workflow.
func (a *author) definition(name string, depth int) conductor.WorkflowDef {
	def := conductor.NewWorkflowDef()
	def.Name, def.OwnerEmail = name, "model@example.com"
	if a.chance(2) {
		def.Variables = map[string]any{"v": a.dice.IntN(3), "w": "first"}
	}
	if a.chance(5) {
		def.InputTemplate = map[string]any{"y": 9, "z": "by template"} // last of the alphabet, as Java's maps keep the order
	}
	def.Tasks = a.tasks(depth)
	if a.chance(3) {
		def.OutputParameters = a.input()
	}
	if a.chance(6) {
		def.FailureWorkflow = "mt_sorry"
	}
	if a.chance(50) {
		def.TimeoutSeconds, def.TimeoutPolicy = 10, policyTimeOutWF
		def.Tasks = list(inline("i", "({k: 'a'})"), fork("f", list(simple("mt_plain", "p")), list(simple("mt_hang", "h"))), join("j", "p", "h"))
	}
	return def
}

// start is what the workflow is started with.
func (a *author) start(domain string) map[string]any {
	input := map[string]any{
		"n": a.dice.IntN(4), "k": pick(a.dice, "a", "e", "z"), "list": []any{1, "x", nil}[:a.dice.IntN(4)],
		"deep": map[string]any{"a": []any{1, map[string]any{"b": "c"}}}, "task": pick(a.dice, "mt_plain", "mt_fixed"), "domain": domain,
	}
	if a.chance(2) {
		input["y"] = "given"
	}
	return input
}

// tasks is a list of at least one task; what depth is left allows more of them inside.
func (a *author) tasks(depth int) []conductor.WorkflowTask {
	var tasks []conductor.WorkflowTask
	for range a.dice.IntN(3) + 1 {
		tasks = append(tasks, a.task(depth)...)
	}
	return tasks
}

func (a *author) task(depth int) []conductor.WorkflowTask {
	if depth == 0 || a.dice.IntN(5) < 2 {
		return a.leaf()
	}
	inside := []func(int) []conductor.WorkflowTask{a.choice, a.choice, a.decision, a.exclusive, a.inlineSub}
	if !a.calm {
		inside = append(inside, a.fork, a.fork, a.fork)
		if !a.dynamic {
			inside = append(inside, a.dynamicFork, a.dynamicFork)
		}
	}
	if !a.looping {
		inside = append(inside, a.loop, a.loop)
	}
	return pick(a.dice, inside...)(depth - 1)
}

// cases are what a SWITCH or DECISION chooses from: an empty list is a choice too.
func (a *author) cases(depth int) (map[string][]conductor.WorkflowTask, []conductor.WorkflowTask) {
	cases := map[string][]conductor.WorkflowTask{pick(a.dice, "a", "1", "true"): a.tasks(depth)}
	if a.chance(2) {
		cases["e"] = []conductor.WorkflowTask{}
	}
	if a.chance(2) {
		cases[pick(a.dice, "z", "2")] = a.tasks(depth)
	}
	var fallback []conductor.WorkflowTask
	if a.chance(2) {
		fallback = a.tasks(depth)
	}
	return cases, fallback
}

func (a *author) choice(depth int) []conductor.WorkflowTask {
	input := map[string]any{"x": a.chosenBy()}
	task := taskOf("SWITCH", a.ref(), input, func(t *conductor.WorkflowTask) {
		t.EvaluatorType, t.Expression = "value-param", "x"
		if a.chance(3) {
			t.EvaluatorType = pick(a.dice, "javascript", "graaljs")
			t.Expression = pick(a.dice, "$.x == 'a' ? 'a' : 'e'", "$.x", "(function () { if ($.x > 1) { return 2; } return 1; })()", "$.x > 1")
		}
		t.DecisionCases, t.DefaultCase = a.cases(depth)
	})
	return list(a.flags(task))
}

func (a *author) decision(depth int) []conductor.WorkflowTask {
	task := taskOf("DECISION", a.ref(), map[string]any{"x": a.chosenBy()}, func(t *conductor.WorkflowTask) {
		if a.chance(2) {
			t.CaseValueParam = "x"
		} else {
			t.CaseExpression = pick(a.dice, "$.x == 'a' ? 'a' : 'e'", "if ($.x > 1) { '2' } else { '1' }")
		}
		t.DecisionCases, t.DefaultCase = a.cases(depth)
	})
	return list(task)
}

// chosenBy is a value that cases are about.
func (a *author) chosenBy() any {
	return pick[any](a.dice, "${workflow.input.k}", "${workflow.input.n}", a.read("output.k"), a.read("output.n"), "a", 1, "${workflow.variables.v}")
}

// fork joins the ends of its branches, or some of them.
func (a *author) fork(depth int) []conductor.WorkflowTask {
	var branches [][]conductor.WorkflowTask
	var ends []string
	ref := a.ref()
	for range a.dice.IntN(3) + 1 {
		branch := a.tasks(depth)
		branches = append(branches, branch)
		ends = append(ends, branch[len(branch)-1].TaskReferenceName)
	}
	if a.chance(5) {
		ends = ends[:a.dice.IntN(len(ends))+1]
	}
	return list(fork(ref, branches...), a.joining(ends...))
}

func (a *author) joining(on ...string) conductor.WorkflowTask {
	task := join(a.ref(), on...)
	task.JoinMode = pick(a.dice, "", "", "SYNC", "ASYNC")
	return a.flags(task)
}

// exclusive takes over what one of two cases put out.
func (a *author) exclusive(int) []conductor.WorkflowTask {
	one, other := a.leaf()[0], a.leaf()[0]
	choose := byValue(a.ref(), map[string][]conductor.WorkflowTask{"a": {one}}, other)
	choose.InputParameters["x"] = a.chosenBy()
	task := taskOf("EXCLUSIVE_JOIN", a.ref(), nil, func(t *conductor.WorkflowTask) {
		t.JoinOn = []string{one.TaskReferenceName, other.TaskReferenceName}
		if a.chance(2) && !a.looping { // in a loop the real server does not find them
			t.JoinOn, t.DefaultExclusiveJoinTask = t.JoinOn[:1], t.JoinOn[1:]
		}
	})
	return list(choose, task)
}

// loop runs a few times: by its own count, by what a task inside puts out, or over items.
func (a *author) loop(depth int) []conductor.WorkflowTask {
	ref := a.ref()
	outside := a.known
	a.known = slices.Clone(a.known[:len(a.known)-1]) // what a loop has put out so far depends on how far one decision went
	a.looping = true
	body := a.tasks(depth)
	a.looping, a.known = false, outside
	input := map[string]any{"most": a.dice.IntN(3) + 1, "n": a.value(0)}
	condition := pick(a.dice, "$.%[1]s.iteration < 3", "$.%[1]s['iteration'] < $.most", "if ($.%[1]s['iteration'] < $.most) { true; } else { false; }",
		"$.%[2]s && $.%[2]s.n > 1 && $.%[1]s.iteration < 4", "3 - $.%[1]s.iteration")
	task := loopOver(ref, fmt.Sprintf(condition, ref, body[0].TaskReferenceName), body...)
	task.InputParameters = input
	switch a.dice.IntN(6) {
	case 0:
		task.Items = pick[any](a.dice, "${workflow.input.list}", a.read("output.l"))
		*task.LoopCondition = pick(a.dice, "true", *task.LoopCondition)
	case 1:
		input["_items"] = pick[any](a.dice, "${workflow.input.list}", []any{1, 2}, []any{})
		*task.LoopCondition = "true"
	}
	if a.chance(4) {
		input["keepLastN"] = a.dice.IntN(2) + 1
	}
	return list(a.flags(task))
}

// inlineSub is a workflow in a workflow, written where it is used.
func (a *author) inlineSub(depth int) []conductor.WorkflowTask {
	inner := &author{dice: a.dice, count: 100 * (a.count + 1), calm: a.calm, dynamic: a.dynamic}
	def := inner.definition(fmt.Sprint("mt_inner", a.count), min(depth, 1))
	def.TimeoutSeconds = 0
	task := sub(a.ref(), def.Name, func(p *conductor.SubWorkflowParams) { p.Version, p.WorkflowDefinition = 1, def })
	task.InputParameters = a.input()
	return list(a.flags(task))
}

// flags makes some tasks ones that may fail.
func (a *author) flags(task conductor.WorkflowTask) conductor.WorkflowTask {
	task.Optional, task.Permissive = a.chance(10), a.chance(14)
	return task
}
