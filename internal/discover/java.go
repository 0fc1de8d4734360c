package discover

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const javaSDK = "org.conductoross:conductor-client"

func javaDialect() dialect {
	return dialect{syntax: lexer.Java(), extensions: []string{".java"}, declare: declareJava, variable: javaVariable, sibling: javaSibling}
}

// javaReader knows beside the sources what the properties files and the builder of the runner say.
type javaReader struct {
	*program
	properties []*properties
	builder    javaBuilder
	own        ownDomain
	found      *Findings
}

func readJava(all *tree, env Environment, found *Findings) {
	p := newProgram(all, env, javaDialect())
	r := &javaReader{program: p, properties: readProperties(all, env), own: p.ownDomain(), found: found}
	units := p.marked()
	for _, u := range units {
		r.readBuilder(u)
	}
	for _, u := range units {
		for i := range u.Tokens {
			r.visit(u, i)
		}
	}
}

// visit looks at one token: whether a worker begins there.
func (r *javaReader) visit(u *unit, i int) {
	switch {
	case u.is(i, "@") && u.is(i+1, "WorkerTask") && u.opens(i+2) && u.javaSDK("WorkerTask"):
		r.annotated(u, i)
	case u.is(i, "class") && u.word(i+1):
		r.class(u, i)
	case u.is(i, "Worker") && u.is(i+1, ".") && u.is(i+2, "create") && u.opens(i+3) && u.javaSDK("Worker"):
		for _, w := range r.workers(u, i, func(f frame) Worker { return r.worker(f, i, argument(u.entries(i+3), 0), span{}) }) {
			r.add(w, false)
		}
	}
}

// javaSDK tells the SDK's type from others of its name.
func (u *unit) javaSDK(name string) bool {
	if from, found := u.imports[name]; found {
		return strings.Contains(from.files[0], "conductor")
	}
	for wild, from := range u.imports {
		if strings.HasPrefix(wild, passedOn) && strings.Contains(from.files[0], "conductor") {
			return true
		}
	}
	return false
}

// annotated is a method with @WorkerTask.
func (r *javaReader) annotated(u *unit, i int) {
	given := u.entries(i + 2)
	f := frame{u: u}
	w := r.worker(f, i, argument(given, 0, "value", "name"), argument(given, -2, "domain"))
	w.Concurrency = int(r.number(f, argument(given, -2, "threadCount")))
	w.PollInterval = milliseconds(r.number(f, argument(given, -2, "pollingInterval")))
	r.add(w, true)
}

// add lets the settings have their say, and the runner's builder where the worker is one that is given to it.
func (r *javaReader) add(w Worker, annotated bool) {
	w.Language, w.SDK = "java", javaSDK
	if !annotated {
		r.builder.apply(&w)
		r.own.apply(&w)
	}
	applyProperties(r.properties, &w)
	r.found.Workers = append(r.found.Workers, w)
}

// class is a class that is a Worker: getTaskDefName says its task.
func (r *javaReader) class(u *unit, i int) {
	b := u.member(u.token(i+1).Value, u.Up[i])
	if b == nil || b.body == 0 || !u.implements(i+2, b.body, "Worker") || !u.javaSDK("Worker") {
		return
	}
	named := u.member("getTaskDefName", b.body)
	if named == nil || !named.function {
		return
	}
	task := u.onlyReturn(named)
	if all := r.delegates(u, b, task); len(all) > 0 {
		for _, w := range all {
			r.add(w, false)
		}
		return
	}
	var polling span
	if m := u.member("getPollingInterval", b.body); m != nil {
		polling = u.onlyReturn(m)
	}
	for _, f := range r.constructed(u, b) {
		w := r.worker(f, named.at, r.field(f, b, task), span{})
		w.Place = u.place(named.at)
		w.PollInterval = milliseconds(r.number(f, polling))
		r.add(w, false)
	}
}

// implements reports whether a class, whose body opens at body, says that it implements, or extends, the type.
func (u *unit) implements(from, body int, name string) bool {
	said := false
	for i := from; i < body; i++ {
		said = said || u.oneOf(i, "implements", "extends")
		if said && u.is(i, name) {
			return true
		}
	}
	return false
}

// field is what a class's field, that is only set when the class is made, was set to; the span itself for anything else.
func (r *javaReader) field(f frame, class *binding, s span) span {
	u := f.u
	if s.to-s.from == 3 && u.is(s.from, "this") {
		s.from += 2
	}
	if s.to-s.from != 1 || !u.word(s.from) {
		return s
	}
	name := u.token(s.from).Value
	if b := u.member(name, class.body); b != nil && !b.value.empty() {
		return s
	}
	in := u.inside(class.body)
	for i := in.from; i < in.to; i++ {
		if u.is(i, "this") && u.is(i+1, ".") && u.is(i+2, name) && u.is(i+3, "=") {
			return span{i + 4, u.find(span{i + 4, in.to}, ";")}
		}
	}
	return s
}

// constructed are the ways in which a class is made, with what its constructor gets.
func (r *javaReader) constructed(u *unit, class *binding) []frame {
	constructor := u.member(u.token(class.at).Value, class.body)
	if constructor == nil || len(u.parametersOf(constructor)) == 0 {
		return []frame{{u: u}}
	}
	frames, open := r.constructions(u, class)
	for i, outer := range frames {
		frames[i] = r.enter(outer, u, constructor, open[i])
	}
	if len(frames) == 0 {
		return []frame{{u: u}}
	}
	return frames
}

// delegates are the workers behind one that passes the question on: return handler.task() asks every class that is a Handler.
func (r *javaReader) delegates(u *unit, class *binding, task span) []Worker {
	names, ok := u.path(span{task.from, task.to - 2})
	if !ok || len(names) != 2 || !u.is(task.to-1, ")") || !u.is(task.to-2, "(") {
		return nil
	}
	kind := u.fieldType(names[0], class.body)
	var all []Worker
	for _, other := range r.mentioning(names[1]) {
		for i := range other.Tokens {
			if !other.is(i, "class") || kind == "" {
				continue
			}
			b := other.member(other.token(i+1).Value, other.Up[i])
			if b == nil || b.body == 0 || !other.implements(i+2, b.body, kind) {
				continue
			}
			if m := other.member(names[1], b.body); m != nil && m.function {
				all = append(all, r.worker(frame{u: other}, m.at, other.onlyReturn(m), span{}))
			}
		}
	}
	return all
}

// fieldType is the type of a class's field, without what is in < and >.
func (u *unit) fieldType(name string, class int) string {
	in := u.inside(class)
	for i := in.from; i < in.to; i++ {
		if u.Up[i] != class || !u.is(i, name) || !u.oneOf(i+1, ";", "=") {
			continue
		}
		angles := 0
		for at := i - 1; at >= in.from; at-- {
			switch {
			case u.is(at, ">"):
				angles++
			case u.is(at, "<"):
				angles--
			case angles == 0 && u.word(at):
				return u.token(at).Value
			}
		}
	}
	return ""
}

// javaBuilder is what TaskRunnerConfigurer.Builder is given: domains by task, and threads.
type javaBuilder struct {
	domains map[string]value
	unknown string
	threads int
	each    map[string]int
}

func (b javaBuilder) apply(w *Worker) {
	w.Concurrency = b.threads
	if n := b.each[w.Task]; n > 0 {
		w.Concurrency = n
	}
	if v, found := b.domains[w.Task]; found && v.ok {
		w.Domain, w.DomainFrom, w.DomainPlace = v.text, v.from, v.place
	} else if b.unknown != "" {
		w.DomainExpr = b.unknown
	}
}

func (r *javaReader) readBuilder(u *unit) {
	for i := range u.Tokens {
		if !u.is(i, ".") || !u.is(i+2, "(") {
			continue
		}
		given := u.inside(i + 2)
		switch u.token(i + 1).Value {
		case "withTaskToDomain":
			domains, ok := r.mapping(u, given)
			if !ok {
				r.builder.unknown = u.expression(given)
			}
			r.builder.domains = domains
		case "withThreadCount":
			r.builder.threads = int(r.number(frame{u: u}, given))
		case "withTaskThreadCount":
			counts, _ := r.mapping(u, given)
			r.builder.each = map[string]int{}
			for task, n := range counts {
				r.builder.each[task] = int(toNumber(n.text))
			}
		}
	}
}

// mapping reads Map.of("a", "b"), Map.ofEntries(…), and a variable that put("a", "b") fills.
func (r *javaReader) mapping(u *unit, s span) (map[string]value, bool) {
	if names, ok := u.path(s); ok && len(names) == 1 {
		if b := u.lookup(names[0], s.from); b != nil && !b.value.empty() && !u.is(b.value.from, "new") {
			return r.mapping(u, b.value)
		}
		return r.filled(u, names[0])
	}
	open := u.find(s, "(")
	if !u.oneOf(s.from, "Map", "Collections", "ImmutableMap") || u.after(open) != s.to {
		return nil, false
	}
	given := u.split(u.inside(open), ",")
	if u.is(open-1, "ofEntries") {
		var flat []span
		for _, entry := range given {
			flat = append(flat, u.split(u.inside(u.find(entry, "(")), ",")...)
		}
		given = flat
	}
	return r.pairs(u, given)
}

// pairs are keys and values by turns. Ok says that all are known.
func (r *javaReader) pairs(u *unit, given []span) (pairs map[string]value, ok bool) {
	pairs = map[string]value{}
	for i := 0; i+1 < len(given); i += 2 {
		key, v := r.eval(frame{u: u}, given[i]), r.eval(frame{u: u}, given[i+1])
		if !key.ok || !v.ok {
			return pairs, false
		}
		pairs[key.text] = v
	}
	return pairs, len(given)%2 == 0
}

func (r *javaReader) filled(u *unit, name string) (map[string]value, bool) {
	var given []span
	for i := range u.Tokens {
		if u.is(i, name) && u.is(i+1, ".") && u.is(i+2, "put") && u.opens(i+3) {
			given = append(given, u.split(u.inside(i+3), ",")...)
		}
	}
	pairs, ok := r.pairs(u, given)
	return pairs, ok && len(given) > 0
}

// javaVariable reads System.getenv("A") and System.getenv().getOrDefault("A", "b").
func javaVariable(u *unit, s span) (name, otherwise span, found bool) {
	if !u.is(s.from, "System") || !u.is(s.from+2, "getenv") || !u.is(s.from+3, "(") {
		return span{}, span{}, false
	}
	open := s.from + 3
	if next := u.after(open); next < s.to {
		if !u.oneOf(next+1, "get", "getOrDefault") || !u.is(next+2, "(") {
			return span{}, span{}, false
		}
		open = next + 2
	}
	given := u.split(u.inside(open), ",")
	if u.after(open) != s.to || len(given) == 0 {
		return span{}, span{}, false
	}
	if len(given) == 2 {
		otherwise = given[1]
	}
	return given[0], otherwise, true
}

// javaSibling is the file of a class that needs no import, or that is named with its package.
func javaSibling(u *unit, names []string) []string {
	if slices.Contains([]string{"this", "super"}, names[0]) {
		return nil
	}
	var files []string
	for i, name := range names[:max(1, len(names)-1)] {
		if i == 0 {
			files = append(files, u.source.dir()+"/"+name+".java")
		}
		files = append(files, strings.Join(names[:i+1], "/")+".java")
	}
	return files
}
