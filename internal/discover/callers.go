package discover

import (
	"slices"

	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const (
	maxCallers = 100 // of one function: no project registers one worker in more ways
	maxLevels  = 3
)

// workers are those that are made at a token: one, or where that depends on the callers of the function around it, one for each.
func (p *program) workers(u *unit, at int, made func(frame) Worker) []Worker {
	w := made(frame{u: u})
	if w.TaskExpr == "" && w.DomainExpr == "" {
		return []Worker{w}
	}
	var all []Worker
	for _, f := range p.callersOf(u, at, maxLevels) {
		all = append(all, made(f))
	}
	return all
}

// callersOf are the ways in which the function around a token is called: each is a frame with what the caller gives. Outside
// functions, and where nobody calls, it is the file alone.
func (p *program) callersOf(u *unit, at, levels int) []frame {
	bare := []frame{{u: u}}
	name, fn := u.enclosing(at)
	if fn == nil || levels == 0 || len(u.parametersOf(fn)) == 0 {
		return bare
	}
	var frames []frame
	for _, other := range p.mentioning(name) {
		if len(frames) >= maxCallers {
			break
		}
		frames = append(frames, p.callsIn(other, name, u, fn, levels)...)
	}
	if len(frames) == 0 {
		return bare
	}
	return frames
}

// parametersOf are a function's.
func (u *unit) parametersOf(fn *binding) []*binding {
	scope := fn.inner(u)
	var found []*binding
	for _, all := range u.names {
		for _, b := range all {
			if b.parameter > 0 && b.scope == scope {
				found = append(found, b)
			}
		}
	}
	return found
}

// callsIn are the calls of a function in one file.
func (p *program) callsIn(other *unit, name string, u *unit, fn *binding, levels int) []frame {
	var frames []frame
	for i := range other.Tokens {
		if !other.word(i) || other.original(other.token(i).Value) != name || !other.opens(i+1) || !p.calls(other, i, u, fn) {
			continue
		}
		for _, outer := range p.callersOf(other, i, levels-1) {
			inner := p.enter(outer, u, fn, i+1)
			if inner.site = outer.site; inner.site == (Place{}) {
				inner.site = other.place(i)
			}
			frames = append(frames, inner)
		}
	}
	return frames
}

// calls reports whether the call at a token is one of the function: not its declaration, and not from within itself. A method is
// known by its name where its class is spoken of.
func (p *program) calls(other *unit, i int, u *unit, fn *binding) bool {
	if in := fn.inner(u); other == u && (i == fn.at || in.from <= i && i < in.to) {
		return false
	}
	first := i
	for other.oneOf(first-1, ".", "::") && other.word(first-2) {
		first -= 2
	}
	names, _ := other.path(span{first, i + 1})
	if len(names) == 0 {
		return false
	}
	if target, b := p.find(frame{u: other}, names, first); b == fn && target == u {
		return true
	}
	class := u.classOf(fn)
	return other.oneOf(i-1, ".", "::") && class != "" && (other == u || other.speaksOf(class))
}

// classOf is the class that a method is right in; empty for other functions.
func (u *unit) classOf(fn *binding) string {
	for name, all := range u.names {
		for _, b := range all {
			if !b.function && b.body > 0 && u.inside(b.body) == fn.scope {
				return name
			}
		}
	}
	return ""
}

func (u *unit) speaksOf(word string) bool {
	return slices.ContainsFunc(u.Tokens, func(t lexer.Token) bool { return t.Is(word) })
}

// constructions are the calls that make a class: frames of the files that they stand in, and the tokens of their parentheses.
func (p *program) constructions(u *unit, class *binding) (at []frame, open []int) {
	name := u.token(class.at).Value
	for _, other := range p.mentioning(name) {
		for i := range other.Tokens {
			if !other.word(i) || other.original(other.token(i).Value) != name || !other.opens(i+1) || other.is(i-1, "class") || len(at) >= maxCallers {
				continue
			}
			if target, found := p.find(frame{u: other}, []string{other.token(i).Value}, i); found == class && target == u {
				at, open = append(at, frame{u: other}), append(open, i+1)
			}
		}
	}
	return at, open
}
