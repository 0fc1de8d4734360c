package launch

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/project"
)

// Watch returns when a source file of the unit has changed and then stayed the same for one interval, or ctx ends: then it returns
// false. It looks at sizes and times of change every interval, which works on every file system.
func (u *Unit) Watch(ctx context.Context, interval time.Duration) bool {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	before, changed := u.sources(), false
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		now := u.sources()
		switch same := equal(before, now); {
		case !same:
			before, changed = now, true
		case changed:
			return true
		}
	}
}

type stamp struct {
	size  int64
	times time.Time
}

// sources are the files that the running worker is made of, without what the build makes and what git leaves out.
func (u *Unit) sources() map[string]stamp {
	found, ignores := map[string]stamp{}, project.NewIgnores(u.Project.Root)
	_ = filepath.WalkDir(u.Project.Root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // a file that went away meanwhile is a change of its own
		case d.IsDir() && path != u.Project.Root && (ignored(d.Name()) || ignores.Ignored(path, true)):
			return filepath.SkipDir
		case d.IsDir() || !u.isSource(d.Name()) || ignores.Ignored(path, false):
			return nil
		}
		if info, err := d.Info(); err == nil {
			found[path] = stamp{info.Size(), info.ModTime()}
		}
		return nil
	})
	return found
}

// ignored are folders that hold no sources whatever the language: hidden ones, and what builds and package managers fill.
func ignored(name string) bool {
	outputs := []string{"node_modules", "target", "build", "dist", "bin", "obj", "out", "vendor", "__pycache__", "venv"}
	return strings.HasPrefix(name, ".") || slices.Contains(outputs, name) || strings.HasSuffix(name, ".egg-info")
}

func (u *Unit) isSource(name string) bool {
	if u.Language == nil || len(u.Language.Sources) == 0 {
		return !strings.HasPrefix(name, ".")
	}
	return slices.ContainsFunc(u.Language.Sources, func(source string) bool {
		return name == source || strings.HasPrefix(source, ".") && strings.HasSuffix(name, source)
	})
}

func equal(a, b map[string]stamp) bool {
	if len(a) != len(b) {
		return false
	}
	for path, was := range a {
		if is, found := b[path]; !found || is.size != was.size || !is.times.Equal(was.times) {
			return false
		}
	}
	return true
}
