package discover

import (
	"path"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const scriptSDK = "@io-orkes/conductor-javascript"

func scriptDialect() dialect {
	return dialect{
		syntax: lexer.Script(), extensions: []string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"},
		declare: declareScript, variable: scriptVariable,
	}
}

func readScript(all *tree, env Environment, found *Findings) {
	p := newProgram(all, env, scriptDialect())
	options, own := p.managerOptions(), p.ownDomain()
	for _, u := range p.marked() {
		for i := range u.Tokens {
			scriptTrap(u, i, found)
			switch {
			case u.opens(i) && u.is(i+1, "{") && u.sdkName(i-1) == "worker":
				given := u.entries(i + 1)
				for _, w := range p.workers(u, i, func(f frame) Worker { return p.scriptWorker(f, i-1, given) }) {
					scriptOrder().apply(&w, env)
					found.Workers = append(found.Workers, w)
				}
			case u.is(i, "{") && u.plainWorker(i):
				given := u.entries(i)
				at := min(u.find(u.inside(i), "taskDefName"), u.match(i)-1)
				for _, w := range p.workers(u, i, func(f frame) Worker { return p.scriptWorker(f, at, given) }) {
					options.apply(&w)
					own.apply(&w)
					found.Workers = append(found.Workers, w)
				}
			}
		}
	}
}

// sdkName is what the SDK calls the name at a token; empty for a name that is not the SDK's.
func (u *unit) sdkName(i int) string {
	if !u.word(i) {
		return ""
	}
	name := u.token(i).Value
	if u.is(i-1, ".") {
		if from, found := u.imports[u.token(i-2).Value]; found && fromSDK(from) && len(from.path) == 0 {
			return name
		}
		return ""
	}
	if from, found := u.imports[name]; found && fromSDK(from) && len(from.path) == 1 {
		return from.path[0]
	}
	return ""
}

func fromSDK(from imported) bool {
	return len(from.files) > 0 && strings.Contains(from.files[0], "conductor-javascript")
}

// plainWorker reports whether an object is a worker: it has a taskDefName, and executes.
func (u *unit) plainWorker(open int) bool {
	if u.match(open) < open {
		return false
	}
	task, executes := false, false
	for _, part := range u.members(open) {
		at := part.from
		for u.oneOf(at, "async", "public", "readonly", "override", "*") && at+1 < part.to {
			at++
		}
		if u.token(at).Kind == lexer.Mark {
			continue
		}
		task = task || u.token(at).Value == "taskDefName"
		executes = executes || u.token(at).Value == "execute"
	}
	return task && executes
}

// members are the parts of an object, which commas part, or of a class, where a part is what stands after another's end.
func (u *unit) members(open int) []span {
	if !u.scopes[open] {
		return u.split(u.inside(open), ",")
	}
	var parts []span
	in := u.inside(open)
	for i := in.from; i < in.to; i = u.after(i) {
		if i == in.from || u.oneOf(i-1, ";", "}") || u.token(i).Line > u.token(i-1).Line {
			parts = append(parts, span{i, in.to})
		}
	}
	return parts
}

// scriptWorker is the worker that an object's properties, or a class's, say.
func (p *program) scriptWorker(f frame, at int, given []entry) Worker {
	field := func(name string) span {
		if s, found := property(given, name); found {
			return s
		}
		if b := f.u.member(name, f.u.Up[at]); b != nil && f.u.scopes[f.u.Up[at]] { // of a class
			return b.value
		}
		return span{}
	}
	w := p.worker(f, at, field("taskDefName"), field("domain"))
	w.Language, w.SDK = "javascript", scriptSDK
	if strings.Contains(path.Ext(f.u.source.path), "t") {
		w.Language = "typescript"
	}
	w.Concurrency, w.PollInterval = int(p.number(f, field("concurrency"))), milliseconds(p.number(f, field("pollInterval")))
	for _, e := range given {
		if f.u.is(e.value.from, "...") && w.Domain == "" && w.DomainExpr == "" { // may say a domain, too
			w.DomainExpr = f.u.expression(e.value)
		}
	}
	return w
}

// managerOptions are what the project's TaskManager gives to workers that do not say it themselves.
type managerOptions struct {
	seen   bool
	worker Worker
}

// apply fills in what a plain worker leaves open.
func (o managerOptions) apply(w *Worker) {
	if !o.seen {
		return
	}
	if w.Domain == "" && w.DomainExpr == "" {
		w.Domain, w.DomainExpr, w.DomainFrom, w.DomainPlace = o.worker.Domain, o.worker.DomainExpr, o.worker.DomainFrom, o.worker.DomainPlace
	}
	if w.Concurrency == 0 {
		w.Concurrency = o.worker.Concurrency
	}
	if w.PollInterval == 0 {
		w.PollInterval = o.worker.PollInterval
	}
}

// managerOptions reads new TaskManager(client, workers, { options }). Where several say different domains, none is known.
func (p *program) managerOptions() managerOptions {
	var all managerOptions
	for _, u := range p.marked() {
		for i := range u.Tokens {
			if !u.is(i, "new") || u.sdkName(i+1) != "TaskManager" || !u.is(i+2, "(") {
				continue
			}
			given := u.split(u.inside(i+2), ",")
			if len(given) < 3 {
				given = append(given, span{}, span{}, span{})
			}
			w := p.oneManager(frame{u: u}, given[2])
			if all.seen && (w.Domain != all.worker.Domain || w.DomainExpr != all.worker.DomainExpr) {
				w.Domain, w.DomainFrom, w.DomainExpr = "", "", "the options of several TaskManagers"
			}
			all = managerOptions{true, w}
		}
	}
	return all
}

func (p *program) oneManager(f frame, config span) Worker {
	var w Worker
	u := f.u
	if config.empty() {
		return w
	}
	config, ok := p.object(f, config)
	if !ok {
		w.DomainExpr = u.expression(config)
		return w
	}
	entries := u.entries(config.from)
	options, found := property(entries, "options")
	if found {
		options, ok = p.object(f, options)
		if !ok {
			w.DomainExpr = u.expression(options)
			return w
		}
		entries = u.entries(options.from)
		domain, _ := property(entries, "domain")
		concurrency, _ := property(entries, "concurrency")
		polling, _ := property(entries, "pollInterval")
		p.setDomain(&w, f, domain)
		w.Concurrency, w.PollInterval = int(p.number(f, concurrency)), milliseconds(p.number(f, polling))
	}
	for _, e := range entries {
		if u.is(e.value.from, "...") && w.Domain == "" && w.DomainExpr == "" {
			w.DomainExpr = u.expression(e.value)
		}
	}
	return w
}

// object is the literal that an expression is, or names in its own file.
func (p *program) object(f frame, s span) (span, bool) {
	if f.u.is(s.from, "{") {
		return s, true
	}
	if names, ok := f.u.path(s); ok {
		if target, b := p.find(f, names, s.from); target == f.u && b != nil && f.u.is(b.value.from, "{") {
			return b.value, true
		}
	}
	return s, false
}

// scriptVariable reads process.env.NAME and process.env["NAME"].
func scriptVariable(u *unit, s span) (name, otherwise span, found bool) {
	if !u.is(s.from, "process") || !u.oneOf(s.from+1, ".", "?.") || !u.is(s.from+2, "env") {
		return span{}, span{}, false
	}
	at := s.from + 3
	switch {
	case u.is(at, "[") && u.after(at) == s.to:
		return u.inside(at), span{}, true
	case u.oneOf(at, ".", "?.") && at+2 == s.to:
		return span{at + 1, s.to}, span{}, true
	case u.is(at+1, "[") && u.after(at+1) == s.to: // process.env?.["NAME"]
		return u.inside(at + 1), span{}, true
	}
	return span{}, span{}, false
}
