package stuck

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
)

// everyDomain is what a grant on a task without a domain is on.
const everyDomain = "every domain"

// RightsOf says what the worker's application, called app, may do with a task.
func RightsOf(app string, holder permit.Holder, task permit.Task, reader grant.Reader) Rights {
	verdict := holder.May(task, reader)
	r := Rights{Application: app, Known: verdict.Answer != permit.Unknown, May: verdict.Answer == permit.Yes, Held: heldDomains(holder, task, reader)}
	var lacks []string
	if verdict.Role == permit.No {
		lacks = append(lacks, "the Worker role")
	}
	if verdict.Grant == permit.No {
		lacks = append(lacks, "EXECUTE on "+task.String())
	}
	if len(lacks) > 0 {
		r.Because = "it lacks " + strings.Join(lacks, " and ")
	}
	for _, args := range holder.Missing([]permit.Task{task}, reader).Commands(app) {
		r.Fix = append(r.Fix, cli.CommandLine(args...))
	}
	return r
}

// heldDomains are the domains in which the application holds EXECUTE on the task.
func heldDomains(holder permit.Holder, task permit.Task, reader grant.Reader) string {
	var domains []string
	add := func(domain string) {
		if !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	for _, held := range holder.Grants {
		if !slices.Contains(held.Access, "EXECUTE") {
			continue
		}
		switch held.Target.Type {
		case "DOMAIN":
			add(held.Target.ID)
		case "TASK_DEF":
			name, domain := reader.Task(held.Target.ID)
			if name == task.Name && domain == "" {
				add(everyDomain)
			} else if name == task.Name {
				add(domain)
			}
		}
	}
	slices.Sort(domains)
	return orNone(strings.Join(domains, ", "))
}
