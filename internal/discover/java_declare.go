package discover

import (
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

func declareJava(u *unit) {
	for i, t := range u.Tokens {
		switch {
		case t.Is("->"):
			u.javaLambda(i)
		case t.Kind != lexer.Word:
		case t.Value == "import":
			u.javaImport(i)
		case u.oneOf(i, "class", "interface", "enum", "record") && u.word(i+1) && !u.is(i-1, "."):
			open := u.find(span{i + 2, len(u.Tokens)}, "{", ";")
			if u.is(open, "{") && u.match(open) > 0 {
				u.declare(i+1, binding{body: open})
			}
		case u.is(i+1, "("):
			u.javaMethod(i)
		case u.oneOf(i+1, "=", ":"):
			u.javaVariable(i)
		}
	}
}

// javaMethod declares a method or a constructor: a name, parameters, and a block.
func (u *unit) javaMethod(i int) {
	body := u.after(i + 1)
	if u.is(body, "throws") {
		body = u.find(span{body, len(u.Tokens)}, "{", ";")
	}
	if !u.is(body, "{") || u.match(body) < 0 || u.oneOf(i, "if", "for", "while", "switch", "catch", "synchronized", "try") || u.oneOf(i-1, "new", ".") {
		return
	}
	u.declare(i, binding{function: true, body: body})
	u.parameters(i+1, u.inside(body))
}

// javaVariable declares a field or variable where a type stands before its name, else it is given another value.
func (u *unit) javaVariable(i int) {
	switch {
	case u.is(i+1, ":"):
		if up := u.Up[i]; up > 0 && u.is(up-1, "for") { // for (String name : names)
			u.declare(i, binding{scope: u.loop(up)})
		}
	case u.oneOf(i-1, ">", "]") || u.word(i-1) && !u.oneOf(i-1, "return", "case", "else"):
		u.declare(i, binding{value: span{i + 2, u.find(span{i + 2, u.inside(u.Up[i]).to}, ";", ",")}})
	case u.is(i-1, ".") && u.is(i-2, "this"):
		u.changed["."+u.token(i).Value] = true
	case !u.oneOf(i-1, "(", ",", "."):
		u.changed[u.token(i).Value] = true
	}
}

func (u *unit) javaLambda(i int) {
	scope := span{i, u.inside(u.Up[i]).to}
	if u.is(i-1, ")") && u.match(i-1) >= 0 {
		u.parameters(u.match(i-1), scope)
	} else if u.word(i - 1) {
		u.declare(i-1, binding{scope: scope})
	}
}

// javaImport reads: import a.b.C; import static a.b.C.X; and with * for all.
func (u *unit) javaImport(i int) {
	at := i + 1
	static := u.is(at, "static")
	if static {
		at++
	}
	end := u.find(span{at, len(u.Tokens)}, ";")
	all := u.is(end-1, "*")
	if all {
		end -= 2
	}
	names, ok := u.path(span{at, end})
	if !ok {
		return
	}
	last := len(names) - 1
	file := strings.Join(names, "/") + ".java"
	key := names[last]
	from := imported{files: []string{file}, path: names[last:]}
	switch {
	case all:
		if !static { // a package: its classes are found by their names
			from.path = nil
		}
		u.passOn(from)
		return
	case static && last > 0:
		from = imported{files: []string{strings.Join(names[:last], "/") + ".java"}, path: names[last-1:]}
	}
	u.imports[key] = from
}
