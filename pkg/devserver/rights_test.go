package devserver_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// A workflow starts, reads and ends others with the rights of who started it.
func TestTasksHaveTheRightsOfTheStarter(t *testing.T) {
	server, admin := start(t, devserver.Options{Flavor: devserver.FlavorOrkes})
	define(t, admin)
	ctx := context.Background()
	for _, flow := range []string{
		`{"name":"outer","tasks":[{"name":"s","taskReferenceName":"s","type":"SUB_WORKFLOW","retryCount":0,"subWorkflowParam":{"name":"get-inventory-demo"}}]}`,
		`{"name":"reader","tasks":[{"name":"g","taskReferenceName":"g","type":"GET_WORKFLOW","inputParameters":{"id":"${workflow.input.id}"}}]}`,
	} {
		require.NoError(t, admin.WorkflowDefs.Create(ctx, json.RawMessage(flow), conductor.PutOptions{}))
	}
	app, err := admin.Applications.Create(ctx, "limited")
	require.NoError(t, err)
	grant := func(kind, id string) {
		require.NoError(t, admin.Authorization.Grant(ctx, conductor.Authorization{
			Subject: conductor.Subject{Type: "USER", ID: "app:" + app.Value.ID}, Target: conductor.Target{Type: kind, ID: id}, Access: []string{"EXECUTE"},
		}))
	}
	grant("WORKFLOW_DEF", "outer")
	grant("WORKFLOW_DEF", "reader")
	key, err := admin.Applications.CreateKey(ctx, app.Value.ID)
	require.NoError(t, err)
	limited, err := conductor.New(server.URL(), conductor.WithCredentials(key.ID, key.Secret))
	require.NoError(t, err)
	outcome := func(flow string, input map[string]any) conductor.Workflow {
		id, err := limited.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: flow, Input: input})
		require.NoError(t, err)
		wf, err := admin.Workflows.Get(ctx, id, true)
		require.NoError(t, err)
		return wf.Value
	}
	others := run(t, admin, "")
	require.Contains(t, outcome("outer", nil).ReasonForIncompletion, "You don't have permissions to execute workflow: get-inventory-demo")
	require.Contains(t, outcome("reader", map[string]any{"id": others}).ReasonForIncompletion, "User doesn't have permission to read the workflow")
	grant("WORKFLOW_DEF", "get-inventory-demo")
	require.Contains(t, outcome("outer", nil).ReasonForIncompletion, "You don't have permissions to execute task: get-inventory")
	grant("TASK_DEF", "get-inventory")
	require.Equal(t, conductor.WorkflowRunning, outcome("outer", nil).Status)
	require.Equal(t, conductor.WorkflowCompleted, outcome("reader", map[string]any{"id": others}).Status, "EXECUTE includes READ")
}
