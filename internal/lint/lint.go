package lint

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Files looks at what the targets name. Of a project, the sources are read for the tasks of its workers.
func Files(ctx context.Context, targets Targets) Report {
	l := &linter{shown: targets.Shown, tasks: map[string]*manifest.Document{}, flows: map[string]bool{}, near: map[string]string{}}
	for _, path := range targets.Projects {
		l.project(path)
	}
	for _, path := range targets.Definitions {
		documents, problems, err := manifest.ReadFile(path, "")
		if err != nil {
			problems = []manifest.Problem{{File: path, Message: err.Error()}}
		}
		l.read(documents, problems)
	}
	if targets.Input != nil {
		l.read(manifest.Read("<stdin>", targets.Input, ""))
		l.files++
	}
	l.files += len(targets.Projects) + len(targets.Definitions)
	l.definitions()
	for _, p := range l.projects {
		l.workers(ctx, p)
	}
	return report(l.findings, l.files)
}

// linter gathers what there is, and what is found.
type linter struct {
	shown     func(path string) string
	files     int
	documents []*manifest.Document
	projects  []*projectFile
	tasks     map[string]*manifest.Document // by name
	flows     map[string]bool               // by name
	near      map[string]string             // what was said of a task that is not here
	findings  []Finding
}

// about is what a finding is about: a place in a document. Key means the key there rather than its value.
type about struct {
	document *manifest.Document
	path     []any
	key      bool
}

func (l *linter) add(id string, at about, subject, fix, format string, args ...any) {
	line, column := at.document.Position(at.path, at.key)
	l.findings = append(l.findings, Finding{
		ID: id, Level: levelOf(id), File: at.document.File, Line: line, Column: column,
		Subject: subject, Message: fmt.Sprintf(format, args...), Fix: fix,
	})
}

func (l *linter) problem(id string, p manifest.Problem, subject, fix string) {
	message := p.Message
	if p.Field != "" {
		message = p.Field + ": " + message
	}
	l.findings = append(l.findings, Finding{
		ID: id, Level: levelOf(id), File: p.File, Line: p.Line, Column: p.Column, Subject: subject, Message: message, Fix: fix,
	})
}

func (l *linter) read(documents []*manifest.Document, problems []manifest.Problem) {
	l.documents = append(l.documents, documents...)
	for _, p := range problems {
		p.File = l.shown(p.File)
		l.problem(unreadable, p, "", "")
	}
	for _, d := range documents {
		d.File = l.shown(d.File)
		switch d.Kind {
		case definition.KindTaskDef:
			l.tasks[d.Name()] = d
		case definition.KindWorkflowDef:
			l.flows[d.Name()] = true
		}
	}
}

// definitions checks each document by itself, and a sound one against the others.
func (l *linter) definitions() {
	for _, d := range l.documents {
		problems := manifest.Check(d)
		for _, p := range problems {
			id, fix := invalid, ""
			if p.Key {
				id = unknownField
			}
			if near, found := strings.CutPrefix(p.Message, "unknown field; did you mean "); found {
				p.Message, fix = "unknown field", "Did you mean "+near
			}
			l.problem(id, p, subject(d), fix)
		}
		if len(problems) == 0 && d.Kind == definition.KindWorkflowDef {
			l.workflow(d)
		}
	}
	for _, p := range manifest.Duplicates(l.documents) {
		l.problem(twice, p, "", "Remove one of them")
	}
}

// subject names a definition: task/get-inventory.
func subject(d *manifest.Document) string {
	kind := map[definition.Kind]string{
		definition.KindTaskDef: "task", definition.KindWorkflowDef: "workflow", definition.KindEventHandler: "event", definition.KindWebhook: "webhook",
		definition.KindSchedule: "schedule",
	}[d.Kind]
	if d.Name() == "" {
		return kind
	}
	return kind + "/" + d.Name()
}

// Targets are what is looked at: project files, files of definitions, and definitions from an input, nil where there is none. Shown
// says how a path is written in what is found.
type Targets struct {
	Shown       func(path string) string
	Projects    []string
	Definitions []string
	Input       io.Reader
}

// Add adds a file or a folder. Of a project's folder, its project file and its definitions are meant; of any other, the definitions
// and projects in it. A path that leads to nothing is an error.
func (t *Targets) Add(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.IsDir() && info.Name() == project.FileName:
		t.Projects = append(t.Projects, path)
		return nil
	case !info.IsDir():
		t.Definitions = append(t.Definitions, path)
		return nil
	}
	files, err := manifest.Files(path, t.addProject)
	t.Definitions = append(t.Definitions, files...)
	return err
}
