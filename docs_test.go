package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// block is a fenced shell block of a document: ```sh is run by the test below, anything else is not.
var block = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// prologue ends the shell at the first command that fails, and what it started in the background with it.
const prologue = "set -e\ntrap 'kill $! 2>/dev/null || true; wait' EXIT\n"

// The commands of README and docs/ are run as they stand there, all blocks of a document one after the other in one empty folder,
// with an empty home. Only the port of the development server is another.
func TestDocumentedCommandsWork(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh on this machine")
	}
	if testing.Short() {
		t.Skip("-short: builds workers")
	}
	documents, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	for _, document := range append(documents, "README.md", "CONTRIBUTING.md") {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		script := prologue
		for _, found := range block.FindAllSubmatch(text, -1) {
			script += string(found[1])
		}
		if script == prologue {
			continue
		}
		t.Run(filepath.Base(document), func(t *testing.T) { runDocument(t, shell, script) })
	}
}

func runDocument(t *testing.T, shell, script string) {
	t.Helper()
	bin, home, work := t.TempDir(), t.TempDir(), t.TempDir()
	installSelf(t, bin)
	script = strings.ReplaceAll(script, "orkesctl dev start", "orkesctl dev start --port 0")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, shell, "-c", script)
	run.Dir, run.WaitDelay = work, 10*time.Second
	run.Env = documentEnv(bin, home)
	output, err := run.CombinedOutput()
	stop := exec.Command(filepath.Join(bin, "orkesctl"), "dev", "stop")
	stop.Env = run.Env
	_ = stop.Run()
	require.NoError(t, err, "%s\n%s", script, output)
}

// documentEnv is a newcomer's environment, but for the caches of the Go tool, which may be reused.
func documentEnv(bin, home string) []string {
	env := []string{"HOME=" + home, "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "ORKESCTL_KEYRING=off"}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		value, err := exec.Command("go", "env", name).Output()
		if err == nil && len(strings.TrimSpace(string(value))) > 0 {
			env = append(env, name+"="+strings.TrimSpace(string(value)))
		}
	}
	return env
}
