package definition

import "slices"

// Place is a task of a workflow's document: what follows it in its list (nil at the end), and the references of the loops that it is
// in, itself included where it is one.
type Place struct {
	Task  map[string]any
	Next  map[string]any
	Loops []string

	around *Place // the task that it is in; nil for those of the workflow
	steps  []any  // from there
}

// Path leads to the task. It is made when it is asked for: there may be many tasks, each deep in others.
func (p *Place) Path() []any {
	if p.around == nil {
		return slices.Clone(p.steps)
	}
	return append(p.around.Path(), p.steps...)
}

// Text is a member of the task where that is a text, else empty.
func (p *Place) Text(name string) string {
	text, _ := p.Task[name].(string)
	return text
}

// Places are the tasks of a workflow's document in the order in which they are written, those inside others right after them.
func Places(tree map[string]any) []*Place {
	var found []*Place
	if tasks, ok := tree["tasks"].([]any); ok {
		found = places(found, nil, branch{[]any{"tasks"}, tasks})
	}
	return found
}

func places(found []*Place, around *Place, list branch) []*Place {
	for i, item := range list.tasks {
		task, ok := item.(map[string]any)
		if !ok {
			continue
		}
		at := &Place{Task: task, around: around, steps: under(list.path, i)}
		if around != nil {
			at.Loops = around.Loops
		}
		if i+1 < len(list.tasks) {
			at.Next, _ = list.tasks[i+1].(map[string]any)
		}
		if at.Text("type") == "DO_WHILE" {
			at.Loops = append(slices.Clone(at.Loops), at.Text("taskReferenceName"))
		}
		found = append(found, at)
		for _, inner := range branches(task) {
			found = places(found, at, inner)
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
