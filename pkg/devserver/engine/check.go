package engine

import (
	"fmt"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func checkTaskDefs(defs []conductor.TaskDef) error {
	if len(defs) == 0 {
		return fault.Invalid("TaskDefList is empty")
	}
	var broken []fault.Violation
	for i, def := range defs {
		if strings.TrimSpace(def.Name) == "" {
			broken = append(broken, fault.Violation{
				Path: fmt.Sprintf("registerTaskDef.taskDefinitions[%d].name", i), Message: "TaskDef name cannot be null or empty",
			})
		}
	}
	if len(broken) > 0 {
		return fault.Violated(broken)
	}
	return nil
}

func checkWorkflowDef(def conductor.WorkflowDef) error {
	if strings.TrimSpace(def.Name) == "" {
		return fault.Invalid("WorkflowDef name cannot be null or empty")
	}
	if len(def.Tasks) == 0 {
		return fault.Invalid("WorkflowTask list cannot be empty")
	}
	return nil
}
