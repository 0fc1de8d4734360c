package devserver_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

const everyMinute = `{"name":"every-minute","cronExpression":"0 * * * * *","startWorkflowRequest":{"name":"f","version":1,"correlationId":"c"}}`

// schedules defines workflow f, whose task nobody does, and a schedule of it.
func (s *stateful) schedules(client *conductor.Client) {
	s.t.Helper()
	ctx := s.t.Context()
	require.NoError(s.t, s.admin.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"f","tasks":[{"name":"t","taskReferenceName":"t"}]}`), conductor.PutOptions{}))
	require.NoError(s.t, client.Schedules.Put(ctx, json.RawMessage(everyMinute)))
}

func (s *stateful) runs() []conductor.ScheduledRun {
	s.t.Helper()
	found, err := s.admin.Schedules.Runs(s.t.Context(), conductor.SearchQuery{Sort: "scheduledTime:ASC"})
	require.NoError(s.t, err)
	runs := make([]conductor.ScheduledRun, 0, len(found.Results))
	for _, run := range found.Results {
		runs = append(runs, run.Value)
	}
	return runs
}

// A schedule of the server starts its workflow like anybody: the execution is there, of who made the schedule, with what started it.
func TestSchedulesStartWorkflows(t *testing.T) {
	for _, flavor := range []devserver.Flavor{devserver.FlavorOrkes, devserver.FlavorOSS} {
		s := newStateful(t, func(o *devserver.Options) { o.Flavor = flavor })
		s.schedules(s.admin)
		s.clock.Advance(3 * time.Minute) // it began at :20
		runs := s.runs()
		require.Len(t, runs, 3)
		require.EqualValues(t, 60_000, runs[1].ScheduledTime-runs[0].ScheduledTime)
		execution, err := s.admin.Workflows.Get(t.Context(), runs[0].WorkflowID, false)
		require.NoError(t, err)
		require.Equal(t, "RUNNING", execution.Value.Status)
		require.Equal(t, "c", execution.Value.CorrelationID)
		require.Equal(t, "every-minute", execution.Value.Input["_startedByScheduler"])
		require.Equal(t, "0 * * * * * UTC", execution.Value.Input["_schedulerCron"])
		require.Equal(t, runs[0].ExecutionID, execution.Value.Input["_executionId"])
		require.Equal(t, flavor == devserver.FlavorOrkes, execution.Value.CreatedBy != "")
	}
}

// Who may start the workflow may schedule it; who no longer may has his schedule paused, and it says so.
func TestASchedulePausesWhenItsMakerLosesTheRight(t *testing.T) {
	s, ctx := newStateful(t, nil), t.Context()
	app, err := s.admin.Applications.Create(ctx, "reports")
	require.NoError(t, err)
	key, err := s.admin.Applications.CreateKey(ctx, app.Value.ID)
	require.NoError(t, err)
	client, err := conductor.New(s.URL(), conductor.WithCredentials(key.ID, key.Secret))
	require.NoError(t, err)
	require.NoError(t, s.admin.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"f","tasks":[{"name":"t","taskReferenceName":"t"}]}`), conductor.PutOptions{}))
	err = client.Schedules.Put(ctx, json.RawMessage(everyMinute))
	require.ErrorContains(t, err, "You don't have permissions to execute workflow: f")

	grant := conductor.Authorization{
		Subject: conductor.Subject{Type: "USER", ID: app.Value.UserID()}, Target: conductor.Target{Type: "WORKFLOW_DEF", ID: "f"}, Access: []string{"EXECUTE"},
	}
	require.NoError(t, s.admin.Authorization.Grant(ctx, grant))
	require.NoError(t, client.Schedules.Put(ctx, json.RawMessage(everyMinute)))
	s.clock.Advance(time.Minute)
	require.NoError(t, s.admin.Authorization.Revoke(ctx, grant))
	s.clock.Advance(5 * time.Minute)
	runs := s.runs()
	require.Len(t, runs, 2)
	require.Equal(t, []string{"EXECUTED", "FAILED"}, []string{runs[0].State, runs[1].State})
	found, err := client.Schedules.Get(ctx, "every-minute")
	require.NoError(t, err)
	require.True(t, found.Value.Paused)
	require.Contains(t, found.Value.PausedReason, "You don't have permissions to execute workflow: f")
}

// Schedules and what they are waiting for are part of the state: of a file, of a snapshot, and of what a reset forgets.
func TestSchedulesAreState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.db")
	s := newStateful(t, onFile(t, file))
	s.schedules(s.admin)
	s.clock.Advance(time.Minute)
	taken := s.snapshot()
	s.clock.Advance(2 * time.Minute)
	require.Len(t, s.runs(), 3)
	_, err := s.Reset(t.Context(), false)
	require.NoError(t, err)
	s.clock.Advance(time.Hour)
	list, err := s.admin.Schedules.List(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, list)
	s.restore(taken)
	require.Len(t, s.runs(), 1)
	s.clock.Advance(time.Minute)
	runs := s.runs()
	require.Len(t, runs, 2, "it goes on where it was")
	require.EqualValues(t, 60_000, runs[1].ScheduledTime-runs[0].ScheduledTime)
	_, err = s.Reset(t.Context(), true)
	require.NoError(t, err)
	s.clock.Advance(time.Minute)
	require.Len(t, s.runs(), 3, "executions alone are forgotten")
}
