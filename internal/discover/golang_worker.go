package discover

import (
	"go/ast"
	"slices"
	"strings"
	"time"
)

// goMade is a worker as a call makes it: expressions that a frame gives their values.
type goMade struct {
	site    goSite
	task    ast.Expr
	domain  ast.Expr // nil: none
	slots   ast.Expr
	poll    ast.Expr
	options []ast.Expr
}

// visit looks at one call: whether it makes a worker, and with what.
func (r *goReader) visit(site goSite, with []ast.Expr) {
	made := goMade{site: site}
	call := site.call
	switch name, sdk := r.sdkCall(site); {
	case sdk && slices.Contains([]string{"NewWorker", "NewTypedWorker", "NewSimpleTypedWorker"}, name) && len(call.Args) >= 2:
		made.task, made.options = call.Args[0], append(slices.Clone(call.Args[2:]), with...)
	case name == "StartWorker" && len(call.Args) == 4, name == "StartWorkerWithDomain" && len(call.Args) == 5:
		made.task, made.slots, made.poll = call.Args[0], call.Args[2], call.Args[3]
		if len(call.Args) == 5 {
			made.domain = call.Args[4]
		}
	default:
		return
	}
	bareFrame := &goFrame{file: site.file, fn: site.in}
	worker := r.resolve(made, bareFrame)
	if worker.TaskExpr == "" && worker.DomainExpr == "" {
		r.found.Workers = append(r.found.Workers, worker)
		return
	}
	for _, frame := range r.frames(site.in, site.file) {
		r.found.Workers = append(r.found.Workers, r.resolve(made, frame))
	}
}

// sdkCall is the name that is called, and whether it is a function of the SDK's worker package rather than a method; empty for a
// function of another package.
func (r *goReader) sdkCall(site goSite) (name string, sdk bool) {
	switch fun := bare(site.call.Fun).(type) {
	case *ast.SelectorExpr:
		x, ok := fun.X.(*ast.Ident)
		if !ok || site.file.imports[x.Name] == "" {
			return fun.Sel.Name, false
		}
		if sdk = site.file.imports[x.Name] == goWorker; sdk {
			name = fun.Sel.Name
		}
		return name, sdk
	case *ast.Ident:
		return fun.Name, site.file.imports["."] == goWorker
	}
	return "", false
}

// resolve gives a worker's expressions their values in a frame.
func (r *goReader) resolve(made goMade, f *goFrame) Worker {
	w := Worker{Language: "go", SDK: goModule, Place: r.place(r.origin(made.task, made.site.call.Pos(), f))}
	if w.Task, w.TaskExpr = r.text(made.task, f); w.Task == "" && w.TaskExpr == "" {
		w.TaskExpr = made.site.file.expression(r, made.task) // no task has an empty name
	}
	if made.slots != nil {
		w.Concurrency = int(r.evalAt(made.slots, f).number())
	}
	if made.poll != nil {
		w.PollInterval = time.Duration(r.evalAt(made.poll, f).number())
	}
	if made.domain != nil {
		r.setDomain(&w, made.domain, f)
	}
	spread := made.site.call.Ellipsis.IsValid()
	for i, option := range made.options {
		if spread && i == len(made.site.call.Args)-3 {
			w.unknownDomain(made.site.file.expression(r, option) + "...")
			continue
		}
		r.option(&w, option, f, made.site.file)
	}
	return w
}

// option applies one option of the SDK. One that is not written where the worker is made may set a domain, or not.
func (r *goReader) option(w *Worker, option ast.Expr, f *goFrame, file *goFile) {
	call, ok := option.(*ast.CallExpr)
	name, sdk := "", false
	if ok {
		name, sdk = r.sdkCall(goSite{call: call, file: file})
	}
	if !sdk || len(call.Args) != 1 {
		w.unknownDomain(file.expression(r, option))
		return
	}
	switch name {
	case "WithDomain":
		r.setDomain(w, call.Args[0], f)
	case "WithBatchSize":
		w.Concurrency = int(max(0, r.evalAt(call.Args[0], f).number()))
	case "WithPollInterval":
		w.PollInterval = time.Duration(max(0, r.evalAt(call.Args[0], f).number()))
	}
}

// setDomain gives a worker its domain, and says where that comes from.
func (r *goReader) setDomain(w *Worker, e ast.Expr, f *goFrame) {
	w.unknownDomain("")
	if w.Domain, w.DomainExpr = r.text(e, f); w.DomainExpr != "" {
		return
	}
	v := r.evalAt(e, f)
	name, fromEnv := strings.CutPrefix(v.from, "env ")
	switch {
	case fromEnv:
		w.DomainFrom, w.DomainPlace = v.from, r.env.variables[name].Place
	case w.Domain != "":
		w.DomainFrom, w.DomainPlace = v.from, r.place(v.at)
	}
}

// text is what a text expression comes to; else the expression, as the nearest caller that is known writes it.
func (r *goReader) text(e ast.Expr, f *goFrame) (text, unknown string) {
	if text, ok := r.evalAt(e, f).text(); ok {
		return text, ""
	}
	for {
		name, ok := e.(*ast.Ident)
		if !ok || f.caller == nil {
			break
		}
		arg, found := f.argument(name.Name)
		if !found || arg == nil {
			break
		}
		e, f = arg, f.caller
	}
	return "", f.file.expression(r, e)
}

// implementations are the project's own types that are workers: TaskName says the task, Options may say the rest.
func (r *goReader) implementations(pkg *goPackage) {
	types := map[string]map[string]goFunc{}
	for _, file := range pkg.files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || len(fn.Recv.List) != 1 || fn.Body == nil {
				continue
			}
			name := strings.TrimPrefix(file.expression(r, fn.Recv.List[0].Type), "*")
			if types[name] == nil {
				types[name] = map[string]goFunc{}
			}
			types[name][fn.Name.Name] = goFunc{fn, file}
		}
	}
	for _, methods := range types {
		if task := methods["TaskName"]; task.FuncDecl != nil && methods["Handler"].FuncDecl != nil && methods["Options"].FuncDecl != nil {
			r.found.Workers = append(r.found.Workers, r.implementation(task, methods["Options"]))
		}
	}
}

func (r *goReader) implementation(task, options goFunc) Worker {
	w := Worker{Language: "go", SDK: goModule, Place: r.place(task.Pos())}
	frame := &goFrame{file: task.file, fn: task.FuncDecl}
	if v, ok := r.run(task.Body.List, goLocals{}, frame, 0).result.text(); ok {
		w.Task = v
	} else {
		w.TaskExpr = "TaskName() of " + task.file.expression(r, task.Recv.List[0].Type)
	}
	returned := returnedBy(options)
	literal, ok := returned.(*ast.CompositeLit)
	if !ok {
		w.DomainExpr = "Options() of " + options.file.expression(r, options.Recv.List[0].Type)
		return w
	}
	frame = &goFrame{file: options.file, fn: options.FuncDecl}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch key, _ := pair.Key.(*ast.Ident); {
		case key == nil:
		case key.Name == "Domain":
			r.setDomain(&w, pair.Value, frame)
		case key.Name == "BatchSize":
			w.Concurrency = int(r.evalAt(pair.Value, frame).number())
		case key.Name == "PollInterval":
			w.PollInterval = time.Duration(r.evalAt(pair.Value, frame).number())
		}
	}
	return w
}

// returnedBy is what a function of one statement returns.
func returnedBy(fn goFunc) ast.Expr {
	if len(fn.Body.List) != 1 {
		return nil
	}
	if s, ok := fn.Body.List[0].(*ast.ReturnStmt); ok && len(s.Results) == 1 {
		return s.Results[0]
	}
	return nil
}
