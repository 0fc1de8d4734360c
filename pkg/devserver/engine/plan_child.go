package engine

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// child compiles what a SUB_WORKFLOW starts. A version that is not given is the newest one now, as the definition is fixed
// when its execution starts. A definition that is an object stays as it is: its expressions are the child's.
func (b *planner) child(t *conductor.WorkflowTask) template {
	if t.Type != typeSubWorkflow {
		return template{}
	}
	params := t.SubWorkflowParam
	if params == nil {
		params = &conductor.SubWorkflowParams{Name: t.Name}
	}
	b.fixVersion(t, params)
	given := map[string]any{
		"name": params.Name, "version": params.Version, "taskToDomain": nil, "priority": params.Priority,
		"idempotencyKey": orNull(params.IdempotencyKey), "idempotencyStrategy": orNull(params.IdempotencyStrategy),
	}
	if len(params.TaskToDomain) > 0 {
		domains := make(map[string]any, len(params.TaskToDomain))
		for name, domain := range params.TaskToDomain {
			domains[name] = domain
		}
		given["taskToDomain"] = domains
	}
	if _, isText := params.WorkflowDefinition.(string); isText {
		given["workflowDefinition"] = params.WorkflowDefinition
	}
	compiled := compile(given)
	if compiled.fields == nil {
		compiled = template{fields: map[string]template{}}
		for key, value := range given {
			compiled.fields[key] = template{literal: value}
		}
	}
	if _, isText := params.WorkflowDefinition.(string); !isText && params.WorkflowDefinition != nil {
		compiled.fields["version"] = template{} // the definition has its own
		compiled.fields["workflowDefinition"] = template{literal: params.WorkflowDefinition}
	}
	return compiled
}

// fixVersion looks up the newest version where none is given and the name is known by now.
func (b *planner) fixVersion(t *conductor.WorkflowTask, params *conductor.SubWorkflowParams) {
	if version, _ := numberOf(params.Version); version > 0 || params.WorkflowDefinition != nil || strings.Contains(params.Name, "${") {
		return
	}
	if text, isText := params.Version.(string); isText && text != "" {
		return
	}
	version, known := b.newest(params.Name)
	if !known {
		if b.plan.orphan == "" {
			b.plan.orphan = "The Task " + t.Name + " defined as a sub-workflow has no workflow definition available: " +
				"no workflow " + params.Name + " is registered"
		}
		return
	}
	params.Version = version
}
