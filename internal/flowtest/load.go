package flowtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// maxFile bounds a test file: 10 MiB, as for definitions.
const maxFile = 10 << 20

// IsFile reports whether a word names a file rather than a workflow: it has a definition's ending, or a folder in it.
func IsFile(word string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(word))) ||
		strings.ContainsRune(word, '/') || strings.ContainsRune(word, filepath.Separator)
}

// Loader reads test files. Shown is how people read a path.
type Loader struct {
	Shown func(path string) string
}

// Load reads the suites of a file, or of the test files in a folder. A file without tests is a definition: a suite of one case, that
// the workflow completes. What is wrong with the files comes as problems; the error is for what cannot be read.
func (l Loader) Load(path string) ([]Suite, []manifest.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tests: %w", err)
	}
	if !info.IsDir() {
		suite, problems, err := l.file(path, false)
		return []Suite{suite}, problems, err
	}
	files, err := manifest.Files(path, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tests: %w", err)
	}
	var suites []Suite
	var problems []manifest.Problem
	for _, file := range files {
		suite, found, err := l.file(file, true)
		if err != nil {
			return nil, nil, err
		}
		if problems = append(problems, found...); len(suite.Cases) > 0 {
			suites = append(suites, suite)
		}
	}
	return suites, problems, nil
}

// file reads one file; of a folder, only what holds tests.
func (l Loader) file(path string, ofFolder bool) (Suite, []manifest.Problem, error) {
	data, err := read(path)
	if err != nil {
		return Suite{}, nil, err
	}
	document, problems := manifest.ReadObject(l.Shown(path), data)
	isTest := len(problems) == 0 && document.Tree["tests"] != nil
	switch {
	case len(problems) > 0 && looksLikeTests(data):
		return Suite{}, problems, nil
	case isTest:
		return l.suite(path, document)
	case ofFolder:
		return Suite{}, nil, nil
	case len(problems) == 0 && document.Tree["tasks"] == nil && document.Tree["workflow"] != nil:
		_, problems = parse(document) // a test file that lacks its tests
		return Suite{}, problems, nil
	}
	f := &file{Suite: Suite{File: l.Shown(path)}}
	problems, err = l.define(f, filepath.Dir(path), filepath.Base(path))
	if f.Suite.Def != nil {
		f.Suite.Cases = []Case{{Name: f.Suite.Name, Expect: Expect{Status: conductor.WorkflowCompleted}}}
	}
	return f.Suite, problems, err
}

// looksLikeTests tells a test file that cannot be read from a file that is none.
func looksLikeTests(data []byte) bool {
	return bytes.HasPrefix(data, []byte("tests:")) || bytes.Contains(data, []byte("\ntests:"))
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, fmt.Errorf("read the tests: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the tests: %w", err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("read the tests: %s is larger than %d MiB", path, maxFile>>20)
	case bytes.IndexByte(data, 0) >= 0:
		return nil, fmt.Errorf("read the tests: %s is not a text file", path)
	}
	return data, nil
}

// suite reads a test file and the definitions that it names.
func (l Loader) suite(path string, document *manifest.Document) (Suite, []manifest.Problem, error) {
	f, problems := parse(document)
	if len(problems) > 0 {
		return f.Suite, problems, nil
	}
	dir := filepath.Dir(path)
	named := f.Definitions
	if IsFile(f.Workflow) {
		named = append([]string{f.Workflow}, named...)
	}
	if len(named) == 0 {
		f.Suite.Name, f.Suite.Version = f.Workflow, f.Version
		return f.Suite, nil, nil
	}
	problems, err := l.define(f, dir, named...)
	if err != nil || len(problems) > 0 {
		return f.Suite, problems, err
	}
	f.root.mocksKnown(f.Suite)
	return f.Suite, *f.root.problems, nil
}

// define reads definitions into a suite, and finds the workflow among them.
func (l Loader) define(f *file, dir string, named ...string) ([]manifest.Problem, error) {
	var documents []*manifest.Document
	seen := map[string]bool{}
	for i, name := range named {
		found, problems, err := l.definitions(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && f.root.document != nil:
			f.nameOf(i).wrong(false, "%s: no such file", name)
			return *f.root.problems, nil
		case err != nil || len(problems) > 0:
			return problems, err
		case i == 0 && f.inFile():
			if problems := f.oneWorkflow(found); len(problems) > 0 {
				return problems, nil
			}
		}
		documents = append(documents, slices.DeleteFunc(found, func(d *manifest.Document) bool { return seen[d.File] })...)
		for _, d := range documents {
			seen[d.File] = true // a folder may hold what was named before
		}
	}
	if problems := manifest.CheckAll(documents); len(problems) > 0 {
		return problems, nil
	}
	if err := add(&f.Suite, documents); err != nil {
		return nil, err
	}
	return f.choose(), nil
}

// inFile reports whether the first file of definitions holds the workflow.
func (f *file) inFile() bool { return f.Workflow == "" || IsFile(f.Workflow) }

// definitions reads those of a file or folder; test files among them are passed over.
func (l Loader) definitions(dir, name string) ([]*manifest.Document, []manifest.Problem, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	documents, problems, err := manifest.ReadPaths([]string{path}, "", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read the definitions: %w", err)
	}
	documents = slices.DeleteFunc(documents, func(d *manifest.Document) bool { return d.Tree["tests"] != nil })
	for _, document := range documents {
		document.File = l.Shown(document.File)
	}
	for i := range problems {
		problems[i].File = l.Shown(problems[i].File)
	}
	return documents, problems, nil
}

// nameOf is where the file names the definitions that are read as number i.
func (f *file) nameOf(i int) value {
	workflow, _ := f.root.in("workflow")
	if IsFile(f.Workflow) {
		if i == 0 {
			return workflow
		}
		i--
	}
	list, _ := f.root.in("definitions")
	if _, alone := list.of.(string); alone {
		return list
	}
	return list.list()[i]
}

// oneWorkflow takes the name of the workflow from the file that holds it.
func (f *file) oneWorkflow(documents []*manifest.Document) []manifest.Problem {
	for _, d := range documents {
		switch {
		case d.Kind != definition.KindWorkflowDef || d.Name() == f.Suite.Name:
		case f.Suite.Name == "":
			f.Suite.Name = d.Name()
		default:
			return []manifest.Problem{{
				File: d.File, Line: d.Line, Column: 1,
				Message: fmt.Sprintf("a second workflow, %s: which one is meant says a test file with workflow: NAME and the file under definitions", d.Name()),
			}}
		}
	}
	if f.Suite.Name == "" {
		return []manifest.Problem{{File: f.Suite.File, Message: "no workflow is defined there"}}
	}
	return nil
}

// add takes definitions into a suite.
func add(s *Suite, documents []*manifest.Document) error {
	for _, d := range documents {
		var err error
		switch d.Kind {
		case definition.KindTaskDef:
			var def conductor.TaskDef
			err = conductor.Decode(d.JSON, &def)
			s.Tasks = append(s.Tasks, def)
		case definition.KindWorkflowDef:
			var def conductor.WorkflowDef
			err = conductor.Decode(d.JSON, &def)
			s.Others = append(s.Others, def)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", d.File, d.Line, err)
		}
	}
	return nil
}

// choose finds the workflow among the definitions.
func (f *file) choose() []manifest.Problem {
	s := &f.Suite
	if !f.inFile() {
		s.Name = f.Workflow
	}
	s.Version = f.Version
	for i := range s.Others {
		def := &s.Others[i]
		newer := s.Def == nil || def.Version > s.Def.Version
		if def.Name == s.Name && (f.Version == def.Version || f.Version == 0 && newer) {
			s.Def = def
		}
	}
	if s.Def != nil {
		return nil
	}
	what := s.Name
	if f.Version != 0 {
		what += fmt.Sprintf(" version %d", f.Version)
	}
	workflow, _ := f.root.in("workflow")
	workflow.wrong(false, "the definitions hold no workflow %s", what)
	return *f.root.problems
}
