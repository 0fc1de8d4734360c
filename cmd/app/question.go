package app

import (
	"context"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// question is what somebody asks: may … EXECUTE a task (in a domain)?
type question struct {
	access, kind, name, domain string
}

// targetTypes are the kinds of things that access is given on, as people call them and as the API does (access sheet §3.2).
func targetTypes() map[string]string {
	return map[string]string{
		"task": "TASK_DEF", "workflow": "WORKFLOW_DEF", "domain": "DOMAIN", "tag": "TAG", "application": "APPLICATION", "secret": "SECRET_NAME",
		"env": "ENV_VARIABLE", "schedule": "WORKFLOW_SCHEDULE", "event": "EVENT_HANDLER", "webhook": "WEBHOOK", "prompt": "PROMPT",
		"integration": "INTEGRATION_PROVIDER", "schema": "SCHEMA",
	}
}

func kinds() []string {
	names := make([]string, 0, len(targetTypes()))
	for name := range targetTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ask checks the words of a question.
func ask(access, kind, name, domain string) (question, error) {
	q := question{access: strings.ToUpper(access), kind: strings.ToLower(kind), name: name, domain: domain}
	if !slices.Contains(accesses(), q.access) {
		return q, cli.Usage("One of: "+strings.ToLower(strings.Join(accesses(), ", ")), "%s: unknown access", access)
	}
	if targetTypes()[q.kind] == "" {
		return q, cli.Usage("One of: "+strings.Join(kinds(), ", "), "%s: no kind of thing that access is given on", kind)
	}
	if domain != "" && q.kind != "task" {
		return q, cli.Usage("Example: orkesctl app can execute task get-inventory --domain john", "--domain is for tasks, not for a %s", q.kind)
	}
	return q, nil
}

// polling reports whether the question is one that a worker's poll asks: the Worker role belongs to its answer.
func (q question) polling() bool { return q.access == "EXECUTE" && q.kind == "task" }

// words is the question's end: "execute task get-inventory in domain john".
func (q question) words() string {
	text := strings.ToLower(q.access) + " " + q.kind + " " + q.name
	if q.domain != "" {
		text += " in domain " + q.domain
	}
	return text
}

// targets are what a grant may stand on to allow it: the thing itself; for a task also the task in its domain and the domain.
func (q question) targets(style grant.Style) []conductor.Target {
	targets := []conductor.Target{{Type: targetTypes()[q.kind], ID: q.name}}
	if q.domain == "" {
		return targets
	}
	for _, item := range grant.InDomain(q.name, q.domain, style) {
		if !slices.Contains(targets, item.Target) {
			targets = append(targets, item.Target)
		}
	}
	if domain := (conductor.Target{Type: "DOMAIN", ID: q.domain}); !slices.Contains(targets, domain) {
		targets = append(targets, domain)
	}
	return targets
}

// task is what a poll asks for, with the tags and the maker of its definition where the server shows that.
func (q question) task(ctx context.Context, client *conductor.Client) permit.Task {
	found, err := client.TaskDefs.Get(ctx, q.name)
	if err != nil {
		return permit.Task{Name: q.name, Domain: q.domain}
	}
	return permit.Of(found.Value, q.domain)
}
