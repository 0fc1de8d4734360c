package engine

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// predicate is the condition of a filter.
type predicate interface {
	holds(w *walker, current any) bool
}

type (
	conjunction []predicate
	disjunction []predicate
	negation    struct{ of predicate }
	existence   struct{ path *jsonPath }
	comparison  struct {
		left, right operand
		operator    string
	}
)

// operand is a literal, a path or a regular expression.
type operand struct {
	literal any
	path    *jsonPath
	regex   *regexp.Regexp
}

func (c conjunction) holds(w *walker, current any) bool {
	for _, part := range c {
		if !part.holds(w, current) {
			return false
		}
	}
	return true
}

func (d disjunction) holds(w *walker, current any) bool {
	for _, part := range d {
		if part.holds(w, current) {
			return true
		}
	}
	return false
}

func (n negation) holds(w *walker, current any) bool { return !n.of.holds(w, current) }

func (e existence) holds(w *walker, current any) bool {
	value, found := w.eval(e.path, current)
	if list, ok := value.([]any); ok && !e.path.definite() {
		return len(list) > 0
	}
	return found
}

func (c comparison) holds(w *walker, current any) bool {
	left, leftFound := c.left.value(w, current)
	right, rightFound := c.right.value(w, current)
	if c.right.regex != nil {
		text, ok := left.(string)
		return ok && c.right.regex.MatchString(text)
	}
	if !leftFound || !rightFound {
		return c.operator == "!=" && leftFound != rightFound
	}
	return compareWith(c.operator, left, right)
}

func (o operand) value(w *walker, current any) (any, bool) {
	if o.path == nil {
		return o.literal, true
	}
	value, found := w.eval(o.path, current)
	return plain(value), found
}

// filter reads (condition) after the question mark.
func (p *pathParser) filter() (predicate, error) {
	p.blanks()
	if p.peek() != '(' {
		return nil, p.fail("expected ( after ?")
	}
	return p.primary()
}

func (p *pathParser) either() (predicate, error) {
	first, err := p.both()
	if err != nil {
		return nil, err
	}
	parts := disjunction{first}
	for p.blanks(); p.accept("||"); p.blanks() {
		next, err := p.both()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return parts, nil
}

func (p *pathParser) both() (predicate, error) {
	first, err := p.primary()
	if err != nil {
		return nil, err
	}
	parts := conjunction{first}
	for p.blanks(); p.accept("&&"); p.blanks() {
		next, err := p.primary()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return parts, nil
}

// primary reads !x, (x), a comparison or a path that must exist.
func (p *pathParser) primary() (predicate, error) {
	if p.nesting++; p.nesting > maxPathNesting {
		return nil, p.fail("too deeply nested")
	}
	defer func() { p.nesting-- }()
	p.blanks()
	switch {
	case p.accept("!"):
		inner, err := p.primary()
		return negation{inner}, err
	case p.accept("("):
		inner, err := p.either()
		if err != nil {
			return nil, err
		}
		p.blanks()
		if !p.accept(")") {
			return nil, p.fail("expected )")
		}
		return inner, nil
	}
	return p.comparison()
}

func (p *pathParser) comparison() (predicate, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.blanks()
	operator := p.operator()
	if operator == "" {
		if left.path == nil {
			return nil, p.fail("expected an operator")
		}
		return existence{left.path}, nil
	}
	p.blanks()
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	if (operator == "=~") != (right.regex != nil) {
		return nil, p.fail("=~ goes with a /regular expression/")
	}
	return comparison{left: left, right: right, operator: operator}, nil
}

func (p *pathParser) operator() string {
	for _, symbol := range []string{"===", "!==", "==", "!=", "<=", ">=", "=~", "<", ">"} {
		if p.accept(symbol) {
			return symbol
		}
	}
	for _, word := range []string{"in", "nin", "subsetof", "anyof", "noneof", "size", "empty", "contains"} {
		rest := p.text[p.at:]
		if len(rest) > len(word) && strings.EqualFold(rest[:len(word)], word) && strings.IndexByte(" [('\"", rest[len(word)]) >= 0 {
			p.at += len(word)
			return word
		}
	}
	return ""
}

// operand reads a path, a quoted text, a JSON value or a regular expression.
func (p *pathParser) operand() (operand, error) {
	if p.nesting++; p.nesting > maxPathNesting {
		return operand{}, p.fail("too deeply nested")
	}
	defer func() { p.nesting-- }()
	p.blanks()
	switch p.peek() {
	case '$', '@':
		path, err := p.path(true)
		return operand{path: path}, err
	case '\'', '"':
		text, err := p.quoted()
		return operand{literal: text}, err
	case '/':
		regex, err := p.regex()
		return operand{regex: regex}, err
	case '[', '{':
		return p.jsonLiteral()
	}
	return p.word()
}

// word reads a number, true, false or null.
func (p *pathParser) word() (operand, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n)]<>=!&|,", p.text[p.at]) < 0 {
		p.at++
	}
	var value any
	if err := conductor.Decode([]byte(p.text[start:p.at]), &value); err != nil {
		p.at = start
		return operand{}, p.fail("expected a value")
	}
	return operand{literal: value}, nil
}

// jsonLiteral reads a list or object, also with single quotes around texts.
func (p *pathParser) jsonLiteral() (operand, error) {
	start, depth, quote := p.at, 0, byte(0)
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case quote != 0 && c == '\\':
			p.at++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				p.at++
				return p.decodeLiteral(p.text[start:p.at])
			}
		}
	}
	p.at = len(p.text)
	return operand{}, p.fail("a bracket is not closed")
}

func (p *pathParser) decodeLiteral(text string) (operand, error) {
	var value any
	if json.Valid([]byte(text)) {
		err := conductor.Decode([]byte(text), &value)
		return operand{literal: value}, err
	}
	if err := conductor.Decode([]byte(strings.ReplaceAll(text, "'", `"`)), &value); err != nil {
		return operand{}, p.fail("not a JSON value")
	}
	return operand{literal: value}, nil
}

// regex reads /pattern/flags; i is the flag that Jayway users know.
func (p *pathParser) regex() (*regexp.Regexp, error) {
	start := p.at + 1
	for p.at = start; p.at < len(p.text) && p.text[p.at] != '/'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
		}
	}
	if p.at >= len(p.text) {
		p.at = len(p.text)
		return nil, p.fail("a regular expression is not closed")
	}
	pattern := p.text[start:p.at]
	p.at++
	flags := p.at
	for p.peek() >= 'a' && p.peek() <= 'z' {
		p.at++
	}
	if strings.Contains(p.text[flags:p.at], "i") {
		pattern = "(?i)" + pattern
	}
	compiled, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return nil, p.fail("not a regular expression")
	}
	return compiled, nil
}
