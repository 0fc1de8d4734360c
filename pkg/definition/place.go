package definition

import "slices"

// Place is a task of a workflow's document: where it stands, what follows it in its list (nil at the end), and the paths of the
// loops that it is in, itself included where it is one.
type Place struct {
	Path  []any
	Task  map[string]any
	Next  map[string]any
	Loops []string
}

// Text is a member of the task where that is a text, else empty.
func (p Place) Text(name string) string {
	text, _ := p.Task[name].(string)
	return text
}

// Places are the tasks of a workflow's document in the order in which they are written, those inside others right after them.
func Places(tree map[string]any) []Place {
	var found []Place
	if tasks, ok := tree["tasks"].([]any); ok {
		found = places(found, []any{"tasks"}, tasks, nil)
	}
	return found
}

func places(found []Place, path, list []any, loops []string) []Place {
	for i, item := range list {
		task, ok := item.(map[string]any)
		if !ok {
			continue
		}
		at := Place{Path: under(path, i), Task: task, Loops: loops}
		if i+1 < len(list) {
			at.Next, _ = list[i+1].(map[string]any)
		}
		if at.Text("type") == "DO_WHILE" {
			at.Loops = append(slices.Clone(loops), at.Text("taskReferenceName"))
		}
		found = append(found, at)
		for _, inner := range branches(task) {
			found = places(found, under(at.Path, inner.path...), inner.tasks, at.Loops)
		}
	}
	return found
}

// branch is a list of tasks inside a task.
type branch struct {
	path  []any
	tasks []any
}

// branches are the lists of tasks inside a task: cases, the branches of a fork, and the body of a loop.
func branches(task map[string]any) []branch {
	var found []branch
	add := func(value any, path ...any) {
		if list, ok := value.([]any); ok {
			found = append(found, branch{path, list})
		}
	}
	add(task["defaultCase"], "defaultCase")
	add(task["loopOver"], "loopOver")
	if cases, ok := task["decisionCases"].(map[string]any); ok {
		for _, name := range keys(cases) {
			add(cases[name], "decisionCases", name)
		}
	}
	if forks, ok := task["forkTasks"].([]any); ok {
		for i, list := range forks {
			add(list, "forkTasks", i)
		}
	}
	return found
}

// under is a path with steps behind it; the path itself stays as it is.
func under(path []any, steps ...any) []any { return append(slices.Clone(path), steps...) }
