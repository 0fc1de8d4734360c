package engine

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// decisionKind is DECISION, the older SWITCH: a case without tasks is the default here.
func decisionKind() kind {
	return kind{schedule: scheduleDecision, execute: nothing, follow: decidedCase, early: true, final: true}
}

func scheduleDecision(m *mapping) ([]*task, error) {
	t := m.newTask()
	t.Wire.TaskDefName = t.Wire.TaskType
	input := t.Wire.InputData
	value := input[m.n.task.CaseValueParam]
	if script := m.n.task.CaseExpression; script != "" {
		var err error
		if value, err = m.env.scripts.eval(script, map[string]any{"$": input}); err != nil {
			return nil, &conclusion{status: conductor.WorkflowFailed, reason: "Error while evaluating script: " + script + ": " + err.Error()}
		}
	}
	choice := javaText(value)
	t.Wire.InputData = map[string]any{}
	t.choose(choice, decided(m.n, choice) != nil)
	t.Wire.OutputData = map[string]any{"caseOutput": []any{choice}}
	t.ended(conductor.TaskCompleted, "", m.env.now)
	return []*task{t}, nil
}

func decided(n *node, choice string) *node {
	if first := n.cases[choice]; first != nil {
		return first
	}
	return n.fallback
}

func decidedCase(_ *execution, t *task) []*node {
	choice, _ := t.Wire.InputData["case"].(string)
	return oneOf(decided(t.node, choice), t.node.after())
}
