package engine

import (
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// updateSecretKind is UPDATE_SECRET: a value of the workflow becomes a secret.
func updateSecretKind() kind { return kind{schedule: scheduleOne, execute: executeUpdateSecret} }

// hidden stands in an execution for the value of a secret.
const hidden = "***"

func executeUpdateSecret(x *execution, t *task, env *environment) []command {
	return []command{keepSecret{task: t, by: x.wf.CreatedBy, keep: env.keepSecret}}
}

// keepSecret keeps the secret and takes its value out of the task's input, before either is stored with the execution.
type keepSecret struct {
	task *task
	by   string
	keep func(by, name, value string) error
}

func (c keepSecret) apply(x *execution, now int64) []*task {
	given, _ := c.task.Wire.InputData["_secrets"].(map[string]any)
	name, value := textOf(given["secretKey"]), given["secretValue"]
	end := finishTask{task: c.task, status: conductor.TaskCompleted}
	switch {
	case name == "" || value == nil:
		end.status, end.reason = conductor.TaskFailed, "An UPDATE_SECRET task needs _secrets.secretKey and _secrets.secretValue in its input"
	case c.keep == nil:
		end.status, end.reason = conductor.TaskFailed, "This server keeps no secrets"
	default:
		if err := c.keep(c.by, name, javaText(value)); err != nil {
			end.status, end.reason = conductor.TaskFailed, err.Error()
		}
	}
	if value != nil {
		input, masked := maps.Clone(c.task.Wire.InputData), maps.Clone(given)
		masked["secretValue"] = hidden
		input["_secrets"] = masked
		c.task.Wire.InputData = input
	}
	return end.apply(x, now)
}
