package discover

import (
	"path"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

func declareScript(u *unit) {
	for i, t := range u.Tokens {
		if t.Is("=>") {
			u.scriptArrow(i)
		}
		if t.Is("(") {
			u.scriptFunction(i)
		}
		if t.Kind != lexer.Word || u.oneOf(i-1, ".", "?.") {
			if t.Kind == lexer.Word && u.is(i+1, "=") && u.oneOf(i-2, "this", "#") {
				u.changed["."+t.Value] = true
			}
			continue
		}
		switch t.Value {
		case "import", "export":
			u.scriptImport(i)
		case "const", "let", "var":
			u.scriptVariables(i)
		case "class", "enum", "namespace":
			if u.word(i + 1) {
				u.scriptClass(i)
			}
		default:
			u.scriptAssignment(i)
		}
	}
}

// scriptClass declares a class, an enumeration or a namespace; what is in it are its members.
func (u *unit) scriptClass(i int) {
	open := u.find(span{i + 2, len(u.Tokens)}, "{", ";")
	if u.is(open, "{") && u.match(open) > 0 {
		u.declare(i+1, binding{body: open})
		u.scopes[open] = u.is(i, "class")
	}
}

// scriptAssignment is a class's field, or a name that is given another value.
func (u *unit) scriptAssignment(i int) {
	field := u.Up[i] >= 0 && u.scopes[u.Up[i]]
	equals := i + 1
	if field && u.oneOf(equals, ":", "!", "?") {
		equals = u.find(span{equals, u.scriptEnd(equals)}, "=")
	}
	switch {
	case !u.is(equals, "="):
		if u.is(i+1, "+=") || u.oneOf(i+1, "??", "||") && u.is(i+2, "=") {
			u.changed[u.token(i).Value] = true
		}
	case field:
		u.declare(i, binding{value: span{equals + 1, u.scriptEnd(equals + 1)}})
	case !u.oneOf(i-1, ",", "{", "const", "let", "var", "type"):
		u.changed[u.token(i).Value] = true
	}
}

// scriptVariables declares what const, let and var do.
func (u *unit) scriptVariables(i int) {
	for at := i + 1; ; {
		end := u.scriptEnd(at)
		equals := u.find(span{at, end}, "=")
		value := span{min(equals+1, end), end}
		switch {
		case u.is(at, "{") && u.match(at) > at:
			u.scriptTaken(at, value)
		case u.word(at):
			u.scriptNamed(at, value)
		}
		if !u.is(end, ",") || u.Up[end] != u.Up[i] {
			return
		}
		at = end + 1
	}
}

// scriptTaken declares what an object is taken apart into: a module's, or an expression's.
func (u *unit) scriptTaken(open int, value span) {
	if module, ok := u.required(value); ok {
		for _, part := range u.split(u.inside(open), ",") {
			local := part.from
			if u.is(local+1, ":") {
				local += 2
			}
			u.imports[u.token(local).Value] = imported{files: u.scriptFiles(module), path: []string{u.token(part.from).Value}}
		}
		return
	}
	from := 0
	if value.to-value.from == 1 && u.word(value.from) { // const { a } = parameter
		if b := u.lookup(u.token(value.from).Value, value.from); b != nil && b.property == "" {
			from = b.parameter
		}
	}
	u.destructure(open, u.scriptScope(open), from)
}

// scriptScope is where a variable is seen: of a loop, in the loop.
func (u *unit) scriptScope(i int) span {
	if up := u.Up[i]; up > 0 && u.is(up, "(") && u.oneOf(up-1, "for", "await") {
		return u.loop(up)
	}
	return u.inside(u.Up[i])
}

// loop is what the variables in a loop's parentheses are seen in.
func (u *unit) loop(open int) span {
	body := u.after(open)
	if u.is(body, "{") {
		return span{open + 1, u.after(body)}
	}
	return span{open + 1, u.find(span{body, u.inside(u.Up[open]).to}, ";")}
}

func (u *unit) scriptNamed(at int, value span) {
	if module, ok := u.required(value); ok {
		u.imports[u.token(at).Value] = imported{files: u.scriptFiles(module)}
		return
	}
	b := binding{value: value, scope: u.scriptScope(at)}
	if arrow := u.find(value, "=>"); arrow < value.to && (u.is(value.from, "(") || u.is(value.from, "async") || arrow == value.from+1) {
		b.function, b.value = true, span{arrow + 1, value.to}
		if u.is(arrow+1, "{") {
			b.body, b.value = arrow+1, span{}
		}
	}
	u.declare(at, b)
}

// required is the module in require("module").
func (u *unit) required(s span) (string, bool) {
	if u.is(s.from, "require") && u.is(s.from+1, "(") && u.token(s.from+2).Kind == lexer.Text {
		return u.token(s.from + 2).Value, true
	}
	return "", false
}

// scriptEnd is where an expression ends: at a semicolon, a comma, a closing bracket, or a line that does not go on with it.
func (u *unit) scriptEnd(from int) int {
	for i, steps := from, 0; i < len(u.Tokens) && steps < maxSteps; steps++ {
		if u.oneOf(i, ";", ",", ")", "]", "}") {
			return i
		}
		if i > from && u.token(i).Line > u.token(i-1).Line && u.token(i).Kind != lexer.Mark && (u.token(i-1).Kind != lexer.Mark || u.oneOf(i-1, ")", "]", "}")) {
			return i
		}
		i = u.after(i)
	}
	return len(u.Tokens)
}

// scriptArrow declares the parameters of an arrow function, and sees to what is seen only in it.
func (u *unit) scriptArrow(i int) {
	scope := span{i + 1, u.scriptEnd(i + 1)}
	if u.is(i+1, "{") && u.match(i+1) > 0 {
		scope = u.inside(i + 1)
	}
	switch open := u.arrowParameters(i); {
	case open >= 0:
		u.parameters(open, scope)
	case u.word(i - 1):
		u.declare(i-1, binding{scope: scope, parameter: 1})
	}
}

// arrowParameters is the parenthesis before an arrow, or before the type of what it returns; -1 where there is none.
func (u *unit) arrowParameters(i int) int {
	if u.is(i-1, ")") {
		return u.match(i - 1)
	}
	for at := i - 1; at > max(0, i-20) && u.Up[at] == u.Up[i]; at-- {
		if u.is(at, ":") && u.is(at-1, ")") {
			return u.match(at - 1)
		}
		if at > 0 && u.match(at) >= 0 && u.match(at) < at {
			at = u.match(at)
		}
	}
	return -1
}

// beforeTypes is the token before <A, B extends C<D>>, which may not be long; i where no types end there.
func (u *unit) beforeTypes(i int) int {
	angles := 0
	for at := i; at > max(0, i-40); at-- {
		switch {
		case u.is(at, ">"):
			angles++
		case u.is(at, "<"):
			angles--
		}
		if angles == 0 {
			if at < i {
				at--
			}
			return at
		}
	}
	return i
}

// scriptFunction declares a function or method whose parameters are in the parenthesis at open.
func (u *unit) scriptFunction(open int) {
	name := u.beforeTypes(open - 1)
	if u.match(open) < open || !u.word(name) || u.oneOf(name, "if", "for", "while", "switch", "catch", "with", "await", "return") {
		return
	}
	body := u.match(open) + 1
	if u.is(body, ":") { // the type of what it returns
		for body++; body < len(u.Tokens) && !u.oneOf(body, "{", ";", ",", ")", "=>", "}"); body = u.after(body) {
		}
	}
	if !u.is(body, "{") || u.match(body) < 0 {
		return
	}
	if !u.is(name, "function") {
		u.declare(name, binding{function: true, body: body})
	}
	u.parameters(open, u.inside(body))
}

// scriptImport reads: import D, { a as b } from "m"; import * as n from "m"; export { a as b } from "m"; export * from "m".
func (u *unit) scriptImport(i int) {
	at := i + 1
	if u.is(at, "type") && !u.is(at+1, "from") {
		at++
	}
	from := u.beforeFrom(at, u.is(i, "import"))
	if !u.is(from, "from") || u.token(from+1).Kind != lexer.Text {
		return
	}
	files := u.scriptFiles(u.token(from + 1).Value)
	for ; at < from; at = u.after(at) {
		switch {
		case u.is(at, "*") && u.is(at+1, "as"):
			u.imports[u.token(at+2).Value] = imported{files: files}
			at += 2
		case u.is(at, "*"):
			u.passOn(imported{files: files})
		case u.is(at, "{"):
			u.scriptNames(at, files)
		case u.word(at):
			u.imports[u.token(at).Value] = imported{files: files, path: []string{"default"}}
		}
	}
}

// beforeFrom is the first token behind what is imported, or passed on.
func (u *unit) beforeFrom(i int, names bool) int {
	for u.oneOf(i, "{", "*", ",") || names && u.word(i) && !u.is(i, "from") || u.is(i-1, "as") {
		i = u.after(i)
	}
	return i
}

// scriptNames reads { a, b as c, type D }.
func (u *unit) scriptNames(open int, files []string) {
	for _, part := range u.split(u.inside(open), ",") {
		if u.is(part.from, "type") && part.to-part.from > 1 {
			part.from++
		}
		u.imports[u.token(part.to-1).Value] = imported{files: files, path: []string{u.token(part.from).Value}}
	}
}

// scriptFiles are those that a module may be. Of a package only its name is known.
func (u *unit) scriptFiles(module string) []string {
	if module == "" || module[0] != '.' {
		return []string{module}
	}
	base := path.Join(u.source.dir(), module)
	files := []string{base}
	if ext := path.Ext(base); ext != "" { // "./a.js" is a.ts to TypeScript
		base = base[:len(base)-len(ext)]
	}
	for _, ext := range scriptDialect().extensions {
		files = append(files, base+ext, path.Join(base, "index"+ext))
	}
	return files
}
