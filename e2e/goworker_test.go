package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The scaffolded Go worker, built as a newcomer builds it, with the official SDK.
func TestGoScaffoldWorker(t *testing.T) {
	work := t.TempDir()
	program := filepath.Join(work, "orkesctl")
	build(t, filepath.Join(".."), "build", "-o", program, ".")
	scaffold := exec.CommandContext(deadline(t, time.Minute), program, "scaffold", "worker", "--lang", "go")
	scaffold.Dir = work
	output, err := scaffold.CombinedOutput()
	require.NoError(t, err, "%s", output)
	project := filepath.Join(work, "get-inventory-worker")
	worker := filepath.Join(work, "worker")
	build(t, project, "build", "-o", worker, ".")
	play(t, func(t *testing.T, s *stage, domain string) {
		t.Helper()
		command := exec.Command(worker)
		command.Dir = project
		command.Env = append(append(os.Environ(), s.environment(s.own.ID, s.own.Secret)...), "CONDUCTOR_WORKER_DOMAIN="+domain)
		launchProgram(t, command)
	})
}

func build(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.CommandContext(deadline(t, 5*time.Minute), "go", args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}
