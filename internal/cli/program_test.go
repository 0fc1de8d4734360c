package cli_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/process"
)

func TestEndedPassesAProgramsCodeOn(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	exit := &process.ExitError{Program: "p", Code: 9, Err: errors.New("exit status 9")}
	require.NoError(t, cli.Ended(t.Context(), nil))
	require.NoError(t, cli.Ended(stopped, context.Canceled))
	require.Equal(t, 9, cli.ExitCode(cli.Ended(t.Context(), exit)))
	require.Equal(t, 9, cli.ExitCode(cli.Ended(stopped, exit)), "a drain that failed")
	require.Equal(t, 1, cli.ExitCode(cli.Ended(t.Context(), &process.ExitError{Program: "p", Code: -1, Err: errors.New("signal: killed")})))
}
