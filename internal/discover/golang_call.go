package discover

import (
	"go/ast"
	"go/token"
	"slices"
)

// index notes who calls which function of the project, so that what a function is given can be followed to its callers.
func (r *goReader) index(pkg *goPackage) {
	for _, file := range pkg.files {
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Recv != nil {
				r.methods[d.Name.Name] = append(r.methods[d.Name.Name], goFunc{d, file})
			}
		}
	}
	for _, file := range pkg.files {
		r.walkCalls(file, func(site goSite, _ []ast.Expr) {
			if fn := r.callee(site); fn != nil {
				r.calls[fn] = append(r.calls[fn], site)
			}
		})
	}
}

// walkCalls visits every call of a file once. Options of a chained With(…) are given with the call they are chained to.
func (r *goReader) walkCalls(file *goFile, visit func(site goSite, with []ast.Expr)) {
	for _, decl := range file.Decls {
		in, _ := decl.(*ast.FuncDecl)
		with := map[ast.Expr][]ast.Expr{}
		ast.Inspect(decl, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "With" {
				with[selector.X] = append(call.Args, with[call]...)
			}
			visit(goSite{call, file, in}, with[call])
			return true
		})
	}
}

// callee is the project's function that a call is of; of a method only where one method has that name.
func (r *goReader) callee(site goSite) *ast.FuncDecl {
	switch fun := ast.Unparen(bare(site.call.Fun)).(type) {
	case *ast.Ident:
		return site.file.pkg.funcs[fun.Name].FuncDecl
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok && site.file.imports[x.Name] != "" {
			if pkg := r.importedPackage(site.file, x.Name); pkg != nil {
				return pkg.funcs[fun.Sel.Name].FuncDecl
			}
			return nil
		}
		if all := r.methods[fun.Sel.Name]; len(all) == 1 && takes(all[0].FuncDecl, len(site.call.Args)) {
			return all[0].FuncDecl
		}
	}
	return nil
}

// takes reports whether a function can be called with so many arguments.
func takes(fn *ast.FuncDecl, n int) bool {
	params := fn.Type.Params
	if last := len(params.List) - 1; last >= 0 {
		if _, variadic := params.List[last].Type.(*ast.Ellipsis); variadic {
			return n >= params.NumFields()-1
		}
	}
	return n == params.NumFields()
}

// bare is a function without the types that it is instantiated with.
func bare(fun ast.Expr) ast.Expr {
	switch f := fun.(type) {
	case *ast.IndexExpr:
		return f.X
	case *ast.IndexListExpr:
		return f.X
	default:
		return fun
	}
}

// goFrame is a place to evaluate from: a function with what one of its callers gives it. Args is nil where no caller is known.
type goFrame struct {
	file   *goFile
	fn     *ast.FuncDecl
	call   *ast.CallExpr
	caller *goFrame
	depth  int
}

const (
	maxDepth  = 12
	maxFrames = 200 // of one site: no project registers one worker in more ways
)

// frames are the ways in which a function is called, followed to the callers that nobody calls. Inner are the functions on the way
// here, which are not followed again.
func (r *goReader) frames(fn *ast.FuncDecl, file *goFile, inner ...*ast.FuncDecl) []*goFrame {
	var frames []*goFrame
	inner = append(slices.Clone(inner), fn)
	for _, site := range r.calls[fn] {
		if slices.Contains(inner, site.in) || len(inner) > maxDepth {
			continue
		}
		for _, outer := range r.frames(site.in, site.file, inner...) {
			if len(frames) < maxFrames {
				frames = append(frames, &goFrame{file: file, fn: fn, call: site.call, caller: outer})
			}
		}
	}
	if len(frames) == 0 {
		return []*goFrame{{file: file, fn: fn}}
	}
	return frames
}

// argument is what the caller gives for a parameter. Found says whether fn has a parameter of that name.
func (f *goFrame) argument(name string) (arg ast.Expr, found bool) {
	if f.fn == nil {
		return nil, false
	}
	i := 0
	for _, field := range f.fn.Type.Params.List {
		_, variadic := field.Type.(*ast.Ellipsis)
		for _, param := range field.Names {
			if param.Name == name {
				if f.call == nil || variadic || i >= len(f.call.Args) {
					return nil, true
				}
				return f.call.Args[i], true
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
	if f.fn.Recv != nil {
		for _, field := range f.fn.Recv.List {
			for _, receiver := range field.Names {
				found = found || receiver.Name == name
			}
		}
	}
	return nil, found
}

// origin is where an expression comes from: a parameter's is with the caller that gives it.
func (r *goReader) origin(expr ast.Expr, at token.Pos, f *goFrame) token.Pos {
	if name, ok := expr.(*ast.Ident); ok && f.caller != nil {
		if arg, found := f.argument(name.Name); found && arg != nil {
			return r.origin(arg, f.call.Pos(), f.caller)
		}
	}
	return at
}
