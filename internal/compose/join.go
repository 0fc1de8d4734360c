package compose

import (
	"encoding/json"
	"slices"
)

// edits puts the task into its list, which is made where it is not there, and keeps the join of a fork waiting for the last
// task of each branch.
func edits(tree map[string]any, at position, plan Plan) []Edit {
	edit := Edit{Path: plan.Path, Value: plan.Task, Insert: true}
	if !at.exists {
		edit = makeList(tree, at.path, plan.Task)
	}
	all := []Edit{edit}
	if join := joinEdit(tree, at, plan.Ref); join != nil {
		all = append(all, *join)
	}
	return all
}

// makeList makes the list at path with one task, and the object of cases or the list of branches around it where that is missing.
func makeList(tree map[string]any, path []any, task json.RawMessage) Edit {
	value := slices.Concat(json.RawMessage("["), task, json.RawMessage("]"))
	last := len(path) - 1
	if last == 0 {
		return Edit{Path: path, Value: value}
	}
	holder, _ := path[last-1].(string)
	parent := taskAt(tree, path[:last-1])
	switch step := path[last].(type) {
	case int:
		if _, there := parent["forkTasks"].([]any); there {
			return Edit{Path: path, Value: value, Insert: true}
		}
		return Edit{Path: path[:last], Value: slices.Concat(json.RawMessage("["), value, json.RawMessage("]"))}
	case string:
		if _, there := parent[holder].(map[string]any); holder != "decisionCases" || there {
			return Edit{Path: path, Value: value}
		}
		key, _ := json.Marshal(step) // a string always encodes
		return Edit{Path: path[:last], Value: slices.Concat(json.RawMessage("{"), key, json.RawMessage(":"), value, json.RawMessage("}"))}
	}
	return Edit{Path: path, Value: value}
}

// taskAt returns the task at a path that ends with its index; nil where there is none.
func taskAt(tree map[string]any, path []any) map[string]any {
	if len(path) < 2 {
		return nil
	}
	index, isIndex := path[len(path)-1].(int)
	tasks := tasksAt(tree, path[:len(path)-1])
	if !isIndex || index >= len(tasks) {
		return nil
	}
	task, _ := tasks[index].(map[string]any)
	return task
}

// joinEdit changes the joinOn of the join behind a fork, where the new task becomes the last of one of its branches.
func joinEdit(tree map[string]any, at position, ref string) *Edit {
	n := len(at.path)
	if n < 3 || at.path[n-2] != "forkTasks" || at.index < len(at.tasks) {
		return nil
	}
	list, index := outer(at.path)
	tasks := tasksAt(tree, list)
	if index+1 >= len(tasks) || typeOf(tasks[index+1]) != "JOIN" {
		return nil
	}
	join, _ := tasks[index+1].(map[string]any)
	on, _ := join["joinOn"].([]any)
	value, err := encode(ref)
	if err != nil {
		return nil
	}
	path := slices.Concat(list, []any{index + 1, "joinOn"})
	switch {
	case len(on) == 0:
		return nil // it waits for nothing in particular
	case len(at.tasks) == 0:
		return &Edit{Path: append(path, len(on)), Value: value, Insert: true}
	}
	last := slices.Index(on, any(reference(at.tasks[len(at.tasks)-1])))
	if last < 0 {
		return nil // the join waits for something else on purpose
	}
	return &Edit{Path: append(path, last), Value: value}
}
