package engine

import (
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// checkTaskDefs applies the real server's rules. at is the path of the argument in its messages.
func checkTaskDefs(at string, defs []conductor.TaskDef) error {
	if len(defs) == 0 {
		return violated(at, "TaskDefList is empty", nil)
	}
	return refusal(at, definition.ValidateTaskDefs(defs))
}

// checkWorkflowDef applies the real server's rules. at is the path of the argument in its messages.
func (e *Engine) checkWorkflowDef(at string, def conductor.WorkflowDef) error {
	def.Tasks = slices.Clone(def.Tasks)
	for i := range def.Tasks {
		if known, registered := e.definitions.task(def.Tasks[i].Name); registered && def.Tasks[i].TaskDefinition == nil {
			def.Tasks[i].TaskDefinition = known // its template may give an input that the rules ask for
		}
	}
	return refusal(at, definition.ValidateWorkflowDef(def))
}

// checkInside applies the one rule to a definition that comes with a SUB_WORKFLOW: its tasks can be told apart. The real server has none.
func checkInside(at string, def conductor.WorkflowDef) error {
	return refusal(at, slices.DeleteFunc(definition.ValidateWorkflowDef(def), func(rule definition.Violation) bool {
		return !rule.Duplicate
	}))
}

// refusal turns broken rules into the answer of the real server, or nil where there are none.
func refusal(at string, broken []definition.Violation) error {
	if len(broken) == 0 {
		return nil
	}
	violations := make([]fault.Violation, 0, len(broken))
	for _, rule := range broken {
		path := at
		if rule.Path != "" && rule.Path[0] != '[' {
			path += "."
		}
		violations = append(violations, fault.Violation{Path: path + rule.Path, Message: rule.Message, Invalid: scalarText(rule.Invalid)})
	}
	return fault.Violated(violations)
}

// scalarText is an offending value as the real server shows it: as text, and nothing where there is none.
func scalarText(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
