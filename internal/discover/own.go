package discover

import (
	"github.com/orkesctl/orkesctl/internal/discover/lexer"
)

const (
	ownVariable = "CONDUCTOR_WORKER_DOMAIN"
	ownConstant = "DEFAULT_DOMAIN"
)

// ownDomain is how the projects that orkesctl makes choose their domain, where the SDK has no say in it: the variable, else the
// constant, in the file that reads the variable (language.yaml's domainFrom). Set is false in other projects.
type ownDomain struct {
	set   bool
	value value
}

func (p *program) ownDomain() ownDomain {
	if p.tree.made == "" {
		return ownDomain{}
	}
	for _, u := range p.mentioning(ownVariable) {
		if u.names[ownConstant] == nil {
			continue
		}
		b := alone(u.names[ownConstant])
		v := p.eval(frame{u: u}, b.value)
		if text, _ := p.env.Lookup(ownVariable); text != "" {
			v = value{ok: true, text: text, from: "env " + ownVariable, place: p.env.variables[ownVariable].Place}
		}
		if v.ok && p.readsOwn(u) {
			return ownDomain{set: true, value: v}
		}
	}
	return ownDomain{}
}

// readsOwn reports whether a file reads the variable, rather than only speaking of it.
func (p *program) readsOwn(u *unit) bool {
	for _, t := range u.Tokens {
		if t.Kind == lexer.Text && t.Value == ownVariable {
			return true
		}
	}
	return false
}

// apply gives the domain to a worker that has none of its own.
func (o ownDomain) apply(w *Worker) {
	if !o.set || w.Domain != "" {
		return
	}
	w.Domain, w.DomainExpr, w.DomainFrom, w.DomainPlace = o.value.text, "", o.value.from, o.value.place
	if w.Domain == "" {
		w.DomainFrom, w.DomainPlace = "", Place{}
	}
}
