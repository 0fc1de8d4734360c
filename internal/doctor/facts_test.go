package doctor_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/internal/permit"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/scaffold"
)

const (
	serverURL = "http://conductor.example:8080/api"
	taskText  = "name: get-inventory\nresponseTimeoutSeconds: 60\ntimeoutSeconds: 600\n"
	canary    = "s3cr3t-canary"
)

func now() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }

func known[T any](value T) doctor.Answer[T] { return doctor.Answer[T]{Value: value, Asked: true} }

func failed[T any](err error) doctor.Answer[T] { return doctor.Answer[T]{Err: err, Asked: true} }

func document[T any](t *testing.T, text string) conductor.Document[T] {
	t.Helper()
	var doc conductor.Document[T]
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	return doc
}

func executeOn(kind, id string) conductor.GrantedAccess {
	return conductor.GrantedAccess{Target: conductor.Target{Type: kind, ID: id}, Access: []string{"EXECUTE"}}
}

func poll(task, domain string, ago time.Duration) doctor.Poll {
	return doctor.Poll{Task: task, Domain: domain, Poller: "laptop-7", At: now().Add(-ago)}
}

// healthy are the facts of a Go worker for get-inventory in domain john with which nothing is wrong.
func healthy(t *testing.T) *doctor.Facts {
	t.Helper()
	p := &project.Project{Root: "/w", Application: "shop", Domain: "john", Definitions: "definitions", Env: ".env"}
	language := &scaffold.Language{Name: "go", Title: "Go"}
	worker := config.Settings{
		Server: config.Setting{Value: serverURL, Source: ".env"}, Key: config.Setting{Value: "k1", Source: ".env"}, Secret: config.Setting{Value: canary, Source: ".env"},
	}
	mine := config.Settings{
		Server: config.Setting{Value: serverURL, Source: "profile prod"}, Key: config.Setting{Value: "mine", Source: "profile prod"}, Secret: config.Setting{Value: canary},
	}
	documents, problems := manifest.Read("definitions/get-inventory.task.yaml", strings.NewReader(taskText), definition.KindTaskDef)
	require.Empty(t, problems)
	shop := conductor.Application{ID: "1", Name: "shop"}
	return &doctor.Facts{
		Now: now(), Dir: "/w", Limit: time.Second,
		Variables: []doctor.Variable{
			{Name: "CONDUCTOR_SERVER_URL", Value: serverURL, Source: ".env", Line: 1},
			{Name: "CONDUCTOR_AUTH_KEY", Value: "k1", Source: ".env", Line: 2},
			{Name: "CONDUCTOR_AUTH_SECRET", Value: canary, Source: ".env", Line: 3},
		},
		EnvFile: doctor.EnvFile{Name: ".env", There: true, Mode: 0o600, Ignored: true},
		Project: p, Unit: &launch.Unit{Name: "shop", Project: p, Language: language},
		Toolchain: doctor.ToolchainFacts{Program: "go", Version: "1.25", Minimum: "1.23", Title: "Go"},
		Documents: documents,
		Declared:  []doctor.Worker{{Task: "get-inventory", Domain: "john", DomainFrom: "code", Language: "go", File: "worker.go", Line: 7, FromSource: true}},
		Person:    doctor.Who{Settings: mine, Token: known("t"), User: known(conductor.User{ID: "me", Name: "Me"})},
		Worker:    doctor.Who{Settings: worker, Own: true, Domain: "john", Token: known("t"), Expires: now().Add(24 * time.Hour), User: known(conductor.User{ID: "app:1", Name: "shop"})},
		Server: doctor.ServerFacts{
			URL: serverURL, Raw: serverURL, Source: ".env", Same: true, Version: known("5.2.0"), Kind: known(conductor.KindOrkes),
			Took: 3 * time.Millisecond, Date: now(), At: now(),
		},
		App:  known(shop),
		Keys: known([]conductor.AccessKey{{ID: "k1", Status: "ACTIVE"}}),
		Holder: known(permit.Holder{
			ID: "app:1", Name: "shop", Roles: []string{"WORKER"}, RolesKnown: true, GrantsKnown: true,
			Grants: []conductor.GrantedAccess{executeOn("TASK_DEF", "john:get-inventory")},
		}),
		TaskDefs:     known([]conductor.Document[conductor.TaskDef]{document[conductor.TaskDef](t, `{"name":"get-inventory","responseTimeoutSeconds":60,"timeoutSeconds":600}`)}),
		WorkflowDefs: known([]conductor.Document[conductor.WorkflowDef]{document[conductor.WorkflowDef](t, `{"name":"demo","version":1,"tasks":[{"name":"get-inventory","taskReferenceName":"it"}]}`)}),
		Queues:       known(map[string]int64{"ship": 4, "mary:ship": 2}),
		Polls:        known([]doctor.Poll{poll("get-inventory", "john", 2*time.Second), poll("get-inventory", "mary", time.Hour)}),
		Attempts:     known([]conductor.TaskSummary{}),
		Done:         known([]conductor.TaskSummary{{TaskDefName: "get-inventory", Output: `{"inventory":7}`}}),
		Examples:     map[string]doctor.Example{"get-inventory": {Domain: "john", Place: "README.md:12"}},
		SDKs:         []doctor.SDK{{Name: "github.com/conductor-sdk/conductor-go", Version: "1.10.1", File: "go.mod"}},
		Host:         "here",
	}
}

// findings are the results that say something: neither good nor skipped.
func findings(r doctor.Report) []doctor.Result {
	var list []doctor.Result
	for _, result := range r.Checks {
		if result.State != doctor.OK && result.State != doctor.Skipped {
			list = append(list, result)
		}
	}
	return list
}

// skipped are the ids of the checks that could not be made because of something else.
func skipped(r doctor.Report) map[string]string {
	list := map[string]string{}
	for _, result := range r.Checks {
		if result.State == doctor.Skipped && strings.HasPrefix(result.Because, "needs ") {
			list[result.ID] = result.Because
		}
	}
	return list
}

func TestHealthyIsAllWell(t *testing.T) {
	report := doctor.Examine(healthy(t), doctor.Filter{})
	require.Empty(t, findings(report))
	require.Empty(t, skipped(report))
	require.False(t, report.Failed())
	require.Nil(t, report.First())
	require.Equal(t, len(report.Checks), report.Summary[doctor.OK]+report.Summary[doctor.Skipped])
}
