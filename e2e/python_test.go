package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// pythonWorker is the guide's worker, with the traps of the SDK's version 2 avoided: a main guard, a module-level function, and a
// handler for SIGTERM, without which the children outlive their parent.
const pythonWorker = `
import os, random, signal, sys
from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.worker.worker_task import worker_task

@worker_task(task_definition_name="get-inventory", domain=os.environ.get("WORKER_DOMAIN") or None)
def get_inventory(product_id: str) -> dict:
    return {"product_id": product_id, "inventory": random.randint(1, 10)}

def main():
    handler = TaskHandler(configuration=Configuration(), scan_for_annotated_workers=True)
    def stop(signum, frame):
        handler.stop_processes()
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    handler.start_processes()
    handler.join_processes()

if __name__ == "__main__":
    main()
`

// python returns an interpreter that has conductor-python 2, or skips: ORKESCTL_E2E_PYTHON names it, as .ci/run does.
func python(t *testing.T) string {
	t.Helper()
	interpreter := os.Getenv("ORKESCTL_E2E_PYTHON")
	if interpreter == "" {
		interpreter = filepath.Join("..", ".cache", "venv", "bin", "python")
	}
	interpreter, err := filepath.Abs(interpreter)
	require.NoError(t, err)
	probe := exec.Command(interpreter, "-c", "import conductor.client.worker.worker_task")
	if err := probe.Run(); err != nil {
		t.Skip("no Python with conductor-python 2: .ci/run makes one, or set ORKESCTL_E2E_PYTHON")
	}
	return interpreter
}

func TestPythonSDKWorker(t *testing.T) {
	interpreter := python(t)
	play(t, func(t *testing.T, s *stage, domain string) {
		t.Helper()
		dir := t.TempDir()
		file := filepath.Join(dir, "inventory_worker.py")
		require.NoError(t, os.WriteFile(file, []byte(pythonWorker), 0o600))
		command := exec.Command(interpreter, file)
		command.Dir = dir
		command.Env = append(append(os.Environ(), s.environment(s.own.ID, s.own.Secret)...), "WORKER_DOMAIN="+domain)
		launchProgram(t, command)
	})
}

// launchProgram starts a worker in a process group of its own and ends the whole group with the test.
func launchProgram(t *testing.T, command *exec.Cmd) {
	t.Helper()
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait()
		if t.Failed() {
			t.Logf("the worker said:\n%s", tail(output.Bytes(), 4000))
		}
	})
}

func tail(text []byte, limit int) []byte { return text[max(0, len(text)-limit):] }
