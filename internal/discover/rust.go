package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const rustSDK = "conductor-sdk"

func rustDialect() dialect {
	return dialect{
		syntax: lexer.Rust(), extensions: []string{".rs"}, declare: declareRust, prune: pruneRust, variable: rustVariable, sibling: rustSibling,
	}
}

func readRust(all *tree, env Environment, found *Findings) {
	p := newProgram(all, env, rustDialect())
	own := p.ownDomain()
	for _, u := range p.marked() {
		for i := range u.Tokens {
			for _, w := range p.rustWorkers(u, i) {
				w.Language, w.SDK = "rust", rustSDK
				if own.apply(&w); !own.set {
					rustOrder().apply(&w, env)
				}
				found.Workers = append(found.Workers, w)
			}
		}
	}
}

// rustWorkers are those that begin at a token.
func (p *program) rustWorkers(u *unit, i int) (found []Worker) {
	switch {
	case u.is(i, "#") && u.is(i+1, "["):
		found = p.rustAttribute(u, i)
	case u.oneOf(i, "FnWorker", "FnWorkerArc") && u.is(i+1, "::") && u.is(i+2, "new") && u.opens(i+3):
		found = p.workers(u, i, func(f frame) Worker { return p.rustMade(f, i) })
	case u.is(i-1, "impl") && u.is(i, "Worker") && u.is(i+1, "for"):
		found = p.rustImplementation(u, i+2)
	}
	return found
}

// rustAttribute is #[worker(name = "…")] on a function, whose name is the task's where none is given.
func (p *program) rustAttribute(u *unit, i int) []Worker {
	in := u.inside(i + 1)
	open := u.find(in, "(")
	if !u.oneOf(open-1, "worker", "worker_task") || u.match(i+1) < 0 {
		return nil
	}
	var given []entry
	if open < in.to {
		given = u.entries(open)
	}
	f := frame{u: u}
	fn := u.find(span{in.to, len(u.Tokens)}, "fn", ";")
	w := Worker{Task: u.token(fn + 1).Value, Place: u.place(i)}
	if name := argument(given, -2, "name"); !name.empty() {
		w = p.worker(f, i, name, span{})
	} else if !u.is(fn, "fn") || !u.word(fn+1) { // it is still being typed
		return nil
	}
	p.rustFields(&w, f, argument(given, -2, "domain"), argument(given, -2, "thread_count"), argument(given, -2, "poll_interval"))
	return []Worker{w}
}

func (p *program) rustFields(w *Worker, f frame, domain, slots, polling span) {
	p.setDomain(w, f, domain)
	w.Concurrency, w.PollInterval = int(p.number(f, slots)), milliseconds(p.number(f, polling))
}

// rustMade is FnWorker::new(task, …).with_domain(…)…
func (p *program) rustMade(f frame, i int) Worker {
	u := f.u
	set := map[string]span{}
	for at := u.after(i + 3); u.is(at, ".") && u.is(at+2, "("); at = u.after(at + 2) {
		set[u.token(at+1).Value] = u.inside(at + 2)
	}
	w := p.worker(f, i, argument(u.entries(i+3), 0), span{})
	p.rustFields(&w, f, set["with_domain"], set["with_thread_count"], set["with_poll_interval_millis"])
	return w
}

// rustImplementation is impl Worker for a type.
func (p *program) rustImplementation(u *unit, i int) []Worker {
	open := u.find(span{i, len(u.Tokens)}, "{", ";")
	named := u.member("task_definition_name", open)
	if !u.is(open, "{") || named == nil {
		return nil
	}
	gives := func(name string) span {
		if m := u.member(name, open); m != nil {
			return u.onlyReturn(m)
		}
		return span{}
	}
	f := frame{u: u}
	w := p.worker(f, named.at, gives("task_definition_name"), gives("domain"))
	w.Concurrency, w.PollInterval = int(p.number(f, gives("thread_count"))), milliseconds(p.number(f, gives("poll_interval_millis")))
	return []Worker{w}
}

// rustVariable reads std::env::var("A"), env!("A") and option_env!("A").
func rustVariable(u *unit, s span) (name, otherwise span, found bool) {
	open := u.find(s, "(")
	if u.after(open) != s.to || open-2 < s.from {
		return span{}, span{}, false
	}
	runtime := u.is(open-1, "var") && u.is(open-2, "::") && u.is(open-3, "env")
	compiled := u.is(open-1, "!") && u.oneOf(open-2, "env", "option_env") && open-2 == s.from
	given := u.split(u.inside(open), ",")
	if !runtime && !compiled || len(given) == 0 {
		return span{}, span{}, false
	}
	return given[0], span{}, true
}

func declareRust(u *unit) {
	for i, t := range u.Tokens {
		if t.Kind != lexer.Word {
			u.rustMark(i)
			continue
		}
		switch t.Value {
		case "for":
			u.rustLoop(i)
		case "use":
			u.rustUse(span{i + 1, u.find(span{i, len(u.Tokens)}, ";")}, nil)
		case "const", "static", "let":
			u.rustVariable(i)
		case "fn":
			u.rustFunction(i)
		case "mod", "impl", "enum", "trait":
			if open := u.find(span{i, len(u.Tokens)}, "{", ";"); u.word(i+1) && u.is(open, "{") && u.match(open) > 0 {
				u.declare(i+1, binding{body: open})
			}
		default:
			u.changed[t.Value] = u.changed[t.Value] || u.is(i+1, "+=") || u.is(i+1, "=") && u.oneOf(i-1, ";", "{", "}")
		}
	}
}

// rustLoop declares what a for takes, which is seen in its block; the for of an impl takes nothing.
func (u *unit) rustLoop(i int) {
	if in := u.find(span{i, len(u.Tokens)}, "in", "{", ";"); u.is(in, "in") {
		u.pattern(span{i + 1, in}, u.inside(u.find(span{in, len(u.Tokens)}, "{")))
	}
}

// rustMark declares what closures and the arms of a match take.
func (u *unit) rustMark(i int) {
	switch {
	case u.is(i, "|"):
		u.rustClosure(i)
	case u.is(i, "=>") && u.is(i-1, ")") && u.match(i-1) >= 0:
		u.pattern(u.inside(u.match(i-1)), span{i, u.inside(u.Up[i]).to})
	}
}

func (u *unit) rustVariable(i int) {
	at := i + 1
	for u.oneOf(at, "mut", "ref") {
		at++
	}
	end := u.find(span{at, u.inside(u.Up[i]).to}, ";")
	if u.word(at) && u.oneOf(at+1, "=", ":") {
		u.declare(at, binding{value: span{min(u.find(span{at, end}, "=")+1, end), end}})
		return
	}
	scope := u.inside(u.Up[i])
	if u.oneOf(i-1, "if", "while") {
		scope = u.inside(u.find(span{at, end}, "{"))
	}
	u.pattern(span{at, u.find(span{at, end}, "=")}, scope)
}

// pattern declares the names in a pattern, which are not known.
func (u *unit) pattern(s span, scope span) {
	for i := s.from; i < s.to; i++ {
		if u.word(i) && !u.oneOf(i+1, "(", "::", "{") {
			u.declare(i, binding{scope: scope})
		}
	}
}

// rustClosure declares the parameters of |a, b| …
func (u *unit) rustClosure(i int) {
	if u.word(i-1) && !u.is(i-1, "move") || u.oneOf(i-1, ")", "]", "|") || u.token(i-1).Kind == lexer.Text {
		return
	}
	end := i + 1
	for end < len(u.Tokens) && end < i+40 && !u.oneOf(end, "|", ";", "{") {
		end++
	}
	if u.is(end, "|") {
		u.pattern(span{i + 1, end}, span{end, u.inside(u.Up[i]).to})
	}
}

func (u *unit) rustFunction(i int) {
	open := u.find(span{i, len(u.Tokens)}, "(", ";", "{")
	if !u.word(i+1) || !u.is(open, "(") {
		return
	}
	body := u.find(span{open, len(u.Tokens)}, "{", ";")
	if u.is(body, "{") && u.match(body) > 0 {
		u.declare(i+1, binding{function: true, body: body})
		u.parameters(open, u.inside(body))
	}
}

// rustUse reads a::b::{c, d as e, f::*}; prefix is the path before the braces.
func (u *unit) rustUse(s span, prefix []string) {
	if len(prefix) > maxNesting {
		return
	}
	for _, part := range u.split(s, ",") {
		open := u.find(part, "{")
		if open < part.to && u.match(open) > 0 {
			if names, ok := u.path(span{part.from, open - 1}); ok {
				u.rustUse(u.inside(open), append(slices.Clip(prefix), names...))
			}
			continue
		}
		as := u.find(part, "as")
		all := u.is(part.to-1, "*")
		if all {
			as = part.to - 2
		}
		names, ok := u.path(span{part.from, as})
		if !ok {
			continue
		}
		names = append(slices.Clip(prefix), names...)
		key := names[len(names)-1]
		switch {
		case all:
			u.passOn(imported{files: rustFiles(names)})
			continue
		case as < part.to:
			key = u.token(as + 1).Value
		}
		u.imports[key] = imported{files: rustFiles(names), path: names}
	}
}

// rustFiles are those that the modules of a path may be, the innermost first, and that of the crate.
func rustFiles(names []string) []string {
	var files []string
	for _, name := range slices.Backward(names) {
		if !slices.Contains([]string{"crate", "super", "self"}, name) {
			files = append(files, name+".rs", name+"/mod.rs")
		}
	}
	return append(files, "src/lib.rs", "src/main.rs", "mod.rs")
}

// rustSibling is the file of a path that needs no use: beside this one, or anywhere.
func rustSibling(u *unit, names []string) []string {
	if len(names) < 2 {
		return nil
	}
	module := names[:len(names)-1]
	if from, found := u.imports[module[0]]; found && len(module) == 1 {
		return from.files
	}
	dir := u.source.dir()
	last := module[len(module)-1]
	return append([]string{path.Join(dir, last+".rs"), path.Join(dir, last, "mod.rs")}, rustFiles(module)...)
}

// pruneRust blanks the modules that are only there for tests; lines stay where they are.
func pruneRust(text []byte) []byte {
	const mark = "cfg(test)"
	if !strings.Contains(string(text), mark) {
		return text
	}
	file := lexer.Scan(text, lexer.Rust())
	pruned := []byte(file.Source)
	for i, t := range file.Tokens {
		if !t.Is("cfg") || i < 2 || i+6 >= len(file.Tokens) || !file.Tokens[i+2].Is("test") || !file.Tokens[i+5].Is("mod") && !file.Tokens[i+5].Is("pub") {
			continue
		}
		for at := i + 5; at < len(file.Tokens); at++ {
			if end := file.Match[at]; file.Tokens[at].Is("{") && end > at {
				blank(pruned[t.Pos:file.Tokens[end].Pos])
				break
			}
		}
	}
	return pruned
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}
