package engine

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxPathNesting bounds filters inside filters.
const maxPathNesting = 32

// pathParser reads a path from text.
type pathParser struct {
	text    string
	at      int
	nesting int
}

// parsePath reads a whole path. The prefix "$." is optional, as in Jayway.
func parsePath(text string) (*jsonPath, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, errors.New("the path is empty")
	}
	if text[0] != '$' && text[0] != '@' {
		text = "$." + text
	}
	p := &pathParser{text: text}
	path, err := p.path(false)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, p.fail("unexpected text")
	}
	return path, nil
}

func (p *pathParser) fail(what string) error {
	return fmt.Errorf("%s at position %d of the path %q", what, p.at, p.text)
}

func (p *pathParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// accept moves over a literal if it is next.
func (p *pathParser) accept(literal string) bool {
	if !strings.HasPrefix(p.text[p.at:], literal) {
		return false
	}
	p.at += len(literal)
	return true
}

func (p *pathParser) blanks() {
	for p.peek() == ' ' || p.peek() == '\t' || p.peek() == '\n' || p.peek() == '\r' {
		p.at++
	}
}

// path reads from $ or @. Inside a filter the first text that cannot continue a path ends it.
func (p *pathParser) path(inFilter bool) (*jsonPath, error) {
	path := &jsonPath{relative: p.peek() == '@'}
	p.at++
	for p.at < len(p.text) && path.call == nil {
		more, err := p.step(path, inFilter)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	return path, nil
}

// step reads one step, or reports that there is none.
func (p *pathParser) step(path *jsonPath, inFilter bool) (bool, error) {
	switch {
	case p.accept(".."):
		return true, p.selection(path, true, inFilter)
	case p.accept("."):
		return true, p.selection(path, false, inFilter)
	case p.peek() == '[':
		return true, p.brackets(path, false)
	}
	return false, nil
}

// selection reads what follows a dot: *, brackets, a name or a function.
func (p *pathParser) selection(path *jsonPath, deep, inFilter bool) error {
	switch p.peek() {
	case '*':
		p.at++
		path.steps = append(path.steps, pathStep{all: true, deep: deep})
		return nil
	case '[':
		return p.brackets(path, deep)
	}
	start := p.at
	for p.at < len(p.text) && !endsName(p.text[p.at], inFilter) {
		p.at++
	}
	name := p.text[start:p.at]
	if name == "" {
		return p.fail("a name is missing")
	}
	if p.peek() == '(' {
		return p.function(path, name)
	}
	path.steps = append(path.steps, pathStep{names: []string{name}, deep: deep})
	return nil
}

func endsName(c byte, inFilter bool) bool {
	if inFilter && strings.IndexByte(")<>=!&|,]~", c) >= 0 {
		return true
	}
	return c == '.' || c == '[' || c == '(' || c == ' ' || c == '\t' || c == '\n' || c == '\r'
}

func (p *pathParser) function(path *jsonPath, name string) error {
	if !knownFunction(name) {
		return p.fail("unknown function " + name + "()")
	}
	p.at++
	call := &pathCall{name: name}
	for p.blanks(); p.peek() != ')'; p.blanks() {
		argument, err := p.operand()
		if err != nil {
			return err
		}
		call.arguments = append(call.arguments, argument)
		p.blanks()
		if !p.accept(",") && p.peek() != ')' {
			return p.fail("expected , or )")
		}
	}
	p.at++
	path.call = call
	return nil
}

// brackets reads ['name', …], [1,2], [1:2], [*] or [?(…)].
func (p *pathParser) brackets(path *jsonPath, deep bool) error {
	p.at++
	p.blanks()
	step := pathStep{deep: deep}
	var err error
	switch c := p.peek(); c {
	case '*':
		p.at++
		step.all = true
	case '\'', '"':
		step.names, err = p.names()
	case '?':
		p.at++
		step.filter, err = p.filter()
	default:
		err = p.positions(&step)
	}
	if err != nil {
		return err
	}
	p.blanks()
	if !p.accept("]") {
		return p.fail("expected ]")
	}
	path.steps = append(path.steps, step)
	return nil
}

func (p *pathParser) names() ([]string, error) {
	var names []string
	for {
		p.blanks()
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		p.blanks()
		if !p.accept(",") {
			return names, nil
		}
	}
}

// quoted reads a text in single or double quotes; a backslash takes the next character as it is.
func (p *pathParser) quoted() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.fail("expected a quote")
	}
	var text strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == quote:
			p.at++
			return text.String(), nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			text.WriteByte(p.text[p.at])
		default:
			text.WriteByte(c)
		}
	}
	return "", p.fail("a quote is not closed")
}

// positions reads indexes or a slice.
func (p *pathParser) positions(step *pathStep) error {
	first, err := p.integer()
	if err != nil {
		return err
	}
	p.blanks()
	if p.accept(":") {
		p.blanks()
		last, err := p.integer()
		step.slice = &pathSlice{from: first, to: last}
		return err
	}
	for {
		if first == nil {
			return p.fail("expected a number")
		}
		step.indexes = append(step.indexes, *first)
		p.blanks()
		if !p.accept(",") {
			return nil
		}
		p.blanks()
		if first, err = p.integer(); err != nil {
			return err
		}
	}
}

// integer reads a number, or nil where there is none.
func (p *pathParser) integer() (*int, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	for p.peek() >= '0' && p.peek() <= '9' {
		p.at++
	}
	if p.at == start {
		return nil, nil //nolint:nilnil // an open end of a slice
	}
	number, err := strconv.ParseInt(p.text[start:p.at], 10, 32)
	if err != nil {
		return nil, p.fail("not a number")
	}
	value := int(number)
	return &value, nil
}
