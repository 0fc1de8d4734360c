package engine

import (
	"strings"
)

// template is a JSON value with ${…} expressions in its texts, parsed once and resolved often. Keys are never expressions.
//
// Unlike Conductor's, an expression never reads the server's environment variables or system properties (there ${HOME}
// is the server's home folder): a workflow's author must not see the machine of whoever runs the server.
type template struct {
	literal any // without any expression
	fields  map[string]template
	items   []template
	text    []piece
}

// piece is literal text or an expression.
type piece struct {
	literal    string
	expression *expression
}

// expression is the inside of one ${…}.
type expression struct {
	source string    // as written, with ${ and }
	path   *jsonPath // nil when the path is broken, or not known before the inner expressions are
	inner  []piece   // a path with expressions in it
	blank  bool
}

// taskIDName is the expression for the id of the task that is being made.
const taskIDName = "CPEWF_TASK_ID"

// secretsPrefix begins expressions that are replaced only in what a worker receives, never in what is stored.
const secretsPrefix = "workflow.secrets."

// compile parses the expressions in a value. Parts without any are shared with the value.
func compile(value any) template {
	switch v := value.(type) {
	case string:
		return compileText(v)
	case map[string]any:
		fields := make(map[string]template, len(v))
		dynamic := false
		for key, item := range v {
			fields[key] = compile(item)
			dynamic = dynamic || fields[key].dynamic()
		}
		if dynamic {
			return template{fields: fields}
		}
	case []any:
		items := make([]template, 0, len(v))
		dynamic := false
		for _, item := range v {
			items = append(items, compile(item))
			dynamic = dynamic || items[len(items)-1].dynamic()
		}
		if dynamic {
			return template{items: items}
		}
	}
	return template{literal: value}
}

func compileText(text string) template {
	if !strings.Contains(text, "${") {
		return template{literal: text}
	}
	pieces := parsePieces(text)
	if len(pieces) == 1 && pieces[0].literal == text {
		return template{literal: text}
	}
	return template{text: pieces}
}

// present reports whether there is a value at all.
func (t template) present() bool { return t.literal != nil || t.dynamic() }

func (t template) dynamic() bool { return t.fields != nil || t.items != nil || t.text != nil }

// resolve returns the value with its expressions replaced. A text that is one expression becomes the value as it is.
func (t template) resolve(s *scope) any {
	switch {
	case t.fields != nil:
		resolved := make(map[string]any, len(t.fields))
		for key, item := range t.fields {
			resolved[key] = item.resolve(s)
		}
		return resolved
	case t.items != nil:
		resolved := make([]any, 0, len(t.items))
		for _, item := range t.items {
			resolved = append(resolved, item.resolve(s))
		}
		return resolved
	case len(t.text) == 1 && t.text[0].expression != nil:
		return t.text[0].expression.resolve(s)
	case t.text != nil:
		return resolveText(t.text, s)
	}
	return t.literal
}

func resolveText(pieces []piece, s *scope) string {
	var text strings.Builder
	for _, p := range pieces {
		if p.expression == nil {
			text.WriteString(p.literal)
			continue
		}
		writeJava(&text, p.expression.resolve(s))
	}
	return text.String()
}

// parsePieces cuts a text at its expressions. $${…} is the text ${…}; an expression without an end is text.
func parsePieces(text string) []piece {
	var pieces []piece
	var literal strings.Builder
	for text != "" {
		start := strings.Index(text, "${")
		if start < 0 {
			break
		}
		end := closing(text[start:])
		if end < 0 {
			break
		}
		whole := text[start : start+end]
		if escaped := start > 0 && text[start-1] == '$'; escaped {
			literal.WriteString(text[:start-1])
			literal.WriteString(whole)
		} else {
			literal.WriteString(text[:start])
			pieces = appendLiteral(pieces, &literal)
			pieces = append(pieces, piece{expression: newExpression(whole)})
		}
		text = text[start+end:]
	}
	literal.WriteString(text)
	pieces = appendLiteral(pieces, &literal)
	return pieces
}

func appendLiteral(pieces []piece, literal *strings.Builder) []piece {
	if literal.Len() == 0 {
		return pieces
	}
	pieces = append(pieces, piece{literal: literal.String()})
	literal.Reset()
	return pieces
}

// closing is the length of the expression that a text begins with, or -1. Expressions inside it close first.
func closing(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '$' && i+1 < len(text) && text[i+1] == '{':
			depth++
			i++
		case text[i] == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func newExpression(source string) *expression {
	inside := source[2 : len(source)-1]
	if strings.TrimSpace(inside) == "" {
		return &expression{source: source, blank: true}
	}
	if strings.Contains(inside, "${") {
		return &expression{source: source, inner: parsePieces(inside)}
	}
	path, _ := parsePath(inside) // a broken path means nothing: registration has refused it
	return &expression{source: source, path: path}
}

func (e *expression) resolve(s *scope) any {
	switch {
	case e.blank:
		return ""
	case e.inner != nil:
		return newExpression("${" + strings.ReplaceAll(resolveText(e.inner, s), "${", "") + "}").resolve(s)
	case e.path == nil, s.taskID == "" && e.names(taskIDName):
		return e.asText()
	case strings.HasPrefix(strings.TrimSpace(e.source[2:]), secretsPrefix):
		return e.source
	}
	value, _ := evalPath(e.path, s)
	return value
}

// names reports whether the expression is a plain name.
func (e *expression) names(name string) bool {
	return strings.TrimSpace(e.source[2:len(e.source)-1]) == name
}

// asText is an expression that stays as it is, or nothing where its path is broken.
func (e *expression) asText() any {
	if e.path == nil {
		return nil
	}
	return e.source
}
