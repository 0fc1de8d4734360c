package compose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Addition is a task to add. Name is the task's name; Ref empty means that one is chosen; Type empty means SIMPLE.
// Inputs are those given by the person, InputKeys the names of those that the task takes. Outputs says what the other tasks put
// out, by task name.
type Addition struct {
	Name, Ref, Type string
	Place           Place
	Inputs          map[string]any
	InputKeys       []string
	Outputs         map[string][]string
	Optional        bool
	CacheKey        string
	CacheSeconds    int64
}

// Plan is what an addition does to a definition. Edits is empty where the same task is already there. Origin says of the wired
// inputs where they come from.
type Plan struct {
	Ref    string
	Path   []any // of the new task
	Task   json.RawMessage
	Edits  []Edit
	Origin map[string]string
}

// Add plans an addition to the definition. It fails with a PlaceError where the place or the reference cannot be.
func Add(tree map[string]any, add Addition) (Plan, error) {
	at, err := add.Place.resolve(tree)
	if err != nil {
		return Plan{}, err
	}
	if add.Type == "" {
		add.Type = "SIMPLE"
	}
	plan := Plan{Path: append(slices.Clone(at.path), at.index), Origin: map[string]string{}}
	inputs := add.wire(tree, at, plan.Origin)
	if there := add.present(tree, at, inputs); there != "" {
		plan.Ref = there
		return plan, nil
	}
	if plan.Ref, err = add.reference(tree); err != nil {
		return Plan{}, err
	}
	if plan.Task, err = add.task(plan.Ref, inputs); err != nil {
		return Plan{}, err
	}
	plan.Edits = edits(tree, at, plan)
	return plan, nil
}

// wire gives each input key that the person left out a value: the workflow's input of that name, or the output of the nearest
// task before it that has one, where the workflow does not declare such an input.
func (a Addition) wire(tree map[string]any, at position, origin map[string]string) map[string]any {
	inputs := make(map[string]any, len(a.Inputs)+len(a.InputKeys))
	maps.Copy(inputs, a.Inputs)
	declared := declaredInputs(tree)
	for _, key := range a.InputKeys {
		if _, given := inputs[key]; given {
			continue
		}
		source := "workflow.input"
		origin[key] = "from the task's inputKeys"
		if !declared[key] {
			if ref := a.producer(tree, at, key); ref != "" {
				source = ref + ".output"
				origin[key] = "from the outputKeys of " + ref
			}
		}
		inputs[key] = "${" + source + "." + key + "}"
	}
	return inputs
}

func declaredInputs(tree map[string]any) map[string]bool {
	declared := map[string]bool{}
	names, _ := tree["inputParameters"].([]any)
	for _, name := range names {
		if text, ok := name.(string); ok {
			declared[text] = true
		}
	}
	return declared
}

// producer finds the nearest task that has surely run before the position and puts out key.
func (a Addition) producer(tree map[string]any, at position, key string) string {
	for path, index := at.path, at.index; ; {
		tasks := tasksAt(tree, path)
		for i := min(index, len(tasks)) - 1; i >= 0; i-- {
			task, _ := tasks[i].(map[string]any)
			name, _ := task["name"].(string)
			if name != a.Name && slices.Contains(a.Outputs[name], key) {
				return reference(tasks[i])
			}
		}
		path, index = outer(path)
		if path == nil {
			return ""
		}
	}
}

// outer returns the list that holds the task in which the list at path stands, and that task's index; nil at the top.
func outer(path []any) ([]any, int) {
	for i := len(path) - 1; i > 0; i-- {
		if index, ok := path[i].(int); ok && path[i-1] != "forkTasks" {
			return path[:i], index
		}
	}
	return nil, 0
}

func tasksAt(tree map[string]any, path []any) []any {
	for _, l := range lists(tree) {
		if slices.Equal(l.path, path) {
			return l.tasks
		}
	}
	return nil
}

// present returns the reference of the same task beside the position, so that adding twice adds once.
func (a Addition) present(tree map[string]any, at position, inputs map[string]any) string {
	var neighbours []any
	if a.Ref != "" {
		for _, l := range lists(tree) {
			neighbours = append(neighbours, l.tasks...)
		}
	} else {
		if at.index < len(at.tasks) && a.Place.Before == "" {
			neighbours = append(neighbours, at.tasks[at.index])
		}
		if at.index > 0 && a.Place.After == "" {
			neighbours = append(neighbours, at.tasks[at.index-1])
		}
	}
	for _, item := range neighbours {
		if (a.Ref == "" || reference(item) == a.Ref) && a.same(item, inputs) {
			return reference(item)
		}
	}
	return ""
}

func (a Addition) same(item any, inputs map[string]any) bool {
	there, _ := item.(map[string]any)
	data, err := a.task(reference(item), inputs)
	var wanted map[string]any
	if err != nil || conductor.Decode(data, &wanted) != nil {
		return false
	}
	for _, name := range []string{"name", "inputParameters", "cacheConfig", "subWorkflowParam"} {
		if !sameJSON(there[name], wanted[name]) {
			return false
		}
	}
	optional, _ := there["optional"].(bool)
	return typeOf(item) == a.Type && optional == a.Optional
}

// sameJSON compares two values; nothing and an empty object are the same.
func sameJSON(a, b any) bool {
	encode := func(v any) string {
		if v == nil {
			return "{}"
		}
		data, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	return encode(a) == encode(b)
}

// reference checks the wanted reference name, or chooses one that is free: the task's name, or with _2, _3, … behind it.
func (a Addition) reference(tree map[string]any) (string, error) {
	taken := References(tree)
	if a.Ref != "" {
		if slices.Contains(taken, a.Ref) {
			return "", cannot(taken, "the reference %q is taken by another task", a.Ref)
		}
		return a.Ref, nil
	}
	ref := a.Name
	for n := 2; slices.Contains(taken, ref); n++ {
		ref = a.Name + "_" + strconv.Itoa(n)
	}
	return ref, nil
}

// task is the new task's JSON, in the order in which people read it.
func (a Addition) task(ref string, inputs map[string]any) (json.RawMessage, error) {
	type cacheConfig struct {
		Key          string `json:"key"`
		TTLInSeconds int64  `json:"ttlInSecond"`
	}
	type subWorkflow struct {
		Name string `json:"name"`
	}
	task := struct {
		Name     string         `json:"name"`
		Ref      string         `json:"taskReferenceName"`
		Type     string         `json:"type"`
		Inputs   map[string]any `json:"inputParameters,omitempty"`
		Sub      *subWorkflow   `json:"subWorkflowParam,omitempty"`
		Optional bool           `json:"optional,omitempty"`
		Cache    *cacheConfig   `json:"cacheConfig,omitempty"`
	}{Name: a.Name, Ref: ref, Type: a.Type, Inputs: inputs, Optional: a.Optional}
	if a.Type == "SUB_WORKFLOW" {
		task.Sub = &subWorkflow{Name: a.Name}
	}
	if a.CacheKey != "" {
		task.Cache = &cacheConfig{Key: a.CacheKey, TTLInSeconds: a.CacheSeconds}
	}
	return encode(task)
}

func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write the task: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
