package launch

import (
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

// depth is how many folders below the working folder projects are looked for.
const depth = 4

// Named is a folder with workers and what it is called: its own name and, where its orkesctl.yaml has one, its application's.
type Named struct {
	Dir   string
	Names []string
}

// Below finds the projects in dir and the folders below it, at most 4 deep: those with an orkesctl.yaml, and those that a language is
// recognised in. Hidden folders, what builds and package managers fill, and what git leaves out are passed over.
func Below(languages []*scaffold.Language, dir string) []Named {
	var found []Named
	ignores := project.NewIgnores(dir)
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case !entry.IsDir():
			return nil
		case path != dir && (ignored(entry.Name()) || ignores.Ignored(path, true) || below(dir, path) > depth):
			return fs.SkipDir
		}
		if p, err := project.At(path); err != nil || p != nil || recognise(languages, path) != nil {
			found = append(found, named(path, p))
		}
		return nil
	})
	return found
}

// named gives a project its names; p is nil where its orkesctl.yaml is damaged or not there.
func named(dir string, p *project.Project) Named {
	n := Named{Dir: dir, Names: []string{filepath.Base(dir)}}
	if p != nil && p.Application != "" && p.Application != n.Names[0] {
		n.Names = append(n.Names, p.Application)
	}
	return n
}

func below(dir, path string) int {
	short, err := filepath.Rel(dir, path)
	if err != nil {
		return 0
	}
	return strings.Count(short, string(filepath.Separator)) + 1
}
