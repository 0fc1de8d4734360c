package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// inlineKind is INLINE: a script over its own input, which it sees as $.
func inlineKind() kind { return kind{schedule: scheduleOne, execute: executeInline} }

func executeInline(_ *execution, t *task, env *environment) []command {
	input := t.Wire.InputData
	evaluator, _ := input["evaluatorType"].(string)
	expression, _ := input["expression"].(string)
	switch {
	case strings.TrimSpace(expression) == "":
		return inlineFailure(t, "Empty 'expression' in Inline task's input parameters. A non-empty String value must be provided.")
	case evaluator == "":
		evaluator = evaluatorScript
	}
	value, err := evaluate(evaluator, expression, input, env)
	var failure *scriptError
	switch {
	case errors.As(err, &failure) && failure.late:
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: failure.message, output: map[string]any{"error": failure.message}}}
	case errors.As(err, &failure):
		return inlineFailure(t, failure.message)
	case err != nil:
		return inlineFailure(t, fmt.Sprintf("Unknown evaluator '%s' in INLINE task.", evaluator))
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted, output: map[string]any{"result": value}}}
}

// inlineFailure ends a task whose script is wrong: trying again would not help.
func inlineFailure(t *task, reason string) []command {
	return []command{finishTask{
		task: t, status: conductor.TaskFailedTerminally, reason: reason, output: map[string]any{"error": reason},
	}}
}
