package discover

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
	"strings"
	"time"
)

// goValue is what an expression comes to: a constant, or nothing where that cannot be said. From says where it comes from, and at
// where it is written.
type goValue struct {
	is   constant.Value
	from string
	at   token.Pos
}

func known(v constant.Value) goValue { return goValue{is: v, from: "code"} }

// with is another value that was made of this one.
func (v goValue) with(is constant.Value) goValue {
	v.is = is
	return v
}

func (v goValue) text() (string, bool) {
	if v.is == nil || v.is.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v.is), true
}

// truth is 1 for true, -1 for false, 0 where it is not known.
func (v goValue) truth() int {
	if v.is == nil || v.is.Kind() != constant.Bool {
		return 0
	}
	if constant.BoolVal(v.is) {
		return 1
	}
	return -1
}

// number is 0 where it is not known, or no number that a program would mean.
func (v goValue) number() int64 {
	if v.is == nil || v.is.Kind() != constant.Int && v.is.Kind() != constant.Float {
		return 0
	}
	n, exact := constant.Int64Val(constant.ToInt(v.is))
	if !exact {
		return 0
	}
	return n
}

// eval says what an expression comes to in a frame. Locals are those of the frame's function at that place.
func (r *goReader) eval(expr ast.Expr, f *goFrame, locals goLocals) goValue {
	if f.depth > maxDepth {
		return goValue{}
	}
	switch e := expr.(type) {
	case *ast.BasicLit:
		return goValue{constant.MakeFromLiteral(e.Value, e.Kind, 0), "code", e.Pos()}
	case *ast.ParenExpr:
		return r.eval(e.X, f, locals)
	case *ast.Ident:
		return r.name(e.Name, f, locals)
	case *ast.SelectorExpr:
		return r.selected(e, f)
	case *ast.UnaryExpr:
		if v := r.eval(e.X, f, locals); v.truth() != 0 && e.Op == token.NOT {
			return v.with(constant.MakeBool(v.truth() < 0))
		}
	case *ast.BinaryExpr:
		return binary(e.Op, r.eval(e.X, f, locals), r.eval(e.Y, f, locals))
	case *ast.CallExpr:
		return r.called(e, f, locals)
	}
	return goValue{}
}

func binary(op token.Token, x, y goValue) goValue {
	switch {
	case op == token.LAND && (x.truth() < 0 || y.truth() < 0):
		return known(constant.MakeBool(false))
	case op == token.LOR && (x.truth() > 0 || y.truth() > 0):
		return known(constant.MakeBool(true))
	case x.is == nil || y.is == nil || x.is.Kind() != y.is.Kind():
		return goValue{}
	}
	if y.from != "code" {
		x.from = y.from
	}
	if result := operate(op, x.is, y.is); result != nil {
		return x.with(result)
	}
	return goValue{}
}

// operate is nil for what is not done with operands of their kind, or is not known here.
func operate(op token.Token, x, y constant.Value) constant.Value {
	kind := x.Kind()
	switch op {
	case token.EQL, token.NEQ:
		return constant.MakeBool(constant.Compare(x, op, y))
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		if kind != constant.Bool {
			return constant.MakeBool(constant.Compare(x, op, y))
		}
	case token.LAND, token.LOR:
		if kind == constant.Bool {
			return constant.BinaryOp(x, op, y)
		}
	case token.ADD, token.SUB, token.MUL:
		if kind == constant.Int || kind == constant.String && op == token.ADD {
			return constant.BinaryOp(x, op, y)
		}
	}
	return nil
}

// name resolves a name: a local, a parameter, or what the package declares.
func (r *goReader) name(name string, f *goFrame, locals goLocals) goValue {
	if v, found := locals[name]; found {
		return v
	}
	if arg, found := f.argument(name); found {
		if arg == nil {
			return goValue{}
		}
		return r.evalAt(arg, f.caller)
	}
	if name == "true" || name == "false" {
		return known(constant.MakeBool(name == "true"))
	}
	return r.declared(f.file.pkg, name, f.depth)
}

func (r *goReader) declared(pkg *goPackage, name string, depth int) goValue {
	decl, found := pkg.values[name]
	if !found || decl.variable && pkg.assigns(name) {
		return goValue{}
	}
	return r.eval(decl.expr, &goFrame{file: decl.file, depth: depth + 1}, nil)
}

// evalAt evaluates an expression that stands in a frame's function, with the locals as they are there.
func (r *goReader) evalAt(expr ast.Expr, f *goFrame) goValue {
	if f == nil {
		return goValue{}
	}
	return r.eval(expr, f, r.localsAt(expr.Pos(), f))
}

func (r *goReader) selected(e *ast.SelectorExpr, f *goFrame) goValue {
	x, ok := e.X.(*ast.Ident)
	if !ok {
		return goValue{}
	}
	if f.file.imports[x.Name] == "time" {
		units := map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute, "Microsecond": time.Microsecond}
		if unit, found := units[e.Sel.Name]; found {
			return known(constant.MakeInt64(int64(unit)))
		}
	}
	if pkg := r.importedPackage(f.file, x.Name); pkg != nil {
		return r.declared(pkg, e.Sel.Name, f.depth)
	}
	return goValue{}
}

// called evaluates a call: of what reads the environment, of a few functions of the library, or of one of the project's own.
func (r *goReader) called(call *ast.CallExpr, f *goFrame, locals goLocals) goValue {
	if len(call.Args) > 0 {
		first := func() goValue { return r.eval(call.Args[0], f, locals) }
		switch r.library(call.Fun, f, locals) {
		case "os.Getenv", "os.LookupEnv":
			return r.variable(first())
		case "cmp.Or":
			return r.firstSet(call.Args, f, locals)
		case "strings.TrimSpace":
			return mapText(first(), strings.TrimSpace)
		case "strings.ToLower":
			return mapText(first(), strings.ToLower)
		case "strings.ToUpper":
			return mapText(first(), strings.ToUpper)
		case "string", "time.Duration", "int":
			return first()
		case "len":
			if text, ok := first().text(); ok {
				return first().with(constant.MakeInt64(int64(len(text))))
			}
		}
	}
	fn := r.function(call.Fun, f)
	if fn.FuncDecl == nil || fn.Body == nil {
		return goValue{}
	}
	frame := &goFrame{file: fn.file, fn: fn.FuncDecl, call: call, caller: f, depth: f.depth + 1}
	return r.run(fn.Body.List, goLocals{}, frame, token.NoPos).result
}

// library names the function of another package, followed through parameters: getenv may be os.Getenv.
func (r *goReader) library(fun ast.Expr, f *goFrame, locals goLocals) string {
	switch e := fun.(type) {
	case *ast.Ident:
		if _, shadowed := locals[e.Name]; shadowed {
			return ""
		}
		arg, found := f.argument(e.Name)
		switch {
		case found && arg != nil && f.caller != nil:
			return r.library(arg, f.caller, nil)
		case !found && slices.Contains([]string{"string", "int", "len"}, e.Name):
			return e.Name
		}
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return f.file.imports[x.Name] + "." + e.Sel.Name
		}
	}
	return ""
}

func (r *goReader) function(fun ast.Expr, f *goFrame) goFunc {
	switch e := bare(fun).(type) {
	case *ast.Ident:
		return f.file.pkg.funcs[e.Name]
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			if pkg := r.importedPackage(f.file, x.Name); pkg != nil {
				return pkg.funcs[e.Sel.Name]
			}
		}
	}
	return goFunc{}
}

func (r *goReader) variable(name goValue) goValue {
	text, ok := name.text()
	if !ok {
		return goValue{}
	}
	value, _ := r.env.Lookup(text)
	return goValue{is: constant.MakeString(value), from: "env " + text}
}

// firstSet is the first text that is not empty.
func (r *goReader) firstSet(args []ast.Expr, f *goFrame, locals goLocals) goValue {
	var last goValue
	for _, arg := range args {
		last = r.eval(arg, f, locals)
		if text, ok := last.text(); !ok || text != "" {
			break
		}
	}
	return last
}

func mapText(v goValue, change func(string) string) goValue {
	text, ok := v.text()
	if !ok {
		return goValue{}
	}
	return v.with(constant.MakeString(change(text)))
}

// expression is an expression as its file has it, in one line.
func (f *goFile) expression(r *goReader, e ast.Expr) string {
	from, to := r.fset.Position(e.Pos()).Offset, r.fset.Position(e.End()).Offset
	if from < 0 || to > len(f.text) || from > to {
		return "?"
	}
	return oneLine(string(f.text[from:to]))
}

// oneLine is text without line ends, and not longer than a table can show.
func oneLine(text string) string {
	const most = 80
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}
