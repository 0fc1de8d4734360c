// Package grant is the rule by which the flags of `app grant` and `app revoke` become the targets of Conductor's authorization API.
package grant

import (
	"fmt"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// taskDef is the type of a target that is a task, in every domain or in one.
const taskDef = "TASK_DEF"

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

// OfTasks reports whether the target is a task, or the tasks of a domain.
func (i Item) OfTasks() bool { return i.Target.Type == taskDef || i.Target.Type == "DOMAIN" }

// Targets applies the rule (design §1): a task alone is every domain, a domain alone every task in it, both together each task in
// each of the domains.
func (f Flags) Targets(style Style) []Item {
	var items []Item
	add := func(kind, id, format string, args ...any) {
		items = append(items, Item{conductor.Target{Type: kind, ID: id}, fmt.Sprintf(format, args...)})
	}
	for _, task := range f.Tasks {
		if len(f.Domains) == 0 {
			add(taskDef, task, "task %s", task)
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
	if id, single := style.id(task, domain); single {
		return []Item{{conductor.Target{Type: taskDef, ID: id}, inDomain(task, domain)}}
	}
	return []Item{
		{conductor.Target{Type: taskDef, ID: task}, "task " + task},
		{conductor.Target{Type: "DOMAIN", ID: domain}, "every task in domain " + domain},
	}
}
