package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// doWhileKind is DO_WHILE: it runs the tasks inside it again and again, while a condition holds or for each item of a list.
// Their reference names end in __ITERATION.
func doWhileKind() kind { return kind{schedule: scheduleOne, execute: executeDoWhile, final: true} }

// executeDoWhile looks whether the iteration is over, and then whether there is another.
func executeDoWhile(x *execution, t *task, env *environment) []command {
	if t.loop == nil {
		return nextIteration(x, t, 1, nil, env)
	}
	if t.loop.open > 0 && !t.loop.failed() {
		return nil
	}
	outputs, failed, failure := t.loop.results()
	if failed {
		for _, inner := range t.loop.current {
			if !inner.terminal() {
				delete(outputs, inner.node.ref())
			}
		}
		return []command{endLoop(t, outputs, conductor.TaskFailed, failure)}
	}
	again, err := goesOn(x, t, outputs, env)
	switch {
	case err != nil:
		return []command{endLoop(t, outputs, conductor.TaskFailedTerminally, err.Error())}
	case !again:
		return []command{endLoop(t, outputs, conductor.TaskCompleted, "")}
	}
	return nextIteration(x, t, t.Wire.Iteration+1, outputs, env)
}

// nextIteration starts an iteration, unless the items have run out.
func nextIteration(x *execution, t *task, number int, ended map[string]any, env *environment) []command {
	start := iterate{task: t, number: number, ended: ended, output: map[string]any{"iteration": int64(number)}, keep: keepLast(t)}
	if items, listed := loopItems(x, t); listed {
		if number > len(items) {
			if number == 1 {
				return []command{finishTask{task: t, status: conductor.TaskCompleted, output: map[string]any{"iteration": int64(0)}}}
			}
			return []command{endLoop(t, ended, conductor.TaskCompleted, "")}
		}
		start.output["loopIndex"], start.output["loopItem"] = int64(number-1), items[number-1]
	}
	if t.node.body == nil {
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: "loopOver of a DO_WHILE task is empty"}}
	}
	// The first task reads what the iteration is from the loop's output, so it is made when that is there.
	return []command{start, enterLoop{task: t, env: env}}
}

// enterLoop schedules the first task of the iteration that has begun.
type enterLoop struct {
	task *task
	env  *environment
}

func (c enterLoop) apply(x *execution, now int64) []*task {
	t := c.task
	var touched []*task
	for _, next := range schedule(x, t.node.body, t.place().inside(t.Wire.Iteration), c.env) {
		touched = append(touched, next.apply(x, now)...)
	}
	if keep := keepLast(t); keep > 0 {
		x.forget(t, t.Wire.Iteration-keep) // as the real server has it: an iteration earlier than their outputs, after the first task
	}
	return touched
}

// results are the outputs of the tasks of an iteration by reference name without the iteration, and whether and why the
// iteration failed, which only permissive tasks can let it do without ending the workflow.
func (l *loop) results() (outputs map[string]any, failed bool, reason string) {
	outputs = map[string]any{}
	last := map[string]*task{}
	for _, t := range l.current {
		if !t.node.planted { // as on the real server, what the definition does not have is found in its JOIN only
			outputs[t.node.ref()] = t.output()
		}
		last[t.Wire.ReferenceTaskName] = t
	}
	var reasons []string
	for _, t := range l.current {
		if last[t.Wire.ReferenceTaskName] == t && t.terminal() && !conductor.TaskSuccessful(t.Wire.Status) {
			reasons = append(reasons, t.Wire.ReasonForIncompletion+" ") // a blank after each, as the real server has it
		}
	}
	return outputs, len(reasons) > 0, strings.Join(reasons, "")
}

// failed reports whether a permissive task of the iteration has failed, which the loop does not wait for the others to hear.
func (l *loop) failed() bool {
	return slices.ContainsFunc(l.current, func(t *task) bool {
		return t.Wire.Executed && !t.Wire.Retried && !conductor.TaskSuccessful(t.Wire.Status)
	})
}

// endLoop ends a loop with everything that it has gathered as its output.
func endLoop(t *task, outputs map[string]any, status, reason string) command {
	output := maps.Clone(t.loop.output)
	whole := loop{output: output}
	whole.finish(t.Wire.Iteration, outputs)
	if keep := keepLast(t); keep > 0 {
		delete(output, strconv.Itoa(t.Wire.Iteration-keep))
	}
	return finishLoop{task: t, output: output, end: finishTask{task: t, status: status, reason: reason}}
}

type finishLoop struct {
	task   *task
	output map[string]any
	end    finishTask
}

func (c finishLoop) apply(x *execution, now int64) []*task {
	if keep := keepLast(c.task); keep > 0 {
		x.forget(c.task, c.task.Wire.Iteration-keep)
	}
	c.task.Wire.OutputData, c.task.loop = c.output, nil
	return c.end.apply(x, now)
}

// goesOn evaluates the loop's condition over its parameters, its own output and the last outputs of the tasks inside. A loop
// over items goes on without one while there are items.
func goesOn(x *execution, t *task, outputs map[string]any, env *environment) (bool, error) {
	items, listed := loopItems(x, t)
	if listed && t.Wire.Iteration >= len(items) {
		return false, nil
	}
	condition := ""
	if t.node.task.LoopCondition != nil {
		condition = *t.node.task.LoopCondition
	}
	if strings.TrimSpace(condition) == "" {
		return listed, nil
	}
	input := maps.Clone(x.resolveInput(t.node, t.Wire.TaskID))
	t.node.eachInside(func(n *node) {
		if inner := x.latest[n.ref()]; inner != nil {
			input[n.ref()] = inner.output()
		}
	})
	input[t.node.ref()] = growing{of: t.loop.output, number: t.Wire.Iteration, last: outputs}
	value, err := env.scripts.eval(condition, map[string]any{"$": input})
	var failure *scriptError
	if errors.As(err, &failure) {
		return false, fmt.Errorf("Unable to evaluate condition %s, exception %s", condition, failure.message) //nolint:staticcheck // the real server's words
	}
	return truth(value), err
}

// truth is what a condition's value means: a number is true above zero.
func truth(value any) bool {
	switch v := value.(type) {
	case bool:
		return v
	case int64:
		return v > 0
	case float64:
		return v > 0
	}
	return false
}

// loopItems is the list that a loop runs over, if it does: items, or the parameter _items. One thing is a list of itself.
func loopItems(x *execution, t *task) (items []any, listed bool) {
	var value any
	if given, has := t.node.task.InputParameters["_items"]; has && given != nil {
		value, listed = x.resolveInput(t.node, t.Wire.TaskID)["_items"], true
	}
	if t.node.items.present() {
		value, listed = t.node.items.resolve(&scope{x: x, taskID: t.Wire.TaskID}), true
	}
	switch v := value.(type) {
	case nil:
		return nil, listed
	case []any:
		return v, listed
	}
	return []any{value}, listed
}

// keepLast is how many iterations the loop keeps, or 0 for all.
func keepLast(t *task) int {
	number, ok := numberOf(t.Wire.InputData["keepLastN"])
	if !ok || number < 1 {
		return 0
	}
	return int(number)
}
