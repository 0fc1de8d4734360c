package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// maxFile bounds a file that is read: 10 MiB.
const maxFile = 10 << 20

// Read reads the documents of one file: several YAML documents, or lists of definitions. A document's kind is what it says itself,
// else want, else what its shape says; where that could be either, it is a problem. Documents of another kind than want are
// problems too, unless want is empty.
func Read(name string, r io.Reader, want definition.Kind) ([]*Document, []Problem) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, []Problem{{File: name, Message: err.Error()}}
	case len(data) > maxFile:
		return nil, []Problem{{File: name, Message: fmt.Sprintf("larger than %d MiB", maxFile>>20)}}
	case bytes.IndexByte(data, 0) >= 0:
		return nil, []Problem{{File: name, Message: "not a text file"}}
	}
	reader := &reader{file: name, want: want}
	reader.all(bytes.TrimPrefix(data, []byte("\ufeff")))
	if len(reader.documents) == 0 && len(reader.problems) == 0 {
		reader.problems = []Problem{{File: name, Message: "holds no definition"}}
	}
	return reader.documents, reader.problems
}

// ReadObject reads a file that holds one object, whatever its kind; nil where it holds something else. An empty file is an empty object.
func ReadObject(name string, data []byte) (*Document, []Problem) {
	reader := &reader{file: name, any: true}
	reader.all(bytes.TrimPrefix(data, []byte("\ufeff")))
	switch {
	case len(reader.problems) > 0:
		return nil, reader.problems[:1]
	case len(reader.documents) > 1:
		return nil, []Problem{{File: name, Line: reader.documents[1].Line, Column: 1, Message: "want one object, and here is another"}}
	case len(reader.documents) == 0:
		empty := &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}
		return &Document{File: name, Line: 1, JSON: json.RawMessage("{}"), Tree: map[string]any{}, node: empty}, nil
	}
	return reader.documents[0], nil
}

type reader struct {
	file      string
	want      definition.Kind
	any       bool // the kind is of no interest
	documents []*Document
	problems  []Problem
	unfolded  unfolding
}

func (r *reader) problem(line, column int, message string) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Column: column, Message: message})
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`^line (\d+): `)
})

func (r *reader) all(data []byte) {
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var root yaml.Node
		err := dec.Decode(&root)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.syntax(err)
			return
		}
		if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
			continue
		}
		r.value(root.Content[0])
	}
}

func (r *reader) syntax(err error) {
	message, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if found := yamlLine().FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1])
		message = strings.TrimPrefix(message, found[0])
	}
	if strings.Contains(message, "found character that cannot start any token") {
		message += " (is a tab used to indent? YAML wants blanks)"
	}
	r.problem(line, 1, message)
}

func (r *reader) value(node *yaml.Node) {
	switch {
	case r.any && node.Kind != yaml.MappingNode && node.ShortTag() != "!!null":
		r.problem(node.Line, node.Column, "want an object: names with values")
	case node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			r.value(item)
		}
	case node.Kind == yaml.MappingNode:
		r.mapping(node)
	case node.ShortTag() == "!!null": // an empty document between two lines of ---
	default:
		r.problem(node.Line, node.Column, "a definition is an object with a name")
	}
}

func (r *reader) mapping(node *yaml.Node) {
	data, err := nodeToJSON(node, &r.unfolded)
	var place *nodeError
	if errors.As(err, &place) {
		r.problem(place.line, place.column, place.message)
		return
	}
	document := &Document{File: r.file, Index: len(r.documents), Line: node.Line, node: node}
	if err == nil {
		err = conductor.Decode(data, &document.Tree)
	}
	if err != nil {
		r.problem(node.Line, node.Column, err.Error())
		return
	}
	document.JSON = data
	if r.any || r.kind(document) {
		r.documents = append(r.documents, document)
	}
}

// kind settles the document's kind; false where that is a problem.
func (r *reader) kind(d *Document) bool {
	if said, given := d.Tree["kind"]; given {
		text, _ := said.(string)
		line, column := d.Position([]any{"kind"}, false)
		d.Kind = definition.Kind(text)
		if !slices.Contains(definition.Kinds(), text) {
			r.problem(line, column, fmt.Sprintf("kind: %q is not one of %s", text, strings.Join(definition.Kinds(), ", ")))
			return false
		}
		delete(d.Tree, "kind")
		d.JSON = withoutKind(d.JSON)
	} else if shape, sure := definition.KindOf(d.Tree); sure {
		d.Kind = shape
	} else {
		d.Kind = r.want
	}
	switch {
	case d.Kind == "":
		r.problem(d.Line, 1, "this could be a task or a workflow: say which with kind: TaskDef or kind: WorkflowDef")
		return false
	case r.want != "" && d.Kind != r.want:
		r.problem(d.Line, 1, fmt.Sprintf("this is %s, and %s is wanted here", article(d.Kind), article(r.want)))
		return false
	}
	return true
}

func article(kind definition.Kind) string {
	if strings.HasPrefix(string(kind), "E") {
		return "an " + string(kind)
	}
	return "a " + string(kind)
}

// withoutKind removes the member "kind" of an object and keeps every other byte.
func withoutKind(data json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(data))
	_, _ = dec.Token() // {
	for dec.More() {
		before := dec.InputOffset()
		key, err := dec.Token()
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			return data
		}
		if key == "kind" {
			rest := bytes.TrimPrefix(data[dec.InputOffset():], []byte(","))
			head := data[:before]
			if len(rest) > 0 && rest[0] == '}' {
				head = bytes.TrimSuffix(head, []byte(","))
			} else if before > 1 {
				head = append(bytes.Clone(bytes.TrimSuffix(head, []byte(","))), ',')
			}
			return append(bytes.Clone(head), rest...)
		}
	}
	return data
}

// ReadFile reads the documents of the file at path.
func ReadFile(path string, want definition.Kind) ([]*Document, []Problem, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, nil, fmt.Errorf("read the definitions: %w", err)
	}
	defer func() { _ = f.Close() }()
	documents, problems := Read(path, f, want)
	return documents, problems, nil
}

// ReadPaths reads files, folders (with the folders in them, *.yaml, *.yml and *.json), patterns, and standard input as "-".
// In folders, documents of another kind than want are passed over. A path that leads to nothing is an error.
func ReadPaths(paths []string, want definition.Kind, stdin io.Reader) ([]*Document, []Problem, error) {
	var documents []*Document
	var problems []Problem
	add := func(d []*Document, p []Problem) {
		documents, problems = append(documents, d...), append(problems, p...)
	}
	for _, path := range paths {
		if path == "-" {
			add(Read("<stdin>", stdin, want))
			continue
		}
		files, folder, err := expand(path)
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			if folder {
				d, p, err := readAny(file, want)
				if err != nil {
					return nil, nil, err
				}
				add(d, p)
				continue
			}
			d, p, err := ReadFile(file, want)
			if err != nil {
				return nil, nil, err
			}
			add(d, p)
		}
	}
	return documents, problems, nil
}

// readAny reads a file of a folder and keeps the documents of the wanted kind.
func readAny(file string, want definition.Kind) ([]*Document, []Problem, error) {
	all, problems, err := ReadFile(file, "")
	if err != nil || want == "" {
		return all, problems, err
	}
	var kept []*Document
	for _, document := range all {
		if document.Kind == want {
			kept = append(kept, document)
		}
	}
	return kept, problems, nil
}

// expand returns the files that a path means, and whether it is a folder.
func expand(path string) (files []string, folder bool, err error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		files, err = Files(path, nil)
		return files, true, err
	case err == nil:
		return []string{path}, false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, fmt.Errorf("read the definitions: %w", err)
	}
	files, globErr := filepath.Glob(path)
	if globErr != nil || len(files) == 0 {
		return nil, false, fmt.Errorf("read the definitions: %w", err)
	}
	sort.Strings(files)
	return files, false, nil
}

// Files lists the *.yaml, *.yml and *.json files in a folder and the folders in it, hidden ones and those that skip names left out.
func Files(dir string, skip func(folder string) bool) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != dir && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"),
			entry.IsDir() && skip != nil && skip(path):
			return filepath.SkipDir
		case entry.IsDir() || strings.HasPrefix(entry.Name(), "."):
			return nil
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".yaml", ".yml", ".json":
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	return files, nil
}
