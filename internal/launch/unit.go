// Package launch finds out how a project's workers are installed, tested and started: from its orkesctl.yaml, or by recognising
// the language from the data of the templates. It names no language itself.
package launch

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
	"github.com/orkesctl/orkesctl/templates"
)

// Unit is one folder with workers. Language is nil where it is not known. Recognised is set where no orkesctl.yaml says how the
// workers are launched, and the language's own way was taken. Home is the folder of the toolchain; empty where the PATH has it.
type Unit struct {
	Name       string
	Project    *project.Project
	Language   *scaffold.Language
	Recognised bool
	Home       string
}

// Program finds a program of the toolchain in its folder, else leaves the name as it is.
func (u *Unit) Program(name string) string {
	if u.Home == "" || strings.ContainsAny(name, `/\`) {
		return name
	}
	if found, err := exec.LookPath(filepath.Join(u.Home, "bin", name)); err == nil {
		return found
	}
	return name
}

// Languages reads the languages that there are templates for.
func Languages() ([]*scaffold.Language, error) {
	return scaffold.Languages(templates.FS(), func(data []byte, v any) error {
		text, err := manifest.ToJSON(data)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	})
}

// Find returns the unit that p is, or that dir is where p is nil; nil and no error where nothing there is known.
func Find(languages []*scaffold.Language, p *project.Project, dir string) (*Unit, error) {
	if p == nil {
		var err error
		if p, err = project.At(dir); err != nil {
			return nil, err
		}
	}
	given := p != nil
	if !given {
		p = &project.Project{Root: dir, Definitions: "definitions", Env: ".env"}
	}
	unit := &Unit{Name: filepath.Base(p.Root), Project: p}
	unit.Language, _ = scaffold.Choose(languages, p.Origin.Language, p.Origin.Variant)
	if p.Origin.Language == "" {
		unit.Language = recognise(languages, p.Root)
	}
	if len(p.Worker.Run) > 0 {
		return unit, nil
	}
	if unit.Language == nil {
		if given {
			return unit, nil
		}
		return nil, nil //nolint:nilnil // nothing there is an ordinary answer, said in the doc comment
	}
	unit.Recognised = true
	return unit, unit.fill()
}

// recognise takes the language of which most named source files (go.mod, package.json) are there.
func recognise(languages []*scaffold.Language, dir string) *scaffold.Language {
	var best *scaffold.Language
	most := 0
	for _, language := range languages {
		found := 0
		for _, source := range language.Sources {
			if !strings.HasPrefix(source, ".") && exists(filepath.Join(dir, source)) {
				found++
			}
		}
		if found > most {
			best, most = language, found
		}
	}
	return best
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fill puts the language's own commands where the project says nothing. A command is a template; a project's name is its folder's.
func (u *Unit) fill() error {
	steps := u.Language.StepsFor(u.options())
	worker := &u.Project.Worker
	for _, part := range []struct {
		to   *scaffold.Commands
		from scaffold.Commands
	}{{&worker.Install, steps.Install}, {&worker.Build, steps.Build}, {&worker.Lint, steps.Lint}, {&worker.Test, steps.Test}, {&worker.Run, steps.Run}} {
		if len(*part.to) > 0 {
			continue
		}
		commands, err := u.render(part.from)
		if err != nil {
			return err
		}
		*part.to = commands
	}
	return nil
}

// options guesses the choices from the files that only one of them makes.
func (u *Unit) options() map[string]string {
	given := map[string]string{}
	for _, rule := range u.Language.Files {
		for name, value := range rule.When {
			if given[name] == "" && !strings.Contains(rule.Target, "{{") && exists(filepath.Join(u.Project.Root, filepath.FromSlash(rule.Target))) {
				given[name] = value
			}
		}
	}
	options, err := u.Language.Choices(given)
	if err != nil {
		return given
	}
	return options
}

func (u *Unit) render(commands scaffold.Commands) (scaffold.Commands, error) {
	name := strings.ToLower(filepath.Base(u.Project.Root))
	data := map[string]any{
		"Module": name, "Package": strings.ReplaceAll(name, "-", "_"), "Compact": strings.NewReplacer("-", "", "_", "").Replace(name),
		"Application": name, "Option": u.options(),
	}
	rendered := make(scaffold.Commands, len(commands))
	for i, command := range commands {
		rendered[i] = slices.Clone(command)
		for j, word := range command {
			parsed, err := template.New("").Option("missingkey=error").Parse(word)
			if err != nil {
				return nil, fmt.Errorf("%s: the command %q: %w", u.Language.Key(), word, err)
			}
			var text strings.Builder
			if err := parsed.Execute(&text, data); err != nil {
				return nil, fmt.Errorf("%s: the command %q needs an %s: %w", u.Language.Key(), word, project.FileName, err)
			}
			rendered[i][j] = text.String()
		}
	}
	return rendered, nil
}
