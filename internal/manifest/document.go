// Package manifest reads definition files, YAML or JSON, into documents that know where in the file each value stands, and
// edits such files without touching what it need not. It is the only package that knows YAML.
package manifest

import (
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Document is one definition in a file. JSON keeps the file's key order, without the member "kind"; numbers keep their digits.
type Document struct {
	File  string
	Index int // among the file's documents, from 0
	Line  int // where it begins, from 1
	Kind  definition.Kind
	JSON  json.RawMessage
	Tree  map[string]any

	node *yaml.Node
}

// Name is the definition's name; empty where it has none.
func (d *Document) Name() string {
	name, _ := d.Tree["name"].(string)
	return name
}

// Version is a workflow's version, 1 where none is given; empty for other kinds.
func (d *Document) Version() string {
	version, given := d.Tree["version"]
	switch {
	case d.Kind != definition.KindWorkflowDef:
		return ""
	case !given || version == nil:
		return "1"
	default:
		return fmt.Sprint(version)
	}
}

// Position returns where the value at path stands, or its key; where the path leads nowhere, the nearest thing around it.
func (d *Document) Position(path []any, key bool) (line, column int) {
	node, at := d.node, d.node
	for _, step := range path {
		found, foundKey := child(node, step)
		if found == nil {
			break
		}
		node, at = found, found
		if key && foundKey != nil {
			at = foundKey
		}
	}
	return max(1, at.Line), max(1, at.Column)
}

func child(node *yaml.Node, step any) (value, key *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch s := step.(type) {
	case string:
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == s {
					return node.Content[i+1], node.Content[i]
				}
			}
		}
	case int:
		if node.Kind == yaml.SequenceNode && s < len(node.Content) {
			return node.Content[s], nil
		}
	}
	return nil, nil
}

// Problem is one thing wrong with a file. Line and Column count from 1; zero where the whole file is meant. Key says that a key is
// wrong rather than its value.
type Problem struct {
	File         string
	Line, Column int
	Field        string
	Message      string
	Key          bool
}

// String is the problem as editors and people read it: file:line:column: field: message.
func (p Problem) String() string {
	text := p.File + ":"
	if p.Line > 0 {
		text += fmt.Sprintf("%d:%d:", p.Line, p.Column)
	}
	if p.Field != "" {
		text += " " + p.Field + ":"
	}
	return text + " " + p.Message
}

// Check finds what is wrong with a document's content, with positions.
func Check(d *Document) []Problem {
	var found []definition.Problem
	switch d.Kind {
	case definition.KindTaskDef:
		found = definition.CheckTaskDef(d.Tree)
	case definition.KindWorkflowDef:
		found = definition.CheckWorkflowDef(d.Tree)
	case definition.KindEventHandler:
		found = definition.CheckEventHandler(d.Tree)
	case definition.KindWebhook:
		found = definition.CheckWebhook(d.Tree)
	case definition.KindSchedule:
		found = definition.CheckSchedule(d.Tree)
	}
	problems := make([]Problem, 0, len(found))
	for _, p := range found {
		line, column := d.Position(p.Path, p.Key)
		problems = append(problems, Problem{File: d.File, Line: line, Column: column, Field: p.Field, Message: p.Message, Key: p.Key})
	}
	return problems
}

// CheckAll checks every document, and that no definition is there twice.
func CheckAll(documents []*Document) []Problem {
	var problems []Problem
	for _, d := range documents {
		problems = append(problems, Check(d)...)
	}
	return append(problems, Duplicates(documents)...)
}

// Duplicates finds the definitions that are there twice; of workflows, each version is one.
func Duplicates(documents []*Document) []Problem {
	var problems []Problem
	seen := map[string]*Document{}
	for _, d := range documents {
		id := fmt.Sprintf("%s %s %s", d.Kind, d.Name(), d.Version())
		if other, twice := seen[id]; twice && d.Name() != "" {
			problems = append(problems, Problem{
				File: d.File, Line: d.Line, Column: 1, Field: "name",
				Message: fmt.Sprintf("%s is defined twice: also in %s:%d", d.Name(), other.File, other.Line),
			})
			continue
		}
		seen[id] = d
	}
	return problems
}
