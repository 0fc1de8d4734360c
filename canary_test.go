package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// canary is a person at a machine of which nothing may hold a secret but the worker's env file: no other file, no output and no
// argument of a process. Tokens are secrets too.
type canary struct {
	t         *testing.T
	root      string // of all files, the home as well
	env       []string
	orkesctl  string
	secrets   []string
	mu        sync.Mutex
	arguments []byte // of every process of the test's that was seen
	outputs   []byte
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{t: t, root: t.TempDir(), secrets: []string{"canary-of-the-person", "eyJ"}}
	server, err := devserver.New(devserver.Options{Key: "person", Secret: c.secrets[0]})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(context.WithoutCancel(t.Context())) })
	bin, home := t.TempDir(), filepath.Join(c.root, "home")
	require.NoError(t, os.Mkdir(home, 0o700))
	installSelf(t, bin)
	c.orkesctl = filepath.Join(bin, "orkesctl")
	c.env = append(documentEnv(bin, home), "CONDUCTOR_SERVER_URL="+server.URL(), "CONDUCTOR_AUTH_KEY=person", "CONDUCTOR_AUTH_SECRET="+c.secrets[0])
	return c
}

// say runs orkesctl in a folder to its end and takes down what it says. It may fail: what counts is what it says then.
func (c *canary) say(dir string, args ...string) []byte {
	c.t.Helper()
	var out, errs bytes.Buffer
	command, stop := c.command(dir, args...)
	defer stop()
	command.Stdout, command.Stderr = &out, &errs
	_ = command.Run()
	c.take(out.Bytes(), errs.Bytes())
	return out.Bytes()
}

func (c *canary) command(dir string, args ...string) (command *exec.Cmd, stop func()) {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	command = exec.CommandContext(ctx, c.orkesctl, args...)
	command.Dir, command.Env, command.WaitDelay = dir, c.env, 10*time.Second
	return command, cancel
}

func (c *canary) take(texts ...[]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, text := range texts {
		c.outputs = append(c.outputs, text...)
	}
}

// during runs a worker as long as f does.
func (c *canary) during(dir string, args []string, f func()) {
	c.t.Helper()
	var said bytes.Buffer
	command, stop := c.command(dir, args...)
	defer stop()
	command.Stdout, command.Stderr = &said, &said
	require.NoError(c.t, command.Start())
	f()
	c.look()
	_ = command.Process.Signal(os.Interrupt)
	_ = command.Wait()
	c.take(said.Bytes())
}

// look takes down the arguments of all processes of the test's, where the system shows them. Others on the machine have words of
// their own.
func (c *canary) look() {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	self := strconv.Itoa(os.Getpid())
	parents := make(map[string]string, len(folders))
	for _, folder := range folders {
		parents[filepath.Base(folder)] = parentOf(folder)
	}
	for _, folder := range folders {
		// One whose parent has ended still has the test's home.
		environ, _ := os.ReadFile(filepath.Join(folder, "environ"))
		if !bytes.Contains(environ, []byte(c.root)) && !descends(filepath.Base(folder), self, parents) {
			continue
		}
		text, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		c.mu.Lock()
		c.arguments = append(append(c.arguments, text...), '\n')
		c.mu.Unlock()
	}
}

// parentOf is the number of a process's parent, empty where the process has ended. Its name, which may hold anything, ends with the
// last parenthesis; its state comes before the parent.
func parentOf(folder string) string {
	text, _ := os.ReadFile(filepath.Join(folder, "stat"))
	if fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]); len(fields) > 1 {
		return string(fields[1])
	}
	return ""
}

// descends says whether a process is another one or comes from it.
func descends(process, from string, parents map[string]string) bool {
	for ; process != ""; process = parents[process] {
		if process == from {
			return true
		}
	}
	return false
}

// worker makes a project's application and key, and returns the secret from its env file.
func (c *canary) worker(dir, application string) {
	c.t.Helper()
	c.say(dir, "task", "define", "--debug")
	c.say(dir, "workflow", "define", "--debug")
	c.say(dir, "app", "create", application, "--role", "worker", "--debug")
	c.say(dir, "app", "key", "create", "--app", application, "--env-file", ".env", "--debug")
	c.say(dir, "app", "grant", "--app", application, "--task", "get-inventory", "--debug")
	values, err := project.ReadEnv(filepath.Join(dir, ".env"))
	require.NoError(c.t, err)
	require.Greater(c.t, len(values["CONDUCTOR_AUTH_SECRET"]), 16)
	c.secrets = append(c.secrets, values["CONDUCTOR_AUTH_SECRET"])
}

// sweep looks for every secret everywhere.
func (c *canary) sweep(kept ...string) {
	c.t.Helper()
	c.look()
	c.mu.Lock()
	defer c.mu.Unlock()
	require.NoError(c.t, filepath.WalkDir(c.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(path, filepath.Join(c.root, "home", ".cache")) {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(c.t, err)
		for i, secret := range c.secrets {
			switch own := i >= 2 && filepath.Base(path) == ".env"; {
			case own && runtime.GOOS != "windows":
				info, err := entry.Info()
				require.NoError(c.t, err)
				require.Equal(c.t, fs.FileMode(0o600), info.Mode().Perm(), path)
			case !own:
				require.False(c.t, bytes.Contains(text, []byte(secret)), "%s holds %s", path, secret)
			}
		}
		return nil
	}))
	for _, secret := range c.secrets {
		require.False(c.t, bytes.Contains(c.arguments, []byte(secret)), "%s is the argument of a process", secret)
		require.False(c.t, bytes.Contains(c.outputs, []byte(secret)), "%s was said:\n%s", secret, around(c.outputs, secret))
	}
	for _, word := range kept {
		require.True(c.t, bytes.Contains(c.outputs, []byte(word)), "what was to be tried was not: %q is not in the outputs", word)
	}
}

func around(text []byte, secret string) []byte {
	at := bytes.Index(text, []byte(secret))
	return text[max(0, at-300):min(len(text), at+300)]
}

// Every language's project, with what is said when it cannot run.
func TestNoProjectLeaksASecret(t *testing.T) {
	c := newCanary(t)
	var languages []struct{ Name, Variant string }
	require.NoError(t, json.Unmarshal(c.say(c.root, "scaffold", "list", "-o", "json"), &languages))
	require.NotEmpty(t, languages)
	c.env = append(c.env, "PATH="+filepath.Dir(c.orkesctl)) // no toolchain: nothing is installed or built here
	for _, language := range languages {
		name := language.Name + "-" + language.Variant
		dir := filepath.Join(c.root, name)
		args := []string{"scaffold", "worker", "--lang", language.Name, "--dir", dir, "--debug"}
		if language.Variant != "" {
			args = append(args, "--variant", language.Variant)
		}
		c.say(c.root, args...)
		c.worker(dir, name)
		c.say(dir, "worker", "run", "--debug")
		c.say(dir, "worker", "run", "--debug", "-o", "json")
		c.say(dir, "lint", "-o", "json")
	}
	require.Len(t, c.secrets, 2+len(languages))
	c.sweep("is not installed", "/api/token", "get-inventory")
}

// The workers of this program, whose programs try to find the secret; and a project's own, which has it in its environment.
func TestNoWorkerLeaksASecret(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh on this machine")
	}
	c := newCanary(t)
	dir := filepath.Join(c.root, "w")
	c.say(c.root, "scaffold", "worker", "--lang", "go", "--dir", dir)
	c.worker(dir, "w")
	start := func() {
		c.say(dir, "workflow", "start", "get-inventory-demo", "--domain", "get-inventory=john", "--wait", "--timeout", "20s", "--debug")
	}
	const pry = `cat; env >&2; tr '\0' '\n' < /proc/$PPID/environ >&2; tr '\0' ' ' < /proc/$PPID/cmdline >&2; cat .env >&2`
	c.during(dir, []string{"worker", "exec", "--debug", "--task", "get-inventory", "--", "sh", "-c", pry}, start)
	c.during(dir, []string{"worker", "exec", "--debug", "--keep-alive", "--task", "get-inventory", "--", "sh", "-c", `while read -r l; do cat .env >&2; echo "$l"; done`}, start)
	c.during(dir, []string{"worker", "simulate", "--debug", "--task", "get-inventory"}, start)
	c.sweep("polling get-inventory", "/api/token", "COMPLETED")
	require.True(t, runtime.GOOS != "linux" || bytes.Contains(c.arguments, []byte(c.orkesctl+"\x00worker")), "no process was seen")

	text, err := os.ReadFile(filepath.Join(dir, "orkesctl.yaml"))
	require.NoError(t, err)
	own := append([]byte("worker: {run: [sh, -c, 'echo has ${#CONDUCTOR_AUTH_SECRET}; : > up; sleep 300']}\n"), text[bytes.Index(text, []byte("scaffold:")):]...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "orkesctl.yaml"), own, 0o600))
	c.during(dir, []string{"worker", "run", "--debug"}, func() {
		require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(dir, "up")); return err == nil }, time.Minute, 10*time.Millisecond)
	})
	c.sweep(fmt.Sprintf("has %d\n", len(c.secrets[2])))
}

// A secret of definitions: typed into a pipe, out of a file, read back into one, and used by an execution that a worker tells about.
func TestNoSecretCommandLeaksASecret(t *testing.T) {
	c := newCanary(t)
	value := "canary-of-the-vault"
	c.secrets = append(c.secrets, value)
	from := filepath.Join(t.TempDir(), "value") // outside of what is swept
	require.NoError(t, os.WriteFile(from, []byte(value), 0o600))
	c.say(c.root, "secret", "set", "from-file", "--from-file", from, "--debug", "-o", "json")

	command, stop := c.command(c.root, "secret", "set", "piped", "--debug")
	defer stop()
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	in, err := command.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	c.look()
	_, err = in.Write([]byte(value + "\n"))
	require.NoError(t, err)
	require.NoError(t, in.Close())
	require.NoError(t, command.Wait(), "%s", said.String())
	c.take(said.Bytes())

	for _, args := range [][]string{
		{"list"},
		{"exists", "piped"},
		{"get", "piped"},
		{"get", "piped", "--to-file", ".env"},
		{"get", "piped", "--to-file", "no/such"},
		{"set", "piped", "--from-file", "no/such"},
		{"delete", "from-file", "--yes"},
	} {
		c.say(c.root, append(append([]string{"secret"}, args...), "--debug", "-o", "json")...)
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.root, "w.yaml"),
		[]byte("name: w\ntasks: [{name: t, taskReferenceName: t, inputParameters: {key: '${workflow.secrets.piped}'}}]\n"), 0o600))
	c.say(c.root, "workflow", "define", "w.yaml", "--debug")
	c.say(c.root, "workflow", "start", "w", "--debug", "-o", "json")
	c.say(c.root, "execution", "list", "--debug", "-o", "json")
	c.sweep("/api/secrets/piped", "Wrote secret piped to .env", `"action": "deleted"`, `"workflowId"`)
	text, err := os.ReadFile(filepath.Join(c.root, ".env"))
	require.NoError(t, err)
	require.Equal(t, value, string(text))
}
