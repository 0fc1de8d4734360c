package definition

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Problem is one thing wrong with a document: Path leads to it (string keys and int indexes), Field names it in short.
// Key says that the key is wrong rather than its value.
type Problem struct {
	Path    []any
	Field   string
	Message string
	Key     bool
}

// maxProblems bounds what is said of one definition. Finding where each of very many stands takes long, and nobody reads them.
const maxProblems = 100

type checker struct{ problems []Problem }

// full reports whether enough has been found, and that said.
func (c *checker) full() bool { return len(c.problems) > maxProblems }

func (c *checker) add(path []any, key bool, format string, args ...any) {
	field := ""
	for _, step := range path {
		if name, ok := step.(string); ok {
			field = name
		}
	}
	c.take(Problem{Path: under(path), Field: field, Message: fmt.Sprintf(format, args...), Key: key})
}

func (c *checker) take(problem Problem) {
	switch len(c.problems) {
	case maxProblems:
		problem = Problem{Message: fmt.Sprintf("more than %d problems: these are the first", maxProblems)}
	case maxProblems + 1:
		return
	}
	c.problems = append(c.problems, problem)
}

// CheckTaskDef finds what is wrong with a task definition as a person wrote it: unknown fields with the nearest known one, wrong
// types and values, and then the server's own rules.
func CheckTaskDef(tree map[string]any) []Problem {
	c := &checker{}
	c.object(nil, tree, TaskDefFields())
	if len(c.problems) == 0 {
		c.taskRules(tree)
	}
	return c.problems
}

// CheckWorkflowDef does the same for a workflow definition and the tasks in it, at any depth.
func CheckWorkflowDef(tree map[string]any) []Problem {
	c := &checker{}
	c.object(nil, tree, WorkflowDefFields())
	if tasks, ok := tree["tasks"].([]any); ok {
		c.tasks([]any{"tasks"}, tasks)
	}
	if len(c.problems) == 0 {
		c.workflowRules(tree)
	}
	return c.problems
}

func (c *checker) object(path []any, tree map[string]any, fields []Field) {
	known := make(map[string]Field, len(fields))
	names := make([]string, 0, len(fields))
	for _, field := range fields {
		known[field.Name] = field
		if !field.ReadOnly {
			names = append(names, field.Name)
		}
		if _, there := tree[field.Name]; field.Required && !there {
			c.add(path, false, "%s is required", field.Name)
		}
	}
	for _, name := range keys(tree) {
		if c.full() {
			return
		}
		field, ok := known[name]
		at := under(path, name)
		if !ok {
			message := "unknown field"
			if near, found := Nearest(name, names); found {
				message += "; did you mean " + near + "?"
			}
			c.add(at, true, "%s", message)
			continue
		}
		c.value(at, field, tree[name])
	}
}

func keys(tree map[string]any) []string {
	names := make([]string, 0, len(tree))
	for name := range tree {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (c *checker) value(path []any, field Field, value any) {
	if value == nil {
		if field.Required {
			c.add(path, false, "must not be null")
		}
		return
	}
	if !field.Type.holds(value) {
		c.add(path, false, "%s is not %s", show(value), field.Type)
		return
	}
	if text, ok := value.(string); ok && len(field.Enum) > 0 && !slices.Contains(field.Enum, text) {
		message := fmt.Sprintf("%q is not one of %s", text, strings.Join(field.Enum, ", "))
		c.add(path, false, "%s", message)
	}
	if text, ok := value.(string); ok && field.Required && strings.TrimSpace(text) == "" {
		c.add(path, false, "must not be empty")
	}
	if n, ok := integer(value); ok && field.Min != nil && n < *field.Min {
		c.add(path, false, "%d is less than %d", n, *field.Min)
	}
}

func show(value any) string {
	data, err := json.Marshal(value)
	if text := string(data); err == nil && len(text) <= 40 {
		return text
	}
	return fmt.Sprintf("this %s", kindOfJSON(value))
}

func kindOfJSON(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "list"
	default:
		return "value"
	}
}

// integer reads a JSON number without a fraction.
func integer(value any) (int64, bool) {
	switch v := value.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return n, true
		}
		f, err := v.Float64()
		return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
	case float64:
		return int64(v), v == math.Trunc(v)
	case int:
		return int64(v), true
	case int64:
		return v, true
	default:
		return 0, false
	}
}

func (t Type) holds(value any) bool {
	switch t {
	case String:
		_, ok := value.(string)
		return ok
	case Integer:
		_, ok := integer(value)
		return ok
	case Boolean:
		_, ok := value.(bool)
		return ok
	case Object:
		_, ok := value.(map[string]any)
		return ok
	case List:
		_, ok := value.([]any)
		return ok
	case Strings:
		list, ok := value.([]any)
		for _, item := range list {
			_, text := item.(string)
			ok = ok && text
		}
		return ok
	case Any:
	}
	return true
}

func (c *checker) tasks(path []any, list []any) {
	for i, item := range list {
		if c.full() {
			return
		}
		at := under(path, i)
		task, ok := item.(map[string]any)
		if !ok {
			c.add(at, false, "a task is an object with name and taskReferenceName")
			continue
		}
		c.object(at, task, WorkflowTaskFields())
		c.nested(at, task)
	}
}

// nested checks the tasks inside a task, and its definition where it brings one.
func (c *checker) nested(path []any, task map[string]any) {
	for _, inner := range branches(task) {
		c.tasks(under(path, inner.path...), inner.tasks)
	}
	if def, ok := task["taskDefinition"].(map[string]any); ok {
		for _, problem := range CheckTaskDef(def) {
			if problem.Message == "name is required" {
				continue // an inline definition takes the task's name
			}
			problem.Path = append(under(path, "taskDefinition"), problem.Path...)
			c.take(problem)
		}
	}
}

func (c *checker) taskRules(tree map[string]any) {
	var def conductor.TaskDef
	if decode(tree, &def) != nil {
		return
	}
	if def.TimeoutSeconds > 0 && def.ResponseTimeoutSeconds > def.TimeoutSeconds {
		field, text := "responseTimeoutSeconds", "%d is more than timeoutSeconds (%d): the server refuses that"
		if _, given := tree[field]; !given {
			field, text = "timeoutSeconds", "responseTimeoutSeconds is %d when it is not given, more than timeoutSeconds (%d): set it too"
		}
		c.add([]any{field}, false, text, def.ResponseTimeoutSeconds, def.TimeoutSeconds)
	}
	if def.TotalTimeoutSeconds > 0 && def.TimeoutSeconds > def.TotalTimeoutSeconds {
		c.add([]any{"timeoutSeconds"}, false, "%d is more than totalTimeoutSeconds (%d)", def.TimeoutSeconds, def.TotalTimeoutSeconds)
	}
}

func (c *checker) workflowRules(tree map[string]any) {
	var def conductor.WorkflowDef
	if err := decode(tree, &def); err != nil {
		c.add(nil, false, "%v", err)
		return
	}
	for _, violation := range ValidateWorkflowDef(def) {
		if c.full() {
			return
		}
		c.add(locate(tree, violation), false, "%s", violation.Message)
	}
}

// locate finds the task that a violation names, so that the message points there.
func locate(tree map[string]any, violation Violation) []any {
	if violation.Reference == "" {
		field, _, _ := strings.Cut(violation.Path, "[")
		if _, ok := tree[field]; ok {
			return []any{field}
		}
		return nil
	}
	for _, at := range Places(tree) {
		if at.Task["taskReferenceName"] == violation.Reference {
			return at.Path()
		}
	}
	return []any{"tasks"}
}

func decode(tree map[string]any, v any) error {
	data, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	return conductor.Decode(data, v)
}
