// Package permit answers whether an application may poll a task in a domain, through what, and what it lacks. The answer is made of
// facts that were read before; where they could not all be read it may be unknown, and never a guess.
package permit

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// execute is the access that polling takes.
const execute = "EXECUTE"

// RoleWorker is the role that lets an application poll what it holds EXECUTE on.
const RoleWorker = "WORKER"

// Roles by which no grant is needed: all polls, or EXECUTE on every task (access sheet §2.1).
func pollsAll() []string    { return []string{"ADMIN", "UNRESTRICTED_WORKER"} }
func executesAll() []string { return []string{"METADATA_MANAGER", "WORKFLOW_MANAGER"} }

// Task is what somebody wants to poll. Domain empty means the queue without a domain. Tags ("key:value") and CreatedBy, the user id
// of who made the definition, are as the server shows them; empty where it does not.
type Task struct {
	Name, Domain string
	Tags         []string
	CreatedBy    string
}

// Of is the task of a definition, in a domain.
func Of(def conductor.TaskDef, domain string) Task {
	task := Task{Name: def.Name, Domain: domain, CreatedBy: def.CreatedBy}
	for _, tag := range def.Tags {
		task.Tags = append(task.Tags, tag.Key+":"+tag.Value)
	}
	return task
}

// String names the task: "task get-inventory in domain john".
func (t Task) String() string {
	if t.Domain == "" {
		return "task " + t.Name
	}
	return "task " + t.Name + " in domain " + t.Domain
}

// Holder is an application, or another user, with what it was given. What is not known was not told; Unseen says why.
type Holder struct {
	ID, Name                string
	Roles                   []string
	Grants                  []conductor.GrantedAccess
	RolesKnown, GrantsKnown bool
	Unseen                  []string
}

// Answer is yes, no or unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Verdict is whether a holder may poll a task. Through lists all that allows it: "role ADMIN", "every task in domain john". Role and
// Grant are the two halves: an unrestricted role gives both. Near lists what it holds on the task in other domains.
type Verdict struct {
	Answer      Answer
	Role, Grant Answer
	Through     []string
	Near        []string
}

// May judges. reader knows how the cluster writes a task in a domain.
func (h Holder) May(task Task, reader grant.Reader) Verdict {
	verdict := Verdict{Role: answer(slices.Contains(h.Roles, RoleWorker), h.RolesKnown)}
	for _, role := range h.Roles {
		switch {
		case slices.Contains(pollsAll(), role):
			verdict.Role, verdict.Grant = Yes, Yes
			verdict.Through = append(verdict.Through, "role "+role)
		case slices.Contains(executesAll(), role):
			verdict.Grant = Yes
			verdict.Through = append(verdict.Through, "role "+role)
		}
	}
	if task.CreatedBy != "" && task.CreatedBy == h.ID {
		verdict.Grant = Yes
		verdict.Through = append(verdict.Through, "having made the task")
	}
	for _, held := range h.Grants {
		if !slices.Contains(held.Access, execute) {
			continue
		}
		switch fits, near := task.meets(held, reader); {
		case fits:
			verdict.Grant = Yes
			verdict.Through = append(verdict.Through, reader.Held(held))
		case near:
			verdict.Near = append(verdict.Near, reader.Held(held))
		}
	}
	if verdict.Grant != Yes {
		verdict.Grant = answer(false, h.GrantsKnown && h.RolesKnown)
	}
	verdict.Answer = both(verdict.Role, verdict.Grant)
	return verdict
}

func answer(yes, known bool) Answer {
	switch {
	case yes:
		return Yes
	case known:
		return No
	default:
		return Unknown
	}
}

func both(a, b Answer) Answer {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	default:
		return Unknown
	}
}

// meets reports whether a grant is on the task in its domain, or near: on the task elsewhere.
func (t Task) meets(held conductor.GrantedAccess, reader grant.Reader) (fits, near bool) {
	switch held.Target.Type {
	case "TASK_DEF":
		task, domain := reader.Task(held.Target.ID)
		same := task == t.Name
		return same && (domain == "" || domain == t.Domain), same
	case "DOMAIN":
		return t.Domain != "" && held.Target.ID == t.Domain, false
	case "TAG":
		return slices.Contains(t.Tags, held.Target.ID), false
	default:
		return false, false
	}
}

// Plan is the least that has to be given: a role, or none, and grants.
type Plan struct {
	Role   string
	Grants []grant.Flags
}

// Missing plans what the holder lacks to poll all the tasks. Tasks of one domain are one grant command; what is unknown is not planned.
func (h Holder) Missing(tasks []Task, reader grant.Reader) Plan {
	var plan Plan
	at := map[string]int{}
	for _, task := range tasks {
		verdict := h.May(task, reader)
		if verdict.Role == No {
			plan.Role = RoleWorker
		}
		if verdict.Grant != No {
			continue
		}
		i, there := at[task.Domain]
		if !there {
			i = len(plan.Grants)
			at[task.Domain], plan.Grants = i, append(plan.Grants, grant.Flags{})
			if task.Domain != "" {
				plan.Grants[i].Domains = []string{task.Domain}
			}
		}
		if !slices.Contains(plan.Grants[i].Tasks, task.Name) {
			plan.Grants[i].Tasks = append(plan.Grants[i].Tasks, task.Name)
		}
	}
	return plan
}

// Commands are the arguments of orkesctl, one list a command, that carry the plan out for the application of that name; without a
// name, for the one that the command finds by itself.
func (p Plan) Commands(app string) [][]string {
	var commands [][]string
	named := func(args ...string) []string {
		if app != "" {
			args = append(args, "--app", app)
		}
		return args
	}
	if p.Role != "" {
		commands = append(commands, named("app", "role", "add", strings.ReplaceAll(strings.ToLower(p.Role), "_", "-")))
	}
	for _, flags := range p.Grants {
		args := []string{"app", "grant"}
		for _, task := range flags.Tasks {
			args = append(args, "--task", task)
		}
		for _, domain := range flags.Domains {
			args = append(args, "--domain", domain)
		}
		commands = append(commands, named(args...))
	}
	return commands
}
