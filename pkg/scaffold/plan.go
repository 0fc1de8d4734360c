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
	"unicode"
)

// Field is one input or output of a task. Type is a JSON Schema type: string, integer, number, boolean, object, array, or "array:"
// with the type of its items; empty is any.
type Field struct {
	Name     string
	Type     string
	Required bool
}

// Task is one task that the project has a worker for. Domain empty means none. Definition is its definition as YAML, where there
// is one already.
type Task struct {
	Name       string
	Domain     string
	Inputs     []Field
	Outputs    []Field
	Definition string
}

// Spec is what a project is made from. Application is also the project's name. Options are the choices made among the language's.
type Spec struct {
	Application string
	Domain      string
	Options     map[string]string
	Tasks       []Task
}

// GuideTask is the example of the guide "Using Workers".
func GuideTask() Task {
	return Task{
		Name: "get-inventory", Domain: "john",
		Inputs:  []Field{{Name: "product_id", Required: true}}, // a number or a text: people type both
		Outputs: []Field{{Name: "product_id", Required: true}, {Name: "inventory", Type: "integer", Required: true}},
	}
}

// File is one file of a plan. Path is relative, with slashes.
type File struct {
	Path    string
	Mode    fs.FileMode
	Content []byte
}

// Addition is a line that registers a worker in a file that exists.
type Addition struct {
	Path   string
	Marker string
	Text   string
	Sorted bool
}

// Plan is what a project is made of, or what a task adds to one. A file in which workers are registered is only ever added to once
// it exists: its content here is for a new one.
type Plan struct {
	Files     []File
	Additions []Addition
}

// fieldView and taskView are what templates see. Type and Sample are the language's own words for the field's type and for a value
// of it; SampleJSON is that value as JSON, and SampleText as people type it.
type fieldView struct {
	Name, Camel, Lower, Snake, Type, JSONType, Sample, SampleJSON, SampleText string
	Required                                                                  bool
	// CamelColumn and TypeColumn are padded to the widest of their list, for languages that align declarations.
	CamelColumn, TypeColumn string
}

type taskView struct {
	Name, Domain, Camel, Lower, Snake, Kebab, Workflow, Definition string
	Guide                                                          bool // the guide's example, for which there is code
	Inputs, Outputs                                                []fieldView
}

type view struct {
	Language            *Language
	Option              map[string]string
	Steps               Steps
	Application, Domain string
	Module              string // of the application: get-inventory-worker
	Package             string // get_inventory_worker
	Compact             string // getinventoryworker
	Tasks               []taskView
	First, Task         taskView
}

// ErrNoName is returned for a task or application without a name.
var ErrNoName = errors.New("a task and an application need a name")

// Make works out every file of a new project, in a fixed order. Nothing is written.
func (l *Language) Make(spec Spec) (Plan, error) {
	v, err := l.view(spec)
	if err != nil {
		return Plan{}, err
	}
	var plan Plan
	for _, rule := range l.Files {
		made, err := l.apply(rule, v)
		if err != nil {
			return Plan{}, err
		}
		plan.Files = append(plan.Files, made...)
	}
	if plan.Additions, err = l.additions(v); err != nil {
		return Plan{}, err
	}
	for _, addition := range plan.Additions {
		at := slices.IndexFunc(plan.Files, func(f File) bool { return f.Path == addition.Path })
		if at < 0 {
			return Plan{}, fmt.Errorf("no template makes %s, in which workers are registered", addition.Path)
		}
		text, err := addition.insert(plan.Files[at].Content)
		if err != nil {
			return Plan{}, err
		}
		plan.Files[at].Content = text
	}
	return plan, checkPaths(plan.Files)
}

// Extend works out what the tasks add to a project that exists: their own files, and their registration.
func (l *Language) Extend(spec Spec) (Plan, error) {
	v, err := l.view(spec)
	if err != nil {
		return Plan{}, err
	}
	var plan Plan
	for _, rule := range l.Files {
		if rule.Each != "task" {
			continue
		}
		made, err := l.apply(rule, v)
		if err != nil {
			return Plan{}, err
		}
		plan.Files = append(plan.Files, made...)
	}
	if plan.Additions, err = l.additions(v); err != nil {
		return Plan{}, err
	}
	return plan, checkPaths(plan.Files)
}

func (l *Language) view(spec Spec) (view, error) {
	if len(spec.Tasks) == 0 || strings.TrimSpace(spec.Application) == "" {
		return view{}, ErrNoName
	}
	options, err := l.Choices(spec.Options)
	if err != nil {
		return view{}, err
	}
	v := view{
		Language: l, Option: options, Steps: l.StepsFor(options), Application: spec.Application, Domain: spec.Domain,
		Module: kebab(spec.Application), Package: l.safe(snake(spec.Application)),
	}
	v.Compact = l.safe(strings.ReplaceAll(snake(spec.Application), "_", ""))
	types, files, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, task := range spec.Tasks {
		if strings.TrimSpace(task.Name) == "" {
			return view{}, ErrNoName
		}
		if strings.ContainsFunc(task.Name, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
			return view{}, fmt.Errorf("the task's name %q has a control character", task.Name)
		}
		if !seen[task.Name] {
			seen[task.Name] = true
			v.Tasks = append(v.Tasks, l.task(task, types, files))
		}
	}
	v.First = v.Tasks[0]
	return v, nil
}

func (l *Language) task(task Task, types, files map[string]bool) taskView {
	v := taskView{
		Name: task.Name, Domain: task.Domain, Definition: task.Definition, Guide: task.Name == GuideTask().Name && task.Definition == "",
		Camel: unique(l.safe(l.camel(task.Name)), types, "%s%d"), Snake: unique(fileName(l.safe(snake(task.Name))), files, "%s_%d"),
		Workflow: task.Name + "-demo",
	}
	v.Kebab, v.Lower = strings.ReplaceAll(strings.TrimRight(v.Snake, "_"), "_", "-"), l.safe(lower(v.Camel))
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
		v := fieldView{
			Name: field.Name, Type: ofType(l.Types, field.Type), JSONType: field.Type, Required: field.Required,
			Sample: ofType(l.Samples, field.Type), SampleJSON: ofType(jsonSamples(), field.Type),
			Camel: unique(l.safe(l.camel(field.Name)), camels, "%s%d"), Snake: unique(l.safe(snake(field.Name)), snakes, "%s_%d"),
		}
		v.Lower, v.SampleText = l.safe(lower(v.Camel)), strings.Trim(v.SampleJSON, `"`)
		views = append(views, v)
	}
	align(views)
	return views
}

// ofType finds what a language says of a type, or of the type that it is a kind of.
func ofType(words map[string]string, kind string) string {
	if word, known := words[kind]; known {
		return word
	}
	if base, _, found := strings.Cut(kind, ":"); found {
		return ofType(words, base)
	}
	return words["any"]
}

func jsonSamples() map[string]string {
	return map[string]string{
		"string": `"text"`, "integer": "1", "number": "1.5", "boolean": "true", "object": "{}", "array": "[]", "any": `"42"`,
		"array:string": `["text"]`, "array:integer": "[1]", "array:number": "[1.5]", "array:boolean": "[true]",
	}
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
	if !rule.When.fits(v.Option) {
		return nil, nil
	}
	tasks := []taskView{v.First}
	if rule.Each == "task" {
		tasks = v.Tasks
	}
	text, err := l.source(rule.Source)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, task := range tasks {
		v.Task = task
		target, err := execute(rule.Source+" (target)", rule.Target, v)
		if err != nil {
			return nil, err
		}
		content, err := execute(rule.Source, text, v)
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

// additions lists the lines that register the tasks.
func (l *Language) additions(v view) ([]Addition, error) {
	var list []Addition
	for _, task := range v.Tasks {
		v.Task = task
		for _, insertion := range l.Insertions {
			if !insertion.When.fits(v.Option) {
				continue
			}
			file, err := execute(insertion.File, insertion.File, v)
			if err != nil {
				return nil, err
			}
			text, err := execute(insertion.File+" (insertion)", insertion.Text, v)
			if err != nil {
				return nil, err
			}
			list = append(list, Addition{Path: string(file), Marker: insertion.Marker, Text: string(text), Sorted: insertion.Sorted})
		}
	}
	return list, nil
}

// execute runs one template. "quote" writes a string in double quotes as JSON and YAML have it, "literal" as the language has it,
// "shell" as one word of a command, "commands" the steps as YAML, "indent" text by a number of blanks.
func execute(name, text string, v view) ([]byte, error) {
	tmpl, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
		"quote": quote, "step": step, "literal": v.Language.literal, "shell": shell, "join": strings.Join, "indent": indent, "contains": strings.Contains,
		"commands": func(c Commands) (string, error) { return commandList(c, v) },
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

// step is one step of an expression's path to a field: as it is where that is a plain name, else in brackets.
func step(name string) string {
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' {
			return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
		}
	}
	return "." + name
}

func indent(blanks int, text string) string {
	margin := "\n" + strings.Repeat(" ", blanks)
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", margin)
}

// commandList writes commands as a YAML list: one command without the outer list.
func commandList(commands Commands, v view) (string, error) {
	texts := make([]string, len(commands))
	for i, words := range commands {
		words, err := expand(words, v)
		if err != nil {
			return "", err
		}
		if texts[i], err = quoteList(words); err != nil {
			return "", err
		}
	}
	if len(texts) == 1 {
		return texts[0], nil
	}
	return "[" + strings.Join(texts, ", ") + "]", nil
}

// quote writes a string in double quotes that means the same in JSON, YAML, Go and most other languages.
func quote(text string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(text)
	// A byte order mark is not allowed inside some languages' sources.
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\ufeff", `\ufeff`), err
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
