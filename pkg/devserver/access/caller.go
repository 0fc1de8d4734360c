package access

import (
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Caller is who makes a request. Every rule of the server is a method here. A nil Caller may do everything: that is the
// open-source flavour, and the server itself.
type Caller struct {
	access   *Access
	id, name string
}

// As is the caller that a user id stands for, whether or not it has a token: somebody on whose behalf the server does something.
func (a *Access) As(id string) *Caller { return &Caller{access: a, id: id, name: id} }

// ID is the caller's user id, "app:<id>" for an application; empty without access control.
func (c *Caller) ID() string {
	if c == nil {
		return ""
	}
	return c.id
}

// Is reports whether the caller has one of the roles, of its own or through a group.
func (c *Caller) Is(roles ...string) bool {
	if c == nil {
		return true
	}
	c.access.mu.RLock()
	defer c.access.mu.RUnlock()
	return c.is(roles...)
}

// is needs the lock to be held.
func (c *Caller) is(roles ...string) bool {
	if c == nil {
		return true
	}
	u := c.access.users[c.id]
	if u == nil {
		return false
	}
	for _, role := range roles {
		if slices.Contains(u.Roles, role) {
			return true
		}
		for _, id := range u.Groups {
			if g := c.access.groups[id]; g != nil && slices.Contains(g.Roles, role) {
				return true
			}
		}
	}
	return false
}

// May reports whether the caller has the access to the target: as administrator, as its maker, by a role that reaches it, or by a
// grant to itself, a group or a role, on the target or a tag that it carries.
func (c *Caller) May(access string, target conductor.Target) bool {
	if c == nil {
		return true
	}
	c.access.mu.RLock()
	defer c.access.mu.RUnlock()
	return c.may(access, target)
}

func (c *Caller) may(access string, target conductor.Target) bool {
	if c == nil || c.is(roleAdmin) || c.access.owners[target] == c.id {
		return true
	}
	return c.roleAllows(access, target) || c.granted(access, target)
}

// roleAllows reports whether one of the caller's roles reaches every target of this kind.
func (c *Caller) roleAllows(access string, target conductor.Target) bool {
	reads := access == "READ" && c.is(roleReadOnly)
	switch target.Type {
	case "TASK_DEF", "WORKFLOW_DEF":
		return reads || c.is(roleMetadataManager) || c.is(roleWorkflowManager) && (access == "READ" || access == "EXECUTE")
	case "EVENT_HANDLER", "WEBHOOK", "SCHEMA": // who may write all of them may also read them [inferred]
		return reads || c.is(roleMetadataManager)
	case "WORKFLOW_SCHEDULE":
		return reads
	case "APPLICATION":
		return reads || c.is(roleApplicationManager) || access == "READ" && target.ID == c.access.appOf(c.id)
	default:
		return false
	}
}

func (a *Access) appOf(userID string) string {
	if u := a.users[userID]; u != nil {
		return u.App
	}
	return ""
}

// subjects are those whose grants count for the caller.
func (c *Caller) subjects() []subject {
	all := []subject{{"USER", c.id}}
	u := c.access.users[c.id]
	if u == nil {
		return all
	}
	for _, role := range u.Roles {
		all = append(all, subject{"ROLE", role})
	}
	for _, id := range u.Groups {
		all = append(all, subject{"GROUP", id})
	}
	return all
}

func (c *Caller) granted(access string, target conductor.Target) bool {
	for _, who := range c.subjects() {
		grants := c.access.grants[who]
		if grants[target].allows(access) {
			return true
		}
		for _, tag := range c.access.tags[target] {
			if grants[conductor.Target{Type: "TAG", ID: tag.Key + ":" + tag.Value}].allows(access) {
				return true
			}
		}
	}
	return false
}

// TaskInDomain is how a grant names one task in one domain: the queue's own name (access sheet §3.3, 60 % sure; docs/parity.md).
func TaskInDomain(task, domain string) conductor.Target {
	return conductor.Target{Type: "TASK_DEF", ID: domain + ":" + task}
}

// MayPoll says whether the caller may poll, update and log to the task in the domain: an unrestricted worker or an administrator
// may; a worker may with EXECUTE on the task, on the task in the domain, on the domain, or on a tag of the task (design §4).
func (c *Caller) MayPoll(task, domain string) error {
	if c == nil {
		return nil
	}
	c.access.mu.RLock()
	defer c.access.mu.RUnlock()
	if c.is(roleAdmin, roleUnrestrictedWorker) {
		return nil
	}
	suffix := ""
	if domain != "" {
		suffix = " in domain: " + domain
	}
	targets := []conductor.Target{{Type: "TASK_DEF", ID: task}}
	if domain != "" {
		targets = append(targets, TaskInDomain(task, domain), conductor.Target{Type: "DOMAIN", ID: domain})
	}
	allowed := slices.ContainsFunc(targets, func(target conductor.Target) bool { return c.may("EXECUTE", target) })
	switch {
	case !allowed:
		return fault.Forbidden("You don't have permissions to execute task: %s%s", task, suffix)
	case !c.is(roleWorker):
		return fault.Forbidden("You don't have permissions to execute task: %s%s (the application has no WORKER role)", task, suffix)
	}
	return nil
}

// MayStart says whether the caller may start a workflow: EXECUTE on it, and on every task that has a definition of its own
// (access sheet §5). defined tells which tasks have one.
func (c *Caller) MayStart(def conductor.WorkflowDef, inline bool, defined func(task string) bool) error {
	if c == nil || c.Is(roleAdmin, roleWorkflowManager) {
		return nil
	}
	if !inline && !c.May("EXECUTE", conductor.Target{Type: "WORKFLOW_DEF", ID: def.Name}) {
		return fault.Forbidden("You don't have permissions to execute workflow: %s", def.Name)
	}
	var denied error
	definition.EachTask(def.Tasks, func(task conductor.WorkflowTask) {
		if denied == nil && defined(task.Name) && !c.May("EXECUTE", conductor.Target{Type: "TASK_DEF", ID: task.Name}) {
			denied = fault.Forbidden("You don't have permissions to execute task: %s", task.Name)
		}
	})
	return denied
}

// MayReadExecution says whether the caller may see an execution: its starter, or READ on its definition.
func (c *Caller) MayReadExecution(w conductor.Workflow) error {
	return c.execution("READ", "read", w)
}

// MaySeeExecutions returns MayReadExecution as a question about many executions, in which each workflow is judged once.
func (c *Caller) MaySeeExecutions() func(workflow, createdBy string) bool {
	known := map[string]bool{}
	return func(workflow, createdBy string) bool {
		if c == nil || createdBy == c.id {
			return true
		}
		may, judged := known[workflow]
		if !judged {
			may = c.Is(roleWorkflowManager) || c.May("READ", conductor.Target{Type: "WORKFLOW_DEF", ID: workflow})
			known[workflow] = may
		}
		return may
	}
}

// MaySteerExecution says whether the caller may do an operator's actions to an execution: its starter, or EXECUTE on its
// definition.
func (c *Caller) MaySteerExecution(w conductor.Workflow) error {
	return c.execution("EXECUTE", "execute", w)
}

func (c *Caller) execution(access, verb string, w conductor.Workflow) error {
	if c == nil || w.CreatedBy == c.id || c.Is(roleWorkflowManager) || c.May(access, conductor.Target{Type: "WORKFLOW_DEF", ID: w.WorkflowName}) {
		return nil
	}
	return fault.Forbidden("User doesn't have permission to %s the workflow with ID: %s", verb, w.WorkflowID)
}

// nouns are what refusals call the things that are defined.
func nouns() map[string]string {
	return map[string]string{"TASK_DEF": "task", "WORKFLOW_DEF": "workflow", "EVENT_HANDLER": "event handler", "WEBHOOK": "webhook", "SCHEMA": "schema"}
}

// MayWriteDefinition says whether the caller may create a definition, or change or delete one that exists.
func (c *Caller) MayWriteDefinition(access string, target conductor.Target, exists bool) error {
	if c == nil || c.Is(roleAdmin, roleMetadataManager) {
		return nil
	}
	what := nouns()[target.Type]
	if !c.Is(roleMetadataAPI, roleUser) {
		verb := "create or update"
		if access == "DELETE" {
			verb = "delete"
		}
		return fault.Forbidden("You don't have permissions to %s %s: %s", verb, what, target.ID)
	}
	if exists && !c.May(access, target) {
		return fault.Forbidden("You don't have permissions to %s %s: %s", strings.ToLower(access), what, target.ID)
	}
	return nil
}

// MayRead says whether the caller may read a definition.
func (c *Caller) MayRead(target conductor.Target) error {
	if c.May("READ", target) {
		return nil
	}
	what := nouns()[target.Type]
	return fault.Forbidden("You don't have permissions to read %s: %s", what, target.ID)
}

// MayCreateApplications says whether the caller may make applications.
func (c *Caller) MayCreateApplications() error {
	if c.Is(roleAdmin, roleApplicationCreator, roleApplicationManager, roleUser) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to create applications")
}

// MayManage says whether the caller may read or change an application.
func (c *Caller) MayManage(access, appID string) error {
	if c.May(access, conductor.Target{Type: "APPLICATION", ID: appID}) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to access the application: %s", appID)
}

// MayGrant says whether the caller may grant on the target: an administrator, or who made it [inferred].
func (c *Caller) MayGrant(target conductor.Target) error {
	if c == nil || c.Is(roleAdmin) {
		return nil
	}
	if parsed, err := ParseTarget(target.Type, target.ID); err == nil {
		target = parsed
	}
	c.access.mu.RLock()
	defer c.access.mu.RUnlock()
	owned := c.access.owners[target] == c.id
	if _, task, inDomain := strings.Cut(target.ID, ":"); !owned && inDomain && target.Type == "TASK_DEF" {
		owned = c.access.owners[conductor.Target{Type: "TASK_DEF", ID: task}] == c.id // a task in a domain is its owner's too
	}
	if owned {
		return nil
	}
	return fault.Forbidden("You don't have permissions to grant access on %s: %s", target.Type, target.ID)
}

// MayAdminister says whether the caller may read and write users, groups and other people's permissions.
func (c *Caller) MayAdminister() error {
	if c.Is(roleAdmin) {
		return nil
	}
	return fault.Forbidden("You don't have permissions to manage users and groups")
}
