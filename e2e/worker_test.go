package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The guide's example.
const (
	taskName   = "get-inventory"
	domainName = "john"
)

// stage is a server with the guide's task, workflow and application; what the application may do is each test's own.
type stage struct {
	*served

	t   *testing.T
	app string
	own conductor.NewAccessKey
}

func newStage(t *testing.T, roles ...string) *stage {
	t.Helper()
	return newStageOn(t, startServer(t), `{"name":"get-inventory","responseTimeoutSeconds":60,"timeoutSeconds":120,"retryCount":0}`, roles...)
}

func newStageOn(t *testing.T, server *served, task string, roles ...string) *stage {
	t.Helper()
	admin := server.admin
	ctx := deadline(t, 30*time.Second)
	require.NoError(t, admin.TaskDefs.Put(ctx, []json.RawMessage{json.RawMessage(task)}))
	require.NoError(t, admin.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"get-inventory-demo","version":1,"schemaVersion":2,"timeoutSeconds":0,
		"tasks":[{"name":"get-inventory","taskReferenceName":"get-inventory","type":"SIMPLE","inputParameters":{"product_id":"${workflow.input.product_id}"}}]}`),
		conductor.PutOptions{Overwrite: true}))
	app, err := admin.Applications.Create(ctx, "get-inventory-worker")
	require.NoError(t, err)
	for _, role := range roles {
		require.NoError(t, admin.Applications.AddRole(ctx, app.Value.ID, role))
	}
	key, err := admin.Applications.CreateKey(ctx, app.Value.ID)
	require.NoError(t, err)
	return &stage{served: server, t: t, app: app.Value.ID, own: key}
}

func (s *stage) grant(target conductor.Target) {
	s.t.Helper()
	require.NoError(s.t, s.admin.Authorization.Grant(deadline(s.t, 10*time.Second), conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: "app:" + s.app}, Target: target, Access: []string{"EXECUTE"},
	}))
}

func (s *stage) start() string { return s.startWith("42", domainName) }

// startWith starts the workflow for a product, in a domain where one is named.
func (s *stage) startWith(product, domain string) string {
	s.t.Helper()
	request := conductor.StartWorkflowRequest{Name: "get-inventory-demo", Input: map[string]any{"product_id": product}}
	if domain != "" {
		request.TaskToDomain = map[string]string{taskName: domain}
	}
	id, err := s.admin.Workflows.Start(deadline(s.t, 10*time.Second), request)
	require.NoError(s.t, err)
	return id
}

// ended waits for an execution to end, at most d.
func (s *stage) ended(id string, d time.Duration) conductor.Workflow {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		execution, err := s.admin.Workflows.Get(context.WithoutCancel(ctx), id, true)
		require.NoError(s.t, err)
		if conductor.WorkflowTerminal(execution.Value.Status) {
			return execution.Value
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return execution.Value
		}
	}
}

// situation is what the application has and what its worker does, and whether the task is then done.
type situation struct {
	name      string
	roles     []string
	grants    []conductor.Target
	domain    string // the worker's
	disabled  bool   // its key
	completes bool
	refused   map[string]int // where it does not complete: the kind of request, and the status it is answered with again and again
}

func situations() []situation {
	inDomain := []conductor.Target{{Type: "TASK_DEF", ID: domainName + ":" + taskName}}
	forbidden := map[string]int{"poll": http.StatusForbidden}
	return []situation{
		{name: "granted in its domain", roles: []string{"WORKER"}, grants: inDomain, domain: domainName, completes: true},
		{name: "granted the task in every domain", roles: []string{"WORKER"}, grants: []conductor.Target{{Type: "TASK_DEF", ID: taskName}}, domain: domainName, completes: true},
		{name: "granted the domain", roles: []string{"WORKER"}, grants: []conductor.Target{{Type: "DOMAIN", ID: domainName}}, domain: domainName, completes: true},
		{name: "without the grant", roles: []string{"WORKER"}, domain: domainName, refused: forbidden},
		{name: "without the Worker role", grants: inDomain, domain: domainName, refused: forbidden},
		{name: "in the wrong domain", roles: []string{"WORKER"}, grants: []conductor.Target{{Type: "TASK_DEF", ID: taskName}}, domain: "jhon", refused: map[string]int{"poll": http.StatusOK}},
		{name: "with a disabled key", roles: []string{"WORKER"}, grants: inDomain, domain: domainName, disabled: true, refused: map[string]int{"token": http.StatusUnauthorized}},
	}
}

// play starts a real worker of some SDK in each situation and demands what the situation says.
func play(t *testing.T, launch func(t *testing.T, s *stage, domain string)) {
	t.Helper()
	for _, c := range situations() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.roles...)
			for _, target := range c.grants {
				s.grant(target)
			}
			if c.disabled {
				_, err := s.admin.Applications.ToggleKey(deadline(t, 10*time.Second), s.app, s.own.ID)
				require.NoError(t, err)
			}
			id := s.start()
			launch(t, s, c.domain)
			if c.completes {
				execution := s.ended(id, 60*time.Second)
				require.Equal(t, "COMPLETED", execution.Status, execution.ReasonForIncompletion)
				require.Equal(t, "42", execution.Tasks[0].OutputData["product_id"])
				return
			}
			for kind, status := range c.refused {
				enough := func() bool { return s.answered(kind, status) >= 1 }
				require.Eventually(t, enough, 60*time.Second, 50*time.Millisecond, "no %s was answered with %d", kind, status)
			}
			execution := s.ended(id, time.Second)
			require.Equal(t, "RUNNING", execution.Status)
			require.Equal(t, "SCHEDULED", execution.Tasks[0].Status)
			require.Zero(t, execution.Tasks[0].PollCount)
		})
	}
}
