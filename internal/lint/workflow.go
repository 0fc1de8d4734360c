package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// flow is a workflow that is looked at, with its tasks in order.
type flow struct {
	*linter

	document *manifest.Document
	places   []*definition.Place
	order    map[string]int // of references, by their place in places
	dynamic  bool           // tasks with other references come into being while it runs
	found    int
}

// maxFindings is how many findings of one workflow are told.
const maxFindings = 100

func (l *linter) workflow(d *manifest.Document) {
	f := &flow{linter: l, document: d, places: definition.Places(d.Tree), order: map[string]int{}}
	for i, at := range f.places {
		f.order[at.Text("taskReferenceName")] = i
		f.dynamic = f.dynamic || at.Text("type") == "FORK_JOIN_DYNAMIC"
	}
	for _, at := range f.places {
		f.control(at)
	}
	for i, at := range f.places {
		f.expressions(i, at.Path(), withoutTasks(at.Task))
	}
	f.expressions(len(f.places), nil, map[string]any{"outputParameters": d.Tree["outputParameters"]})
	for _, at := range f.places {
		f.uses(at)
	}
	if name, ok := d.Tree["failureWorkflow"].(string); ok {
		f.starts([]any{"failureWorkflow"}, name)
	}
}

// tell adds a finding, until there are too many; fix is asked for only then.
func (f *flow) tell(id string, path []any, subject string, fix func() string, format string, args ...any) {
	if f.found++; f.found <= maxFindings {
		f.add(id, about{document: f.document, path: path}, subject, fix(), format, args...)
	}
}

// under is a path with steps behind it; the path itself stays as it is.
func under(path []any, steps ...any) []any { return append(slices.Clone(path), steps...) }

// control checks what follows a fork, and what a JOIN waits for.
func (f *flow) control(at *definition.Place) {
	switch at.Text("type") {
	case "FORK_JOIN", "FORK_JOIN_DYNAMIC":
		if next, _ := at.Next["type"].(string); next != "JOIN" {
			f.tell(forkWithoutJoin, at.Path(), at.Text("taskReferenceName"), say("Put a JOIN right behind it"), "no JOIN follows this fork")
		}
	case "JOIN", "EXCLUSIVE_JOIN":
		list, _ := at.Task["joinOn"].([]any)
		for i, item := range list {
			reference, _ := item.(string)
			if _, there := f.order[reference]; !there && !f.dynamic {
				f.tell(joinsNothing, under(at.Path(), "joinOn", i), at.Text("taskReferenceName"), f.nearest(reference), "no task has the reference %s", reference)
			}
		}
	}
}

func (f *flow) nearest(reference string) func() string {
	return func() string { return didYouMean(reference, sorted(f.order)) }
}

func say(fix string) func() string { return func() string { return fix } }

// uses looks for the definitions of the task, and of the workflow that it starts.
func (f *flow) uses(at *definition.Place) {
	switch at.Text("type") {
	case "", "SIMPLE":
		f.worker(at)
	case "SUB_WORKFLOW":
		params, _ := at.Task["subWorkflowParam"].(map[string]any)
		if name, ok := params["name"].(string); ok && params["workflowDefinition"] == nil {
			f.starts(under(at.Path(), "subWorkflowParam", "name"), name)
		}
	}
}

func (f *flow) starts(path []any, name string) {
	if name == "" || strings.Contains(name, "$") || f.flows[name] {
		return
	}
	f.tell(flowElsewhere, path, "workflow/"+name, func() string { return didYouMean(name, sorted(f.flows)) }, "not defined here: it must be on the server")
}

func (f *flow) worker(at *definition.Place) {
	name := at.Text("name")
	def, here := f.tasks[name]
	switch {
	case at.Task["taskDefinition"] != nil || strings.Contains(name, "$"):
	case !here:
		f.tell(taskElsewhere, under(at.Path(), "name"), "task/"+name, func() string { return f.nearTask(name) }, "not defined here: it must be on the server")
	default:
		given, _ := at.Task["inputParameters"].(map[string]any)
		template, _ := def.Tree["inputTemplate"].(map[string]any)
		for _, key := range texts(def.Tree["inputKeys"]) {
			if !has(given, key) && !has(template, key) {
				f.tell(inputMissing, under(at.Path(), "inputParameters"), at.Text("taskReferenceName"), say("Pass it in inputParameters, or remove it from the task's inputKeys"),
					"%s wants the input %s, and nothing passes it", name, key)
			}
		}
	}
}

// nearTask is remembered: many workflows may use a task that is not here.
func (l *linter) nearTask(name string) string {
	fix, known := l.near[name]
	if !known {
		fix = didYouMean(name, sorted(l.tasks))
		l.near[name] = fix
	}
	return fix
}

// withoutTasks are the members of a task that are its own: not the tasks in it, nor a workflow that it brings.
func withoutTasks(task map[string]any) map[string]any {
	own := maps.Clone(task)
	for _, name := range []string{"decisionCases", "defaultCase", "forkTasks", "loopOver", "taskDefinition"} {
		delete(own, name)
	}
	if params, ok := own["subWorkflowParam"].(map[string]any); ok {
		params = maps.Clone(params)
		delete(params, "workflowDefinition")
		own["subWorkflowParam"] = params
	}
	return own
}

// expressions looks at each ${…} below a value that belongs to the task with this index in places.
func (f *flow) expressions(index int, path []any, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range sorted(v) {
			f.expressions(index, under(path, name), v[name])
		}
	case []any:
		for i, item := range v {
			f.expressions(index, under(path, i), item)
		}
	case string:
		for _, inner := range definition.Expressions(v) {
			inner = strings.TrimSpace(inner)
			f.expression(index, path, inner)
		}
	}
}

func (f *flow) expression(index int, path []any, inner string) {
	words := strings.FieldsFunc(inner, func(r rune) bool { return r == '.' || r == '[' })
	if len(words) < 2 || !strings.Contains(inner, ".") {
		return // a name from the server's environment
	}
	source := words[0]
	if source == "workflow" {
		f.input(path, words[1:])
		return
	}
	reference := iteration(source)
	target, there := f.order[reference]
	switch {
	case !there && !f.dynamic:
		f.tell(noSuchReference, path, subject(f.document), f.nearest(reference), "${%s}: no task has the reference %s", inner, reference)
	case there && index < target && !f.sameLoop(index, target):
		f.tell(laterReference, path, subject(f.document), say(""), "${%s}: %s comes later", inner, reference)
	case there:
		f.output(path, words[1:], f.places[target])
	}
}

// iteration is a reference without the number of a loop's turn: task__2.
func iteration(reference string) string {
	name, turn, found := strings.Cut(reference, "__")
	if found && turn != "" && strings.Trim(turn, "0123456789") == "" {
		return name
	}
	return reference
}

// sameLoop reports whether one loop holds both tasks: in its second turn, what comes later has been done.
func (f *flow) sameLoop(a, b int) bool {
	return slices.ContainsFunc(f.places[a].Loops, func(loop string) bool { return slices.Contains(f.places[b].Loops, loop) })
}

// input checks workflow.input.NAME where the workflow says which inputs it has.
func (f *flow) input(path []any, words []string) {
	declared := texts(f.document.Tree["inputParameters"])
	if len(words) < 2 || words[0] != "input" || len(declared) == 0 || !plain(words[1]) {
		return
	}
	template, _ := f.document.Tree["inputTemplate"].(map[string]any)
	if !slices.Contains(declared, words[1]) && !has(template, words[1]) {
		f.tell(undeclaredInput, path, subject(f.document), func() string { return didYouMean(words[1], declared) }, "the workflow declares no input %s", words[1])
	}
}

// output checks REFERENCE.output.NAME where the task's definition is here and says which outputs it has.
func (f *flow) output(path []any, words []string, task *definition.Place) {
	def, here := f.tasks[task.Text("name")]
	if len(words) < 2 || words[0] != "output" || !here || !plain(words[1]) || task.Text("type") != "" && task.Text("type") != "SIMPLE" {
		return
	}
	declared := texts(def.Tree["outputKeys"])
	if schema, ok := def.Tree["outputSchema"].(map[string]any); ok {
		declared = append(declared, properties(schema)...)
	}
	if len(declared) > 0 && !slices.Contains(declared, words[1]) {
		f.tell(undeclaredKey, path, subject(f.document), func() string { return didYouMean(words[1], declared) }, "the task %s declares no output %s", def.Name(), words[1])
	}
}

// properties are the names in a schema, which may stand in its data.
func properties(schema map[string]any) []string {
	if data, ok := schema["data"].(map[string]any); ok {
		schema = data
	}
	named, _ := schema["properties"].(map[string]any)
	return sorted(named)
}

// plain reports whether a step of a path is a name and nothing else.
func plain(step string) bool { return !strings.ContainsAny(step, `]()'"*?@`) }

func has(tree map[string]any, name string) bool {
	_, there := tree[name]
	return there
}

func texts(value any) []string {
	list, _ := value.([]any)
	var found []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
