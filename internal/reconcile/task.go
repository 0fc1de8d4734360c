package reconcile

import (
	"fmt"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/definition"
)

// isTaskList reports whether a field holds the tasks of a workflow, a case or a loop on both sides.
func isTaskList(name string, from, to any) bool {
	if name != "tasks" && name != "defaultCase" && name != "loopOver" {
		return false
	}
	_, listA := from.([]any)
	_, listB := to.([]any)
	return listA && listB
}

type referenced struct {
	order []string
	tasks map[string]Tree
}

// byReference indexes tasks by their reference names; false where a name is missing or there twice.
func byReference(value any) (referenced, bool) {
	result := referenced{tasks: map[string]Tree{}}
	list, _ := value.([]any)
	for _, item := range list {
		task, _ := item.(map[string]any)
		name, _ := task["taskReferenceName"].(string)
		if _, twice := result.tasks[name]; twice || name == "" {
			return result, false
		}
		result.tasks[name] = task
		result.order = append(result.order, name)
	}
	return result, true
}

func (c *comparison) tasks(path string, from, to any) {
	have, okA := byReference(from)
	want, okB := byReference(to)
	if !okA || !okB {
		c.value(path, from, to)
		return
	}
	var keptA, keptB []any
	for _, name := range have.order {
		if _, stays := want.tasks[name]; stays {
			keptA = append(keptA, name)
			continue
		}
		c.add(join(path, name), taskName(have.tasks[name]), nil)
	}
	for _, name := range want.order {
		old, there := have.tasks[name]
		if !there {
			c.add(join(path, name), nil, taskName(want.tasks[name]))
			continue
		}
		keptB = append(keptB, name)
		c.definition(join(path, name), old, want.tasks[name], known(definition.WorkflowTaskFields()))
	}
	if !equal(keptA, keptB) {
		c.add(path, keptA, keptB)
	}
}

func taskName(task Tree) any { return fmt.Sprintf("%v %v", task["type"], task["name"]) }

func (c *comparison) cases(path string, from, to any) {
	a, okA := from.(map[string]any)
	b, okB := to.(map[string]any)
	if !okA || !okB {
		c.value(path, from, to)
		return
	}
	for _, name := range union(a, b) {
		c.branch(join(path, name), a[name], b[name])
	}
}

func (c *comparison) branches(path string, from, to any) {
	a, okA := from.([]any)
	b, okB := to.([]any)
	if !okA || !okB || len(a) != len(b) {
		c.value(path, from, to)
		return
	}
	for i := range a {
		c.branch(join(path, strconv.Itoa(i)), a[i], b[i])
	}
}

func (c *comparison) branch(path string, from, to any) {
	_, listA := from.([]any)
	_, listB := to.([]any)
	if listA && listB {
		c.tasks(path, from, to)
		return
	}
	c.value(path, from, to)
}
