package devserver_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// keeping is a memory store that remembers what it was given, as text.
type keeping struct {
	store.Store
	written strings.Builder
}

func (k *keeping) Commit(ctx context.Context, records []store.Record) error {
	for _, record := range records {
		if record.Kind == "execution" || record.Kind == "task" || record.Kind == "plan" {
			data, _ := json.Marshal(record.Value)
			k.written.Write(data)
		}
	}
	return k.Store.Commit(ctx, records)
}

// What a definition names reaches the worker; a secret is nowhere in the execution, seen or stored.
func TestSecretsReachWorkersOnly(t *testing.T) {
	const hidden = "t0p-s3cret-value"
	kept := &keeping{Store: store.NewMemory()}
	server, admin := start(t, devserver.Options{Flavor: devserver.FlavorOrkes, Store: kept})
	ctx := context.Background()
	token, err := admin.Token.Mint(ctx)
	require.NoError(t, err)
	put := func(path, value string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, server.URL()+path, strings.NewReader(value))
		require.NoError(t, err)
		request.Header.Set("X-Authorization", token)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, _ := io.ReadAll(answer.Body)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, 200, answer.StatusCode, "%s", body)
	}
	put("/secrets/key", hidden)
	put("/environment/region", "eu")
	require.NoError(t, admin.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"f","tasks":[{"name":"t","taskReferenceName":"t",
		"inputParameters":{"key":"Bearer ${workflow.secrets.key}","region":"${workflow.env.region}"}}]}`), conductor.PutOptions{}))
	id, err := admin.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "f"})
	require.NoError(t, err)
	task, err := admin.Tasks.Poll(ctx, conductor.PollRequest{TaskType: "t", Timeout: time.Second})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"key": "Bearer " + hidden, "region": "eu"}, task.Value.InputData)
	seen, err := admin.Workflows.Get(ctx, id, true)
	require.NoError(t, err)
	require.Equal(t, "Bearer ${workflow.secrets.key}", seen.Value.Tasks[0].InputData["key"])
	require.Contains(t, kept.written.String(), "workflow.secrets.key")
	require.NotContains(t, kept.written.String(), hidden)
}
