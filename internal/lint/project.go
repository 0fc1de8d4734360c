package lint

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// projectFile is an orkesctl.yaml that could be read.
type projectFile struct {
	document *manifest.Document
	project  *project.Project
}

// addProject takes a folder that is a project, with its definitions, and reports whether it is one.
func (t *Targets) addProject(dir string) bool {
	path := filepath.Join(dir, project.FileName)
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return false
	}
	t.Projects = append(t.Projects, path)
	p, err := project.At(dir)
	if err != nil {
		return true // the project file's own findings say it
	}
	files, err := manifest.Files(p.DefinitionsDir(), nil)
	if err == nil {
		t.Definitions = append(t.Definitions, files...)
	}
	return true
}

// project checks a project file by itself.
func (l *linter) project(path string) {
	data, err := os.ReadFile(path) //nolint:gosec // the file that the user named
	document, problems := manifest.ReadObject(l.shown(path), data)
	if err != nil {
		problems = []manifest.Problem{{File: l.shown(path), Message: err.Error()}}
	}
	for _, p := range problems {
		l.problem(projectInvalid, p, "", "")
	}
	if len(problems) > 0 || !l.typed(document) {
		return
	}
	l.unknown(document, nil, document.Tree, reflect.TypeFor[project.Project]())
	if p, err := project.At(filepath.Dir(path)); err == nil && p != nil {
		l.folder(document, p)
		l.projects = append(l.projects, &projectFile{document, p})
	}
}

// typed reports whether each value is of the kind that it must have.
func (l *linter) typed(d *manifest.Document) bool {
	var read project.Project
	var wrong *json.UnmarshalTypeError
	err := json.Unmarshal(d.JSON, &read)
	switch {
	case errors.As(err, &wrong):
		l.add(projectInvalid, about{document: d, path: steps(wrong.Field)}, wrong.Field, "", "%s is not %s", wrong.Value, wanted(wrong.Type))
	case err != nil:
		l.add(projectInvalid, about{document: d}, "", "", "%v", err)
	}
	return err == nil
}

func steps(field string) []any {
	var path []any
	for name := range strings.SplitSeq(field, ".") {
		path = append(path, name)
	}
	return path
}

// wanted is a Go type as people call it.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "a list of words: a program and its arguments, or several of them"
	default:
		return "an object"
	}
}

// unknown finds the keys of an object that the struct has no field for.
func (l *linter) unknown(d *manifest.Document, path []any, tree map[string]any, t reflect.Type) {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" {
			fields[name] = t.Field(i).Type
		}
	}
	names := sorted(fields)
	for _, key := range sorted(tree) {
		at := under(path, key)
		field, known := fields[key]
		if !known {
			l.add(projectUnknown, about{d, at, true}, key, didYouMean(key, names), "unknown key")
			continue
		}
		if inner, ok := tree[key].(map[string]any); ok && field.Kind() == reflect.Struct {
			l.unknown(d, at, inner, field)
		}
	}
}

func didYouMean(word string, known []string) string {
	if near, found := definition.Nearest(word, known); found {
		return "Did you mean " + near + "?"
	}
	return ""
}

// folder looks for the folder of definitions that the file names.
func (l *linter) folder(d *manifest.Document, p *project.Project) {
	if _, given := d.Tree["definitions"]; !given {
		return
	}
	if info, err := os.Stat(p.DefinitionsDir()); err != nil || !info.IsDir() {
		l.add(noDefinitions, about{document: d, path: []any{"definitions"}}, p.Definitions, "Make it, or name another folder", "no such folder")
	}
}

// workers compares the tasks of a project's workers with what is defined: those that it was made with, and those that its sources
// declare.
func (l *linter) workers(ctx context.Context, p *projectFile) {
	const message = "a worker is made for it, and no file defines it"
	fix := func(task string) string {
		return "Write " + filepath.ToSlash(filepath.Join(p.project.Definitions, task+".task.yaml"))
	}
	told := map[string]bool{}
	for i, task := range p.project.Origin.Tasks {
		if l.tasks[task] == nil && !told[task] {
			told[task] = true
			l.add(workerUndefined, about{document: p.document, path: []any{"scaffold", "tasks", i}}, "task/"+task, fix(task), message)
		}
	}
	found, err := discover.Project(ctx, p.project.Root, discover.NewEnvironment(nil, "", nil))
	if err != nil {
		return // sources that cannot be read are not what is looked at here
	}
	for _, w := range found.Workers {
		if w.Task != "" && l.tasks[w.Task] == nil && !told[w.Task] {
			told[w.Task] = true
			file := l.shown(filepath.Join(p.project.Root, filepath.FromSlash(w.Place.File)))
			l.problem(workerUndefined, manifest.Problem{File: file, Line: w.Place.Line, Message: message}, "task/"+w.Task, fix(w.Task))
		}
	}
}
