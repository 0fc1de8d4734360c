// Package define is what `task define` and `workflow define` share: where definitions come from, how they are checked, compared
// with what the server has, and written.
package define

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Source says what to read. Usage is the hint where nothing was named: an example and where help is.
type Source struct {
	Kind  definition.Kind
	Args  []string // files, folders, patterns, "-"
	Usage string
}

// Read returns the documents that the arguments name; without arguments, those of the project's folder of definitions, or of
// standard input where that is not a terminal. All are checked: with a single problem anywhere nothing is returned.
func Read(deps *cli.Deps, source Source) ([]*manifest.Document, error) {
	paths, err := source.paths(deps)
	if err != nil {
		return nil, err
	}
	documents, problems, err := manifest.ReadPaths(paths, source.Kind, deps.Term.In)
	var missing *fs.PathError
	switch {
	case errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist):
		return nil, cli.NotFound(source.Usage, "%s: no such file, and no file matches", deps.Relative(missing.Path))
	case err != nil:
		return nil, cli.Hint(err, "%s", source.Usage)
	}
	for _, document := range documents {
		document.File = deps.Relative(document.File)
	}
	for i := range problems {
		problems[i].File = deps.Relative(problems[i].File)
	}
	if len(source.Args) == 0 && len(documents) == 0 && len(problems) == 1 && problems[0].Line == 0 && paths[0] == "-" {
		return nil, source.nothing(deps, paths) // standard input that nobody feeds
	}
	if len(problems) == 0 {
		problems = manifest.CheckAll(documents)
	}
	if len(problems) > 0 {
		return nil, Refuse(deps, problems, "nothing was sent")
	}
	if len(documents) == 0 {
		return nil, source.nothing(deps, paths)
	}
	return documents, nil
}

func (s Source) paths(deps *cli.Deps) ([]string, error) {
	if len(s.Args) > 0 {
		paths := make([]string, 0, len(s.Args))
		for _, arg := range s.Args {
			if arg != "-" {
				arg = deps.Absolute(arg)
			}
			paths = append(paths, arg)
		}
		return paths, nil
	}
	project, err := deps.Project()
	switch {
	case err != nil:
		return nil, err
	case project != nil:
		dir := project.DefinitionsDir()
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, cli.NotFound("Make it, or name another in orkesctl.yaml (definitions: FOLDER).\n"+s.Usage,
				"the project's folder of definitions is not there: %s", deps.Relative(dir))
		}
		return []string{dir}, nil
	case !deps.Term.InTTY():
		return []string{"-"}, nil
	default:
		return nil, cli.Usage(s.Usage, "nothing to define: name a file or a folder, or - for standard input")
	}
}

// nothing explains an empty result: from standard input that nobody fed it is a command typed wrongly.
func (s Source) nothing(deps *cli.Deps, paths []string) error {
	if len(paths) == 1 && paths[0] == "-" {
		return cli.Usage(s.Usage, "nothing to define: no file was named, and standard input is empty")
	}
	names := make([]string, 0, len(paths))
	for _, path := range paths {
		names = append(names, deps.Relative(path))
	}
	return cli.Failed(s.Usage, "no %s in %s", s.Kind, strings.Join(names, ", "))
}

// Refuse shows each problem on a line of its own; where a program reads, they are part of the error. rest says what was not done,
// such as "nothing was sent".
func Refuse(deps *cli.Deps, problems []manifest.Problem, rest string) error {
	lines, files := make([]string, 0, len(problems)), map[string]bool{}
	for _, problem := range problems {
		lines = append(lines, problem.String())
		files[problem.File] = true
	}
	summary := fmt.Sprintf("%s in %s; %s", render.Count(len(problems), "problem"), render.Count(len(files), "file"), rest)
	if deps.Globals.Format.JSON() {
		return cli.Failed(strings.Join(lines, "\n"), "%s", summary)
	}
	deps.Note("%s", strings.Join(lines, "\n"))
	return cli.Failed("Correct the lines above and repeat the command.", "%s", summary)
}
