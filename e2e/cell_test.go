package e2e

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// matrixTask leaves a failed task one retry at once, and takes a worker for gone after some seconds: SDKs that extend leases do so
// after four fifths of them, and a busy machine is late.
const matrixTask = `{"name":"get-inventory","ownerEmail":"a@example.com","retryCount":1,"retryDelaySeconds":0,"retryLogic":"FIXED",
	"timeoutSeconds":120,"responseTimeoutSeconds":10}`

// patience bounds a test that would hang; it is no measurement. A worker says what is wrong within 15 s of its start on a machine that has
// nothing else to do: the table shows how long each cell took, and on a busy one a JVM alone takes that long to come up.
const patience = time.Minute

type cell struct {
	name  string
	check func(*testing.T, *candidate)
}

// cells are what every language's project is put through once it is built.
func cells() []cell {
	return []cell{
		{"complete", func(t *testing.T, c *candidate) { t.Helper(); c.plays(t, "42", "COMPLETED", 1) }},
		{"retried failure", func(t *testing.T, c *candidate) { t.Helper(); c.plays(t, "fail", "FAILED", 2) }},
		{"crash in the worker", func(t *testing.T, c *candidate) { t.Helper(); c.plays(t, "panic", "FAILED", 2) }},
		{"terminal failure", func(t *testing.T, c *candidate) { t.Helper(); c.plays(t, "terminal", "FAILED", 1) }},
		{"long work", func(t *testing.T, c *candidate) { t.Helper(); c.plays(t, "slow-15", "COMPLETED", 1) }},
		{"domains", func(t *testing.T, c *candidate) { t.Helper(); c.domains(t) }},
		{"SIGTERM during a task", func(t *testing.T, c *candidate) { t.Helper(); c.terminated(t) }},
		{"wrong key", func(t *testing.T, c *candidate) { t.Helper(); c.wrongKey(t) }},
		{"no key", func(t *testing.T, c *candidate) { t.Helper(); c.noKey(t) }},
		{"missing grant, then granted", func(t *testing.T, c *candidate) { t.Helper(); c.granted(t) }},
		{"a web page for a server", func(t *testing.T, c *candidate) { t.Helper(); c.webPage(t) }},
		{"no server, then one", func(t *testing.T, c *candidate) { t.Helper(); c.lateServer(t) }},
		{"server restart", func(t *testing.T, c *candidate) { t.Helper(); c.restart(t) }},
	}
}

// gate is a server on an address that stays, and that can be shut for a while.
type gate struct {
	t       *testing.T
	address string
	handler http.Handler
	server  *http.Server
}

func (g *gate) open() {
	g.t.Helper()
	var listener net.Listener
	require.Eventually(g.t, func() bool {
		var config net.ListenConfig
		l, err := config.Listen(context.Background(), "tcp", g.address)
		listener = l
		return err == nil
	}, 10*time.Second, 50*time.Millisecond, "the address is not free again")
	g.address = listener.Addr().String()
	g.server = &http.Server{Handler: g.handler, ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(listener) }(g.server)
}

func (g *gate) shut() { _ = g.server.Close() }

// site is a stage behind a gate.
func site(t *testing.T) (*stage, *gate) {
	t.Helper()
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOrkes, Version: "e2e"})
	require.NoError(t, err)
	s := &served{answers: map[string]map[int]int{"poll": {}, "token": {}}}
	g := &gate{t: t, address: "127.0.0.1:0", handler: s.noting(server)}
	g.open()
	t.Cleanup(func() {
		g.shut()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Close(ctx)
	})
	s.url = "http://" + g.address + "/api"
	s.key, s.secret = server.Credentials()
	s.admin, err = conductor.New(s.url, conductor.WithCredentials(s.key, s.secret))
	require.NoError(t, err)
	return newStageOn(t, s, matrixTask, "WORKER"), g
}

func (s *stage) grantAll() {
	for _, id := range []string{taskName, "ship-order"} {
		s.grant(conductor.Target{Type: "TASK_DEF", ID: id})
	}
}

// launched is a worker that runs. Its output may be read while it does.
type launched struct {
	t       *testing.T
	command *exec.Cmd
	ended   chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// Write takes what the worker prints.
func (l *launched) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *launched) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// says waits for a worker to print one of the words.
func (l *launched) says(d time.Duration, words ...string) {
	l.t.Helper()
	heard := func() bool {
		for _, word := range words {
			if strings.Contains(l.said(), word) {
				return true
			}
		}
		return false
	}
	require.Eventually(l.t, heard, d, 50*time.Millisecond, "none of %q was said", words)
}

// launch starts the project's worker with the environment, in a process group of its own. At the end of the test the group is
// killed, and the worker's secret is looked for in all that it left.
func (c *candidate) launch(t *testing.T, env []string, domain, secret string) *launched {
	t.Helper()
	words := c.runCommand(t)
	l := &launched{t: t, command: exec.Command(c.located(c.folder(t), words[0]), words[1:]...), ended: make(chan struct{})}
	l.command.Dir, l.command.Stdout, l.command.Stderr = c.folder(t), l, l
	l.command.Env = append(c.environ(), env...)
	if domain != "" {
		l.command.Env = append(l.command.Env, "CONDUCTOR_WORKER_DOMAIN="+domain)
	}
	l.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, l.command.Start())
	go func() {
		_ = l.command.Wait()
		close(l.ended)
	}()
	t.Cleanup(func() {
		noSecret(t, secret, c.folder(t), l.said(), c.keep)
		_ = syscall.Kill(-l.command.Process.Pid, syscall.SIGKILL)
		<-l.ended
		if t.Failed() {
			t.Logf("the worker said:\n%s", tail([]byte(l.said()), 4000))
		}
	})
	return l
}

// noSecret sweeps the project's files, the log and the arguments of every process for the worker's secret.
func noSecret(t *testing.T, secret, dir, said string, dependencies []string) {
	t.Helper()
	if secret == "" {
		return
	}
	require.NotContains(t, said, secret, "the secret is in the log")
	arguments, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range arguments {
		if text, err := os.ReadFile(path); err == nil {
			require.NotContains(t, string(text), secret, path)
		}
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && slices.Contains(dependencies, entry.Name()) || entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if text, err := os.ReadFile(path); err == nil && entry.Type().IsRegular() {
			require.False(t, bytes.Contains(text, []byte(secret)), path)
		}
		return nil
	}))
}
