// Package reconcile compares definitions: what a person wrote with what the server has, field by field.
package reconcile

import (
	"encoding/json"
	"maps"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Tree is a JSON object as conductor.Decode reads it: numbers are json.Number.
type Tree = map[string]any

// TaskDef returns a task definition as the server understands it: audit fields removed, defaults filled in, and what means
// nothing (null, and empty values of fields whose default is empty) left out. The given tree stays as it is.
func TaskDef(tree Tree) Tree {
	return normal(tree, defaultsOf(conductor.NewTaskDef()))
}

// WorkflowDef does the same for a workflow definition and the tasks in it, at any depth.
func WorkflowDef(tree Tree) Tree {
	result := normal(tree, defaultsOf(conductor.NewWorkflowDef()))
	if tasks, ok := tree["tasks"].([]any); ok {
		result["tasks"] = workflowTasks(tasks)
	}
	return result
}

// Schedule does the same for a schedule, its cron expressions and what it starts.
func Schedule(tree Tree) Tree {
	zone := Tree{"zoneId": "UTC"}
	result := normal(tree, zone)
	dropReadOnly(result, definition.ScheduleFields())
	if start, ok := result["startWorkflowRequest"].(Tree); ok {
		result["startWorkflowRequest"] = normal(start, Tree{})
	}
	list, ok := result["cronSchedules"].([]any)
	if !ok {
		return result
	}
	crons := make([]any, len(list))
	for i, item := range list {
		crons[i] = item
		if one, isObject := item.(Tree); isObject {
			crons[i] = normal(one, zone)
		}
	}
	result["cronSchedules"] = crons
	return result
}

// dropReadOnly removes what the server sets by itself.
func dropReadOnly(tree Tree, fields []definition.Field) {
	for _, f := range fields {
		if f.ReadOnly {
			delete(tree, f.Name)
		}
	}
}

// defaultsOf returns those fields of a new definition that are not empty.
func defaultsOf(def any) Tree {
	var tree Tree
	data, err := json.Marshal(def)
	if err == nil {
		err = conductor.Decode(data, &tree)
	}
	if err != nil {
		return Tree{} // a struct of ours always encodes
	}
	for name, value := range tree {
		if empty(value) {
			delete(tree, name)
		}
	}
	return tree
}

func normal(tree, defaults Tree) Tree {
	result := make(Tree, len(tree)+len(defaults))
	maps.Copy(result, defaults)
	for name, value := range tree {
		_, hasDefault := defaults[name]
		if value == nil || (!hasDefault && empty(value)) {
			continue
		}
		result[name] = value
	}
	for _, name := range serverSet() {
		delete(result, name)
	}
	return result
}

// serverSet lists the fields that say who wrote the definition and when, and the wish that goes with a request.
func serverSet() []string {
	return []string{"ownerApp", "createTime", "updateTime", "createdBy", "updatedBy", "overwriteTags"}
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case json.Number:
		f, err := v.Float64()
		return err == nil && f == 0
	case []any:
		for _, item := range v {
			if list, nested := item.([]any); !nested || len(list) > 0 { // forkTasks: [[]] is empty too
				return false
			}
		}
		return true
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

func workflowTasks(list []any) []any {
	result := make([]any, 0, len(list))
	for _, item := range list {
		if task, ok := item.(map[string]any); ok {
			item = workflowTask(task)
		}
		result = append(result, item)
	}
	return result
}

func workflowTask(tree Tree) Tree {
	task := normal(tree, Tree{"type": "SIMPLE"})
	for _, name := range []string{"defaultCase", "loopOver"} {
		if list, ok := task[name].([]any); ok {
			task[name] = workflowTasks(list)
		}
	}
	if cases, ok := task["decisionCases"].(map[string]any); ok {
		normalised := make(Tree, len(cases))
		for name, branch := range cases {
			if list, ok := branch.([]any); ok {
				branch = workflowTasks(list)
			}
			normalised[name] = branch
		}
		task["decisionCases"] = normalised
	}
	if branches, ok := task["forkTasks"].([]any); ok {
		normalised := make([]any, 0, len(branches))
		for _, branch := range branches {
			if list, ok := branch.([]any); ok {
				branch = workflowTasks(list)
			}
			normalised = append(normalised, branch)
		}
		task["forkTasks"] = normalised
	}
	if def, ok := task["taskDefinition"].(map[string]any); ok {
		task["taskDefinition"] = TaskDef(def)
	}
	return task
}

// known returns the names of a kind's fields; what the server adds beside them is its own business.
func known(fields []definition.Field) map[string]bool {
	names := make(map[string]bool, len(fields))
	for _, field := range fields {
		names[field.Name] = true
	}
	return names
}
