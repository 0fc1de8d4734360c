//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/process"
)

// deadline bounds every wait of these tests.
const deadline = 20 * time.Second

func shell(t *testing.T, script string, change func(*process.Command)) (out string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	var buffer bytes.Buffer
	c := process.Command{Args: []string{"sh", "-c", script}, Stdout: &buffer, Stderr: &buffer, Wait: -1}
	if change != nil {
		change(&c)
	}
	err = process.Run(ctx, c)
	return buffer.String(), err
}

func TestRun(t *testing.T) {
	for name, tc := range map[string]struct {
		script       string
		change       func(*process.Command)
		out, message string
		code         int
		signal       string
	}{
		"output and errors": {script: "echo a; echo b >&2", out: "a\nb\n"},
		"input":             {script: "cat", change: func(c *process.Command) { c.Stdin = strings.NewReader("text") }, out: "text"},
		"input is not read": {script: "exec <&-; echo x", change: func(c *process.Command) { c.Stdin = strings.NewReader(strings.Repeat("x", 1<<20)) }, out: "x\n"},
		"a code":            {script: "exit 7", message: "sh: exit status 7", code: 7},
		"a signal":          {script: "kill -9 $$", message: "sh: signal: killed", code: -1, signal: "killed"},
		"variables":         {script: "echo $A-$B", change: func(c *process.Command) { c.Env = []string{"A=1", "B=1", "B=2"} }, out: "1-2\n"},
		"without":           {script: "echo ${HOME:-none}", change: func(c *process.Command) { c.Without = []string{"HOME"} }, out: "none\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := shell(t, tc.script, tc.change)
			require.Equal(t, tc.out, out)
			if tc.message == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tc.message)
			var exit *process.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, tc.code, exit.Code)
			require.Equal(t, tc.signal, exit.Signal)
		})
	}
}

func TestRunWhatCannotBeStarted(t *testing.T) {
	err := process.Run(t.Context(), process.Command{Args: []string{"/no/such/program"}, Stdin: strings.NewReader("x"), Stdout: new(bytes.Buffer)})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "start /no/such/program: ")
}

// gone waits until no process has the id. A zombie that nobody reaps in a container counts as gone.
func gone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		return err == nil && strings.Contains(string(stat), ") Z ")
	}, deadline, 5*time.Millisecond)
}

func TestNothingOutlivesTheProgram(t *testing.T) {
	out, err := shell(t, "sleep 300 & echo $!", nil)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	require.NoError(t, err)
	gone(t, pid)
}

func TestNothingOutlivesACancel(t *testing.T) {
	for name, wait := range map[string]time.Duration{"killed": -1, "asked, and deaf": 50 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r, w, err := os.Pipe()
			require.NoError(t, err)
			child, err := process.Start(ctx, process.Command{
				Args: []string{"sh", "-c", "trap '' TERM; sleep 300 & echo $!; while :; do wait; done"}, Stdout: w, Wait: wait,
			})
			require.NoError(t, err)
			line := make([]byte, 32)
			n, err := r.Read(line)
			require.NoError(t, err)
			pid, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
			require.NoError(t, err)
			cancel()
			require.Error(t, child.Wait())
			gone(t, pid)
		})
	}
}

func TestAProgramThatEndsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe()
	require.NoError(t, err)
	child, err := process.Start(ctx, process.Command{Args: []string{"sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 0.01; done"}, Stdout: w})
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 8))
	require.NoError(t, err)
	cancel()
	var exit *process.ExitError
	require.ErrorAs(t, child.Wait(), &exit)
	require.Equal(t, 3, exit.Code)
}

func TestKill(t *testing.T) {
	child, err := process.Start(t.Context(), process.Command{Args: []string{"sleep", "300"}})
	require.NoError(t, err)
	child.Kill()
	var exit *process.ExitError
	require.ErrorAs(t, child.Wait(), &exit)
	require.Equal(t, "killed", exit.Signal)
}
