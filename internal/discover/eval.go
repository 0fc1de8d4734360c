package discover

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

// value is what an expression comes to: a text, nothing (None, null), or, where ok is not set, what cannot be said.
type value struct {
	ok, none bool
	number   bool
	text     string
	from     string // "code" or "env NAME"
	place    Place
}

// frame is where an expression is evaluated: its file, and what a caller gives the function around it.
type frame struct {
	u         *unit
	arguments map[*binding]value
	site      Place // of the outermost caller; zero where there is none
	depth     int
}

const maxNesting = 40 // of expressions, calls and imports

func (f frame) deeper() frame { f.depth++; return f }

// eval says what an expression comes to.
func (p *program) eval(f frame, s span) value {
	u := f.u
	for u.is(s.from, "(") && u.after(s.from) == s.to && s.to-s.from > 2 {
		s = u.inside(s.from)
	}
	if s.empty() || f.depth > maxNesting {
		return value{}
	}
	f = f.deeper()
	if v, done := p.choice(f, s); done {
		return v
	}
	if parts := u.split(s, "+"); len(parts) > 1 {
		return p.concatenated(f, parts)
	}
	if parts := u.split(s, "*"); len(parts) > 1 {
		return p.product(f, parts)
	}
	s = u.plain(s)
	switch t := u.token(s.from); {
	case t.Kind == lexer.Text:
		return p.literal(f, s)
	case t.Kind == lexer.Number && s.to-s.from == 1:
		return value{ok: true, number: true, text: t.Value, from: "code", place: u.place(s.from)}
	}
	if name, otherwise, found := p.variable(u, s); found {
		return p.environment(f, name, otherwise)
	}
	return p.operand(f, s)
}

// choice evaluates what takes one of two: a ?? b, a || b, a or b, c ? a : b, a if c else b.
func (p *program) choice(f frame, s span) (value, bool) {
	u := f.u
	if i := u.find(s, "?"); i < s.to && i > s.from {
		if colon := u.find(span{i + 1, s.to}, ":"); colon < s.to {
			return p.chosen(f, span{s.from, i}, span{i + 1, colon}, span{colon + 1, s.to}), true
		}
	}
	if i := u.find(s, "if"); i < s.to && i > s.from {
		if other := u.find(span{i + 1, s.to}, "else"); other < s.to {
			return p.chosen(f, span{i + 1, other}, span{s.from, i}, span{other + 1, s.to}), true
		}
	}
	i := u.find(s, "??", "||", "or")
	if i == s.to || i == s.from {
		return value{}, false
	}
	first := p.eval(f, span{s.from, i})
	if first.ok && (first.none || first.text == "" && !u.is(i, "??")) {
		return p.eval(f, span{i + 1, s.to}), true
	}
	return first, true
}

func (p *program) chosen(f frame, condition, yes, no span) value {
	switch p.truth(f, condition) {
	case 1:
		return p.eval(f, yes)
	case -1:
		return p.eval(f, no)
	}
	return value{}
}

// truth is 1 for a condition that holds, -1 for one that does not, 0 where that cannot be said.
func (p *program) truth(f frame, s span) int {
	u := f.u
	sign := 1
	for u.oneOf(s.from, "!", "not") {
		s.from, sign = s.from+1, -sign
	}
	if i := u.find(s, "==", "===", "!=", "!==", "is"); i < s.to {
		if u.oneOf(i, "!=", "!==") {
			sign = -sign
		}
		right := span{i + 1, s.to}
		if u.is(right.from, "not") {
			right.from, sign = right.from+1, -sign
		}
		a, b := p.eval(f, span{s.from, i}), p.eval(f, right)
		return sign * sureOf(a.ok && b.ok, a.none == b.none && a.text == b.text)
	}
	if n := s.to; n-s.from > 4 && u.oneOf(n-3, "isEmpty", "isBlank", "is_empty") && u.is(n-4, ".") {
		v := p.eval(f, span{s.from, n - 4})
		return sign * sureOf(v.ok, v.text == "")
	}
	v := p.eval(f, s)
	if v.number {
		return sign * sureOf(true, toNumber(v.text) != 0)
	}
	return sign * sureOf(v.ok, v.text != "")
}

func sureOf(known, holds bool) int {
	switch {
	case !known:
		return 0
	case holds:
		return 1
	default:
		return -1
	}
}

func (p *program) concatenated(f frame, parts []span) value {
	whole := value{ok: true, from: "code"}
	for _, part := range parts {
		v := p.eval(f, part)
		if !v.ok || v.none || v.number {
			return value{}
		}
		whole.text += v.text
		if v.from != "code" {
			whole.from = v.from
		}
		if whole.place.File == "" {
			whole.place = v.place
		}
	}
	return whole
}

func (p *program) product(f frame, parts []span) value {
	product := 1.0
	for _, part := range parts {
		v := p.eval(f, part)
		if !v.number {
			return value{}
		}
		product *= toNumber(v.text)
	}
	return value{ok: true, number: true, text: strconv.FormatFloat(product, 'f', -1, 64), from: "code"}
}

// literal is a text; several that follow each other are one. What is done to it is not known, but for what changes nothing.
func (p *program) literal(f frame, s span) value {
	v := value{ok: true, from: "code", place: f.u.place(s.from)}
	for i := s.from; i < s.to; i++ {
		t := f.u.token(i)
		if t.Kind != lexer.Text {
			return p.operand(f, s)
		}
		if t.Computed {
			return value{}
		}
		v.text += t.Value
	}
	return v
}

func (p *program) environment(f frame, name, otherwise span) value {
	variable := p.eval(f, name)
	if f.u.word(name.from) && name.to-name.from == 1 && !variable.ok && name != otherwise {
		variable = value{ok: isUpper(f.u.token(name.from).Value), text: f.u.token(name.from).Value} // process.env.NAME
	}
	if !variable.ok || variable.none {
		return value{}
	}
	text, set := p.env.Lookup(variable.text)
	if !set && !otherwise.empty() {
		return p.eval(f, otherwise)
	}
	return value{ok: true, none: !set, text: text, from: "env " + variable.text, place: p.env.variables[variable.text].Place}
}

func isUpper(name string) bool { return name == strings.ToUpper(name) }

// operand evaluates a name, a path of names, a call of the project's own function, or one of these with a method that changes nothing.
func (p *program) operand(f frame, s span) value {
	u := f.u
	if s.empty() {
		return value{}
	}
	if u.is(s.to-1, ")") && u.match(s.to-1) > s.from {
		return p.called(f, s, u.match(s.to-1))
	}
	if u.token(s.from).Kind == lexer.Text && s.to-s.from == 1 {
		return p.literal(f, s)
	}
	names, ok := u.path(s)
	switch last := len(names) - 1; {
	case !ok:
		return value{}
	case last == 0 && slices.Contains([]string{"None", "null", "undefined"}, names[0]):
		return value{ok: true, none: true, from: "code", place: u.place(s.from)}
	case last > 0 && names[last] == "value": // of Python's enumerations
		names = names[:last]
	}
	return p.resolve(f, names, s.from)
}

// plain leaves out what does not change a value: & and await before it, a type or ! behind it.
func (u *unit) plain(s span) span {
	for u.oneOf(s.from, "&", "*", "await") {
		s.from++
	}
	if i := u.find(s, "as", "satisfies"); i > s.from {
		s.to = i
	}
	for s.to-1 > s.from && u.oneOf(s.to-1, "!", "?") {
		s.to--
	}
	return s
}

// path reads a.b.c, a::b and a?.b.
func (u *unit) path(s span) (names []string, ok bool) {
	for i := s.from; i < s.to; i++ {
		separator := (i-s.from)%2 == 1
		switch {
		case separator && u.oneOf(i, ".", "::", "?."):
		case !separator && u.word(i):
			names = append(names, u.token(i).Value)
		default:
			return nil, false
		}
	}
	return names, len(names) > 0 && (s.to-s.from)%2 == 1
}

// called evaluates a call whose parentheses open at open.
func (p *program) called(f frame, s span, open int) value {
	u := f.u
	method := u.token(open - 1).Value
	arguments := u.split(u.inside(open), ",")
	receiver := span{s.from, open - 2}
	switch {
	case slices.Contains([]string{"from", "Some", "str", "String", "of", "valueOf", "ofNullable"}, method) && len(arguments) == 1:
		return p.eval(f, arguments[0])
	case receiver.empty() || !u.oneOf(open-2, ".", "?."):
	case slices.Contains([]string{"to_string", "to_owned", "into", "as_str", "clone", "toString", "as_ref", "as_deref", "ok", "intern"}, method):
		return p.eval(f, receiver)
	case slices.Contains([]string{"trim", "strip"}, method) && len(arguments) == 0:
		v := p.eval(f, receiver)
		v.text = strings.TrimSpace(v.text)
		return v
	case slices.Contains([]string{"unwrap_or", "unwrap_or_else", "unwrap_or_default", "orElse"}, method):
		return p.unwrapped(f, receiver, arguments)
	}
	names, ok := u.path(span{s.from, open})
	if !ok {
		return value{}
	}
	target, b := p.find(f, names, s.from)
	if b == nil || !b.function {
		return value{}
	}
	return p.returned(p.enter(f, target, b, open), b)
}

// unwrapped is a value, or what is given in place of none.
func (p *program) unwrapped(f frame, receiver span, arguments []span) value {
	v := p.eval(f, receiver)
	if !v.ok || !v.none {
		return v
	}
	if len(arguments) == 0 {
		return value{ok: true, from: v.from}
	}
	other := arguments[0]
	if f.u.oneOf(other.from, "||", "|") { // a closure's parameters
		for other.from++; f.u.word(other.from) && f.u.is(other.from+1, "|"); {
			other.from += 2
		}
	}
	return p.eval(f, other)
}

// enter is the frame of a function that is called from f, with the arguments in the parentheses at open.
func (p *program) enter(f frame, target *unit, b *binding, open int) frame {
	inner := frame{u: target, arguments: map[*binding]value{}, depth: f.depth + 1}
	given := f.u.entries(open)
	parameters := target.parametersOf(b)
	shift := 1
	for _, parameter := range parameters {
		if name := target.token(parameter.at).Value; name == "self" || name == "cls" {
			shift = 2 // the receiver is not among the arguments
		}
	}
	for _, parameter := range parameters {
		s := argument(given, parameter.parameter-shift, target.token(parameter.at).Value)
		switch {
		case s.empty() && !parameter.value.empty():
			inner.arguments[parameter] = p.eval(frame{u: target, depth: inner.depth}, parameter.value)
		case parameter.property == "":
			inner.arguments[parameter] = p.eval(f, s)
		case f.u.is(s.from, "{"):
			if s, found := property(f.u.entries(s.from), parameter.property); found {
				inner.arguments[parameter] = p.eval(f, s)
			}
		}
	}
	return inner
}

// returned is what a function gives back: its only return, or the first of several whose condition holds.
func (p *program) returned(f frame, b *binding) value {
	u := f.u
	body := b.inner(u)
	for i := body.from; i < body.to; i++ {
		if !u.is(i, "return") || u.Up[i] == b.body {
			continue
		}
		condition, ok := u.guard(i, b.body)
		truth := p.truth(f, condition)
		switch {
		case !ok || truth == 0:
			return value{}
		case truth > 0:
			return p.eval(f, span{i + 1, u.find(span{i + 1, u.inside(u.Up[i]).to}, ";", lexer.Break)})
		}
	}
	return p.eval(f, u.lastReturn(b))
}

// guard is the condition of the if that a return stands in alone, right in the block of its function.
func (u *unit) guard(i, body int) (condition span, ok bool) {
	open := u.Up[i]
	if open < 0 || u.Up[open] != body || i != open+1 {
		return span{}, false
	}
	if u.is(open, lexer.Begin) {
		head := u.head(open)
		return span{head + 1, open - 2}, u.is(head, "if")
	}
	if paren := u.match(open - 1); u.is(open-1, ")") && u.is(paren-1, "if") {
		return u.inside(paren), !u.is(paren-2, "else")
	}
	for at := open - 1; at > max(body, open-40); at-- {
		if u.is(at, "if") {
			return span{at + 1, open}, !u.oneOf(at-1, "else", "=") && !u.is(at+1, "let")
		}
		if u.oneOf(at, ";", "{", "}") {
			break
		}
	}
	return span{}, false
}

// resolve is what a path of names stands for.
func (p *program) resolve(f frame, names []string, at int) value {
	u, b := p.find(f, names, at)
	if b == nil {
		return value{}
	}
	if v, given := f.arguments[b]; given {
		return v
	}
	last := names[len(names)-1]
	if b.value.empty() || b.parameter > 0 || b.function || u.changed[last] || len(names) > 1 && u.changed["."+last] {
		return value{}
	}
	return p.eval(frame{u: u, arguments: f.arguments, depth: f.depth + 1}, b.value)
}

// text is what an expression comes to, for a worker's field: a text and where it comes from, or the expression.
func (p *program) text(f frame, s span) (v value, unknown string) {
	if s.empty() {
		return value{ok: true, none: true}, ""
	}
	if v = p.eval(f, s); !v.ok || v.number {
		return value{}, f.u.expression(s)
	}
	if v.text == "" && v.from == "code" {
		v.from = ""
	}
	return v, ""
}

// number is 0 where it is not known, or not a number above zero.
func (p *program) number(f frame, s span) float64 { return max(0, toNumber(p.eval(f, s).text)) }

// toNumber reads 1_000, 100L and 100u64; what is no number is 0.
func toNumber(text string) float64 {
	digits := strings.ReplaceAll(text, "_", "")
	if suffix := strings.IndexFunc(digits, unicode.IsLetter); suffix > 0 {
		digits = digits[:suffix]
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0
	}
	return n
}
