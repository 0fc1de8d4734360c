package worker

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// units are the named projects, or the one that the working folder belongs to.
func units(deps *cli.Deps, names []string) ([]*launch.Unit, error) {
	languages, err := launch.Languages()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		p, err := deps.Project()
		if err != nil {
			return nil, err
		}
		unit, err := launch.Find(languages, p, deps.Dir)
		if err == nil && unit == nil {
			err = cli.NotFound("Go to your worker's folder, name it, or make one: orkesctl scaffold worker --lang "+languages[0].Name,
				"no %s here or in a folder above, and nothing that looks like a worker's project", project.FileName)
		}
		return at(deps, []*launch.Unit{unit}), err
	}
	var found []*launch.Unit
	for _, name := range names {
		unit, err := inFolder(deps, languages, name)
		if err == nil && unit == nil {
			unit, err = byName(deps, languages, name)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, unit)
	}
	return at(deps, found), nil
}

// inFolder is the project whose folder has this path; nil where there is none.
func inFolder(deps *cli.Deps, languages []*scaffold.Language, path string) (*launch.Unit, error) {
	unit, err := launch.Find(languages, nil, filepath.Clean(deps.Absolute(path)))
	if unit != nil {
		unit.Name = filepath.ToSlash(filepath.Clean(path))
	}
	return unit, err
}

// byName is the one project with this name in the working folder or below.
func byName(deps *cli.Deps, languages []*scaffold.Language, name string) (*launch.Unit, error) {
	var dirs, others []string
	for _, project := range launch.Below(languages, deps.Dir) {
		if slices.Contains(project.Names, name) {
			dirs = append(dirs, project.Dir)
		}
		others = append(others, project.Names...)
	}
	switch len(dirs) {
	case 0:
		hint := "Name folders or projects: orkesctl worker run get-inventory-worker"
		if near, found := definition.Nearest(name, others); found {
			hint = "Did you mean " + near + "?"
		} else if len(others) > 0 {
			hint = "There are: " + strings.Join(slices.Compact(slices.Sorted(slices.Values(others))), ", ")
		}
		return nil, cli.NotFound(hint, "%s: no worker's project is there, and none in this folder or below it has that name", name)
	case 1:
		unit, err := launch.Find(languages, nil, dirs[0])
		if unit != nil {
			unit.Name = name
		}
		return unit, err
	default:
		for i, dir := range dirs {
			dirs[i] = deps.Relative(dir)
		}
		return nil, cli.Usage("Name one by its folder: orkesctl worker run "+dirs[0], "%s is the name of %d projects: %s", name, len(dirs), strings.Join(dirs, ", "))
	}
}

// completeProjects completes the names of the projects below the working folder, and folders where there are none.
func completeProjects(deps *cli.Deps) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		if languages, err := launch.Languages(); err == nil {
			for _, project := range launch.Below(languages, deps.Dir) {
				if name := project.Names[0]; strings.HasPrefix(name, prefix) && !slices.Contains(args, name) && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if len(names) == 0 {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// at says where the environment has the toolchain of each unit.
func at(deps *cli.Deps, found []*launch.Unit) []*launch.Unit {
	for _, unit := range found {
		if unit != nil && unit.Language != nil && unit.Language.Toolchain.Home != "" {
			unit.Home = deps.Getenv(unit.Language.Toolchain.Home)
		}
	}
	return found
}

// streams are where a unit's programs write: straight to ours, or through a prefix where there are several.
func streams(deps *cli.Deps, all []*launch.Unit) func(*launch.Unit) (out, errs io.Writer, flush func()) {
	if len(all) < 2 {
		return func(*launch.Unit) (io.Writer, io.Writer, func()) { return deps.Term.Out, deps.Term.Err, func() {} }
	}
	width, mu := 0, new(sync.Mutex)
	for _, unit := range all {
		width = max(width, len(unit.Name))
	}
	return func(unit *launch.Unit) (io.Writer, io.Writer, func()) {
		prefix := unit.Name + strings.Repeat(" ", width-len(unit.Name)) + " | "
		out := &prefixer{to: deps.Term.Out, prefix: prefix, mu: mu}
		errs := &prefixer{to: deps.Term.Err, prefix: prefix, mu: mu}
		return out, errs, func() { out.flush(); errs.flush() }
	}
}

// prefixer writes whole lines, each behind a prefix. Several may share one mutex and so one terminal.
type prefixer struct {
	to     io.Writer
	prefix string
	mu     *sync.Mutex
	open   []byte
}

// Write keeps what is not a whole line yet.
func (p *prefixer) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, text...)
	for {
		end := bytes.IndexByte(p.open, '\n')
		if end < 0 {
			return len(text), nil
		}
		if _, err := p.to.Write(append([]byte(p.prefix), p.open[:end+1]...)); err != nil {
			return 0, err
		}
		p.open = p.open[end+1:]
	}
}

func (p *prefixer) flush() {
	if len(p.open) > 0 {
		_, _ = p.Write([]byte("\n"))
	}
}

// launcher starts the commands of one unit.
type launcher struct {
	deps      *cli.Deps
	unit      *launch.Unit
	env       []string
	out, errs io.Writer
}

func (l *launcher) step(ctx context.Context, args []string) error {
	args = append([]string{l.unit.Program(args[0])}, args[1:]...)
	err := process.Run(ctx, process.Command{Args: args, Dir: l.unit.Project.Root, Env: l.env, Stdout: l.out, Stderr: l.errs})
	if hint := l.unit.Explain(args[0], err); hint != "" {
		return cli.Hint(err, "%s", hint)
	}
	return err
}
