package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/cmd"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// TestMain lets the test binary stand in for orkesctl, so that stories run the whole program in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"orkesctl": func() { os.Exit(cmd.Main()) }})
}

// TestStories runs every story below testdata/script, each folder found by itself.
func TestStories(t *testing.T) {
	require.NoError(t, filepath.WalkDir(filepath.Join("testdata", "script"), func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		stories, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
		if err != nil || len(stories) == 0 {
			return err
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir: dir, RequireExplicitExec: false, UpdateScripts: os.Getenv("UPDATE") != "",
				Setup: func(env *testscript.Env) error { return setUp(env, dir) },
				Cmds:  commands(),
			})
		})
		return nil
	}))
}

var serverComment = regexp.MustCompile(`(?m)^# server: (orkes|oss)$`)

// setUp gives a story an empty home and, where its text says "# server: orkes" or "oss", a server of its own.
func setUp(env *testscript.Env, dir string) error {
	name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	text, err := os.ReadFile(filepath.Join(dir, name+".txtar"))
	if err != nil {
		return err
	}
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("USERPROFILE", home)
	env.Setenv("ORKESCTL_KEYRING", "off")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // a program built with the race detector waits a second before it ends
	for _, unset := range []string{"CONDUCTOR_SERVER_URL", "CONDUCTOR_AUTH_KEY", "CONDUCTOR_AUTH_SECRET", "CI", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		env.Setenv(unset, "")
	}
	if found := serverComment.FindSubmatch(text); found != nil {
		return startServer(env, devserver.Flavor(found[1]))
	}
	return nil
}

func startServer(env *testscript.Env, flavor devserver.Flavor) error {
	server, err := devserver.New(devserver.Options{Flavor: flavor, Version: "test"})
	if err != nil {
		return err
	}
	if _, err := server.Start(context.Background(), "127.0.0.1:0"); err != nil {
		return err
	}
	env.Defer(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Close(ctx)
	})
	key, secret := server.Credentials()
	env.Setenv("CONDUCTOR_SERVER_URL", server.URL())
	if flavor == devserver.FlavorOrkes {
		env.Setenv("CONDUCTOR_AUTH_KEY", key)
		env.Setenv("CONDUCTOR_AUTH_SECRET", secret)
	}
	return nil
}

// commands are the words that stories have beside testscript's own.
func commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"exits":      exits,
		"work":       work,
		"fakeserver": fakeServer,
		"mode":       mode,
		"setenvfile": setEnvFile,
		"waitfile":   waitFile,
		"terminal":   terminal,
	}
}

// exits CODE PROGRAM [ARG…] runs a program that is to end with that exit code; what it printed can be looked at afterwards.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// work TASK [DOMAIN] starts a worker in the background, as the identity that the story's variables name. It fails tasks whose
// input has "fail", and answers the others with their input and inventory 7.
func work(ts *testscript.TestScript, _ bool, args []string) {
	client, err := conductor.New(ts.Getenv("CONDUCTOR_SERVER_URL"),
		conductor.WithCredentials(ts.Getenv("CONDUCTOR_AUTH_KEY"), ts.Getenv("CONDUCTOR_AUTH_SECRET")))
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	worker := &runner.Runner{Client: client, TaskType: args[0], WorkerID: "story", Handle: answer}
	if len(args) > 1 {
		worker.Domain = args[1]
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = worker.Run(ctx)
	}()
	ts.Defer(func() { cancel(); <-done })
}

func answer(_ context.Context, task conductor.Task) (map[string]any, error) {
	if reason, found := task.InputData["fail"]; found {
		return nil, fmt.Errorf("%v", reason)
	}
	return map[string]any{"product_id": task.InputData["product_id"], "inventory": 7}, nil
}

// fakeServer KIND points the story at a server that misbehaves: html, login, empty, cutoff, unauthorized, forbidden, error,
// redirect, or down (nothing listens).
func fakeServer(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "down" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv("CONDUCTOR_SERVER_URL", "http://"+listener.Addr().String()+"/api")
		ts.Check(listener.Close())
		return
	}
	server := httptest.NewServer(misbehave(args[0]))
	ts.Defer(server.Close)
	ts.Setenv("CONDUCTOR_SERVER_URL", server.URL+"/api")
}

func misbehave(kind string) http.HandlerFunc {
	status := map[string]int{"unauthorized": 401, "forbidden": 403, "error": 500}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch kind {
		case "html":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, "<!doctype html><html><title>Console</title></html>")
		case "login":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, `<html><form action="/login"><input type="password" name="password"></form></html>`)
		case "empty":
		case "cutoff":
			w.Header().Set("Content-Length", "1000")
			_, _ = fmt.Fprint(w, `[{"name":"cut`)
		case "redirect":
			http.Redirect(w, r, "http://elsewhere.invalid"+r.URL.Path, http.StatusFound)
		default:
			w.WriteHeader(status[kind])
			_, _ = fmt.Fprintf(w, `{"status":%d,"message":"made to fail","retryable":false}`, status[kind])
		}
	}
}

// mode FILE OCTAL fails unless the file's permissions are these.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); (got == args[1]) == neg {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// setEnvFile FILE sets the story's variables from an env file, as a worker's shell would.
func setEnvFile(ts *testscript.TestScript, _ bool, args []string) {
	for row := range strings.SplitSeq(ts.ReadFile(args[0]), "\n") {
		if name, value, found := strings.Cut(row, "="); found {
			ts.Setenv(name, strings.Trim(value, `"`))
		}
	}
}

// waitFile FILE waits until the file is there, for at most 20 s.
func waitFile(ts *testscript.TestScript, _ bool, args []string) {
	deadline, tick := time.After(20*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s did not appear", args[0])
		}
	}
}
