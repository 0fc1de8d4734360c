package doctor

import (
	"cmp"
	"strings"

	"github.com/orkesctl/orkesctl/internal/grant"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const (
	checkHolder  = "ORK-PERM-001"
	checkRole    = "ORK-PERM-002"
	checkExecute = "ORK-PERM-003"
)

func permissionChecks() []Check {
	return []Check{
		{
			ID: checkHolder, Category: Permissions, Title: "permissions can be read", Worst: Warning, Needs: []string{checkAccepted}, Quiet: true, Run: holderKnown,
			Cause:    "Nobody whom the server was asked as may read the application's roles and grants: on Orkes that takes an administrator, or the application itself in newer versions.",
			Evidence: "GET /users/app:ID and its permissions, as you and as the worker.",
			Fix:      "Ask as an administrator: orkesctl doctor --profile ADMIN.",
		},
		{
			ID: checkRole, Category: Permissions, Title: "Worker role", Worst: Failed, Needs: []string{checkHolder}, Run: workerRole,
			Cause:    "The application has neither the role WORKER nor one that includes it. Its polls are answered 403, and the tasks stay SCHEDULED.",
			Evidence: "The roles of the application.",
			Fix:      "orkesctl app role add worker",
		},
		{
			ID: checkExecute, Category: Permissions, Title: "Execute", Of: "Execute on", Worst: Failed, Needs: []string{checkHolder, checkDeclared}, Run: execute,
			Cause:    "The application may not poll a task that its worker declares, in the domain in which the worker polls it. Its polls are answered 403; Go's SDK logs that for ever, Rust's not at all.",
			Evidence: "The grants on the task, on the task in the domain, on the domain and on the task's tags; groups and roles count.",
			Fix:      "orkesctl app grant --task TASK --domain DOMAIN",
		},
	}
}

// open reports whether the server has no access control.
func (f *Facts) open() bool { return f.Server.Kind.Value == conductor.KindOSS }

const openServer = "the server has no access control"

func holderKnown(f *Facts) []Result {
	holder := f.Holder
	switch {
	case f.open():
		return one(Result{State: OK, Evidence: openServer})
	case f.AsApp != "" && !f.App.Known():
		return one(Result{State: Unknown, Evidence: "application " + f.AsApp, Because: f.App.Why(), Fix: "orkesctl app list"})
	case !holder.Asked && f.Project == nil && f.AsApp == "":
		return one(Result{State: Skipped, Because: noProject + "; an application is examined with --as NAME"})
	case !holder.Asked:
		return one(Result{State: Unknown, Because: "which application the worker's key belongs to is not known: " + cmp.Or(f.Worker.User.Why(), f.App.Why()), Fix: "orkesctl doctor --as APP"})
	default:
		return one(Result{State: OK, Evidence: "application " + cmp.Or(f.appName(), holder.Value.Name)})
	}
}

// unseen is the result where the server did not say.
func (f *Facts) unseen(r Result) Result {
	r.State = Unknown
	r.Because = "the server does not tell: " + cmp.Or(strings.Join(f.Holder.Value.Unseen, "; "), f.Holder.Why())
	r.Fix = "orkesctl doctor --profile ADMIN   (whoever may read permissions)"
	return r
}

func workerRole(f *Facts) []Result {
	if f.open() {
		return one(Result{State: OK, Evidence: openServer})
	}
	holder := f.Holder.Value
	switch holder.May(permit.Task{}, grant.Reader{}).Role {
	case permit.Yes:
		return one(Result{State: OK, Evidence: strings.Join(holder.Roles, ", ")})
	case permit.Unknown:
		return one(f.unseen(Result{}))
	default:
		roles := "it has no role"
		if len(holder.Roles) > 0 {
			roles = "its roles: " + strings.Join(holder.Roles, ", ")
		}
		result := Result{State: Failed, Evidence: "application " + cmp.Or(f.appName(), holder.Name) + " lacks it", Because: roles + "; polls are answered 403"}
		return one(result.fixedBy(permit.Plan{Role: permit.RoleWorker}.Commands(f.appToName())...))
	}
}

func execute(f *Facts) []Result {
	known := f.known()
	if len(known) == 0 {
		return one(Result{State: Skipped, Because: "no task is declared"})
	}
	results := make([]Result, 0, len(known))
	for _, worker := range known {
		results = append(results, f.executeOn(worker))
	}
	return results
}

func (f *Facts) executeOn(worker Worker) Result {
	result := Result{About: worker.Task, Label: "Execute on " + worker.Task, File: worker.File, Line: worker.Line}
	if f.open() {
		result.State, result.Evidence = OK, openServer
		return result
	}
	if worker.DomainExpression != "" || f.misdeclared(worker) {
		result.State, result.Because = Skipped, "needs the domain of "+worker.Task
		return result
	}
	holder, reader, task := f.Holder.Value, f.reader(), f.permitTask(worker)
	verdict := holder.May(task, reader)
	switch verdict.Grant {
	case permit.Yes:
		result.State, result.Evidence = OK, verdict.Through[0]
		return result
	case permit.Unknown:
		return f.unseen(result)
	}
	result.State, result.Evidence, result.Because = Failed, "not granted", worker.says()
	if worker.Domain != "" {
		result.Evidence = "not in domain " + worker.Domain
	} else if len(verdict.Near) > 0 {
		result.Evidence = "not without a domain"
	}
	switch {
	case len(verdict.Near) > 0:
		result.Because += "; its grants: " + strings.Join(verdict.Near, ", ")
	case len(holder.Grants) == 0:
		result.Because += "; it has no grant at all"
	default:
		result.Because += "; none of its grants is on the task"
	}
	plan := permit.Plan{Grants: []grant.Flags{{Tasks: []string{worker.Task}, Domains: domains(worker.Domain)}}}
	return result.fixedBy(plan.Commands(f.appToName())...)
}

func domains(domain string) []string {
	if domain == "" {
		return nil
	}
	return []string{domain}
}
