package doctor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

func TestPermissions(t *testing.T) { check(t, permissionMistakes(t)) }

func permissionMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	grants := func(list ...conductor.GrantedAccess) func(*doctor.Facts) {
		return func(f *doctor.Facts) { f.Holder.Value.Grants = list }
	}
	return map[string]mistake{
		"8: no role": {
			func(f *doctor.Facts) { f.Holder.Value.Roles = nil },
			[]string{"ORK-PERM-002"},
			doctor.Failed, "application shop lacks it", "it has no role", "orkesctl app role add worker",
		},
		"8: no grant": {grants(), []string{"ORK-PERM-003"}, doctor.Failed, "not in domain john", "worker.go:7", "orkesctl app grant --task get-inventory --domain john"},
		"10: another domain": {
			grants(executeOn("TASK_DEF", "mary:get-inventory")),
			[]string{"ORK-PERM-003"},
			doctor.Failed, "not in domain john", "its grants: task get-inventory in domain mary", "--domain john",
		},
		"10: no grant of its own": {
			grants(executeOn("TASK_DEF", "ship")),
			[]string{"ORK-PERM-003"},
			doctor.Failed, "not in domain john", "none of its grants is on the task", "",
		},
		"no domain, and only grants in one": {
			func(f *doctor.Facts) {
				f.Declared[0].Domain, f.Project.Domain, f.Examples, f.Polls.Value = "", "", nil, []doctor.Poll{poll("get-inventory", "", 0)}
			}, []string{"ORK-PERM-003"}, doctor.Failed, "not without a domain", "declares no domain", "orkesctl app grant --task get-inventory",
		},
		"another application is named": {
			func(f *doctor.Facts) { f.Project.Application = ""; f.Holder.Value.Grants = nil },
			[]string{"ORK-PERM-003"},
			doctor.Failed, "", "", "--domain john --app shop",
		},
		"nobody may read them": {
			func(f *doctor.Facts) {
				f.Holder = known(permit.Holder{ID: "app:1", Roles: []string{"WORKER"}, RolesKnown: true, Unseen: []string{"not for you"}})
			}, []string{"ORK-PERM-003"}, doctor.Unknown, "", "not for you", "--profile ADMIN",
		},
		"an application that is not there": {
			func(f *doctor.Facts) {
				f.AsApp, f.App, f.Holder = "x", failed[conductor.Application](errors.New("no application")), doctor.Answer[permit.Holder]{}
			}, []string{"ORK-PERM-001"}, doctor.Unknown, "application x", "no application", "orkesctl app list",
		},
	}
}

func TestTasks(t *testing.T) { check(t, taskMistakes(t)) }

func taskMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	defined := func(text string) func(*testing.T, *doctor.Facts) {
		return func(t *testing.T, f *doctor.Facts) {
			t.Helper()
			f.TaskDefs.Value[0] = document[conductor.TaskDef](t, text)
			f.Documents = nil
		}
	}
	with := func(text string) func(*doctor.Facts) { return func(f *doctor.Facts) { defined(text)(t, f) } }
	return map[string]mistake{
		"13: not defined": {
			func(f *doctor.Facts) { f.TaskDefs.Value = nil },
			[]string{"ORK-TASK-001"},
			doctor.Failed, "not defined on the server", "worker.go:7", "orkesctl task define definitions/get-inventory.task.yaml",
		},
		"11: spelled otherwise": {
			with(`{"name":"get_inventory"}`),
			[]string{"ORK-TASK-001"},
			doctor.Failed, "did you mean get_inventory?", "worker.go:7", "correct the name",
		},
		"not told": {
			func(f *doctor.Facts) {
				f.TaskDefs = failed[[]conductor.Document[conductor.TaskDef]](errors.New("late"))
			},
			[]string{"ORK-TASK-001"},
			doctor.Unknown, "", "late", "orkesctl task list",
		},
		"another than the file's": {
			func(f *doctor.Facts) {
				f.TaskDefs.Value[0] = document[conductor.TaskDef](t, `{"name":"get-inventory","responseTimeoutSeconds":30,"timeoutSeconds":600}`)
			}, []string{"ORK-TASK-002"}, doctor.Warning, "differs from definitions/get-inventory.task.yaml", "responseTimeoutSeconds 30 → 60", "orkesctl task define",
		},
		"14: times that contradict": {
			with(`{"name":"get-inventory","responseTimeoutSeconds":700,"timeoutSeconds":600}`),
			[]string{"ORK-TASK-003"},
			doctor.Failed, "responseTimeoutSeconds 700 is above timeoutSeconds 600", "", "the definition of get-inventory",
		},
		"14: in all": {
			with(`{"name":"get-inventory","responseTimeoutSeconds":60,"timeoutSeconds":600,"totalTimeoutSeconds":100}`),
			[]string{"ORK-TASK-003"},
			doctor.Failed, "above totalTimeoutSeconds 100", "", "",
		},
		"an hour": {
			with(`{"name":"get-inventory"}`),
			[]string{"ORK-TASK-003"},
			doctor.Warning, "noticed after 3600 s", "nobody else gets it", "",
		},
		"17: a limit, and tasks wait": {
			func(f *doctor.Facts) {
				defined(`{"name":"get-inventory","responseTimeoutSeconds":60,"concurrentExecLimit":1,"rateLimitPerFrequency":5}`)(t, f)
				f.Declared[0].Concurrency = 4
			}, []string{"ORK-TASK-004"}, doctor.Warning, "at most 1 at one time, at most 5 in 1 s", "takes 4 at one time", "raise the limit",
		},
		"17: tasks wait": {
			func(f *doctor.Facts) {
				defined(`{"name":"get-inventory","responseTimeoutSeconds":60,"concurrentExecLimit":1}`)(t, f)
				f.Queues.Value["john:get-inventory"] = 3
			}, []string{"ORK-TASK-004"}, doctor.Warning, "at most 1 at one time", "3 wait", "raise the limit",
		},
		"14: done twice": {
			func(f *doctor.Facts) {
				f.Attempts.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Status: "TIMED_OUT", Domain: "john", ReasonForIncompletion: "responseTimeout: 60 exceeded for the taskId: x"}}
			}, []string{"ORK-TASK-005"}, doctor.Warning, "1 attempt given up after 60 s of silence", "does it again", "raise responseTimeoutSeconds in definitions/get-inventory.task.yaml",
		},
		"28: no output": {
			func(f *doctor.Facts) {
				defined(`{"name":"get-inventory","responseTimeoutSeconds":60,"outputKeys":["inventory"]}`)(t, f)
				f.Done.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Output: "{}"}, {TaskDefName: "get-inventory"}}
			}, []string{"ORK-TASK-006"}, doctor.Warning, "the last 2 tasks have no output", "promised are inventory", "return an object at worker.go:7",
		},
	}
}

func TestDomains(t *testing.T) { check(t, domainMistakes(t)) }

func domainMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	declares := func(domain string) func(*doctor.Facts) {
		return func(f *doctor.Facts) { f.Declared[0].Domain = domain }
	}
	return map[string]mistake{
		"9: a typing error in the code": {
			declares("jhon"), []string{"ORK-DOM-001"}, doctor.Failed, "the worker is in domain jhon, all else in domain john", "worker.go:7", "write domain john at worker.go:7",
		},
		"9: the worker has none": {declares(""), []string{"ORK-DOM-001"}, doctor.Failed, "the worker is without a domain, all else in domain john", "", "write domain john at worker.go:7"},
		"9: started in another domain": {
			func(f *doctor.Facts) { f.Queues.Value["jhon:get-inventory"] = 1 },
			[]string{"ORK-DOM-001"},
			doctor.Failed, "1 task waits in domain jhon", "nobody polls in domain jhon", "orkesctl workflow start demo --domain get-inventory=john",
		},
		"9: started without a domain": {
			func(f *doctor.Facts) {
				f.Attempts.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Status: "SCHEDULED"}}
			}, []string{"ORK-DOM-001"}, doctor.Failed, "1 task waits without a domain", "declares domain john", "--domain get-inventory=john",
		},
		"9: started in two": {
			func(f *doctor.Facts) { f.Queues.Value["a:get-inventory"], f.Queues.Value["b:get-inventory"] = 1, 2 },
			[]string{"ORK-DOM-001"},
			doctor.Failed, "1 task waits in domain a", "", "--domain get-inventory=john",
		},
		"another worker": {
			func(f *doctor.Facts) {
				f.Polls.Value = []doctor.Poll{poll("get-inventory", "jhon", time.Second)}
			}, []string{"ORK-DOM-001", "ORK-WORK-001"}, doctor.Warning, "a worker polls in domain jhon", "laptop-7", "orkesctl worker run",
		},
		"the example": {
			func(f *doctor.Facts) {
				f.Examples["get-inventory"] = doctor.Example{Domain: "mary", Place: "README.md:3"}
			},
			[]string{"ORK-DOM-001"},
			doctor.Warning, "the start example is in domain mary", "", "correct README.md:3",
		},
		"the project file": {
			func(f *doctor.Facts) { f.Project.Domain = "mary" },
			[]string{"ORK-DOM-001"},
			doctor.Warning, "orkesctl.yaml names domain mary", "", "write domain: john into orkesctl.yaml",
		},
		"only known when it runs": {
			func(f *doctor.Facts) { f.Declared[0].DomainExpression = "pick()" },
			[]string{"ORK-DOM-001"},
			doctor.Unknown, "", "pick()", "orkesctl task queue",
		},
		"nothing agrees": {
			func(f *doctor.Facts) {
				f.Examples["get-inventory"] = doctor.Example{Domain: "a", Place: "README.md:3"}
				f.Project.Domain = "b"
			}, []string{"ORK-DOM-001"}, doctor.Warning, "the domains do not agree", "", "orkesctl task queue get-inventory",
		},
	}
}

const demo = "name: demo\ntasks: [{name: get-inventory, taskReferenceName: it}]\n"

// addFile adds a workflow's file to the project's.
func addFile(t *testing.T, f *doctor.Facts, text string) {
	t.Helper()
	documents, problems := manifest.Read("definitions/demo.yaml", strings.NewReader(text), definition.KindWorkflowDef)
	require.Empty(t, problems)
	f.Documents = append(f.Documents, documents...)
}

func TestWorkflows(t *testing.T) {
	check(t, workflowMistakes(t))
	f := healthy(t)
	addFile(t, f, demo)
	require.Empty(t, findings(doctor.Examine(f, doctor.Filter{})), "the same as the file")
}

func workflowMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	workflows := func(texts ...string) func(*doctor.Facts) {
		return func(f *doctor.Facts) {
			f.WorkflowDefs.Value = nil
			for _, text := range texts {
				f.WorkflowDefs.Value = append(f.WorkflowDefs.Value, document[conductor.WorkflowDef](t, text))
			}
		}
	}
	return map[string]mistake{
		"11: a name with another separator": {
			workflows(`{"name":"demo","tasks":[{"name":"get_inventory","taskReferenceName":"it"}]}`),
			[]string{"ORK-FLOW-002"},
			doctor.Failed, "workflow demo has get_inventory", "the worker polls get-inventory", "write name: get-inventory in workflow demo",
		},
		"in no workflow": {
			workflows(`{"name":"demo","tasks":[{"name":"get-inventory","taskReferenceName":"it","type":"HTTP"},{"name":"ship","taskReferenceName":"s"}]}`),
			[]string{"ORK-FLOW-002"},
			doctor.Warning, "in no workflow on the server", "never gets a task", "orkesctl workflow add-task WORKFLOW get-inventory",
		},
		"only in the file": {
			func(f *doctor.Facts) { workflows()(f); addFile(t, f, demo) },
			[]string{"ORK-FLOW-001"},
			doctor.Warning, "not on the server", "", "orkesctl workflow define definitions/demo.yaml",
		},
		"another than the file's": {
			func(f *doctor.Facts) { addFile(t, f, demo+"timeoutSeconds: 9\n") },
			[]string{"ORK-FLOW-001"},
			doctor.Warning, "differs from definitions/demo.yaml", "timeoutSeconds – → 9", "orkesctl workflow define",
		},
		"not told": {
			func(f *doctor.Facts) {
				f.WorkflowDefs = failed[[]conductor.Document[conductor.WorkflowDef]](errors.New("late"))
			},
			[]string{"ORK-FLOW-001"},
			doctor.Unknown, "", "late", "orkesctl workflow list",
		},
	}
}

func TestQueuesAndWorkers(t *testing.T) { check(t, queueMistakes(t)) }

func queueMistakes(t *testing.T) map[string]mistake {
	t.Helper()
	wait := func(n int64) func(*doctor.Facts) {
		return func(f *doctor.Facts) { f.Queues.Value["john:get-inventory"] = n }
	}
	return map[string]mistake{
		"12: no worker": {
			func(f *doctor.Facts) { wait(3)(f); f.Polls.Value = nil },
			[]string{"ORK-QUEUE-001"},
			doctor.Failed, "3 tasks wait in domain john, and nobody polls", "nobody has ever polled", "orkesctl worker run",
		},
		"12: it died": {
			func(f *doctor.Facts) {
				wait(1)(f)
				f.Polls.Value = []doctor.Poll{poll("get-inventory", "john", 5*time.Minute)}
			},
			[]string{"ORK-QUEUE-001"},
			doctor.Failed, "1 task waits in domain john", "the last to poll there was laptop-7, 5m0s ago", "orkesctl worker run",
		},
		"12: nothing waits yet": {
			func(f *doctor.Facts) { f.Polls.Value = nil },
			[]string{"ORK-WORK-001"},
			doctor.Warning, "nobody polls in domain john", "nothing waits", "orkesctl worker run",
		},
		"15: one at a time": {
			wait(40), []string{"ORK-QUEUE-002"}, doctor.Warning, "40 tasks wait, and the worker polls", "one task at a time", "raise the worker's concurrency at worker.go:7",
		},
		"12: scheduled before the last poll": {
			func(f *doctor.Facts) {
				wait(1)(f)
				f.Attempts.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Status: "SCHEDULED", Domain: "john", ScheduledTime: "2026-11-25T11:50:00.000Z"}}
			}, []string{"ORK-QUEUE-003"}, doctor.Warning, "one has waited for 10m0s", "laptop-7", "orkesctl doctor why get-inventory",
		},
		"29: others poll too": {
			func(f *doctor.Facts) {
				f.Host = "laptop-7"
				f.Polls.Value = append(f.Polls.Value, doctor.Poll{Task: "get-inventory", Domain: "john", Poller: "prod-1", At: now()})
			},
			[]string{"ORK-QUEUE-004"},
			doctor.Warning, "polled by this machine and others: laptop-7, prod-1", "either", "a domain of your own",
		},
		"11: polled under another name": {
			func(f *doctor.Facts) {
				wait(2)(f)
				f.Polls.Value = []doctor.Poll{poll("get_inventory", "john", time.Second)}
			},
			[]string{"ORK-WORK-002"},
			doctor.Failed, "get_inventory is polled, get-inventory is not", "laptop-7", "get-inventory",
		},
		"who polls is not told": {
			func(f *doctor.Facts) { f.Polls = failed[[]doctor.Poll](errors.New("late")) },
			[]string{"ORK-QUEUE-001"},
			doctor.Unknown, "", "late", "orkesctl task queue",
		},
	}
}
