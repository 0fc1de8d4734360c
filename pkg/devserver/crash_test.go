package devserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// crashFile is the variable that makes the test's binary a server on that file, for the test to kill.
const crashFile = "DEVSERVER_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		if err := serveFile(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveFile is a server that keeps its state in a file, until it is killed.
func serveFile(path string) error {
	kept, err := store.Open(path)
	if err != nil {
		return err
	}
	server, err := devserver.New(devserver.Options{Store: kept, Key: "k", Secret: "s", SigningKey: []byte("the same each time")})
	if err != nil {
		return err
	}
	if _, err := server.Start(context.Background(), "127.0.0.1:0"); err != nil {
		return err
	}
	fmt.Println(server.URL())
	select {}
}

// crashed is what the world outside the server knows: what was acknowledged to it.
type crashed struct {
	mu        sync.Mutex
	started   []string          // executions
	completed map[string]int    // executions by the number that their task was completed with
	inHand    map[string]string // tasks that were polled, by execution
	waits     []string          // executions that wait for a second to pass
	token     string            // from before the first kill
}

// running is one life of the server, and the worker's and the starters' clients of it.
type running struct {
	command *exec.Cmd
	client  *conductor.Client
}

func serve(t *testing.T, path string) *running {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), crashFile+"="+path)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	client, err := conductor.New(strings.TrimSpace(line), conductor.WithCredentials("k", "s"), conductor.WithRetry(conductor.RetryPolicy{Attempts: 1}))
	require.NoError(t, err, line)
	return &running{command: command, client: client}
}

// rounds is how often the server is killed: CRASH_ROUNDS, else 3.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CRASH_ROUNDS")); err == nil {
		return n
	}
	return 3
}

// A server that is killed at any moment has, when it is started again, all that it acknowledged; a task in a worker's hands is still that
// worker's.
func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	known := &crashed{completed: map[string]int{}, inHand: map[string]string{}}
	server := serve(t, path)
	ctx := t.Context()
	require.NoError(t, server.client.TaskDefs.Put(ctx, []json.RawMessage{json.RawMessage(`{"name":"work","responseTimeoutSeconds":3600}`)}))
	require.NoError(t, server.client.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"flow","version":1,"schemaVersion":2,"tasks":[
		{"name":"work","taskReferenceName":"w","inputParameters":{"n":"${workflow.input.n}"}}]}`), conductor.PutOptions{}))
	require.NoError(t, server.client.WorkflowDefs.Create(ctx, json.RawMessage(`{"name":"second","version":1,"schemaVersion":2,"tasks":[
		{"name":"w","taskReferenceName":"w","type":"WAIT","inputParameters":{"duration":"1 seconds"}}]}`), conductor.PutOptions{}))
	var err error
	known.token, err = server.client.Token.Mint(ctx)
	require.NoError(t, err)
	for round := range rounds() {
		before := len(known.started)
		load(t, server, known)
		server = serve(t, path)
		known.verify(t, server.client, round, before)
	}
	known.verify(t, server.client, rounds(), 0)
	known.finish(t, server.client)
	t.Logf("%d executions, %d of them completed before the last kill", len(known.started), len(known.completed))
}

// load works on the server with several starters and workers until it is killed, at a moment that nobody chose.
func load(t *testing.T, server *running, known *crashed) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for n := range 3 {
		group.Go(func() { known.start(ctx, server.client, n) })
		group.Go(func() { known.work(ctx, server.client, fmt.Sprint("w", n)) })
	}
	timer := time.NewTimer(time.Duration(20+rand.IntN(300)) * time.Millisecond)
	<-timer.C
	require.NoError(t, server.command.Process.Kill())
	_ = server.command.Wait()
	cancel()
	group.Wait()
}

func (k *crashed) start(ctx context.Context, client *conductor.Client, n int) {
	for i := 0; ctx.Err() == nil; i++ {
		id, err := client.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"n": n*1000 + i}})
		if err != nil {
			return
		}
		k.mu.Lock()
		k.started = append(k.started, id)
		k.mu.Unlock()
		if i%20 != 0 {
			continue
		}
		if id, err = client.Workflows.Start(ctx, conductor.StartWorkflowRequest{Name: "second"}); err != nil {
			return
		}
		k.mu.Lock()
		k.waits = append(k.waits, id)
		k.mu.Unlock()
	}
}

// work completes what it polls, but every fifth task it keeps.
func (k *crashed) work(ctx context.Context, client *conductor.Client, worker string) {
	for i := 0; ctx.Err() == nil; i++ {
		tasks, err := client.Tasks.PollBatch(ctx, conductor.PollRequest{TaskType: "work", WorkerID: worker, Count: 1, Timeout: 50 * time.Millisecond})
		if err != nil {
			return
		}
		for _, task := range tasks {
			id := task.Value.WorkflowInstanceID
			k.mu.Lock()
			k.inHand[id] = task.Value.TaskID
			k.mu.Unlock()
			if i%5 == 4 {
				continue
			}
			err := client.Tasks.Update(ctx, conductor.TaskResult{
				WorkflowInstanceID: id, TaskID: task.Value.TaskID, WorkerID: worker, Status: conductor.TaskCompleted, OutputData: map[string]any{"i": i},
			})
			k.mu.Lock()
			if err == nil {
				k.completed[id] = i
				delete(k.inHand, id)
			} else {
				k.inHand[id] = "" // whether it was heard is not known
			}
			k.mu.Unlock()
			if err != nil {
				return
			}
		}
	}
}

// verify looks at what was acknowledged since the given execution was started: in the last life of the server, or in any.
func (k *crashed) verify(t *testing.T, client *conductor.Client, round, since int) {
	t.Helper()
	holder, err := conductor.New(client.BaseURL(), conductor.WithToken(k.token))
	require.NoError(t, err)
	_, err = holder.TaskDefs.List(t.Context())
	require.NoError(t, err, "round %d: a token is good no longer", round)
	for _, id := range k.waits {
		_, err := client.Workflows.Get(t.Context(), id, false)
		require.NoError(t, err, "round %d: an execution that waits is lost", round)
	}
	for _, id := range k.started[since:] {
		found, err := client.Workflows.Get(t.Context(), id, true)
		require.NoError(t, err, "round %d: an execution is lost", round)
		tasks := found.Value.Tasks
		require.Len(t, tasks, 1)
		if i, done := k.completed[id]; done {
			require.Equal(t, conductor.WorkflowCompleted, found.Value.Status, "round %d: a completed task is lost", round)
			require.Equal(t, fmt.Sprint(i), fmt.Sprint(tasks[0].OutputData["i"]))
			continue
		}
		if task := k.inHand[id]; task != "" {
			require.Equal(t, conductor.TaskInProgress, tasks[0].Status, "round %d: a task in a worker's hands is another's", round)
			require.Equal(t, task, tasks[0].TaskID)
		}
	}
}

// finish completes what is left: each execution ends, and what is in nobody's hands is given out.
func (k *crashed) finish(t *testing.T, client *conductor.Client) {
	t.Helper()
	complete := func(id, task string) {
		require.NoError(t, client.Tasks.Update(t.Context(), conductor.TaskResult{WorkflowInstanceID: id, TaskID: task, Status: conductor.TaskCompleted}))
	}
	for {
		tasks, err := client.Tasks.PollBatch(t.Context(), conductor.PollRequest{TaskType: "work", Count: 100, Timeout: 10 * time.Millisecond})
		require.NoError(t, err)
		if len(tasks) == 0 {
			break
		}
		for _, task := range tasks {
			_, completed := k.completed[task.Value.WorkflowInstanceID]
			require.False(t, completed, "a completed task is given out again")
			require.Empty(t, k.inHand[task.Value.WorkflowInstanceID], "a task in a worker's hands is given to another")
			complete(task.Value.WorkflowInstanceID, task.Value.TaskID)
		}
	}
	for id, task := range k.inHand {
		if task != "" {
			complete(id, task)
		}
	}
	for _, id := range k.started {
		found, err := client.Workflows.Get(t.Context(), id, true)
		require.NoError(t, err)
		if task := found.Value.Tasks[0]; !conductor.TaskTerminal(task.Status) { // polled, and the answer never came
			complete(id, task.TaskID)
			found, err = client.Workflows.Get(t.Context(), id, false)
			require.NoError(t, err)
		}
		require.Equal(t, conductor.WorkflowCompleted, found.Value.Status)
	}
	require.NotEmpty(t, k.waits)
	for _, id := range k.waits { // each timer rings, in whatever life of the server its time comes
		require.Eventually(t, func() bool {
			found, err := client.Workflows.Get(t.Context(), id, false)
			return err == nil && found.Value.Status == conductor.WorkflowCompleted
		}, 30*time.Second, 10*time.Millisecond, "the timer of %s was lost", id)
	}
}
