package discover

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// traps finds what keeps Go's workers from working: seen with SDK 1.10.1.
func (r *goReader) traps(loaded []*goPackage) {
	waits := false
	for _, pkg := range loaded {
		for _, file := range pkg.files {
			waits = waits || strings.Contains(string(file.text), "WaitWorkers(")
		}
	}
	for _, pkg := range loaded {
		for _, file := range pkg.files {
			r.trapsIn(file, waits)
		}
	}
}

func (r *goReader) trapsIn(file *goFile, waits bool) {
	var last goSite
	r.walkCalls(file, func(site goSite, _ []ast.Expr) {
		switch name, sdk := r.sdkCall(site); {
		case sdk && (name == "NewTypedWorker" || name == "NewSimpleTypedWorker"):
			r.swallows(site)
		case starts(name) && site.in != nil && site.in.Name.Name == "main" && site.in.Recv == nil:
			last = site
		}
	})
	if last.call != nil && !waits && file.Name.Name == "main" && !r.blocks(last) {
		r.found.trap(r.place(last.call.Pos()), "WaitWorkers", "nothing waits for the workers: the program ends at once", "At the end of main: runner.WaitWorkers()")
	}
}

func starts(name string) bool {
	return slices.Contains([]string{"StartWorker", "StartWorkerWithDomain", "RegisterWorker", "RegisterWorkers"}, name)
}

// blocks reports whether a function may wait for something after a call in it: what is not known may.
func (r *goReader) blocks(site goSite) bool {
	found := false
	ast.Inspect(site.in.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectStmt:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.ForStmt:
			found = found || n.Cond == nil
		case *ast.CallExpr:
			name := calledName(n)
			found = found || n.Pos() > site.call.End() && !starts(name) && !slices.Contains(quietCalls(), name)
		}
		return !found
	})
	return found
}

// quietCalls are those that surely go on.
func quietCalls() []string {
	return []string{"Print", "Printf", "Println", "Info", "Infof", "Error", "Fatal", "Fatalf", "Exit", "panic", "Errorf", "close", "Close", "cancel", "stop"}
}

func calledName(call *ast.CallExpr) string {
	switch fun := bare(call.Fun).(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

// swallows tells of a typed worker whose output is not an interface, but which returns errors: the SDK calls the task completed.
func (r *goReader) swallows(site goSite) {
	if len(site.call.Args) < 2 {
		return
	}
	var signature *ast.FuncType
	var body *ast.BlockStmt
	switch handler := ast.Unparen(site.call.Args[1]).(type) {
	case *ast.FuncLit:
		signature, body = handler.Type, handler.Body
	default:
		if fn := r.function(handler, &goFrame{file: site.file, fn: site.in}); fn.FuncDecl != nil {
			signature, body = fn.Type, fn.Body
		}
	}
	if signature == nil || body == nil || signature.Results == nil || len(signature.Results.List) == 0 || !concrete(signature.Results.List[0].Type) {
		return
	}
	if returnsError(body) {
		task, _ := r.evalAt(site.call.Args[0], &goFrame{file: site.file, fn: site.in}).text()
		r.found.trap(r.place(site.call.Pos()), "NewTypedWorker "+task, "errors are lost: with an output that is no interface the SDK reports the task as completed",
			"Let the handler return any, and nil with an error: NewTypedWorker[In, any]")
	}
}

// concrete is every type that cannot be an untyped nil.
func concrete(t ast.Expr) bool {
	switch t := t.(type) {
	case *ast.InterfaceType:
		return false
	case *ast.Ident:
		return t.Name != "any"
	}
	return true
}

func returnsError(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == 2 {
				name, ok := n.Results[1].(*ast.Ident)
				found = found || !ok || name.Name != "nil"
			}
		}
		return !found
	})
	return found
}
