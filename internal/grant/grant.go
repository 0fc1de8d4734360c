// Package grant is the rule by which the flags of `app grant` and `app revoke` become the targets of Conductor's authorization API.
package grant

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Style is how one task in one domain is written as a target. Nothing public says it for sure (access sheet §3.3), so it is here only.
type Style string

// The styles. DomainFirst is the queue's own name and the default.
const (
	DomainFirst Style = "domain:task"
	TaskFirst   Style = "task:domain"
	Both        Style = "both" // two grants: the task, and the domain
)

// ParseStyle reads a profile's setting; empty is DomainFirst.
func ParseStyle(text string) (Style, error) {
	switch style := Style(text); style {
	case "":
		return DomainFirst, nil
	case DomainFirst, TaskFirst, Both:
		return style, nil
	default:
		return "", fmt.Errorf("domain-grant %q is not one of domain:task, task:domain, both", text)
	}
}

// Flags are what was asked for: each flag may repeat.
type Flags struct{ Tasks, Domains, Workflows, Tags []string }

// Empty reports whether no flag was given.
func (f Flags) Empty() bool {
	return len(f.Tasks)+len(f.Domains)+len(f.Workflows)+len(f.Tags) == 0
}

// Item is one target with the words for it: "task get-inventory in domain john".
type Item struct {
	Target conductor.Target
	Words  string
}

// Targets applies the rule (design §1): a task alone is every domain, a domain alone every task in it, both together each task in
// each of the domains.
func (f Flags) Targets(style Style) []Item {
	var items []Item
	add := func(kind, id, format string, args ...any) {
		items = append(items, Item{conductor.Target{Type: kind, ID: id}, fmt.Sprintf(format, args...)})
	}
	for _, task := range f.Tasks {
		if len(f.Domains) == 0 {
			add("TASK_DEF", task, "task %s", task)
		}
		for _, domain := range f.Domains {
			items = append(items, InDomain(task, domain, style)...)
		}
	}
	if len(f.Tasks) == 0 {
		for _, domain := range f.Domains {
			add("DOMAIN", domain, "every task in domain %s", domain)
		}
	}
	for _, workflow := range f.Workflows {
		add("WORKFLOW_DEF", workflow, "workflow %s", workflow)
	}
	for _, tag := range f.Tags {
		add("TAG", tag, "tag %s", tag)
	}
	return items
}

// InDomain is how a task in a domain is written: the one place that knows.
func InDomain(task, domain string, style Style) []Item {
	words := fmt.Sprintf("task %s in domain %s", task, domain)
	switch style {
	case TaskFirst:
		return []Item{{conductor.Target{Type: "TASK_DEF", ID: task + ":" + domain}, words}}
	case Both:
		return []Item{
			{conductor.Target{Type: "TASK_DEF", ID: task}, "task " + task},
			{conductor.Target{Type: "DOMAIN", ID: domain}, "every task in domain " + domain},
		}
	default:
		return []Item{{conductor.Target{Type: "TASK_DEF", ID: domain + ":" + task}, words}}
	}
}

// Detect looks at grants that are there for the way in which this cluster writes a task in a domain: an id that begins or ends with
// a defined task and a colon. False where none shows it, or they disagree.
func Detect(grants []conductor.GrantedAccess, tasks []string) (Style, bool) {
	found := map[Style]bool{}
	for _, grant := range grants {
		if grant.Target.Type != "TASK_DEF" {
			continue
		}
		before, after, both := strings.Cut(grant.Target.ID, ":")
		switch {
		case !both || slices.Contains(tasks, grant.Target.ID):
		case slices.Contains(tasks, after):
			found[DomainFirst] = true
		case slices.Contains(tasks, before):
			found[TaskFirst] = true
		}
	}
	if len(found) != 1 {
		return "", false
	}
	if found[TaskFirst] {
		return TaskFirst, true
	}
	return DomainFirst, true
}

// Words describes a target that was read from the server.
func Words(target conductor.Target) string {
	domain, task, scoped := strings.Cut(target.ID, ":")
	switch {
	case target.Type == "TASK_DEF" && scoped:
		return fmt.Sprintf("task %s in domain %s", task, domain)
	case target.Type == "TASK_DEF":
		return "task " + target.ID
	case target.Type == "DOMAIN":
		return "every task in domain " + target.ID
	case target.Type == "WORKFLOW_DEF":
		return "workflow " + target.ID
	case target.Type == "TAG":
		return "tag " + target.ID
	default:
		return strings.ToLower(target.Type) + " " + target.ID
	}
}
