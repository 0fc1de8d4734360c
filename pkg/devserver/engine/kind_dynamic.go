package engine

import (
	"fmt"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// dynamicKind is DYNAMIC: a task whose type is known when it starts. The task is of that type from then on.
func dynamicKind() kind { return kind{schedule: scheduleDynamic, execute: nothing} }

func scheduleDynamic(m *mapping) ([]*task, error) {
	t := m.newTask()
	param := m.n.task.DynamicTaskNameParam
	name, _ := t.Wire.InputData[param].(string)
	if name == "" {
		return nil, &conclusion{status: conductor.WorkflowFailed, reason: fmt.Sprintf(
			"Cannot map a dynamic task based on the parameter and input. Parameter= %s, input= %s", param, javaText(t.Wire.InputData))}
	}
	t.Wire.TaskType, t.Wire.TaskDefName = name, name
	if found := m.env.kinds.of(name); found.execute == nil {
		m.forWorker(t)
	}
	return []*task{t}, nil
}
