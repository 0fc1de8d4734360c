package discover

import (
	"go/ast"
	"go/constant"
	"go/token"
)

// goLocals are a function's variables at one place. One that is there without a value is not known.
type goLocals map[string]goValue

// goOutcome is how running statements ended. Over is set where nothing after them counts: they returned, or the place was reached.
type goOutcome struct {
	result goValue
	over   bool
}

// localsAt are the variables of a frame's function at a place in it.
func (r *goReader) localsAt(at token.Pos, f *goFrame) goLocals {
	locals := goLocals{}
	if f.fn != nil && f.fn.Body != nil && holds(f.fn.Body, at) {
		r.run(f.fn.Body.List, locals, f, at)
	}
	return locals
}

func holds(n ast.Node, at token.Pos) bool { return n.Pos() <= at && at < n.End() }

// run follows statements, to what they return or, where until is given, to that place. What is not sure is not known afterwards.
func (r *goReader) run(list []ast.Stmt, locals goLocals, f *goFrame, until token.Pos) goOutcome {
	for _, stmt := range list {
		if until.IsValid() && until < stmt.Pos() {
			return goOutcome{over: true}
		}
		inside := until.IsValid() && holds(stmt, until)
		if done := r.step(stmt, locals, f, until, inside); done.over || inside {
			done.over = true
			return done
		}
	}
	return goOutcome{}
}

func (r *goReader) step(stmt ast.Stmt, locals goLocals, f *goFrame, until token.Pos, inside bool) goOutcome {
	switch s := stmt.(type) {
	case *ast.ReturnStmt:
		if until.IsValid() {
			break // the place is reached, so whatever returns before it did not
		}
		if len(s.Results) == 0 {
			return goOutcome{over: true}
		}
		return goOutcome{r.eval(s.Results[0], f, locals), true}
	case *ast.AssignStmt:
		if !inside {
			r.assign(s, f, locals)
		}
	case *ast.DeclStmt:
		if !inside {
			r.declareLocal(s, f, locals)
		}
	case *ast.BlockStmt:
		return r.run(s.List, locals, f, until)
	case *ast.IfStmt:
		return r.branch(s, locals, f, until, inside)
	default:
		return r.unsure(s, locals, f, until, inside)
	}
	if inside {
		return r.literal(stmt, locals, f, until)
	}
	forget(locals, stmt, false)
	return goOutcome{}
}

// literal goes on in the function literal of a statement that the place is in, whose parameters are not known.
func (r *goReader) literal(n ast.Node, locals goLocals, f *goFrame, until token.Pos) goOutcome {
	var innermost *ast.FuncLit
	ast.Inspect(n, func(n ast.Node) bool {
		if literal, ok := n.(*ast.FuncLit); ok && innermost == nil && holds(literal.Body, until) {
			innermost = literal
		}
		return innermost == nil
	})
	if innermost == nil {
		return goOutcome{over: true}
	}
	for _, field := range innermost.Type.Params.List {
		for _, name := range field.Names {
			locals[name.Name] = goValue{}
		}
	}
	return r.run(innermost.Body.List, locals, f, until)
}

func (r *goReader) branch(s *ast.IfStmt, locals goLocals, f *goFrame, until token.Pos, inside bool) goOutcome {
	if s.Init != nil {
		r.step(s.Init, locals, f, token.NoPos, false)
	}
	switch {
	case inside && holds(s.Body, until):
		return r.run(s.Body.List, locals, f, until)
	case inside && s.Else != nil && holds(s.Else, until):
		return r.run([]ast.Stmt{s.Else}, locals, f, until)
	case inside:
		return goOutcome{over: true}
	}
	switch truth := r.eval(s.Cond, f, locals).truth(); {
	case truth > 0:
		return r.run(s.Body.List, locals, f, until)
	case truth < 0 && s.Else != nil:
		return r.run([]ast.Stmt{s.Else}, locals, f, until)
	case truth < 0:
		return goOutcome{}
	}
	forget(locals, s, true)
	return goOutcome{over: until == token.NoPos && returns(s)}
}

// unsure goes on inside a loop, a switch or a statement with a function literal; what it assigns is not known, in it or after it.
func (r *goReader) unsure(stmt ast.Stmt, locals goLocals, f *goFrame, until token.Pos, inside bool) goOutcome {
	forget(locals, stmt, true)
	if !inside {
		return goOutcome{over: until == token.NoPos && returns(stmt)}
	}
	var body *ast.BlockStmt
	ast.Inspect(stmt, func(n ast.Node) bool {
		if block, ok := n.(*ast.BlockStmt); ok && body == nil && holds(block, until) {
			body = block
		}
		return body == nil
	})
	if body == nil {
		return goOutcome{over: true}
	}
	if outcome := r.literal(stmt, locals, f, until); outcome.over {
		return outcome
	}
	return r.run(body.List, locals, f, until)
}

func returns(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

func (r *goReader) assign(s *ast.AssignStmt, f *goFrame, locals goLocals) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		forget(locals, s, true)
		return
	}
	values := make([]goValue, len(s.Lhs))
	switch {
	case len(s.Rhs) == len(s.Lhs):
		for i, expr := range s.Rhs {
			values[i] = r.eval(expr, f, locals)
		}
	case len(s.Lhs) == 2:
		call, ok := s.Rhs[0].(*ast.CallExpr)
		if ok && len(call.Args) == 1 && r.library(call.Fun, f, locals) == "os.LookupEnv" {
			values[0] = r.eval(call, f, locals)
			name, _ := r.eval(call.Args[0], f, locals).text()
			_, set := r.env.Lookup(name)
			values[1] = known(constant.MakeBool(set))
		}
	}
	for i, left := range s.Lhs {
		if name, ok := left.(*ast.Ident); ok && name.Name != "_" {
			locals[name.Name] = values[i]
		}
	}
}

func (r *goReader) declareLocal(s *ast.DeclStmt, f *goFrame, locals goLocals) {
	decl, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range decl.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range values.Names {
			locals[name.Name] = goValue{}
			if i < len(values.Values) && len(values.Values) == len(values.Names) {
				locals[name.Name] = r.eval(values.Values[i], f, locals)
			} else if t, ok := values.Type.(*ast.Ident); ok && t.Name == "string" && len(values.Values) == 0 {
				locals[name.Name] = known(constant.MakeString(""))
			}
		}
	}
}

// forget makes unknown what a node assigns in function literals or hands out by its address and, with all, whatever it assigns.
func forget(locals goLocals, n ast.Node, all bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		_, address := n.(*ast.UnaryExpr)
		if _, literal := n.(*ast.FuncLit); literal {
			all = true
		}
		if all || address {
			for _, name := range assignedBy(n) {
				locals[name] = goValue{}
			}
		}
		return true
	})
}

// assignedBy are the names that a node itself gives another value, or hands out by their address.
func assignedBy(n ast.Node) []string {
	var names []string
	add := func(e ast.Expr) {
		if name, ok := e.(*ast.Ident); ok && name.Name != "_" {
			names = append(names, name.Name)
		}
	}
	switch s := n.(type) {
	case *ast.AssignStmt:
		for _, left := range s.Lhs {
			add(left)
		}
	case *ast.IncDecStmt:
		add(s.X)
	case *ast.RangeStmt:
		add(s.Key)
		add(s.Value)
	case *ast.UnaryExpr:
		if s.Op == token.AND {
			add(s.X)
		}
	}
	return names
}
