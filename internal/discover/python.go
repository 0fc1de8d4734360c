package discover

import (
	"path"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const pythonSDK = "conductor-python"

func pythonDialect() dialect {
	return dialect{syntax: lexer.Python(), extensions: []string{".py"}, declare: declarePython, variable: pythonVariable}
}

// pythonArguments are the places of what a worker is made with, where it has no name.
type pythonArguments struct{ domain, slots, polling int }

func readPython(all *tree, env Environment, found *Findings) {
	p := newProgram(all, env, pythonDialect())
	shapes := map[string]pythonArguments{
		"worker_task": {domain: 2, slots: -1, polling: 1}, "WorkerTask": {domain: 2, slots: 5, polling: 1}, "Worker": {domain: 3, slots: 5, polling: 2},
	}
	for _, u := range p.marked() {
		before := len(found.Workers)
		for i, t := range u.Tokens {
			if t.Is("class") {
				p.pythonClass(u, i, found)
			}
			if !u.opens(i+1) || t.Kind != lexer.Word || u.oneOf(i-1, "def", "class") {
				continue
			}
			if shape, ok := shapes[u.original(t.Value)]; ok && u.ofSDK(i) {
				found.Workers = append(found.Workers, p.workers(u, i, func(f frame) Worker { return p.pythonWorker(f, i, shape) })...)
			}
		}
		pythonTraps(u, len(found.Workers) > before, found)
	}
}

// original is what a name was called where it was imported from.
func (u *unit) original(name string) string {
	if from, found := u.imports[name]; found && len(from.path) > 0 {
		return from.path[len(from.path)-1]
	}
	return name
}

// ofSDK tells the SDK's own functions from others of their names, by where the file imports them from.
func (u *unit) ofSDK(i int) bool {
	first := i
	for u.is(first-1, ".") && u.word(first-2) {
		first -= 2
	}
	name := u.token(first).Value
	if from, found := u.imports[name]; found {
		return strings.Contains(from.files[0], "conductor")
	}
	for wild, from := range u.imports {
		if strings.HasPrefix(wild, passedOn) && strings.Contains(from.files[0], "conductor") && u.member(name, -1) == nil {
			return true
		}
	}
	return false
}

// pythonWorker is the worker that the call at i makes.
func (p *program) pythonWorker(f frame, i int, shape pythonArguments) Worker {
	u := f.u
	given := u.entries(i + 1)
	w := p.worker(f, i, argument(given, 0, "task_definition_name"), argument(given, shape.domain, "domain"))
	w.Language, w.SDK = "python", pythonSDK
	w.Concurrency = int(p.number(f, argument(given, shape.slots, "thread_count")))
	w.PollInterval = milliseconds(p.number(f, argument(given, shape.polling, "poll_interval_millis", "poll_interval")))
	if seconds := p.number(f, argument(given, -2, "poll_interval_seconds")); seconds > 0 {
		w.PollInterval = milliseconds(1000 * seconds)
	}
	pythonOrder().apply(&w, p.env)
	return w
}

// worker is one with a task and a domain from code, at the token i.
func (p *program) worker(f frame, i int, task, domain span) Worker {
	w := Worker{Place: f.u.place(i)}
	if f.site != (Place{}) {
		w.Place = f.site
	}
	v, unknown := p.text(f, task)
	if w.Task, w.TaskExpr = v.text, unknown; v.text == "" && unknown == "" {
		w.TaskExpr = f.u.expression(task) // no task has an empty name
	}
	p.setDomain(&w, f, domain)
	return w
}

func (p *program) setDomain(w *Worker, f frame, domain span) {
	v, unknown := p.text(f, domain)
	w.Domain, w.DomainFrom, w.DomainExpr, w.DomainPlace = v.text, v.from, unknown, v.place
	if v.text == "" {
		w.DomainPlace = Place{}
	}
}

// pythonClass is a class that is a worker: its task is what it gives its base when it is made, its domain what it sets itself.
func (p *program) pythonClass(u *unit, i int, found *Findings) {
	if !u.is(i+2, "(") || !u.extends(i+2, "WorkerInterface") {
		return
	}
	b := u.member(u.token(i+1).Value, u.Up[i])
	if b == nil || b.body == 0 {
		return
	}
	set := u.pythonFields(b.body)
	for field, method := range map[string]string{"task": "get_task_definition_name", "domain": "get_domain", "seconds": "get_polling_interval_in_seconds"} {
		if m := u.member(method, b.body); m != nil {
			set[field] = u.onlyReturn(m)
		}
	}
	made := func(task, f frame, name span) {
		w := p.worker(task, i, name, span{})
		w.Place = u.place(i)
		p.setDomain(&w, f, set["domain"])
		w.Language, w.SDK = "python", pythonSDK
		w.Concurrency = int(p.number(f, set["thread_count"]))
		if w.PollInterval = milliseconds(p.number(f, set["poll_interval"])); w.PollInterval == 0 {
			w.PollInterval = milliseconds(1000 * p.number(f, set["seconds"]))
		}
		pythonOrder().apply(&w, p.env)
		found.Workers = append(found.Workers, w)
	}
	constructor := u.member("__init__", b.body)
	at, open := p.constructions(u, b)
	for n, outer := range at {
		switch {
		case constructor != nil && len(u.parametersOf(constructor)) > 1: // more than self
			f := p.enter(outer, u, constructor, open[n])
			made(f, f, set["task"])
		case set["task"].empty(): // the base takes it
			made(outer, frame{u: u}, argument(outer.u.entries(open[n]), 0, "task_definition_name"))
		default:
			at = nil
		}
	}
	if len(at) == 0 {
		name := set["task"]
		if name.empty() {
			name = span{i + 1, u.after(i + 2)} // whoever makes it says the task
		}
		made(frame{u: u}, frame{u: u}, name)
	}
}

// pythonFields are what a class sets, in itself or in self, and as its task what it gives its base.
func (u *unit) pythonFields(open int) map[string]span {
	set := map[string]span{}
	body := u.inside(open)
	for at := body.from; at < body.to; at++ {
		switch own := u.is(at-1, "."); {
		case own && u.is(at, "__init__") && u.is(at+1, "("):
			set["task"] = argument(u.entries(at+1), 0, "task_definition_name")
		case u.is(at+1, "=") && (own || u.Up[at] == open):
			set[strings.TrimPrefix(u.token(at).Value, "_")] = span{at + 2, u.find(span{at + 2, body.to}, lexer.Break)}
		}
	}
	return set
}

// extends reports whether the bases of a class have the name.
func (u *unit) extends(open int, name string) bool {
	bases := u.inside(open)
	for i := bases.from; i < bases.to; i++ {
		if u.word(i) && u.original(u.token(i).Value) == name {
			return true
		}
	}
	return false
}

// pythonVariable reads os.environ["A"], os.environ.get("A", "b") and os.getenv("A", "b").
func pythonVariable(u *unit, s span) (name, otherwise span, found bool) {
	open := -1
	if u.oneOf(s.to-1, ")", "]") {
		open = u.match(s.to - 1)
	}
	if open <= s.from || !u.pythonEnviron(span{s.from, open}, u.is(open, "[")) {
		return span{}, span{}, false
	}
	given := u.split(u.inside(open), ",")
	if len(given) == 0 || len(given) > 2 {
		return span{}, span{}, false
	}
	if len(given) == 2 {
		otherwise = given[1]
		if u.is(otherwise.from+1, "=") { // default=
			otherwise.from += 2
		}
	}
	return given[0], otherwise, true
}

// pythonEnviron reports whether a path is what is indexed, or called, to read the environment.
func (u *unit) pythonEnviron(s span, indexed bool) bool {
	names, _ := u.path(s)
	whole := strings.Join(names, ".")
	if indexed {
		return whole == "os.environ" || whole == "environ"
	}
	return whole == "os.environ.get" || whole == "environ.get" || whole == "os.getenv" || whole == "getenv"
}

func declarePython(u *unit) {
	for i, t := range u.Tokens {
		if t.Kind != lexer.Word || u.is(i-1, ".") {
			continue
		}
		_, known := u.imports[u.token(i+1).Value]
		switch {
		case t.Value == "lambda":
			u.pythonLambda(i)
		case u.word(i+1) && u.oneOf(i, "def", "class"):
			u.pythonDefinition(i)
		case u.word(i+1) && !known && u.oneOf(i, "for", "as", "global", "nonlocal"):
			u.declare(i+1, binding{scope: u.pythonScope(i)})
			u.changed[u.token(i+1).Value] = u.changed[u.token(i+1).Value] || t.Value == "global"
		case u.starts(i):
			u.pythonStatement(i)
		case u.is(i+1, ":="):
			u.declare(i, binding{scope: u.pythonScope(i)})
		}
	}
}

func (u *unit) pythonStatement(i int) {
	switch u.token(i).Value {
	case "from":
		u.pythonFrom(i)
	case "import":
		u.pythonImport(i)
	default:
		u.pythonAssignment(i)
	}
}

// starts reports whether a statement begins at a token.
func (u *unit) starts(i int) bool {
	first := func(i int) bool { return i == 0 || u.oneOf(i-1, lexer.Break, lexer.Begin, lexer.End, ";") }
	return first(i) || u.is(i-1, ":") && u.Up[i] == u.pythonBlock(i) && !first(i-2) // if x: y = 1, but not y: int = 1
}

// pythonBlock is the block around a token, leaving out brackets.
func (u *unit) pythonBlock(i int) int {
	in := u.Up[i]
	for in >= 0 && !u.is(in, lexer.Begin) {
		in = u.Up[in]
	}
	return in
}

// pythonScope is that of the function or class around a token: other blocks have none.
func (u *unit) pythonScope(i int) span {
	for in := u.Up[i]; in >= 0; in = u.Up[in] {
		if u.is(in, lexer.Begin) && u.scopes[in] {
			return u.inside(in)
		}
	}
	return span{0, len(u.Tokens)}
}

// block is the block that a statement's head opens; 0 where it has none.
func (u *unit) block(i int) int {
	colon := u.find(span{i, len(u.Tokens)}, ":", lexer.Break)
	if u.is(colon, ":") && u.is(colon+1, lexer.Break) && u.is(colon+2, lexer.Begin) && u.match(colon+2) > 0 {
		u.scopes[colon+2] = true
		return colon + 2
	}
	return 0
}

// pythonDefinition declares a class, or a function with its parameters.
func (u *unit) pythonDefinition(i int) {
	function := u.is(i, "def")
	body := u.block(i + 2)
	u.declare(i+1, binding{scope: u.pythonScope(i), function: function, body: body})
	if !function || !u.is(i+2, "(") {
		return
	}
	scope := u.inside(body)
	if body == 0 { // all in one line
		scope = span{i, u.find(span{u.after(i + 2), len(u.Tokens)}, lexer.Break)}
	}
	u.parameters(i+2, scope)
}

func (u *unit) pythonLambda(i int) {
	colon := u.find(span{i, len(u.Tokens)}, ":", lexer.Break)
	scope := span{colon, u.inside(u.Up[i]).to}
	for at := i + 1; at < colon; at++ {
		if u.word(at) && u.oneOf(at-1, "lambda", ",") {
			u.declare(at, binding{scope: scope})
		}
	}
}

func (u *unit) pythonAssignment(i int) {
	end := u.find(span{i, len(u.Tokens)}, lexer.Break, ";")
	equals := i + 1
	if u.is(equals, ":") {
		equals = u.find(span{equals, end}, "=")
	}
	switch {
	case u.is(equals, "=") && u.Up[i] == u.pythonBlock(i):
		u.declare(i, binding{scope: u.pythonScope(i), value: span{equals + 1, end}})
	case u.oneOf(i+1, "+=", "-=", "|=", "*="):
		u.declare(i, binding{scope: u.pythonScope(i)})
	case u.is(i+1, ","):
		for at := i; at < end && !u.is(at, "="); at++ {
			if u.word(at) {
				u.declare(at, binding{scope: u.pythonScope(i)})
			}
		}
	}
}

// pythonFrom reads: from .a.b import c as d, e.
func (u *unit) pythonFrom(i int) {
	end := u.find(span{i, len(u.Tokens)}, lexer.Break)
	dots, at := 0, i+1
	for ; u.oneOf(at, ".", "..."); at++ {
		dots += len(u.token(at).Value)
	}
	words := u.find(span{at, end}, "import")
	module, _ := u.path(span{at, words})
	names := span{words + 1, end}
	if u.is(names.from, "(") {
		names = u.inside(names.from)
	}
	for _, part := range u.split(names, ",") {
		name := u.token(part.from).Value
		if name == "*" {
			u.passOn(imported{files: u.pythonFiles(dots, module, name)})
			continue
		}
		local := name
		if u.is(part.from+1, "as") {
			local = u.token(part.from + 2).Value
		}
		u.imports[local] = imported{files: u.pythonFiles(dots, module, name), path: []string{name}}
	}
}

// pythonFiles are those that a module may be, and those that a name in it may be where it is a module itself.
func (u *unit) pythonFiles(dots int, module []string, name string) []string {
	base := strings.Join(module, "/")
	if dots > 0 {
		dir := u.source.dir()
		for range dots - 1 {
			dir = path.Dir(dir)
		}
		base = path.Join(dir, base)
	}
	files := []string{path.Join(base, "__init__.py"), path.Join(base, name+".py")}
	if base != "" && base != "." {
		files = append([]string{base + ".py"}, files...)
	}
	return files
}

// pythonImport reads: import a.b as c, d.
func (u *unit) pythonImport(i int) {
	for _, part := range u.split(span{i + 1, u.find(span{i, len(u.Tokens)}, lexer.Break)}, ",") {
		as := u.find(part, "as")
		module, ok := u.path(span{part.from, as})
		if !ok {
			continue
		}
		file := strings.Join(module, "/")
		from := imported{files: []string{file + ".py", file + "/__init__.py"}}
		if as < part.to {
			u.imports[u.token(as+1).Value] = from
		} else {
			u.imports[module[0]] = from
		}
	}
}
