package engine

import (
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// leaf is one task, or a dynamic fork and its join.
func (a *author) leaf() []conductor.WorkflowTask {
	if a.chance(2) {
		return list(a.work())
	}
	leaves := []func() conductor.WorkflowTask{
		a.script, a.script, a.lambda, a.jq, a.variable, a.variable, a.wait, a.wait, a.human, a.event, a.noop, a.dynamicTask, a.sub, a.sub,
		a.startWorkflow, a.user,
	}
	if a.chance(12) {
		return list(a.terminate())
	}
	return list(pick(a.dice, leaves...)())
}

// work is a SIMPLE task.
func (a *author) work() conductor.WorkflowTask {
	types := append(untimedTypes(), "mt_plain", "mt_plain", "mt_plain")
	if a.chance(12) {
		types = timedTypes()
	}
	task := simple(pick(a.dice, types...), a.ref())
	task.InputParameters = a.input()
	if a.chance(12) && !slices.Contains(timedTypes(), task.Name) {
		task.StartDelay = 1
	}
	if a.chance(10) {
		count := a.dice.IntN(2)
		task.RetryCount = &count
	}
	return a.flags(task)
}

// user is a task of a type that is not the server's.
func (a *author) user() conductor.WorkflowTask {
	task := taskOf("MT_TYPE", a.ref(), a.input())
	task.Name = "mt_plain"
	return a.flags(task)
}

func (a *author) script() conductor.WorkflowTask {
	input := a.input()
	input["evaluatorType"] = pick(a.dice, "javascript", "graaljs")
	input["expression"] = pick(a.dice, "({n: Math.floor(7.5), k: 'a', l: [1, 'x']})", "$.p", "(() => ({n: 2, k: $.q, o: {k: 'e'}}))()",
		"function f(x) { return [x, typeof x]; } f($.p)", "$.none", "'text ' + $.p", "[1, 2, 3].map((x) => x * 2)", "1/4", "null", "$.q + ''")
	if a.chance(2) {
		delete(input, "evaluatorType")
	}
	task := taskOf("INLINE", a.ref(), input)
	if a.chance(15) {
		input["expression"] = pick(a.dice, "$.none.none", "throw new Error('no')", "nope")
	}
	return a.flags(task)
}

func (a *author) lambda() conductor.WorkflowTask {
	input := a.input()
	input["scriptExpression"] = pick(a.dice, "return {n: 3, k: $.p};", "if ($.p == 1) { return {k: 'a'} } return {k: 'e', n: 1}", "return 5")
	return a.flags(taskOf("LAMBDA", a.ref(), input))
}

func (a *author) jq() conductor.WorkflowTask {
	input := a.input()
	input["data"] = []any{map[string]any{"n": 2, "k": "a"}, map[string]any{"n": 1, "k": "e"}}
	input["queryExpression"] = pick(a.dice, ".data[0]", ".data | map(.n) | add", ".data[].k", "{n: (.data | length), k: .data[1].k}", ".none", ".data | sort_by(.n)")
	if a.chance(15) {
		input["queryExpression"] = pick(a.dice, `.data | error("boom")`, `.data[0].k | error(.)`)
	}
	return a.flags(taskOf("JSON_JQ_TRANSFORM", a.ref(), input))
}

func (a *author) variable() conductor.WorkflowTask {
	return taskOf("SET_VARIABLE", a.ref(), map[string]any{"v": a.value(1), pick(a.dice, "w", "u"): a.value(0)})
}

func (a *author) wait() conductor.WorkflowTask {
	input := pick(a.dice, map[string]any{"duration": "1s"}, map[string]any{"duration": "1 seconds"}, map[string]any{"until": "2020-01-01"},
		map[string]any{"until": "2021-02-03 04:05"}, map[string]any{}, map[string]any{"note": a.value(0)})
	if a.chance(12) {
		input = pick(a.dice, map[string]any{"until": "soon"}, map[string]any{"duration": "1s", "until": "2020-01-01"})
	}
	return a.flags(taskOf("WAIT", a.ref(), input))
}

func (a *author) human() conductor.WorkflowTask { return a.flags(taskOf("HUMAN", a.ref(), a.input())) }

func (a *author) noop() conductor.WorkflowTask { return taskOf("NOOP", a.ref(), a.input()) }

func (a *author) event() conductor.WorkflowTask {
	return a.flags(taskOf("EVENT", a.ref(), a.input(), func(t *conductor.WorkflowTask) {
		t.Sink, t.AsyncComplete = pick(a.dice, "conductor", "conductor:news"), a.chance(3)
	}))
}

func (a *author) dynamicTask() conductor.WorkflowTask {
	input := a.input()
	input["tn"] = pick(a.dice, "mt_plain", "mt_fixed", "mt_template", "${workflow.input.task}")
	if a.chance(15) {
		input["tn"] = nil
	}
	return a.flags(taskOf("DYNAMIC", a.ref(), input, func(t *conductor.WorkflowTask) { t.DynamicTaskNameParam = "tn" }))
}

func (a *author) sub() conductor.WorkflowTask {
	task := sub(a.ref(), pick(a.dice, "mt_leaf", "mt_leaf", "mt_twice", "mt_failing"), func(p *conductor.SubWorkflowParams) {
		if a.chance(2) {
			p.Version = 1
		}
		if p.Name == "mt_leaf" && a.chance(3) {
			p.Version = 2
		}
		if a.chance(8) {
			p.Name, p.Version = "mt_${workflow.input.leaf}", 1
		}
	})
	task.InputParameters = a.input()
	if a.chance(4) {
		task.InputParameters = map[string]any{}
	}
	if a.chance(8) {
		count := 1
		task.RetryCount = &count
	}
	return a.flags(task)
}

func (a *author) startWorkflow() conductor.WorkflowTask {
	start := map[string]any{
		"name": "mt_leaf", "version": a.dice.IntN(2) + 1, "input": a.input(), "correlationId": "of ${workflow.input.k}",
		"taskToDomain": map[string]any{"*": "${workflow.input.domain}"},
	}
	input := map[string]any{"startWorkflow": start}
	if a.chance(12) {
		input = pick(a.dice, map[string]any{}, map[string]any{"startWorkflow": map[string]any{"name": "mt_none", "input": map[string]any{}}})
	}
	return a.flags(taskOf("START_WORKFLOW", a.ref(), input))
}

func (a *author) terminate() conductor.WorkflowTask {
	input := map[string]any{"terminationStatus": pick(a.dice, "COMPLETED", "FAILED", "TERMINATED")}
	if a.chance(2) {
		input["terminationReason"] = "because of ${workflow.input.k}"
	}
	if a.chance(2) {
		input["workflowOutput"] = pick[any](a.dice, a.read("output"), map[string]any{"n": "${workflow.input.n}"}, "text", a.value(1))
	}
	return taskOf("TERMINATE", a.ref(), input)
}

// dynamicFork takes its branches from data, in each form that there is.
func (a *author) dynamicFork(int) []conductor.WorkflowTask {
	a.dynamic = true
	forms := []func() (map[string]any, func(*conductor.WorkflowTask)){a.repeated, a.repeated, a.listed, a.listed, a.wrapped}
	input, change := pick(a.dice, forms...)()
	return list(dynamicFork(a.ref(), input, change), a.joining())
}

// repeated is one task, or one workflow, for each of a list.
func (a *author) repeated() (map[string]any, func(*conductor.WorkflowTask)) {
	inputs := pick[any](a.dice, []any{map[string]any{"p": 1}, map[string]any{"p": a.value(0)}}, []any{1, "x"}, []any{}, "${workflow.input.list}")
	input := map[string]any{"forkTaskInputs": inputs, "forkTaskName": pick(a.dice, "mt_plain", "mt_never")}
	switch a.dice.IntN(4) {
	case 0:
		delete(input, "forkTaskName")
		input["forkTaskWorkflow"] = "mt_leaf"
		if a.chance(2) {
			input["forkTaskWorkflowVersion"] = 1
		}
	case 1:
		input["forkTaskType"] = pick(a.dice, "SIMPLE", "NOOP", "HUMAN")
	}
	optional := a.chance(5)
	return input, func(t *conductor.WorkflowTask) { t.Optional = optional }
}

// listed is a list of tasks beside an object of their inputs.
func (a *author) listed() (map[string]any, func(*conductor.WorkflowTask)) {
	tasks, inputs := []any{}, map[string]any{}
	for i := range a.dice.IntN(3) + 1 {
		ref := fmt.Sprint("d", i)
		task := pick(a.dice, map[string]any{"name": "mt_plain", "type": "SIMPLE"}, map[string]any{"name": "mt_never"}, map[string]any{"name": "mt_unknown", "type": "SIMPLE"},
			map[string]any{"name": "i", "type": "INLINE", "inputParameters": map[string]any{"expression": "$.p", "evaluatorType": "javascript"}},
			map[string]any{"name": "s", "type": "SUB_WORKFLOW", "subWorkflowParam": map[string]any{"name": "mt_leaf", "version": 1}},
			map[string]any{"name": "mt_plain", "type": "SIMPLE", "optional": true})
		task["taskReferenceName"] = ref
		tasks, inputs[ref] = append(tasks, task), map[string]any{"p": a.value(0)}
	}
	given := map[string]any{"dt": tasks, "di": inputs}
	if a.chance(15) {
		given[pick(a.dice, "dt", "di")] = "no list"
	}
	return given, func(t *conductor.WorkflowTask) {
		t.DynamicForkTasksParam, t.DynamicForkTasksInputParamName = "dt", "di"
	}
}

// wrapped is the oldest form.
func (a *author) wrapped() (map[string]any, func(*conductor.WorkflowTask)) {
	tasks := []any{
		map[string]any{"taskName": "mt_plain", "referenceName": "w0", "input": map[string]any{"p": a.value(0)}, "type": "SIMPLE"},
		map[string]any{"taskName": "mt_never", "referenceName": "w1", "input": map[string]any{"p": 1, "q": a.value(1)}, "type": "SIMPLE"},
	}
	given := map[string]any{"dynamicTasks": tasks[:a.dice.IntN(2)+1]}
	return map[string]any{"dj": given}, func(t *conductor.WorkflowTask) { t.DynamicForkJoinTasksParam = "dj" }
}

// input is what a task is given.
func (a *author) input() map[string]any {
	input := map[string]any{"p": a.value(1)}
	if a.chance(2) {
		input["q"] = a.value(2)
	}
	return input
}

// read is an expression about some task before.
func (a *author) read(what string) string {
	if len(a.known) == 0 {
		return "${workflow.input.k}"
	}
	return "${" + pick(a.dice, a.known...) + "." + what + "}"
}

// value is a value of any sort, with expressions in it.
func (a *author) value(depth int) any {
	if depth > 0 && a.chance(3) {
		return pick[any](a.dice, map[string]any{"m": a.value(depth - 1), "o": "x"}, []any{a.value(depth - 1), 1})
	}
	switch a.dice.IntN(4) {
	case 0:
		return pick[any](a.dice, 1, 2, true, nil, "", "a", "ä \"q\"", 1.5, []any{}, map[string]any{})
	case 1:
		return "${workflow." + pick(a.dice, "input.n", "input.k", "input.list", "input.deep.a[1].b", "input.none", "input.y", "input", "variables.v", "workflowType", "version",
			"correlationId", "status", "input.list[0]", "input.deep..b", "input.list[?(@ == 1)]", "workflowId") + "}"
	case 2:
		return a.read(pick(a.dice, "output.n", "output.k", "output.l", "output.l[1]", "output.o.k", "output.none", "output", "status", "referenceTaskName", "retryCount",
			"input.p", "output.result", "taskType", "iteration", "output.l[*]", "reasonForIncompletion"))
	}
	return fmt.Sprintf(pick(a.dice, "%s and %s", "<%s>%s", "$${no} %s%s"),
		a.read(pick(a.dice, "output.n", "output.o", "output.l")), "${workflow.input."+pick(a.dice, "k", "n", "list", "deep", "none")+"}")
}
