package engine

import (
	"errors"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// lambdaKind is LAMBDA, the older INLINE: the body of a function over its own input, which it sees as $.
func lambdaKind() kind { return kind{schedule: scheduleOne, execute: executeLambda} }

func executeLambda(_ *execution, t *task, env *environment) []command {
	body := textOf(t.Wire.InputData["scriptExpression"])
	if strings.TrimSpace(body) == "" {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: "Empty 'scriptExpression' in Lambda task's input " +
			"parameters. A non-empty String value must be provided."}}
	}
	value, err := env.scripts.eval("(function(){"+body+"\n})()", map[string]any{"$": t.Wire.InputData})
	var failure *scriptError
	if errors.As(err, &failure) {
		return []command{finishTask{task: t, status: conductor.TaskFailed, reason: failure.message, output: map[string]any{"error": failure.message}}}
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted, output: map[string]any{"result": value}}}
}
