package dev

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
)

func hintOf(t *testing.T, err error) string {
	t.Helper()
	var explained *cli.Error
	require.ErrorAs(t, err, &explained)
	return explained.Hint
}

func TestListenErrorsSayWhatToTake(t *testing.T) {
	opts := startOptions{host: "203.0.113.7", port: 80}
	for hint, cause := range map[string]error{
		"Take another: orkesctl dev start --port 81 (0 takes a free one)": syscall.EADDRINUSE,
		"Take one above 1023: orkesctl dev start --port 8080":             syscall.EACCES,
		"Is 203.0.113.7 an address of this machine?":                      syscall.EADDRNOTAVAIL,
	} {
		err := listenError(fmt.Errorf("listen: %w", cause), opts)
		require.ErrorIs(t, err, cause)
		require.Contains(t, hintOf(t, err), hint)
	}
}

func TestStartOptionsAreChecked(t *testing.T) {
	good := startOptions{flavor: "orkes", port: 8080, clock: "system"}
	none := func(string) string { return "" }
	require.NoError(t, good.check(none))
	half := func(name string) string { return map[string]string{"ORKESCTL_DEV_KEY": "k"}[name] }
	require.ErrorContains(t, good.check(half), "only one of them is set")
	for want, o := range map[string]startOptions{
		"--flavor x: unknown flavor": {flavor: "x", clock: "system"},
		"a port is 0 to 65535":       {flavor: "oss", port: 65536, clock: "system"},
	} {
		err := o.check(none)
		require.ErrorContains(t, err, want)
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	}
}

// What a server that did not start wrote to its log is the error of the command that wanted to start it.
func TestWhatADetachedServerSaid(t *testing.T) {
	for name, tc := range map[string]struct{ log, message, hint string }{
		"no log":         {"", "the server ended before it was ready", "Start it without --detach"},
		"its own error":  {"a line\n" + `{"error":{"id":"failed","message":"port busy","hint":"Take another"}}` + "\n", "port busy", "Take another"},
		"anything else":  {"first\npanic: no luck\n", "the server ended before it was ready: panic: no luck", "Its log: "},
		"JSON of others": {`{"level":"info"}`, `the server ended before it was ready: {"level":"info"}`, "Its log: "},
	} {
		t.Run(name, func(t *testing.T) {
			paths := config.Paths{State: t.TempDir()}
			if tc.log != "" {
				require.NoError(t, os.WriteFile(paths.DevLog(), []byte(tc.log), 0o600))
			}
			err := childError(paths)
			require.EqualError(t, err, tc.message)
			require.Contains(t, hintOf(t, err), tc.hint)
		})
	}
}

// A value is quoted so that no shell runs anything of it.
func TestAssignmentsOfShells(t *testing.T) {
	const value = "a'b$(c)`d`\\"
	for shell, want := range map[string]string{
		"sh": `export X='a'\''b$(c)` + "`d`" + `\'`, "bash": `export X='a'\''b$(c)` + "`d`" + `\'`, "zsh": `export X='a'\''b$(c)` + "`d`" + `\'`,
		"powershell": `$env:X = 'a''b$(c)` + "`d`" + `\'`, "pwsh": `$env:X = 'a''b$(c)` + "`d`" + `\'`,
	} {
		assign, err := assignment(shell, "")
		require.NoError(t, err)
		require.Equal(t, want, assign("X", value), shell)
	}
	for login, want := range map[string]string{"/usr/bin/fish": "set -gx X 'v'", "/bin/zsh": "export X='v'", "": "export X='v'"} {
		assign, err := assignment("", login)
		require.NoError(t, err)
		require.Equal(t, want, assign("X", "v"), login)
	}
	_, err := assignment("tcsh", "")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
}

// In fish, a backslash before a quote or another backslash is one, also between quotes.
func TestAssignmentOfFish(t *testing.T) {
	assign, err := assignment("fish", "")
	require.NoError(t, err)
	require.Equal(t, `set -gx X 'a\'b\\'`, assign("X", `a'b\`))
}
