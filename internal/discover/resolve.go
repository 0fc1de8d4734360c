package discover

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

// dialect is how a language declares, imports and reads its environment.
type dialect struct {
	syntax     lexer.Syntax
	extensions []string
	declare    func(u *unit)
	prune      func(text []byte) []byte // blanks what is only there for tests
	// variable tells what reads the environment: the name of the variable, and what is taken where it is not set.
	variable func(u *unit, s span) (name, otherwise span, found bool)
	// sibling are files that a name may come from without being imported.
	sibling func(u *unit, path []string) []string
}

// program is the files of one language.
type program struct {
	dialect
	tree  *tree
	env   Environment
	units map[string]*unit
	byEnd map[string][]*source // by the last part of their paths
}

func newProgram(all *tree, env Environment, d dialect) *program {
	p := &program{dialect: d, tree: all, env: env, units: map[string]*unit{}, byEnd: map[string][]*source{}}
	for _, s := range all.with(d.extensions...) {
		base := path.Base(s.path)
		p.byEnd[base] = append(p.byEnd[base], s)
	}
	return p
}

// marked are the files that may declare workers.
func (p *program) marked() []*unit {
	var all []*unit
	for _, s := range p.tree.with(p.extensions...) {
		if s.marked {
			all = append(all, p.unit(s))
		}
	}
	return all
}

// mentioning are the files that hold a word.
func (p *program) mentioning(word string) []*unit {
	var all []*unit
	for _, s := range p.tree.with(p.extensions...) {
		if bytes.Contains(s.text(), []byte(word)) {
			all = append(all, p.unit(s))
		}
	}
	return all
}

func (p *program) unit(s *source) *unit {
	if known := p.units[s.path]; known != nil {
		return known
	}
	text := s.text()
	if p.prune != nil {
		text = p.prune(text)
	}
	u := &unit{File: lexer.Scan(text, p.syntax), source: s, names: map[string][]*binding{}, imports: map[string]imported{}, changed: map[string]bool{}, scopes: map[int]bool{}}
	p.units[s.path] = u
	p.declare(u)
	return u
}

// ending are the files whose paths end so.
func (p *program) ending(end string) []*unit {
	var all []*unit
	for _, s := range p.byEnd[path.Base(end)] {
		if s.path == end || strings.HasSuffix(s.path, "/"+strings.TrimPrefix(end, "/")) {
			all = append(all, p.unit(s))
		}
	}
	return all
}

// find is the declaration that a path of names leads to, in this file or in one that it is imported from.
func (p *program) find(f frame, names []string, at int) (*unit, *binding) {
	u := f.u
	if slices.Contains([]string{"self", "Self", "this", "cls"}, names[0]) && len(names) > 1 {
		if b := u.own(names[1], at); b != nil {
			return u, p.within(u, b, names[2:])
		}
		return u, nil
	}
	if b := u.lookup(names[0], at); b != nil {
		return u, p.within(u, b, names[1:])
	}
	from, found := u.imports[names[0]]
	if found {
		names = slices.Concat(from.path, names[1:])
	} else if p.sibling != nil {
		from.files = p.sibling(u, names)
	}
	if f.depth > maxNesting || len(names) == 0 {
		return u, nil
	}
	if where, b := p.among(f, from.files, names); b != nil || found {
		return where, b
	}
	return p.passed(f, names)
}

// passed looks where a file takes all names from.
func (p *program) passed(f frame, names []string) (*unit, *binding) {
	for name, from := range f.u.imports {
		if strings.HasPrefix(name, passedOn) {
			if where, b := p.among(f, from.files, slices.Concat(from.path, names)); b != nil {
				return where, b
			}
		}
	}
	return f.u, nil
}

// among looks for a path of names in files, the likeliest first.
func (p *program) among(f frame, files, names []string) (*unit, *binding) {
	u := f.u
	for _, end := range files {
		var where *unit
		var result *binding
		for _, other := range p.ending(end) {
			if other == u {
				continue
			}
			other, b := p.exported(f, other, names)
			if b == nil {
				continue
			}
			if result != nil {
				return u, nil // two files that may be meant
			}
			where, result = other, b
		}
		if result != nil {
			return where, result
		}
	}
	return u, nil
}

// exported is what a file declares, or passes on from another: by its name, or with all that is there.
func (p *program) exported(f frame, u *unit, names []string) (*unit, *binding) {
	if b := p.top(u, names); b != nil {
		return u, b
	}
	inner := frame{u: u, depth: f.depth + 1}
	if inner.depth > maxNesting {
		return u, nil
	}
	if _, found := u.imports[names[0]]; found {
		return p.find(inner, names, len(u.Tokens))
	}
	return p.passed(inner, names)
}

// passedOn begins the names of imports that stand for all that a file declares.
const passedOn = "*"

func (u *unit) passOn(from imported) { u.imports[passedOn+strconv.Itoa(len(u.imports))] = from }

// own is what the class around a token declares.
func (u *unit) own(name string, at int) *binding {
	for open := u.Up[at]; open >= 0; open = u.Up[open] {
		if b := u.member(name, open); b != nil {
			return b
		}
	}
	return nil
}

// top is what a file declares outside everything else. A path may begin with what the file itself is called.
func (p *program) top(u *unit, names []string) *binding {
	file := strings.Split(strings.TrimSuffix(u.source.path, u.source.ext()), "/")
	for len(names) > 0 {
		if b := u.member(names[0], -1); b != nil {
			return p.within(u, b, names[1:])
		}
		if !slices.Contains(file, names[0]) && !slices.Contains([]string{"crate", "super", "self"}, names[0]) {
			return nil
		}
		names = names[1:]
	}
	return nil
}

// within follows a path into a class, an enumeration or an object.
func (p *program) within(u *unit, b *binding, names []string) *binding {
	for _, name := range names {
		open := b.body
		if open == 0 && u.is(b.value.from, "{") {
			open = b.value.from
		}
		if open == 0 || b.function {
			return nil
		}
		member := u.member(name, open)
		if s, found := property(u.entries(open), name); member == nil && found {
			member = &binding{at: s.from, scope: u.inside(open), value: s}
		}
		if member == nil {
			return nil
		}
		b = member
	}
	return b
}
