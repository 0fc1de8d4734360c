package scaffold

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"
)

// Field is one input or output of a task. Type is a JSON Schema type: string, integer, number, boolean, object, array; empty is any.
type Field struct {
	Name string
	Type string
}

// Task is one task that the project has a worker for. Domain empty means none.
type Task struct {
	Name    string
	Domain  string
	Inputs  []Field
	Outputs []Field
}

// Spec is what a project is made from. Application is also the project's name.
type Spec struct {
	Application string
	Domain      string
	Tasks       []Task
}

// GuideTask is the example of the guide "Using Workers".
func GuideTask() Task {
	return Task{
		Name: "get-inventory", Domain: "john",
		Inputs:  []Field{{"product_id", ""}}, // a number or a text: people type both
		Outputs: []Field{{"product_id", ""}, {"inventory", "integer"}},
	}
}

// File is one file of a plan. Path is relative, with slashes.
type File struct {
	Path    string
	Mode    fs.FileMode
	Content []byte
}

// fieldView and taskView are what templates see.
type fieldView struct {
	Name, Camel, Snake, Type, JSONType string
	// CamelColumn and TypeColumn are padded to the widest of their list, for languages that align declarations.
	CamelColumn, TypeColumn string
}

type taskView struct {
	Name, Domain, Camel, Snake, Kebab, Workflow string
	Inputs, Outputs                             []fieldView
}

type view struct {
	Language            *Language
	Application, Domain string
	Module              string
	Tasks               []taskView
	First, Task         taskView
}

// ErrNoName is returned for a task or application without a name.
var ErrNoName = errors.New("a task and an application need a name")

// Plan works out every file of the project, in a fixed order. Nothing is written.
func (l *Language) Plan(spec Spec) ([]File, error) {
	if len(spec.Tasks) == 0 || strings.TrimSpace(spec.Application) == "" {
		return nil, ErrNoName
	}
	v := view{Language: l, Application: spec.Application, Domain: spec.Domain, Module: kebab(spec.Application)}
	types, files := map[string]bool{}, map[string]bool{}
	seen := map[string]bool{}
	for _, task := range spec.Tasks {
		if strings.TrimSpace(task.Name) == "" {
			return nil, ErrNoName
		}
		if seen[task.Name] {
			continue
		}
		seen[task.Name] = true
		v.Tasks = append(v.Tasks, l.task(task, types, files))
	}
	v.First = v.Tasks[0]
	var plan []File
	for _, rule := range l.Files {
		made, err := l.apply(rule, v)
		if err != nil {
			return nil, err
		}
		plan = append(plan, made...)
	}
	return plan, checkPaths(plan)
}

func (l *Language) task(task Task, types, files map[string]bool) taskView {
	v := taskView{
		Name: task.Name, Domain: task.Domain,
		Camel: unique(l.safe(l.camel(task.Name)), types, "%s%d"), Snake: unique(fileName(l.safe(snake(task.Name))), files, "%s_%d"),
		Workflow: task.Name + "-demo",
	}
	v.Kebab = strings.ReplaceAll(v.Snake, "_", "-")
	v.Inputs, v.Outputs = l.fields(task.Inputs), l.fields(task.Outputs)
	return v
}

// fileName keeps clear of the names that Windows has for devices.
func fileName(name string) string {
	if slices.Contains(deviceNames(), strings.ToUpper(name)) {
		return name + "_task"
	}
	return name
}

func (l *Language) fields(fields []Field) []fieldView {
	camels, snakes := map[string]bool{}, map[string]bool{}
	views := make([]fieldView, 0, len(fields))
	for _, field := range fields {
		kind, known := l.Types[field.Type]
		if !known {
			kind = l.Types["any"]
		}
		views = append(views, fieldView{
			Name: field.Name, Type: kind, JSONType: field.Type,
			Camel: unique(l.safe(l.camel(field.Name)), camels, "%s%d"), Snake: unique(l.safe(snake(field.Name)), snakes, "%s_%d"),
		})
	}
	align(views)
	return views
}

func align(views []fieldView) {
	camel, kind := 0, 0
	for _, v := range views {
		camel, kind = max(camel, len(v.Camel)), max(kind, len(v.Type))
	}
	for i := range views {
		v := &views[i]
		v.CamelColumn = v.Camel + strings.Repeat(" ", camel-len(v.Camel))
		v.TypeColumn = v.Type + strings.Repeat(" ", kind-len(v.Type))
	}
}

func (l *Language) apply(rule Rule, v view) ([]File, error) {
	tasks := []taskView{v.First}
	if rule.Each == "task" {
		tasks = v.Tasks
	}
	text, err := fs.ReadFile(l.files, rule.Source)
	if err != nil {
		return nil, fmt.Errorf("read the template %s: %w", rule.Source, err)
	}
	var files []File
	for _, task := range tasks {
		v.Task = task
		target, err := execute(rule.Source+" (target)", rule.Target, v)
		if err != nil {
			return nil, err
		}
		content, err := execute(rule.Source, string(text), v)
		if err != nil {
			return nil, err
		}
		mode := fs.FileMode(rule.Mode)
		if mode == 0 {
			mode = 0o644
		}
		files = append(files, File{Path: string(target), Mode: mode, Content: content})
	}
	return files, nil
}

// execute runs one template. "quote" writes a Go, JSON and YAML compatible string, "yaml" a value for a YAML file.
func execute(name, text string, v view) ([]byte, error) {
	tmpl, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
		"quote": quote, "list": quoteList, "join": strings.Join, "expand": func(words []string) ([]string, error) { return expand(words, v) },
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// quote writes a string in double quotes that means the same in JSON, YAML, Go and most other languages.
func quote(text string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(text)
	return strings.TrimSpace(b.String()), err
}

func quoteList(words []string) (string, error) {
	quoted := make([]string, len(words))
	for i, word := range words {
		text, err := quote(word)
		if err != nil {
			return "", err
		}
		quoted[i] = text
	}
	return "[" + strings.Join(quoted, ", ") + "]", nil
}

// expand runs each word of a step as a template.
func expand(words []string, v view) ([]string, error) {
	expanded := make([]string, len(words))
	for i, word := range words {
		text, err := execute("step", word, v)
		if err != nil {
			return nil, err
		}
		expanded[i] = string(text)
	}
	return expanded, nil
}

// checkPaths refuses targets that would leave the project's folder or that some system cannot hold, and two that differ by case only.
func checkPaths(files []File) error {
	seen := map[string]string{}
	for _, file := range files {
		if !fs.ValidPath(file.Path) || strings.ContainsAny(file.Path, `\:*?"<>|`) || path.Clean(file.Path) != file.Path {
			return fmt.Errorf("the template's target %q is not a path inside the project", file.Path)
		}
		for part := range strings.SplitSeq(file.Path, "/") {
			base, _, _ := strings.Cut(strings.ToUpper(part), ".")
			if slices.Contains(deviceNames(), base) || strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
				return fmt.Errorf("the template's target %q cannot exist on Windows", file.Path)
			}
		}
		folded := strings.ToLower(file.Path)
		if other, twice := seen[folded]; twice {
			return fmt.Errorf("the template's targets %q and %q are one file where case does not count", other, file.Path)
		}
		seen[folded] = file.Path
	}
	return nil
}

func deviceNames() []string {
	names := []string{"CON", "PRN", "AUX", "NUL"}
	for n := '1'; n <= '9'; n++ {
		names = append(names, "COM"+string(n), "LPT"+string(n))
	}
	return names
}
