package manifest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// change is one change of a tree of nodes: an item or a member of parent.
type change struct {
	parent *yaml.Node
	step   any
	added  *yaml.Node
	insert bool
}

// apply makes the change in the tree.
func (c change) apply() error {
	switch step := c.step.(type) {
	case string:
		if c.parent.Kind != yaml.MappingNode {
			return fmt.Errorf("edit the file: line %d is not an object", c.parent.Line)
		}
		for i := 0; i+1 < len(c.parent.Content); i += 2 {
			if c.parent.Content[i].Value == step {
				c.parent.Content[i+1] = c.added
				return nil
			}
		}
		c.open()
		c.parent.Content = append(c.parent.Content, textNode(step), c.added)
		return nil
	case int:
		items := len(c.parent.Content)
		if c.parent.Kind != yaml.SequenceNode || step < 0 || step > items || (step == items && !c.insert) {
			return fmt.Errorf("edit the file: no place %d at line %d", step, c.parent.Line)
		}
		if !c.insert {
			c.parent.Content[step] = c.added
			return nil
		}
		c.open()
		c.parent.Content = slices.Insert(c.parent.Content, step, c.added)
		return nil
	default:
		return fmt.Errorf("edit the file: %v is no step of a path", c.step)
	}
}

// open turns [] and {} into blocks, which are easier to read with something in them.
func (c change) open() {
	if len(c.parent.Content) == 0 {
		c.parent.Style &^= yaml.FlowStyle
	}
}

// splice makes the change in the text, before apply; nil where this needs more than adding lines or replacing a word. What it
// returns must be checked: YAML has more ways of writing than are known here.
func (c change) splice(text []byte) []byte {
	if len(c.parent.Content) == 0 {
		return nil
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	flow := c.parent.Style&yaml.FlowStyle != 0
	switch step := c.step.(type) {
	case int:
		return c.spliceItem(lines, step, flow)
	case string:
		if flow || c.parent.Kind != yaml.MappingNode || c.has(step) {
			return nil
		}
		member := change{added: &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(step), c.added}}}
		return insertLines(lines, endOfBlock(lines, c.parent), member.block("", c.parent.Column-1))
	}
	return nil
}

// spliceItem is splice for an item of a list.
func (c change) spliceItem(lines [][]byte, index int, flow bool) []byte {
	items := c.parent.Content
	switch {
	case c.parent.Kind != yaml.SequenceNode || index < 0 || index > len(items):
		return nil
	case !c.insert:
		return c.word(lines, index, "")
	case flow && index == len(items):
		return c.word(lines, index-1, items[index-1].Value+", ")
	case flow:
		return nil
	}
	at := endOfBlock(lines, c.parent)
	if index < len(items) {
		at = aboveComments(lines, items[index].Line-1, c.parent.Column-1)
		for index > 0 && at > 0 && len(bytes.TrimSpace(lines[at-1])) == 0 {
			at-- // the blank line stays between the items that it kept apart
		}
	}
	return insertLines(lines, at, c.block("- ", c.parent.Column-1))
}

func (c change) has(name string) bool {
	for i := 0; i+1 < len(c.parent.Content); i += 2 {
		if c.parent.Content[i].Value == name {
			return true
		}
	}
	return false
}

// word puts the added word, behind before, in place of a plain word of a list.
func (c change) word(lines [][]byte, index int, before string) []byte {
	if index >= len(c.parent.Content) {
		return nil
	}
	old := c.parent.Content[index]
	if old.Kind != yaml.ScalarNode || c.added.Kind != yaml.ScalarNode || old.Style != 0 || old.Line > len(lines) {
		return nil
	}
	line, at := lines[old.Line-1], old.Column-1
	if at+len(old.Value) > len(line) || string(line[at:at+len(old.Value)]) != old.Value {
		return nil
	}
	word, err := yaml.Marshal(c.added)
	if err != nil {
		return nil
	}
	lines[old.Line-1] = slices.Concat(line[:at], []byte(before), bytes.TrimRight(word, "\n"), line[at+len(old.Value):])
	return bytes.Join(lines, nil)
}

// block is the added value as lines, each indented, the first behind lead.
func (c change) block(lead string, indent int) []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if enc.Encode(c.added) != nil || enc.Close() != nil {
		return nil
	}
	var out bytes.Buffer
	margin := strings.Repeat(" ", indent)
	for i, row := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		out.WriteString(strings.TrimRight(margin+lead+row, " ") + "\n")
	}
	return out.Bytes()
}

// aboveComments goes up from a line to the first of the comments that stand directly above it, as deep as the item or deeper.
func aboveComments(lines [][]byte, line, indent int) int {
	for line > 0 {
		above := lines[line-1]
		text := bytes.TrimLeft(above, " ")
		if !bytes.HasPrefix(text, []byte("#")) || len(above)-len(text) < indent {
			break
		}
		line--
	}
	return line
}

// endOfBlock returns the index of the line behind a block: behind its last line that has content, or a comment deeper than it.
func endOfBlock(lines [][]byte, node *yaml.Node) int {
	indent, end := node.Column-1, node.Line
	for i := node.Line; i < len(lines); i++ {
		text := bytes.TrimLeft(bytes.TrimRight(lines[i], " \r\n"), " ")
		depth := len(bytes.TrimRight(lines[i], " \r\n")) - len(text)
		switch {
		case len(text) == 0, text[0] == '#' && depth <= indent:
			continue
		case depth < indent, depth == 0 && (bytes.HasPrefix(text, []byte("---")) || bytes.HasPrefix(text, []byte("..."))):
			return end
		case depth == indent && node.Kind == yaml.SequenceNode && text[0] != '-':
			return end
		}
		end = i + 1
	}
	return end
}

func insertLines(lines [][]byte, at int, added []byte) []byte {
	if added == nil || at > len(lines) {
		return nil
	}
	before := bytes.Join(lines[:at], nil)
	if len(before) > 0 && before[len(before)-1] != '\n' {
		before = append(before, '\n')
	}
	return slices.Concat(before, added, bytes.Join(lines[at:], nil))
}
