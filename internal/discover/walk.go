package discover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/orkesctl/orkesctl/internal/project"
)

// maxSize is the largest source file that is read: what is larger was generated.
const maxSize = 1 << 20

// maxKept is how much of all files is kept, in bytes, so that files need not be read twice.
const maxKept = 64 << 20

// source is one file. What it holds is kept where it is marked, that is where it names Conductor and so may declare workers, and else
// as long as there is room.
type source struct {
	path   string // relative to the root, with slashes
	file   string
	marked bool
	kept   []byte
}

func (s *source) ext() string { return path.Ext(s.path) }
func (s *source) dir() string { return path.Dir(s.path) }

// text returns what the file holds; nothing where it cannot be read any more.
func (s *source) text() []byte {
	if s.kept != nil {
		return s.kept
	}
	text, _ := read(s.file)
	return text
}

// tree is the files of a project that readers look at.
type tree struct {
	root    string
	made    string // the language of the project that orkesctl made here; empty where it made none
	files   []*source
	notices []Notice
}

// with returns the files whose names end so.
func (t *tree) with(extensions ...string) []*source {
	var found []*source
	for _, s := range t.files {
		if slices.Contains(extensions, s.ext()) {
			found = append(found, s)
		}
	}
	return found
}

// walk lists the project's sources, and reads each once to see whether it is of interest.
func walk(ctx context.Context, root string) (*tree, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("find the project's folder: %w", err)
	}
	all := &tree{root: root}
	if p, err := project.At(root); err == nil && p != nil {
		all.made = p.Origin.Language
	}
	ignores := project.NewIgnores(root)
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if file == root {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		relative, _ := filepath.Rel(root, file)
		relative = filepath.ToSlash(relative)
		switch {
		case err != nil:
			all.notice(relative, "it cannot be read, and was left out", "Check its permissions.")
			return nil //nolint:nilerr // the rest can be read, and the notice says so
		case d.IsDir():
			if foreign(file, d.Name()) || ignores.Ignored(file, true) {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && wanted(d.Name()) && !ignores.Ignored(file, false):
			all.files = append(all.files, &source{path: relative, file: file})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	return all, all.mark(ctx)
}

// foreign are folders that hold nobody's sources, or tests: what they declare polls nothing.
func foreign(file, name string) bool {
	known := []string{
		"node_modules", "bower_components", "target", "build", "dist", "out", "vendor", "venv", "__pycache__", "site-packages",
		"testdata", "test", "tests", "__tests__",
	}
	if strings.HasPrefix(name, ".") || slices.Contains(known, name) || strings.HasSuffix(name, ".egg-info") {
		return true
	}
	_, err := os.Stat(filepath.Join(file, "pyvenv.cfg"))
	return err == nil
}

// wanted are the sources and settings that readers know, without tests.
func wanted(name string) bool {
	known := []string{".go", ".mod", ".py", ".java", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".rs", ".properties", ".yaml", ".yml"}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	test := strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, ".test") || strings.HasSuffix(stem, ".spec") || strings.HasSuffix(stem, ".d") ||
		ext == ".java" && strings.HasSuffix(stem, "Test") || ext == ".py" && (strings.HasPrefix(stem, "test_") || stem == "conftest")
	return slices.Contains(known, ext) && !test
}

// mark reads the files, several at a time: most of the time goes to waiting for the disk.
func (t *tree) mark(ctx context.Context) error {
	const readers = 4
	next := make(chan *source)
	var group sync.WaitGroup
	var mu sync.Mutex
	var kept atomic.Int64
	for range readers {
		group.Go(func() {
			for s := range next {
				if problem := s.look(&kept); problem != "" {
					mu.Lock()
					t.notice(s.path, problem, "Check the file.")
					mu.Unlock()
				}
			}
		})
	}
	for _, s := range t.files {
		if ctx.Err() != nil {
			break
		}
		next <- s
	}
	close(next)
	group.Wait()
	return ctx.Err()
}

// look reads a file, keeps it and says what keeps it from being read.
func (s *source) look(kept *atomic.Int64) string {
	text, err := read(s.file)
	if err != nil {
		return err.Error() + ", and was left out"
	}
	if s.marked = mentions(text); s.marked || kept.Add(int64(len(text))) <= maxKept {
		s.kept = text
	}
	return ""
}

// mentions reports whether a file names the SDK, in whatever case its language writes it.
func mentions(text []byte) bool {
	for _, word := range []string{"onductor", "ONDUCTOR"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// read returns a file's content, an error where it is too large or cannot be read. The message names no folder.
func read(file string) ([]byte, error) {
	f, err := os.Open(file) //nolint:gosec // a file of the user's own project
	if err != nil {
		return nil, fmt.Errorf("it cannot be read (%w)", unwrapped(err))
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("it cannot be read (%w)", unwrapped(err))
	}
	if info.Size() > maxSize {
		return nil, fmt.Errorf("it has %d bytes, more than sources have", info.Size())
	}
	text := make([]byte, info.Size())
	n, err := f.ReadAt(text, 0)
	if err != nil && n < len(text) {
		return nil, fmt.Errorf("it cannot be read (%w)", unwrapped(err))
	}
	return text[:n], nil
}

// unwrapped is the cause alone, without the path, which the notice names already.
func unwrapped(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (t *tree) notice(file, message, fix string) {
	t.notices = append(t.notices, Notice{Kind: KindFile, Subject: file, Message: message, Fix: fix, Place: Place{File: file}})
}
