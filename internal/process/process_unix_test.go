//go:build unix

package process_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/process"
)

func TestRunReportsHowItEnded(t *testing.T) {
	var out, errs bytes.Buffer
	dir := t.TempDir()
	c := process.Command{Args: []string{"sh", "-c", "pwd; echo $WORD; echo no >&2; exit 3"}, Dir: dir, Env: []string{"WORD=hello"}, Stdout: &out, Stderr: &errs}
	var exit *process.ExitError
	require.ErrorAs(t, process.Run(t.Context(), c), &exit)
	require.Equal(t, 3, exit.Code)
	require.Equal(t, "sh: exit status 3", exit.Error())
	require.Contains(t, out.String(), "hello\n")
	require.Equal(t, "no\n", errs.String())

	c.Args = []string{"true"}
	require.NoError(t, process.Run(t.Context(), c))
	c.Args = []string{"there-is-no-such-program"}
	err := process.Run(t.Context(), c)
	require.ErrorContains(t, err, "start there-is-no-such-program: ")
	require.NotErrorAs(t, err, &exit)
}

// What a launcher started hears the end too, and may tidy up before it goes.
func TestTheWholeGroupIsAskedToEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ready, out := io.Pipe()
	var said bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.CopyN(&said, ready, 6)
		cancel()
		_, _ = io.Copy(&said, ready)
	}()
	// The launcher outlives its first TERM: its trap is set before the worker can say that it is ready, and is not the worker's.
	script := `trap : TERM; sh -c 'trap "echo tidied; exit 0" TERM; echo ready; while :; do sleep 0.05; done' & wait; wait`
	_ = process.Run(ctx, process.Command{Args: []string{"sh", "-c", script}, Stdout: out})
	require.NoError(t, out.Close())
	<-done
	require.Equal(t, "ready\ntidied\n", said.String())
}
