package doctor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The other side of each mistake: what looks like it and is none. Only the named check is made; it must be content, and say why.
func TestWhatIsNoMistake(t *testing.T) {
	for name, tc := range map[string]struct {
		id       string
		make     func(f *doctor.Facts)
		evidence string
	}{
		"the development server's URL": {
			"ORK-ENV-001", func(f *doctor.Facts) { f.Worker.Settings.Server.Source = "the running development server" }, "the running development server",
		},
		"a URL that only settings name": {
			"ORK-ENV-002", func(f *doctor.Facts) { f.Variables = nil }, "not given as a variable",
		},
		"a URL for nobody's SDK": {
			"ORK-ENV-002", func(f *doctor.Facts) {
				f.Project = nil
				env(f, "CONDUCTOR_SERVER_URL", "http://h")
			}, "not given as a variable",
		},
		"a prefix before /api": {
			"ORK-ENV-002", func(f *doctor.Facts) { env(f, "CONDUCTOR_SERVER_URL", "https://h.example/conductor/api") }, "https://h.example/conductor/api",
		},
		"blanks in what is not Conductor's": {
			"ORK-ENV-003", func(f *doctor.Facts) { inShell(f, "NO_PROXY", " a, b ") }, "no blanks",
		},
		"a blank value is none": {
			"ORK-ENV-003", func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_KEY", "") }, "no blanks",
		},
		"a name that holds your": {
			"ORK-ENV-003", func(f *doctor.Facts) { env(f, "CONDUCTOR_AUTH_KEY", "4f1c-your-9") }, "no blanks",
		},
		"a pair in the shell too": {
			"ORK-ENV-004", func(f *doctor.Facts) {
				inShell(f, "CONDUCTOR_AUTH_KEY", "k2")
				inShell(f, "CONDUCTOR_AUTH_SECRET", canary)
			}, "both, or neither",
		},
		"no key at all is no half pair": {
			"ORK-ENV-004", func(f *doctor.Facts) { f.Variables = f.Variables[:1] }, "both, or neither",
		},
		"the same server, spelled otherwise": {
			"ORK-ENV-005", func(f *doctor.Facts) { inShell(f, "CONDUCTOR_SERVER_URL", "http://conductor.example:8080") }, serverURL,
		},
		"nothing is configured for the person": {
			"ORK-ENV-005", func(f *doctor.Facts) { f.Server.Same, f.Person.Settings.Server.Source = false, "default" }, serverURL,
		},
		"no env file": {
			"ORK-ENV-006", func(f *doctor.Facts) { f.EnvFile = doctor.EnvFile{Name: ".env"} }, ".env is not there",
		},
		"a proxy without a scheme": {
			"ORK-ENV-007", func(f *doctor.Facts) { inShell(f, "https_proxy", "proxy.example:3128") }, "well-formed",
		},
		"a proxy that this machine is spared": {
			"ORK-ENV-007", func(f *doctor.Facts) {
				f.Server.URL = "http://localhost:8080/api"
				inShell(f, "HTTP_PROXY", "http://proxy:3128")
				inShell(f, "no_proxy", "example.com, localhost")
			}, "well-formed",
		},
		"a proxy for servers elsewhere": {
			"ORK-ENV-007", func(f *doctor.Facts) { inShell(f, "HTTP_PROXY", "http://proxy:3128") }, "well-formed",
		},
		"not paused": {
			"ORK-ENV-008", func(f *doctor.Facts) { inShell(f, "CONDUCTOR_WORKER_ALL_PAUSED", "false") }, "none that keeps",
		},
		"paused, but not a worker": {
			"ORK-ENV-008", func(f *doctor.Facts) { inShell(f, "CONDUCTOR_PAUSED", "true") }, "none that keeps",
		},
		"a project whose language is not known": {
			"ORK-PROJ-001", func(f *doctor.Facts) { f.Unit.Language = nil }, "language not known",
		},
		"a name that is known, beside one that is not": {
			"ORK-PROJ-005", func(f *doctor.Facts) { f.Declared = append(f.Declared, doctor.Worker{Task: "ship"}) }, "2",
		},
		"JavaScript's SDK with zod 3": {
			"ORK-PROJ-006", func(f *doctor.Facts) {
				f.SDKs = []doctor.SDK{{Name: "@io-orkes/conductor-javascript", Version: "4.0.0", Zod: "3.25.0"}}
			}, "none that is known",
		},
		"JavaScript's SDK before 4": {
			"ORK-PROJ-006", func(f *doctor.Facts) {
				f.SDKs = []doctor.SDK{{Name: "@io-orkes/conductor-javascript", Version: "3.1.0"}}
			}, "none that is known",
		},
		"Python's SDK of today": {
			"ORK-PROJ-006", func(f *doctor.Facts) { f.SDKs = []doctor.SDK{{Name: "conductor-python", Version: "2.0.0"}} }, "none that is known",
		},
		"a notice of another kind": {
			"ORK-PROJ-007", func(f *doctor.Facts) { f.Notices = []discover.Notice{{Kind: discover.KindFile, Subject: "x"}} }, "none found",
		},
		"a server that hides its version": {
			"ORK-CONN-005", func(f *doctor.Facts) { f.Server.Version = failed[string](&conductor.Error{Status: 401}) }, "Orkes Conductor   3 ms",
		},
		"open source": {
			"ORK-CONN-005", func(f *doctor.Facts) { f.Server.Kind, f.Server.Version = known(conductor.KindOSS), known("3.32.1") }, "open-source Conductor 3.32.1",
		},
		"the development server": {
			"ORK-CONN-005", func(f *doctor.Facts) { f.Server.Version = known("5.2.0-orkesctl.0.3.0") }, "development server 0.3.0, as Orkes Conductor 5.2.0",
		},
		"an answer within a second": {
			"ORK-CONN-007", func(f *doctor.Facts) { f.Server.Took = 900 * time.Millisecond }, "900 ms",
		},
		"a few seconds' skew": {
			"ORK-CONN-008", func(f *doctor.Facts) { f.Server.At = now().Add(9 * time.Second) }, "within 30s",
		},
		"no key on open source": {
			"ORK-IDENT-001", func(f *doctor.Facts) {
				f.Server.Kind, f.Worker.Own, f.Worker.Settings.Key = known(conductor.KindOSS), false, config.Setting{}
			}, "none is needed",
		},
		"the shell's key, where there is no env file": {
			"ORK-IDENT-001", func(f *doctor.Facts) { f.EnvFile.There, f.Worker.Settings.Key.Source = false, "CONDUCTOR_AUTH_KEY" }, "k1   CONDUCTOR_AUTH_KEY",
		},
		"a key that is tried on open source": {
			"ORK-IDENT-002", func(f *doctor.Facts) { f.Server.Kind, f.Worker.Token = known(conductor.KindOSS), known("") }, "asks for none",
		},
		"an application that the project does not name": {
			"ORK-IDENT-004", func(f *doctor.Facts) { f.Project.Application = "" }, "shop",
		},
		"an application that the project names by its id": {
			"ORK-IDENT-004", func(f *doctor.Facts) { f.Project.Application = "1" }, "shop",
		},
		"no identity of one's own": {
			"ORK-IDENT-005", func(f *doctor.Facts) { f.Person = doctor.Who{} }, "none for this server",
		},
		"a token that lives long enough": {
			"ORK-IDENT-007", func(f *doctor.Facts) { f.Worker.Expires = now().Add(31 * time.Minute) }, "31m0s",
		},
		"a short token, for an SDK that renews": {
			"ORK-IDENT-007", func(f *doctor.Facts) { f.Unit.Language.Name, f.Worker.Expires = "python", now().Add(time.Minute) }, "1m0s",
		},
		"a token that does not say": {
			"ORK-IDENT-007", func(f *doctor.Facts) { f.Worker.Expires = time.Time{} }, "does not say",
		},
		"unrestricted": {
			"ORK-PERM-002", func(f *doctor.Facts) { f.Holder.Value.Roles = []string{"UNRESTRICTED_WORKER"} }, "UNRESTRICTED_WORKER",
		},
		"the whole domain": {
			"ORK-PERM-003", func(f *doctor.Facts) { f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("DOMAIN", "john")} }, "every task in domain john",
		},
		"the task everywhere": {
			"ORK-PERM-003", func(f *doctor.Facts) {
				f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "get-inventory")}
			}, "task get-inventory",
		},
		"a tag": {
			"ORK-PERM-003", func(f *doctor.Facts) {
				f.TaskDefs.Value[0].Value.Tags = []conductor.Tag{{Key: "team", Value: "a"}}
				f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TAG", "team:a")}
			}, "tag team:a",
		},
		"a cluster's other way of writing a domain": {
			"ORK-PERM-003", func(f *doctor.Facts) {
				f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "get-inventory@john")}
			}, "task get-inventory in domain john",
		},
		"open source has no grants": {
			"ORK-PERM-003", func(f *doctor.Facts) {
				f.Server.Kind, f.Holder = known(conductor.KindOSS), doctor.Answer[permit.Holder]{}
			}, "no access control",
		},
		"a limit behind which nothing waits": {
			"ORK-TASK-004", func(f *doctor.Facts) { f.TaskDefs.Value[0].Value.ConcurrentExecLimit = 3 }, "at most 3 at one time",
		},
		"an attempt that timed out in another way": {
			"ORK-TASK-005", func(f *doctor.Facts) {
				f.Attempts.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Status: "TIMED_OUT", Domain: "john", ReasonForIncompletion: "Task poll timed out"}}
			}, "no attempt",
		},
		"one task without output": {
			"ORK-TASK-006", func(f *doctor.Facts) {
				f.TaskDefs.Value[0].Value.OutputKeys = []string{"inventory"}
				f.Done.Value = append(f.Done.Value, conductor.TaskSummary{TaskDefName: "get-inventory"})
			}, "as promised",
		},
		"granted everywhere, polled in its domain": {
			"ORK-DOM-001", func(f *doctor.Facts) {
				f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "get-inventory")}
			},
			"in domain john: declared in code, orkesctl.yaml, start example, polled in",
		},
		"others wait in their own domain, and are polled": {
			"ORK-DOM-001", func(f *doctor.Facts) {
				f.Queues.Value["mary:get-inventory"] = 3
				f.Polls.Value[1] = poll("get-inventory", "mary", time.Second)
			}, "in domain john: declared in code",
		},
		"others poll in their own domain": {
			"ORK-DOM-001", func(f *doctor.Facts) { f.Polls.Value[1] = poll("get-inventory", "mary", time.Second) }, "in domain john: declared in code",
		},
		"a domain of the environment's, beside orkesctl.yaml's": {
			"ORK-DOM-001", func(f *doctor.Facts) {
				f.Project.Domain, f.Declared[0].DomainFrom = "other", "env CONDUCTOR_WORKER_DOMAIN"
			}, "in domain john",
		},
		"in the branch of a switch": {
			"ORK-FLOW-002", func(f *doctor.Facts) {
				f.WorkflowDefs.Value[0] = document[conductor.WorkflowDef](t, `{"name":"demo","tasks":[{"name":"s","taskReferenceName":"s","type":"SWITCH","decisionCases":{"a":[{"name":"get-inventory","taskReferenceName":"it"}]}}]}`)
			}, "in workflow demo",
		},
		"nothing waits, and a poll": {
			"ORK-QUEUE-001", func(*doctor.Facts) {}, "0 tasks wait in domain john",
		},
		"a few wait for a worker that polls": {
			"ORK-QUEUE-002", func(f *doctor.Facts) { f.Queues.Value["john:get-inventory"] = 9 }, "9 tasks wait",
		},
		"one that was scheduled just now": {
			"ORK-QUEUE-003", func(f *doctor.Facts) {
				f.Attempts.Value = []conductor.TaskSummary{{TaskDefName: "get-inventory", Status: "SCHEDULED", Domain: "john", ScheduledTime: "2026-11-25T11:59:30.000Z"}}
			}, "nothing waits long",
		},
		"only others poll": {
			"ORK-QUEUE-004", func(f *doctor.Facts) {
				f.Polls.Value = append(f.Polls.Value, doctor.Poll{Task: "get-inventory", Domain: "john", Poller: "prod-1", At: now()})
			}, "laptop-7, prod-1",
		},
		"only this machine polls, twice": {
			"ORK-QUEUE-004", func(f *doctor.Facts) {
				f.Polls.Value = []doctor.Poll{{Task: "get-inventory", Domain: "john", Poller: "here-1", At: now()}, {Task: "get-inventory", Domain: "john", Poller: "here-2", At: now()}}
			}, "here-1, here-2",
		},
		"a poll without a name": {
			"ORK-WORK-001", func(f *doctor.Facts) {
				f.Polls.Value = []doctor.Poll{{Task: "get-inventory", Domain: "john", At: now()}}
			}, "somebody, 0 ms ago",
		},
		"a name like it that is a task of its own": {
			"ORK-WORK-002", func(f *doctor.Facts) {
				f.Polls.Value = []doctor.Poll{poll("get-inventor", "john", time.Second)}
				f.TaskDefs.Value = append(f.TaskDefs.Value, document[conductor.TaskDef](t, `{"name":"get-inventor"}`))
			}, "none that looks like it",
		},
		"a name like it, long ago": {
			"ORK-WORK-002", func(f *doctor.Facts) { f.Polls.Value = []doctor.Poll{poll("get_inventory", "john", time.Hour)} }, "none that looks like it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := healthy(t)
			tc.make(f)
			report := doctor.Examine(f, doctor.Filter{Only: []string{tc.id}})
			require.NotEmpty(t, report.Checks)
			require.Equal(t, doctor.OK, report.Checks[0].State, "%+v", report.Checks)
			require.Contains(t, report.Checks[0].Evidence, tc.evidence)
		})
	}
}

// Every check has both sides: a mistake that it finds, and something that it lets pass.
func TestEveryCheckIsTriedBothWays(t *testing.T) {
	found := map[string]bool{}
	for _, mistakes := range allMistakes(t) {
		for _, m := range mistakes {
			for _, id := range m.ids {
				found[id] = true
			}
		}
	}
	well := map[string]bool{}
	for _, result := range doctor.Examine(healthy(t), doctor.Filter{}).Checks {
		well[result.ID] = result.State == doctor.OK
	}
	for _, check := range doctor.Checks() {
		require.True(t, found[check.ID], "no mistake is made for %s", check.ID)
		require.True(t, well[check.ID], "%s is not content with what is healthy", check.ID)
	}
}

// What is skipped because nothing is there to be checked is not called a failure of something else.
func TestWhatIsNotThereIsSkipped(t *testing.T) {
	f := healthy(t)
	f.Declared, f.Documents = nil, nil
	report := doctor.Examine(f, doctor.Filter{})
	require.Equal(t, []string{"ORK-PROJ-005"}, ids(findings(report)))
	for _, result := range report.Checks {
		if result.Category == doctor.Tasks || result.Category == doctor.Queues || result.Category == doctor.Domains {
			require.Equal(t, doctor.Skipped, result.State, result.ID)
			require.NotContains(t, result.Because, "needs ", result.ID)
		}
	}
	f = healthy(t)
	f.Documents = nil
	report = doctor.Examine(f, doctor.Filter{Only: []string{"ORK-TASK-002", "ORK-FLOW-001"}})
	require.Equal(t, doctor.Skipped, report.Checks[0].State)
	require.Equal(t, "the project has no file for it", report.Checks[0].Because)
	require.Equal(t, doctor.OK, report.Checks[1].State)
}

// With several tasks each stands for itself: what is wrong with one is no reason to leave out the others.
func TestTasksStandForThemselves(t *testing.T) {
	f := healthy(t)
	for _, name := range []string{"ship", "bill"} {
		f.Declared = append(f.Declared, doctor.Worker{Task: name, Domain: "john", File: "worker.go", Line: 20, FromSource: true})
		f.TaskDefs.Value = append(f.TaskDefs.Value, document[conductor.TaskDef](t, `{"name":"`+name+`","responseTimeoutSeconds":60}`))
		f.WorkflowDefs.Value = append(f.WorkflowDefs.Value, document[conductor.WorkflowDef](t, `{"name":"`+name+`","tasks":[{"name":"`+name+`","taskReferenceName":"it"}]}`))
		f.Polls.Value = append(f.Polls.Value, poll(name, "john", time.Second))
	}
	f.Holder.Value.Grants = append(f.Holder.Value.Grants, executeOn("TASK_DEF", "bill"))
	f.TaskDefs.Value = f.TaskDefs.Value[:2] // bill is not defined
	states := map[string]map[string]doctor.State{}
	for _, result := range doctor.Examine(f, doctor.Filter{}).Checks {
		if states[result.ID] == nil {
			states[result.ID] = map[string]doctor.State{}
		}
		states[result.ID][result.About] = result.State
	}
	require.Equal(t, map[string]doctor.State{"get-inventory": doctor.OK, "ship": doctor.Failed, "bill": doctor.OK}, states["ORK-PERM-003"])
	require.Equal(t, map[string]doctor.State{"get-inventory": doctor.OK, "ship": doctor.Skipped, "bill": doctor.OK}, states["ORK-QUEUE-001"])
	require.Equal(t, map[string]doctor.State{"get-inventory": doctor.OK, "ship": doctor.OK, "bill": doctor.Failed}, states["ORK-TASK-001"])
	require.Equal(t, map[string]doctor.State{"get-inventory": doctor.OK, "ship": doctor.OK, "bill": doctor.Skipped}, states["ORK-TASK-003"])
}
