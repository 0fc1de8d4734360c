package runner_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// serve starts a development server at addr until the test ends, and returns it with its address. Each has a signing key of its own:
// the tokens of one are worth nothing to another.
func serve(t *testing.T, addr string, clock engine.Clock) (*devserver.Server, string) {
	t.Helper()
	server, err := devserver.New(devserver.Options{Key: "key", Secret: "secret", Version: "test", Clock: clock})
	require.NoError(t, err)
	bound, err := server.Start(t.Context(), addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server, bound
}

// oneTask starts a workflow of one task, as somebody else than the worker, and waits for its end.
func oneTask(t *testing.T, server *devserver.Server) {
	t.Helper()
	client, err := conductor.New(server.URL(), conductor.WithCredentials("key", "secret"))
	require.NoError(t, err)
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

// work starts a worker until the test ends; problems is how many it had so far.
func work(t *testing.T, server *devserver.Server) (problems func() int64) {
	t.Helper()
	client, err := conductor.New(server.URL(), conductor.WithCredentials("key", "secret"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var had atomic.Int64
	worker := &runner.Runner{
		Client: client, TaskType: "job", Slots: 2, Problem: func(error) { had.Add(1) },
		Handle: func(context.Context, conductor.Task) (map[string]any, error) { return nil, nil },
	}
	go func() { ended <- worker.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return had.Load
}

func TestAServerThatRestartsAndKnowsNoTokens(t *testing.T) {
	server, addr := serve(t, "127.0.0.1:0", nil)
	work(t, server)
	oneTask(t, server)
	require.NoError(t, server.Close(t.Context()))
	again, _ := serve(t, addr, nil)
	oneTask(t, again)
}

// forward is a clock that can be put forward.
type forward struct {
	engine.Clock
	by atomic.Int64
}

func (f *forward) Now() time.Time { return f.Clock.Now().Add(time.Duration(f.by.Load())) }

// A token that has expired is renewed between two polls; the person hears nothing of it.
func TestATokenThatExpires(t *testing.T) {
	clock := &forward{Clock: engine.SystemClock()}
	server, _ := serve(t, "127.0.0.1:0", clock)
	problems := work(t, server)
	oneTask(t, server)
	clock.by.Add(int64(25 * time.Hour))
	oneTask(t, server)
	require.Zero(t, problems())
}
