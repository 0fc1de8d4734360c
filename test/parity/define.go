package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// definition is a workflow from its short form, NAME TASKS [MORE]: a task may be a word, which is a task of a worker that is tried
// once, `ref` and `in` stand for taskReferenceName and inputParameters, and a task of a worker without a name is called @REF.
func definition(short string) (string, error) {
	name, rest, _ := strings.Cut(short, " ")
	decoder := json.NewDecoder(strings.NewReader(rest))
	decoder.UseNumber()
	var tasks []any
	if err := decoder.Decode(&tasks); err != nil {
		return "", fmt.Errorf("the tasks of %s: %w", name, err)
	}
	def := map[string]any{"schemaVersion": 2, "ownerEmail": "a@b.c"}
	if decoder.More() {
		if err := decoder.Decode(&def); err != nil {
			return "", fmt.Errorf("more of %s: %w", name, err)
		}
	}
	def["name"], def["tasks"] = name, long(tasks)
	return marshal(def)
}

// taskDefinition is a task's from its short form, NAME [MORE].
func taskDefinition(short string) (string, error) {
	name, rest, _ := strings.Cut(short, " ")
	def := map[string]any{"ownerEmail": "a@b.c"}
	if rest != "" {
		if err := json.Unmarshal([]byte(rest), &def); err != nil {
			return "", fmt.Errorf("the task %s: %w", name, err)
		}
	}
	def["name"] = name
	return marshal(def)
}

func marshal(value any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSpace(text.String()), err
}

// long is a list of tasks in its long form, at any depth.
func long(list []any) []any {
	tasks := make([]any, len(list))
	for i, short := range list {
		switch task := short.(type) {
		case string:
			tasks[i] = map[string]any{"name": "@" + task, "taskReferenceName": task, "retryCount": 0}
		case map[string]any:
			tasks[i] = longTask(task)
		case []any: // a branch
			tasks[i] = long(task)
		default:
			tasks[i] = short
		}
	}
	return tasks
}

func longTask(task map[string]any) map[string]any {
	rename := map[string]string{"ref": "taskReferenceName", "in": "inputParameters"}
	full := map[string]any{}
	for key, value := range task {
		switch key {
		case "ref", "in":
			key = rename[key]
		case "defaultCase", "loopOver", "forkTasks":
			value = longList(value)
		case "decisionCases":
			value = longMap(value, longList)
		case "subWorkflowParam":
			value = longMap(value, longWorkflow)
		}
		full[key] = value
	}
	if _, named := full["name"]; named {
		return full
	}
	ref, isText := full["taskReferenceName"].(string)
	kind, _ := full["type"].(string)
	if worker := kind == "" || kind == "SIMPLE"; isText && worker {
		full["name"] = "@" + ref
	} else if isText {
		full["name"] = ref
	}
	return full
}

func longList(value any) any {
	if list, isList := value.([]any); isList {
		return long(list)
	}
	return value
}

func longMap(value any, each func(any) any) any {
	fields, isMap := value.(map[string]any)
	if !isMap {
		return value
	}
	full := map[string]any{}
	for key, field := range fields {
		full[key] = each(field)
	}
	return full
}

// longWorkflow is a workflow inside a task in its long form.
func longWorkflow(value any) any {
	def, isMap := value.(map[string]any)
	if !isMap || def["tasks"] == nil {
		return value
	}
	def["tasks"] = longList(def["tasks"])
	return def
}

// words splits off the first n words; the last is all the rest.
func words(text string, n int) ([]string, error) {
	parts := strings.SplitN(strings.TrimSpace(text), " ", n)
	if len(parts) < n {
		return append(parts, make([]string, n-len(parts))...), errors.New("words are missing: " + text)
	}
	return parts, nil
}
