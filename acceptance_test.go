package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// spine is a worker from code to running and authorised, as the project's first promise has it. Two things are other than there:
// the port, so that tests do not meet, and the worker's output, which goes to a file. The lines after the revocation show what it
// changed: a task that stays where it is, and polls that are refused.
const spine = `orkesctl dev start --port 0 --detach
orkesctl scaffold worker --lang go && cd get-inventory-worker
orkesctl task define
orkesctl workflow define && orkesctl workflow get get-inventory-demo -o yaml
orkesctl app create --role worker
orkesctl app key create --env-file .env
orkesctl app grant --task get-inventory --domain john
orkesctl worker run >worker.log 2>&1 &
orkesctl workflow start get-inventory-demo --input product_id=42 --domain get-inventory=john --wait
orkesctl app revoke --task get-inventory --domain john
orkesctl workflow start get-inventory-demo --input product_id=42 --domain get-inventory=john --wait --timeout 1s; echo "exit $?"
until grep -m1 'You don.t have permissions to execute task: get-inventory in domain: john' worker.log; do read -rt 0.2 <> <(:) || true; done
orkesctl task define; orkesctl app create --role worker; echo "exit $?"
kill $!; wait $! || true
orkesctl dev stop
`

// wanted holds for each line of the spine what it must print.
func wanted() []string {
	return []string{
		`ready at http://127\.0\.0\.1:\d+/api`,
		`file/get-inventory-worker/main\.go\tcreated`,
		`task/get-inventory\tcreated\tdefinitions/get-inventory\.task\.yaml`,
		`(?s)workflow/get-inventory-demo v1\tcreated.*\nname: get-inventory-demo\n`,
		`application/get-inventory-worker\tcreated`,
		`(?s)key/\S+\tcreated\tfor application get-inventory-worker.*mode 0600`,
		`application/get-inventory-worker\tgranted\tEXECUTE on task get-inventory in domain john`,
		``,
		`(?s)workflow/get-inventory-demo v1\tstarted\t.*get-inventory\tCOMPLETED\tjohn\t.*COMPLETED in .*\ninventory\t\d+\nproduct_id\t42\n`,
		`application/get-inventory-worker\trevoked\tEXECUTE on task get-inventory in domain john`,
		`(?s)get-inventory\tSCHEDULED\tjohn\t\n.*is still RUNNING after 1s\n.*exit 1\n`,
		`403`,
		`(?s)task/get-inventory\tunchanged\n.*application/get-inventory-worker\tunchanged\nexit 0\n`,
		``,
		`dev/http://127\.0\.0\.1:\d+/api\tstopped`,
	}
}

func TestFromCodeToRunningAndAuthorised(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds a worker")
	}
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on this machine")
	}
	bin, home, work := t.TempDir(), t.TempDir(), t.TempDir()
	installSelf(t, bin)
	env := documentEnv(bin, home)
	requireModules(t, env)
	lines := strings.Split(strings.TrimSpace(spine), "\n")
	script := "trap 'kill $! 2>/dev/null; orkesctl dev stop 2>/dev/null' EXIT\n"
	for _, line := range lines {
		script += "echo '== step'\n" + line + "\n"
	}
	output := runShell(t, shell, script, work, env)
	steps := strings.Split(output, "== step\n")[1:]
	require.Len(t, steps, len(lines), output)
	for i, want := range wanted() {
		require.Regexp(t, want, steps[i], "%s\nall of it:\n%s", lines[i], output)
	}
	require.NotContains(t, strings.Join(steps[6:], ""), "SECRET=", "a secret is nobody's business")
}

// installSelf puts this test program, which can be orkesctl, into a folder for the PATH.
func installSelf(t *testing.T, bin string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	program, err := os.ReadFile(self)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "orkesctl"), program, 0o700))
}

// requireModules skips the test where a scaffolded Go worker cannot be built: no Go, or no way to the SDK.
func requireModules(t *testing.T, env []string) {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no Go toolchain on this machine")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	fetch := exec.CommandContext(ctx, tool, "mod", "download", "github.com/conductor-sdk/conductor-go@v1.10.1")
	fetch.Env, fetch.Dir = env, t.TempDir()
	if output, err := fetch.CombinedOutput(); err != nil {
		t.Skipf("the Go SDK cannot be fetched here: %v: %s", err, output)
	}
}

// runShell runs a script to its end and returns what it and its children printed.
func runShell(t *testing.T, shell, script, dir string, env []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, shell, "-c", script)
	run.Dir, run.Env, run.WaitDelay = dir, env, 10*time.Second
	output, err := run.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script, output)
	return string(output)
}
