package runner_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// serve starts a development server at addr until the test ends, and returns it with its address. Each has a signing key of its own:
// the tokens of one are worth nothing to another.
func serve(t *testing.T, addr string) (*devserver.Server, string) {
	t.Helper()
	server, err := devserver.New(devserver.Options{Key: "key", Secret: "secret", Version: "test"})
	require.NoError(t, err)
	bound, err := server.Start(t.Context(), addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server, bound
}

func oneTask(t *testing.T, client *conductor.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	body := `{"name":"flow","workflowDef":{"name":"flow","version":1,"tasks":[{"name":"job","taskReferenceName":"job","type":"SIMPLE"}]}}`
	response, err := client.Raw(ctx, "POST", "/workflow", []byte(body), "application/json")
	require.NoError(t, err)
	id := strings.Trim(string(response.Body), `"`)
	require.Eventually(t, func() bool {
		answer, err := client.Raw(ctx, "GET", "/workflow/"+id, nil, "")
		return err == nil && strings.Contains(string(answer.Body), `"status":"COMPLETED"`)
	}, deadline, tickTime)
}

func TestAServerThatRestartsAndKnowsNoTokens(t *testing.T) {
	server, addr := serve(t, "127.0.0.1:0")
	client, err := conductor.New(server.URL(), conductor.WithCredentials("key", "secret"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	worker := &runner.Runner{
		Client: client, TaskType: "job", Slots: 2,
		Handle: func(context.Context, conductor.Task) (map[string]any, error) { return nil, nil },
	}
	go func() { ended <- worker.Run(ctx) }()
	oneTask(t, client)
	require.NoError(t, server.Close(t.Context()))
	serve(t, addr)
	oneTask(t, client)
	cancel()
	require.NoError(t, <-ended)
}
