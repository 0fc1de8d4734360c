package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// maxUnfolded bounds what a file's aliases and merge keys unfold to, against files made to explode: this many values, where a long
// text counts as one value for each unfoldedText bytes of it. What is written out is bounded by the file's size alone.
const (
	maxUnfolded  = 200_000
	unfoldedText = 100
)

// maxDepth bounds how deep values nest: as deep as the servers' own JSON reader (Jackson) goes. Checking takes the square of it.
const maxDepth = 1000

// nodeError is a problem at a place in the file.
type nodeError struct {
	line, column int
	message      string
}

func (e *nodeError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.message) }

func failAt(node *yaml.Node, format string, args ...any) error {
	return &nodeError{line: node.Line, column: node.Column, message: fmt.Sprintf(format, args...)}
}

// ToJSON converts one YAML (or JSON) document to JSON: keys in the file's order, numbers to the digit, dates as their text.
func ToJSON(data []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if root.Kind == 0 {
		return []byte("{}"), nil
	}
	return nodeToJSON(root.Content[0], new(unfolding))
}

// unfolding counts what the aliases and merge keys of one file have unfolded to.
type unfolding struct{ values int }

func (u *unfolding) add(node *yaml.Node) error {
	if u.values += 1 + len(node.Value)/unfoldedText; u.values > maxUnfolded {
		return failAt(node, "too many values: aliases and merge keys unfold to more than %d", maxUnfolded)
	}
	return nil
}

type encoder struct {
	b        bytes.Buffer
	unfolded *unfolding
	aliases  int // how many aliases the node being written is inside of
	depth    int
	open     map[*yaml.Node]bool
}

func nodeToJSON(node *yaml.Node, unfolded *unfolding) ([]byte, error) {
	e := &encoder{unfolded: unfolded, open: map[*yaml.Node]bool{}}
	if err := e.node(node); err != nil {
		return nil, err
	}
	return e.b.Bytes(), nil
}

func (e *encoder) node(node *yaml.Node) error {
	if e.aliases > 0 {
		if err := e.unfolded.add(node); err != nil {
			return err
		}
	}
	if e.depth++; e.depth > maxDepth {
		return failAt(node, "values nest deeper than %d", maxDepth)
	}
	defer func() { e.depth-- }()
	switch node.Kind {
	case yaml.AliasNode:
		return e.alias(node)
	case yaml.MappingNode:
		return e.mapping(node)
	case yaml.SequenceNode:
		return e.sequence(node)
	case yaml.ScalarNode:
		return e.scalar(node)
	default:
		return failAt(node, "unexpected content")
	}
}

func (e *encoder) alias(node *yaml.Node) error {
	if e.open[node.Alias] {
		return failAt(node, "the alias *%s holds itself", node.Value)
	}
	e.aliases++
	defer func() { e.aliases-- }()
	return e.node(node.Alias)
}

func (e *encoder) sequence(node *yaml.Node) error {
	e.open[node] = true
	defer delete(e.open, node)
	e.b.WriteByte('[')
	for i, item := range node.Content {
		if i > 0 {
			e.b.WriteByte(',')
		}
		if err := e.node(item); err != nil {
			return err
		}
	}
	e.b.WriteByte(']')
	return nil
}

type pair struct {
	key, value *yaml.Node
	merged     bool // it stands elsewhere in the file
}

func (e *encoder) mapping(node *yaml.Node) error {
	e.open[node] = true
	defer delete(e.open, node)
	pairs, err := e.pairs(node, 0)
	if err != nil {
		return err
	}
	e.b.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			e.b.WriteByte(',')
		}
		if err := e.member(p); err != nil {
			return err
		}
	}
	e.b.WriteByte('}')
	return nil
}

func (e *encoder) member(p pair) error {
	if p.merged {
		e.aliases++
		defer func() { e.aliases-- }()
	}
	if e.aliases > 0 {
		if err := e.unfolded.add(p.key); err != nil {
			return err
		}
	}
	e.text(p.key.Value)
	e.b.WriteByte(':')
	return e.node(p.value)
}

// pairs returns a mapping's members with merge keys (<<) unfolded: what is written out wins over what is merged in.
func (e *encoder) pairs(node *yaml.Node, depth int) ([]pair, error) {
	var pairs, merged []pair
	seen := map[string]bool{}
	if depth > 20 {
		return nil, failAt(node, "merge keys nest too deep")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if depth > 0 {
			if err := e.unfolded.add(key); err != nil {
				return nil, err
			}
		}
		if key.Kind != yaml.ScalarNode {
			return nil, failAt(key, "a key must be text")
		}
		if key.Tag == "!!merge" {
			more, err := e.merge(value, depth)
			if err != nil {
				return nil, err
			}
			merged = append(merged, more...)
			continue
		}
		if seen[key.Value] {
			return nil, failAt(key, "the key %q is there twice", key.Value)
		}
		seen[key.Value] = true
		pairs = append(pairs, pair{key: key, value: value})
	}
	for _, p := range merged {
		if !seen[p.key.Value] {
			seen[p.key.Value] = true
			p.merged = true
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

func (e *encoder) merge(value *yaml.Node, depth int) ([]pair, error) {
	if err := e.unfolded.add(value); err != nil {
		return nil, err
	}
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	if value.Kind == yaml.MappingNode {
		return e.pairs(value, depth+1)
	}
	if value.Kind != yaml.SequenceNode {
		return nil, failAt(value, "<< takes a mapping")
	}
	var all []pair
	for _, item := range value.Content {
		more, err := e.merge(item, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// text writes a JSON string with <, > and & as they are.
func (e *encoder) text(value string) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // a string always encodes
	e.b.Write(bytes.TrimRight(b.Bytes(), "\n"))
}

var jsonNumber = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
})

func (e *encoder) scalar(node *yaml.Node) error {
	switch node.ShortTag() {
	case "!!null":
		e.b.WriteString("null")
	case "!!bool":
		var value bool
		if err := node.Decode(&value); err != nil {
			return failAt(node, "%q is not true or false", node.Value)
		}
		e.b.WriteString(strconv.FormatBool(value))
	case "!!int", "!!float":
		return e.number(node)
	case "!!binary":
		return failAt(node, "binary values cannot be sent as JSON")
	default: // text, and dates as they are written
		e.text(node.Value)
	}
	return nil
}

func (e *encoder) number(node *yaml.Node) error {
	if jsonNumber().MatchString(node.Value) {
		e.b.WriteString(node.Value)
		return nil
	}
	var whole int64
	if node.ShortTag() == "!!int" && node.Decode(&whole) == nil { // 0x1f, 1_000
		e.b.WriteString(strconv.FormatInt(whole, 10))
		return nil
	}
	var value float64
	if err := node.Decode(&value); err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return failAt(node, "%s is not a number that JSON can hold", node.Value)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return failAt(node, "%s: %v", node.Value, err)
	}
	e.b.Write(data)
	return nil
}

// FromJSON converts one JSON value to YAML, keys in the given order and numbers to the digit.
func FromJSON(data []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	node, err := jsonNode(dec)
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(node); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), enc.Close()
}

func jsonNode(dec *json.Decoder) (*yaml.Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return jsonContainer(dec, value)
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value.String()}, nil
	case string:
		return textNode(value), nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value)}, nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
}

var oldBoolean = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)
})

// textNode quotes what other readers of YAML would take for something else than text.
func textNode(value string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(value)
	if oldBoolean().MatchString(value) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

func jsonContainer(dec *json.Decoder, open json.Delim) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if open == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for dec.More() {
		item, err := jsonNode(dec) // in an object, keys and values take turns
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, item)
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle
	}
	_, err := dec.Token()
	return node, err
}
