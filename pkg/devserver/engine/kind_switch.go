package engine

import (
	"errors"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Evaluators that a definition may name.
const (
	evaluatorValue  = "value-param"
	evaluatorScript = "javascript"
	evaluatorGraal  = "graaljs" // the same language
)

// switchKind is SWITCH: it picks one of several lists of tasks by a value or a script.
func switchKind() kind {
	return kind{schedule: scheduleSwitch, execute: nothing, follow: chosenCase, early: true, final: true}
}

// scheduleSwitch makes the task with its choice. A script that fails fails the task; an evaluator that does not exist ends
// the workflow.
func scheduleSwitch(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.TaskDefName = t.Wire.TaskType
	value, err := evaluate(m.n.task.EvaluatorType, m.n.task.Expression, t.Wire.InputData, m.env)
	var failure *scriptError
	if errors.As(err, &failure) {
		t.ended(conductor.TaskFailed, failure.message, m.env.now)
		return []*task{t}, nil
	}
	if err != nil {
		return nil, err
	}
	choice := javaText(value)
	t.choose(choice, chosen(m.n, choice) != nil)
	t.Wire.OutputData = map[string]any{"evaluationResult": []any{choice}, "selectedCase": choice}
	t.ended(conductor.TaskCompleted, "", m.env.now)
	return []*task{t}, nil
}

// choose notes the choice in the input, where Conductor keeps it.
func (t *task) choose(choice string, hasTasks bool) {
	t.Wire.InputData["case"] = choice
	if hasTasks {
		t.Wire.InputData["hasChildren"] = "true"
	}
}

// chosen is the first task of a case: nil where the case has no tasks. A value without a case of its own is the default.
func chosen(n *node, choice string) *node {
	if first, listed := n.cases[choice]; listed {
		return first
	}
	return n.fallback
}

// chosenCase is what follows a SWITCH: its case, else what follows itself.
func chosenCase(_ *execution, t *task) []*node {
	choice, _ := t.Wire.OutputData["selectedCase"].(string)
	return oneOf(chosen(t.node, choice), t.node.after())
}

// oneOf returns the first node that is there.
func oneOf(nodes ...*node) []*node {
	for _, n := range nodes {
		if n != nil {
			return []*node{n}
		}
	}
	return nil
}

// evaluate applies a named evaluator to an input. An error other than *scriptError ends the workflow.
func evaluate(evaluator, expression string, input map[string]any, env *environment) (any, error) {
	switch evaluator {
	case evaluatorValue:
		return input[expression], nil
	case evaluatorScript, evaluatorGraal:
		return env.scripts.eval(expression, map[string]any{"$": input})
	}
	return nil, &conclusion{status: conductor.WorkflowFailed, reason: "No evaluator registered for type: " + evaluator}
}
