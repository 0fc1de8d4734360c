package discover

import (
	"cmp"
	"slices"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

// span is the tokens from one index to before another.
type span struct{ from, to int }

func (s span) empty() bool { return s.from >= s.to }

// binding is a name that a file declares. It can be seen from the tokens of its scope.
type binding struct {
	at    int  // its token
	scope span // where it is seen
	value span // the expression that it stands for; empty where that is not known
	body  int  // the bracket that its members, or its statements, stand in; 0 for what has none

	parameter int    // which one of its function, counted from 1; 0 for what is none
	property  string // of a parameter that is taken apart
	function  bool
}

// imported is where a name comes from: files that may declare it, and its path there.
type imported struct {
	files []string // ends of paths, the likeliest first
	path  []string
}

// unit is one file that is read by its tokens.
type unit struct {
	lexer.File
	source  *source
	names   map[string][]*binding
	imports map[string]imported
	changed map[string]bool // names that are given another value somewhere
	scopes  map[int]bool    // blocks of functions and classes, where not every block is a scope
}

func (u *unit) token(i int) lexer.Token {
	if i < 0 || i >= len(u.Tokens) {
		return lexer.Token{Kind: lexer.Mark}
	}
	return u.Tokens[i]
}

// match is the partner of the bracket at i; -1 for what has none.
func (u *unit) match(i int) int {
	if i < 0 || i >= len(u.Match) {
		return -1
	}
	return u.Match[i]
}

func (u *unit) is(i int, value string) bool { return u.token(i).Is(value) }

func (u *unit) word(i int) bool { return u.token(i).Kind == lexer.Word }

func (u *unit) oneOf(i int, values ...string) bool {
	t := u.token(i)
	return t.Kind != lexer.Text && t.Kind != lexer.Number && slices.Contains(values, t.Value)
}

// after is the index behind the bracket that opens at i; i+1 where it has no partner.
func (u *unit) after(i int) int {
	return max(i, u.match(i)) + 1
}

// opens reports whether a call's parenthesis, with its partner, is at i.
func (u *unit) opens(i int) bool { return u.is(i, "(") && u.match(i) > i }

// inside are the tokens in the bracket at i, none where it has no partner; all of the file for -1.
func (u *unit) inside(i int) span {
	if i < 0 {
		return span{0, len(u.Tokens)}
	}
	return span{i + 1, max(i+1, u.match(i))}
}

// maxSteps bounds how far an end is looked for, in tokens outside brackets: what hostile sources repeat costs no square of it.
const maxSteps = 1000

// find is the first token outside brackets that is one of the marks or words; the end of the span where none is near.
func (u *unit) find(s span, values ...string) int {
	for i, steps := s.from, 0; i < s.to && steps < maxSteps; steps++ {
		if u.oneOf(i, values...) {
			return i
		}
		i = u.after(i)
	}
	return s.to
}

// split parts a span at a mark, leaving out what is empty.
func (u *unit) split(s span, mark string) []span {
	var parts []span
	for s.from < s.to {
		end := u.find(s, mark)
		if end > s.from {
			parts = append(parts, span{s.from, end})
		}
		s.from = end + 1
	}
	return parts
}

// splitTyped parts parameters at their commas, but not the types in them: Map<String, Object> is one.
func (u *unit) splitTyped(s span) []span {
	var parts []span
	angles, from := 0, s.from
	for i := s.from; i < s.to; i = u.after(i) {
		switch {
		case u.is(i, "<"):
			angles++
		case u.is(i, ">"):
			angles = max(0, angles-1)
		case u.is(i, ",") && angles == 0:
			parts = append(parts, span{from, i})
			from = i + 1
		}
	}
	if from < s.to {
		parts = append(parts, span{from, s.to})
	}
	return parts
}

// entry is one argument or property. Name is empty for what has none; Index counts those without.
type entry struct {
	name  string
	index int
	value span
	at    int
}

// entries are the arguments of a call, or the properties of an object, in the bracket at open. A name ends with : or =.
func (u *unit) entries(open int) []entry {
	var all []entry
	index := 0
	for _, part := range u.split(u.inside(open), ",") {
		e := entry{value: part, at: part.from, index: -1}
		if named := part.from + 1; (u.is(named, ":") || u.is(named, "=")) && u.token(part.from).Kind != lexer.Mark {
			e.name, e.value.from = u.token(part.from).Value, named+1
		} else {
			if part.to-part.from == 1 && u.word(part.from) {
				e.name = u.token(part.from).Value // a property that is called as its value is
			}
			e.index = index
			index++
		}
		all = append(all, e)
	}
	return all
}

// argument is the entry of one of the names, or the one without a name at the position; empty where there is none.
func argument(all []entry, position int, names ...string) span {
	for _, e := range all {
		if slices.Contains(names, e.name) && e.index < 0 || e.index >= 0 && e.index == position {
			return e.value
		}
	}
	return span{}
}

// property is the entry of that name in an object.
func property(all []entry, name string) (span, bool) {
	for _, e := range all {
		if e.name == name {
			return e.value, true
		}
	}
	return span{}, false
}

// declare adds a binding that is seen in the bracket which its token stands in.
func (u *unit) declare(at int, b binding) {
	if b.scope.empty() {
		b.scope = u.inside(u.Up[at])
	}
	b.at = at
	name := u.Tokens[at].Value
	u.names[name] = append(u.names[name], &b)
}

// lookup is the declaration of a name that is seen from a token: the innermost. Two of one scope cannot be told apart: then the
// binding has no value.
func (u *unit) lookup(name string, at int) *binding {
	var found []*binding
	for _, b := range u.names[name] {
		if b.scope.from <= at && at < b.scope.to || at == b.scope.to && at == len(u.Tokens) {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b *binding) int { return cmp.Compare(a.scope.to-a.scope.from, b.scope.to-b.scope.from) })
	return alone(found)
}

// alone is the first binding, without its value where another has the same scope.
func alone(found []*binding) *binding {
	if len(found) > 1 && found[0].scope == found[1].scope {
		unknown := *found[0]
		unknown.value, unknown.body, unknown.parameter = span{}, 0, 0
		return &unknown
	}
	return found[0]
}

// member is what is declared right in the bracket at open.
func (u *unit) member(name string, open int) *binding {
	var found []*binding
	for _, b := range u.names[name] {
		if b.scope == u.inside(open) {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return alone(found)
}

// inner are the tokens of a function: the statements of its block, or its one expression.
func (b *binding) inner(u *unit) span {
	if b.body > 0 {
		return u.inside(b.body)
	}
	return b.value
}

// enclosing is the function with a name around a token, and the name; nil outside all.
func (u *unit) enclosing(at int) (string, *binding) {
	var around *binding
	name := ""
	for n, all := range u.names {
		for _, b := range all {
			in := b.inner(u)
			if b.function && in.from <= at && at < in.to && (around == nil || in.from > around.inner(u).from) {
				name, around = n, b
			}
		}
	}
	return name, around
}

// onlyReturn is what a function's one return statement gives back, or its one expression; all that is in it where it has several.
func (u *unit) onlyReturn(b *binding) span {
	body := b.inner(u)
	returns := 0
	for i := body.from; i < body.to; i++ {
		if u.is(i, "return") {
			returns++
		}
	}
	if returns > 1 {
		return body
	}
	return u.lastReturn(b)
}

// lastReturn is what the return statement right in a function gives back; all that is in it where it has none, or several.
func (u *unit) lastReturn(b *binding) span {
	body := b.inner(u)
	last := -1
	for i := body.from; i < body.to; i++ {
		if u.is(i, "return") && u.Up[i] == b.body {
			if last >= 0 || u.conditional(i) {
				return body
			}
			last = i
		}
	}
	if last < 0 {
		return body
	}
	return span{last + 1, u.find(span{last + 1, body.to}, ";", lexer.Break)}
}

// conditional reports whether a statement is the one of an if or a loop that has no block.
func (u *unit) conditional(i int) bool {
	head := u.match(i-1) - 1
	return u.oneOf(i-1, "else", ":") || u.is(i-1, ")") && u.oneOf(head, "if", "while", "for")
}

// parameters declares the names in the parentheses at open, seen in the scope. A name is what stands before a comma, a type, a
// default or the end. Those of an object that is taken apart are properties of their parameter.
func (u *unit) parameters(open int, scope span) {
	for i, part := range u.splitTyped(u.inside(open)) {
		if u.is(part.from, "{") && u.match(part.from) > part.from {
			u.destructure(part.from, scope, i+1)
			continue
		}
		for at := part.from; at < part.to; at++ {
			if u.word(at) && (at+1 == part.to || u.oneOf(at+1, ":", "=", "?")) {
				b := binding{scope: scope, parameter: i + 1}
				if equals := u.find(span{at, part.to}, "="); equals < part.to {
					b.value = span{equals + 1, part.to}
				}
				u.declare(at, b)
				break
			}
		}
	}
}

// destructure declares what { a, b: c, ...d } takes from the parameter; from anything else where that is 0.
func (u *unit) destructure(open int, scope span, parameter int) {
	for _, part := range u.split(u.inside(open), ",") {
		at := part.from
		name := u.token(at).Value
		if u.is(at+1, ":") && u.word(at+2) {
			at += 2
		}
		if u.word(at) {
			u.declare(at, binding{scope: scope, parameter: parameter, property: name})
		}
	}
}

// place is the line of a token.
func (u *unit) place(i int) Place { return Place{u.source.path, u.token(i).Line} }

// expression is what a span has, in one line.
func (u *unit) expression(s span) string {
	if s.empty() || s.to > len(u.Tokens) {
		return "?"
	}
	return oneLine(u.Source[u.Tokens[s.from].Pos:u.Tokens[s.to-1].To])
}
