package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Editor changes one document of a YAML text. Lines that a change does not need stay as they are: comments, order, blank lines.
// Where that cannot be done (lists written in brackets), the text is written anew; comments and order stay even then.
type Editor struct {
	text         []byte
	line, column int // where the document's mapping begins: changes come after it
}

// NewEditor returns an editor for a document that was read from text.
func NewEditor(d *Document, text []byte) *Editor {
	return &Editor{text: bytes.Clone(text), line: d.node.Line, column: d.node.Column}
}

// Bytes is the text with all changes so far.
func (e *Editor) Bytes() []byte { return e.text }

// Insert puts a JSON value into the list at the path without its last step, before the item which that step names by its index
// (from 0 to the list's length).
func (e *Editor) Insert(path []any, value json.RawMessage) error { return e.edit(path, value, true) }

// Set replaces an item of a list, or sets the member of an object that the last step names, whether or not it is there.
func (e *Editor) Set(path []any, value json.RawMessage) error { return e.edit(path, value, false) }

func (e *Editor) edit(path []any, value json.RawMessage, insert bool) error {
	if len(path) == 0 {
		return errors.New("edit the file: the path is empty")
	}
	roots, target, err := e.parse(e.text)
	if err != nil {
		return err
	}
	parent := descend(target, path[:len(path)-1])
	if parent == nil {
		return fmt.Errorf("edit the file: nothing at %v", path[:len(path)-1])
	}
	added, err := jsonNode(decoder(value))
	if err != nil {
		return fmt.Errorf("edit the file: %w", err)
	}
	change := change{parent: parent, step: path[len(path)-1], added: added, insert: insert}
	spliced := change.splice(e.text)
	if err := change.apply(); err != nil {
		return err
	}
	if e.says(spliced, target) {
		e.text = spliced
		return nil
	}
	anew, err := encodeAll(roots)
	if err != nil {
		return err
	}
	if e.line, e.column, err = e.relocated(anew, roots, target); err != nil {
		return err
	}
	e.text = anew
	return nil
}

func decoder(value json.RawMessage) *json.Decoder {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	return dec
}

// parse returns the text's documents, and among their mappings the one that is edited.
func (e *Editor) parse(text []byte) (roots []*yaml.Node, target *yaml.Node, err error) {
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		root := &yaml.Node{}
		if err := dec.Decode(root); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, fmt.Errorf("edit the file: %w", err)
		}
		roots = append(roots, root)
	}
	for _, node := range mappings(roots) {
		if node.Line == e.line && node.Column == e.column {
			return roots, node, nil
		}
	}
	return nil, nil, errors.New("edit the file: it is not as it was read")
}

// mappings lists the mappings that may be definitions: the documents themselves, and the items of those that are lists.
func mappings(roots []*yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	for _, root := range roots {
		for _, node := range root.Content {
			found = append(found, node)
			if node.Kind == yaml.SequenceNode {
				found = append(found, node.Content...)
			}
		}
	}
	return found
}

func descend(node *yaml.Node, path []any) *yaml.Node {
	for _, step := range path {
		if node, _ = child(node, step); node == nil {
			return nil
		}
	}
	if node.Kind == yaml.AliasNode {
		return nil // a change would show elsewhere too
	}
	return node
}

// says reports whether the document in text has the same content as want.
func (e *Editor) says(text []byte, want *yaml.Node) bool {
	if text == nil {
		return false
	}
	_, got, err := e.parse(text)
	return err == nil && sameContent(got, want)
}

func sameContent(a, b *yaml.Node) bool {
	var trees [2]any
	for i, node := range []*yaml.Node{a, b} {
		data, err := nodeToJSON(node, new(unfolding))
		if err != nil || conductor.Decode(data, &trees[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(trees[0], trees[1])
}

func encodeAll(roots []*yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	for _, root := range roots {
		if err := enc.Encode(root); err != nil {
			return nil, fmt.Errorf("edit the file: %w", err)
		}
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("edit the file: %w", err)
	}
	return b.Bytes(), nil
}

// relocated finds the edited document in a text that was written anew.
func (e *Editor) relocated(text []byte, roots []*yaml.Node, target *yaml.Node) (line, column int, err error) {
	position := slices.Index(mappings(roots), target)
	var again []*yaml.Node
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		root := &yaml.Node{}
		if dec.Decode(root) != nil {
			break
		}
		again = append(again, root)
	}
	list := mappings(again)
	if position < 0 || position >= len(list) || !sameContent(list[position], target) {
		return 0, 0, errors.New("edit the file: it cannot be written without changing what it says")
	}
	return list[position].Line, list[position].Column, nil
}
