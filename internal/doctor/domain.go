package doctor

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const checkDomain = "ORK-DOM-001"

func domainChecks() []Check {
	return []Check{{
		ID: checkDomain, Category: Domains, Title: "one domain", Of: "the domain of", Worst: Failed, Needs: []string{checkServer, checkDeclared}, Run: oneDomain,
		Cause:    "A worker polls in one domain, and the workflow is started in another, or without one: the tasks lie in a queue that nobody polls. Or one of the places that name the domain has a typing error.",
		Evidence: "Side by side: the domain in the code, in orkesctl.yaml, in the grants, in the start examples of README.md, of the tasks that wait, and of the last polls. The odd one out is marked.",
		Fix:      "Correct the odd one: the line of code, the grant, or --domain TASK=DOMAIN at the start of the workflow.",
	}}
}

// voice is one place that says in which domain a task is.
type voice struct {
	what, domain, where string
	kind                voiceKind
}

type voiceKind int

const (
	declared voiceKind = iota
	inFile             // orkesctl.yaml
	granted
	example
	waits
	polling
)

// voices are all that say in which domain the worker's task is. A grant in every domain says nothing.
func (f *Facts) voices(w Worker) []voice {
	all := []voice{{"declared", w.Domain, w.DomainFrom, declared}}
	if w.FromSource {
		all[0].what, all[0].where = "declared in code", cmp.Or(w.DomainPlace, w.Place())
		if f.Project != nil && f.Project.Domain != "" && w.DomainFrom == "code" {
			all = append(all, voice{"orkesctl.yaml", f.Project.Domain, "", inFile})
		}
	}
	for _, domain := range f.grantedIn(w) {
		all = append(all, voice{"granted", domain, "application " + f.appName(), granted})
	}
	if e, found := f.Examples[w.Task]; found {
		all = append(all, voice{"start example", e.Domain, e.Place, example})
	}
	for _, domain := range f.waitsIn(w.Task) {
		if domain != w.Domain && len(f.polled(w.Task, domain)) > 0 {
			continue // others' tasks, with a worker of their own
		}
		all = append(all, voice{"waiting in", domain, plural(max(1, f.Queues.Value[conductor.QueueName(w.Task, domain)]), "task"), waits})
	}
	seen, own := map[string]bool{}, len(f.polled(w.Task, w.Domain)) > 0
	for _, p := range f.pollsOf(w.Task) {
		if f.fresh(p) && !seen[p.Domain] && (p.Domain == w.Domain || !own) { // beside a worker of one's own, others' are no contradiction
			seen[p.Domain] = true
			all = append(all, voice{"polled in", p.Domain, f.words(p), polling})
		}
	}
	return all
}

// grantedIn are the domains in which the application was granted the task by name; none where it has it in every one.
func (f *Facts) grantedIn(w Worker) []string {
	var found []string
	reader := f.reader()
	for _, held := range f.Holder.Value.Grants {
		if held.Target.Type != "TASK_DEF" || !slices.Contains(held.Access, "EXECUTE") {
			continue
		}
		switch task, domain := reader.Task(held.Target.ID); {
		case task == w.Task && domain == "":
			return nil
		case task == w.Task:
			found = append(found, domain)
		}
	}
	if len(found) > 0 && f.Holder.Value.May(f.permitTask(w), reader).Grant == permit.Yes {
		return []string{w.Domain}
	}
	return found
}

// odd is the voice that stands against all others, which are at least two and agree; -1 where there is none.
func odd(all []voice) int {
	for i, one := range all {
		rest := slices.Delete(slices.Clone(all), i, i+1)
		differs := func(v voice) bool { return v.domain != rest[0].domain }
		if len(rest) > 1 && one.domain != rest[0].domain && !slices.ContainsFunc(rest, differs) {
			return i
		}
	}
	return -1
}

// misdeclared reports whether the worker's own domain is the odd one out: then its grants are not at fault.
func (f *Facts) misdeclared(w Worker) bool {
	all := f.voices(w)
	at := odd(all)
	return at >= 0 && all[at].kind == declared
}

func oneDomain(f *Facts) []Result {
	known := f.known()
	if len(known) == 0 {
		return one(Result{State: Skipped, Because: "no task is declared"})
	}
	results := make([]Result, 0, len(known))
	for _, w := range known {
		result := f.domainOf(w)
		result.About = w.Task
		results = append(results, result)
	}
	return results
}

func (f *Facts) domainOf(w Worker) Result {
	all := f.voices(w)
	result := Result{State: OK, Label: w.Task, File: w.File, Line: w.Line, Evidence: inDomain(w.Domain)}
	if w.DomainExpression != "" {
		result.State, result.Because, result.Fix = Unknown, "the domain is "+w.DomainExpression+" ("+w.Place()+"), which is only known when the worker runs", "orkesctl task queue "+w.Task
		return result
	}
	if !slices.ContainsFunc(all, func(v voice) bool { return v.domain != w.Domain }) {
		if heard := heardOf(all); len(heard) > 1 {
			result.Evidence += ": " + strings.Join(heard, ", ")
		}
		return result
	}
	at := odd(all)
	if at < 0 {
		return f.disagreement(w, all, result)
	}
	return f.oddOne(w, all, at, result)
}

func heardOf(all []voice) []string {
	var heard []string
	for _, v := range all {
		if !slices.Contains(heard, v.what) {
			heard = append(heard, v.what)
		}
	}
	return heard
}

// table puts the voices side by side; the one at odd is marked.
func table(all []voice, odd int) [][]string {
	rows := make([][]string, 0, len(all))
	for i, v := range all {
		domain, mark := v.domain, ""
		if domain == "" {
			domain = "none"
		}
		if i == odd {
			mark = "← the odd one out"
		}
		rows = append(rows, []string{v.what, domain, v.where, mark})
	}
	return rows
}

// oddOne says what is to be done about the one that does not agree.
func (f *Facts) oddOne(w Worker, all []voice, at int, result Result) Result {
	one := all[at]
	rest := all[(at+1)%len(all)].domain
	result.Table = table(all, at)
	switch one.kind {
	case declared:
		result.State, result.Evidence = Failed, "the worker is "+inDomain(one.domain)+", all else "+inDomain(rest)
		result.Because, result.Fix = w.says(), "write domain "+quoted(rest)+" at "+cmp.Or(w.DomainPlace, w.Place())
		if w.Place() == "" {
			result.Fix = "correct the domain of " + w.Task + " in " + w.DomainFrom
		}
	case granted:
		return Result{State: OK, Label: w.Task, Evidence: inDomain(w.Domain) + "; the grants are another matter"}
	case inFile:
		result.State, result.Evidence, result.Fix = Warning, "orkesctl.yaml names domain "+one.domain, "write domain: "+rest+" into orkesctl.yaml"
	case example:
		result.State, result.Evidence, result.Fix = Warning, "the start example is "+inDomain(one.domain), "correct "+one.where
	case waits:
		return f.elsewhere(w, one, result)
	case polling:
		result.State, result.Evidence = Warning, "a worker polls "+inDomain(one.domain)
		result.Because, result.Fix = one.where+": it is not the worker of this code, or an older one", "orkesctl worker run"
	}
	return result
}

// elsewhere are tasks that wait where the worker does not poll.
func (f *Facts) elsewhere(w Worker, one voice, result Result) Result {
	result.State = Failed
	result.Evidence = one.where + " " + map[bool]string{true: "waits ", false: "wait "}[strings.HasPrefix(one.where, "1 ")] + inDomain(one.domain)
	result.Because = w.says() + "; nobody polls " + inDomain(one.domain)
	start := "orkesctl workflow start WORKFLOW"
	if workflows := f.workflowsWith(w.Task); len(workflows) == 1 {
		start = "orkesctl workflow start " + workflows[0]
	}
	if w.Domain != "" {
		start += " --domain " + w.Task + "=" + w.Domain
	}
	result.Fix = start
	return result
}

// disagreement is where no single one is odd: what counts is whether tasks wait where nobody polls.
func (f *Facts) disagreement(w Worker, all []voice, result Result) Result {
	result.Table = table(all, -1)
	for _, v := range all {
		if v.kind == waits && v.domain != w.Domain {
			return f.elsewhere(w, v, result)
		}
	}
	grants := slices.DeleteFunc(slices.Clone(all), func(v voice) bool { return v.kind != granted })
	if len(grants)+1 == len(all) { // code and grants alone: the check of the grants says it
		return Result{State: OK, Label: w.Task, Evidence: inDomain(w.Domain) + "; the grants are another matter"}
	}
	result.State, result.Evidence = Warning, "the domains do not agree"
	result.Because, result.Fix = w.says(), "orkesctl task queue "+w.Task
	return result
}

func quoted(domain string) string {
	if domain == "" {
		return `""`
	}
	return domain
}
