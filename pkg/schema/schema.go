// Package schema checks JSON values against JSON Schema: draft 2020-12, and what older drafts write differently. Nothing is fetched: a
// reference leads to a place in the same document. "format" is a remark, as that draft has it, and $dynamicRef is a plain $ref.
package schema

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one way in which a value is not what its schema wants. Path is where, as in "$.items[2].price".
type Problem struct{ Path, Message string }

// String is the problem in one line.
func (p Problem) String() string { return p.Path + ": " + p.Message }

// Schema is a document that is ready to check values. It never changes.
type Schema struct {
	root   *node
	tracks bool // something asks which properties or items others have looked at
	legacy bool // of a draft in which nothing counts beside $ref
}

// The most that a check may do before it gives up, and the most problems that it tells.
const (
	maxVisits   = 1_000_000
	maxProblems = 10
)

// errEndless is what a schema is told that never looks deeper into a value.
var errEndless = errors.New("the schema refers to itself without end")

// Compile reads a schema: a JSON document of maps, lists, texts, numbers (json.Number or float64) and booleans. The error says where it
// is wrong, as in "#/properties/n/type".
func Compile(document any) (*Schema, error) {
	c := &compiler{schema: &Schema{}, made: map[string]*node{}, resources: map[string]any{}, anchors: map[string]place{}}
	if object, ok := document.(map[string]any); ok {
		version, _ := object["$schema"].(string)
		c.schema.legacy = strings.Contains(version, "/draft-0")
	}
	c.index(document, place{resource: ""}, "")
	root, err := c.compile(document, place{resource: c.home(document, "")})
	if err != nil {
		return nil, err
	}
	c.schema.root = root
	if err := c.link(); err != nil {
		return nil, err
	}
	on := map[*node]bool{}
	for _, n := range c.made {
		if n.endless(on) {
			return nil, fmt.Errorf("%s: %w", n.at, errEndless)
		}
	}
	return c.schema, nil
}

// Check returns what is wrong with a value, the first few problems of it; none for a value that is as the schema wants.
func (s *Schema) Check(value any) []Problem {
	v := &visitor{schema: s}
	found, _ := v.check(s.root, value, "$")
	if v.visits > maxVisits {
		return []Problem{{"$", "the schema needs more work than is done for one value"}}
	}
	return found
}
