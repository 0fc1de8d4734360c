package grant

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Style is how one task in one domain is written as a target: the words domain and task around a separator, or both. Nothing public
// says it for sure (access sheet §3.3), so it is here only.
type Style string

// The styles that have a name. DomainFirst is the queue's own name and the default.
const (
	DomainFirst Style = "domain:task"
	TaskFirst   Style = "task:domain"
	Both        Style = "both" // two grants: the task, and the domain
)

// separators are what may stand between a task and a domain. Names hold - _ and dots themselves, which therefore tell nothing.
const separators = ":/@#|~"

// ParseStyle reads a profile's setting; empty is DomainFirst.
func ParseStyle(text string) (Style, error) {
	style := Style(text)
	if text == "" {
		return DomainFirst, nil
	}
	if _, _, pair := style.parts(); pair || style == Both {
		return style, nil
	}
	return "", fmt.Errorf("domain-grant %q is not one of domain:task, task:domain, both (in place of the colon, one of %s)", text, separators[1:])
}

// parts splits a style into its separator and order; false for Both and for what is no style.
func (s Style) parts() (separator string, taskFirst, pair bool) {
	for _, each := range separators {
		separator = string(each)
		switch {
		case s == Style("domain"+separator+"task"), s == "": // the default's separator is the first
			return separator, false, true
		case s == Style("task"+separator+"domain"):
			return separator, true, true
		}
	}
	return "", false, false
}

// id writes a task in a domain; false for Both, which has no id of its own.
func (s Style) id(task, domain string) (string, bool) {
	separator, taskFirst, pair := s.parts()
	switch {
	case !pair:
		return "", false
	case taskFirst:
		return task + separator + domain, true
	default:
		return domain + separator + task, true
	}
}

// read takes an id apart; domain is empty where the id is only a task's name.
func (s Style) read(id string) (task, domain string) {
	separator, taskFirst, pair := s.parts()
	before, after, found := strings.Cut(id, separator)
	switch {
	case !pair || !found || before == "" || after == "":
		return id, ""
	case taskFirst:
		return before, after
	default:
		return after, before
	}
}

// styleOf is the style in which an id names one of the defined tasks in a domain; false where it does not.
func styleOf(id string, tasks []string) (Style, bool) {
	if slices.Contains(tasks, id) {
		return "", false
	}
	for i, separator := range id {
		if !strings.ContainsRune(separators, separator) || i == 0 || i == len(id)-1 {
			continue
		}
		switch {
		case slices.Contains(tasks, id[i+1:]):
			return Style("domain" + string(separator) + "task"), true
		case slices.Contains(tasks, id[:i]):
			return Style("task" + string(separator) + "domain"), true
		}
	}
	return "", false
}

// Detect looks at grants that are there for the way in which this cluster writes a task in a domain: an id that begins or ends with
// a defined task and a separator. False where none shows it, or they disagree.
func Detect(grants []conductor.GrantedAccess, tasks []string) (Style, bool) {
	found := map[Style]bool{}
	var last Style
	for _, grant := range grants {
		if grant.Target.Type != taskDef {
			continue
		}
		if style, shows := styleOf(grant.Target.ID, tasks); shows {
			found[style], last = true, style
		}
	}
	return last, len(found) == 1
}

// Reader describes targets that were read from the server, in the words of the flags that make them.
type Reader struct {
	Style Style    // how this cluster writes a task in a domain; empty means DomainFirst
	Tasks []string // the tasks that are defined, as far as the caller may see them; an id that names one is read by it
}

// Words describes a target: "task get-inventory in domain john".
func (r Reader) Words(target conductor.Target) string {
	switch target.Type {
	case taskDef:
		if task, domain := r.Task(target.ID); domain != "" {
			return inDomain(task, domain)
		}
		return "task " + target.ID
	case "DOMAIN":
		return "every task in domain " + target.ID
	case "WORKFLOW_DEF":
		return "workflow " + target.ID
	default:
		return strings.ToLower(target.Type) + " " + target.ID
	}
}

// Held describes what somebody holds: its target, and the tag through which it is held.
func (r Reader) Held(held conductor.GrantedAccess) string {
	if held.Tag == "" {
		return r.Words(held.Target)
	}
	return r.Words(held.Target) + " (tag " + held.Tag + ")"
}

// Task takes the id of a TASK_DEF target apart; domain is empty where it means every domain.
func (r Reader) Task(id string) (task, domain string) {
	if slices.Contains(r.Tasks, id) {
		return id, ""
	}
	if style, shows := styleOf(id, r.Tasks); shows {
		return style.read(id)
	}
	return r.Style.read(id)
}

// Overlap reports whether two targets have a task in a domain, or anything else, in common: a grant on one is access to some of the
// other.
func (r Reader) Overlap(a, b conductor.Target) bool {
	taskA, domainA, ofA := r.scope(a)
	taskB, domainB, ofB := r.scope(b)
	if !ofA || !ofB {
		return a == b
	}
	return meets(taskA, taskB) && meets(domainA, domainB)
}

// scope is what a target is of tasks and domains, empty meaning each; false for other targets.
func (r Reader) scope(target conductor.Target) (task, domain string, of bool) {
	switch target.Type {
	case taskDef:
		task, domain = r.Task(target.ID)
		return task, domain, true
	case "DOMAIN":
		return "", target.ID, true
	default:
		return "", "", false
	}
}

func meets(a, b string) bool { return a == "" || b == "" || a == b }

func inDomain(task, domain string) string { return fmt.Sprintf("task %s in domain %s", task, domain) }
