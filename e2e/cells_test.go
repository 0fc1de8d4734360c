package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func (c *candidate) runCommand(t *testing.T) []string {
	t.Helper()
	p, err := project.At(c.folder(t))
	require.NoError(t, err)
	require.Len(t, p.Worker.Run, 1)
	return p.Worker.Run[0]
}

// own starts the worker with its own key, granted both tasks.
func (c *candidate) own(t *testing.T, s *stage, domain string) *launched {
	t.Helper()
	return c.launch(t, s.environment(s.own.ID, s.own.Secret), domain, s.own.Secret)
}

// plays runs the workflow for a product: how it must end, and after how many tries.
func (c *candidate) plays(t *testing.T, product, status string, tries int) {
	t.Helper()
	s, _ := site(t)
	s.grantAll()
	l := c.own(t, s, "")
	execution := s.ended(s.startWith(product, ""), time.Minute)
	require.Equal(t, status, execution.Status, execution.ReasonForIncompletion)
	require.Len(t, execution.Tasks, tries)
	last := execution.Tasks[tries-1]
	if status == "COMPLETED" {
		require.Equal(t, product, last.OutputData["product_id"])
		require.Regexp(t, "^([1-9]|10)$", fmt.Sprint(last.OutputData["inventory"]))
	} else {
		require.NotEmpty(t, last.ReasonForIncompletion)
	}
	if tries == 1 && status == "FAILED" {
		require.Equal(t, "FAILED_WITH_TERMINAL_ERROR", last.Status)
	}
	for _, word := range []string{s.own.ID, s.url, taskName, "ship-order"} {
		l.says(patience, word) // at the start
	}
}

// domains: a worker takes the tasks of its own domain, and one without a domain those of none.
func (c *candidate) domains(t *testing.T) {
	t.Helper()
	s, _ := site(t)
	s.grantAll()
	in, without := s.startWith("42", domainName), s.startWith("42", "")
	plain := c.own(t, s, "")
	require.Equal(t, "COMPLETED", s.ended(without, time.Minute).Status)
	waiting := s.ended(in, time.Second)
	require.Equal(t, "RUNNING", waiting.Status)
	require.Zero(t, waiting.Tasks[0].PollCount)
	require.NoError(t, plain.command.Process.Signal(syscall.SIGTERM))
	plain.gone(30 * time.Second)
	c.own(t, s, domainName).says(patience, domainName)
	require.Equal(t, "COMPLETED", s.ended(in, time.Minute).Status)
}

// gone waits for the worker and everything that it started to end.
func (l *launched) gone(d time.Duration) {
	l.t.Helper()
	select {
	case <-l.ended:
	case <-time.After(d):
		require.Fail(l.t, "the worker does not end")
	}
	left := func() bool { return syscall.Kill(-l.command.Process.Pid, 0) != nil }
	require.Eventually(l.t, left, 10*time.Second, 20*time.Millisecond, "a process was left behind")
}

// terminated: work in hand is finished and reported, then the worker ends with code zero and leaves no process.
func (c *candidate) terminated(t *testing.T) {
	t.Helper()
	s, _ := site(t)
	s.grantAll()
	id := s.startWith("slow-3", "")
	l := c.own(t, s, "")
	taken := func() bool { return s.ended(id, 0).Tasks[0].Status == "IN_PROGRESS" }
	require.Eventually(t, taken, time.Minute, 50*time.Millisecond, "the task was not taken")
	require.NoError(t, l.command.Process.Signal(syscall.SIGTERM))
	l.gone(30 * time.Second)
	require.Zero(t, l.command.ProcessState.ExitCode())
	execution := s.ended(id, 0)
	require.Equal(t, "COMPLETED", execution.Status)
	require.Len(t, execution.Tasks, 1)
}

// wrongKey: the worker says so in time, whether it then goes on or ends with a code.
func (c *candidate) wrongKey(t *testing.T) {
	t.Helper()
	s, _ := site(t)
	l := c.launch(t, s.environment(s.own.ID, "wrong"), "", "")
	l.says(patience, "does not accept the key")
	select {
	case <-l.ended:
		require.NotZero(t, l.command.ProcessState.ExitCode())
	default:
	}
}

func (c *candidate) noKey(t *testing.T) {
	t.Helper()
	s, _ := site(t)
	c.launch(t, s.environment("", ""), "", "").says(patience, "wants a key")
}

// granted: the worker says what it lacks, and works as soon as it has it.
func (c *candidate) granted(t *testing.T) {
	t.Helper()
	s, _ := site(t)
	id := s.startWith("42", "")
	l := c.own(t, s, "")
	l.says(patience, "orkesctl app grant")
	s.grant(conductor.Target{Type: "TASK_DEF", ID: taskName})
	require.Equal(t, "COMPLETED", s.ended(id, time.Minute).Status)
}

func (c *candidate) webPage(t *testing.T) {
	t.Helper()
	g := &gate{t: t, address: "127.0.0.1:0", handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><html></html>"))
	})}
	g.open()
	t.Cleanup(g.shut)
	page := &served{url: "http://" + g.address}
	c.launch(t, page.environment("k", "canary-of-the-matrix"), "", "canary-of-the-matrix").says(patience, "should end in /api")
}

// lateServer: a worker that is there before its server says so, and works when the server has come.
func (c *candidate) lateServer(t *testing.T) {
	t.Helper()
	s, g := site(t)
	s.grantAll()
	id := s.startWith("42", "")
	g.shut()
	l := c.own(t, s, "")
	l.says(patience, "cannot be reached")
	g.open()
	require.Equal(t, "COMPLETED", s.ended(id, time.Minute).Status)
}

// restart: the server goes while the worker polls, and comes back.
func (c *candidate) restart(t *testing.T) {
	t.Helper()
	s, g := site(t)
	s.grantAll()
	l := c.own(t, s, "")
	require.Equal(t, "COMPLETED", s.ended(s.startWith("42", ""), time.Minute).Status)
	g.shut()
	l.says(patience, "cannot be reached")
	g.open()
	require.Equal(t, "COMPLETED", s.ended(s.startWith("42", ""), time.Minute).Status)
}
