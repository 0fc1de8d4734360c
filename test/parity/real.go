package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/test/original"
)

// realConductor is a real server, started here or by somebody else.
type realConductor struct {
	address, version string
	atOnce           int
	places           chan struct{}
	close            func()
}

func (r *realConductor) server() maker {
	return func() (*server, error) { return overNetwork(r.address), nil }
}

// enter waits for a place at the real server, which does only so much at once.
func (r *realConductor) enter() (release func()) {
	r.places <- struct{}{}
	return func() { <-r.places }
}

// realServer is the server at an address or, without one, a new one on a free port with an empty database.
func realServer(ctx context.Context, address, root string, env func(string) string) (*realConductor, error) {
	const atOnce = 12
	r := &realConductor{
		address: strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/api"),
		atOnce:  atOnce, places: make(chan struct{}, atOnce), close: func() {},
	}
	if address == "" {
		if err := r.start(ctx, root, env); err != nil {
			return nil, err
		}
	}
	status, body, err := r.get(ctx, "/api/version")
	if err != nil || status != http.StatusOK {
		r.close()
		return nil, fmt.Errorf("no Conductor at %s: %d %w", r.address, status, err)
	}
	r.version = strings.TrimSpace(body)
	return r, nil
}

func (r *realConductor) get(ctx context.Context, path string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	return overNetwork(r.address).send(request)
}

func (r *realConductor) start(ctx context.Context, root string, env func(string) string) error {
	found, err := original.Find(ctx, root, env)
	if err != nil {
		return err
	}
	port, err := original.FreePort(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "parity")
	if err != nil {
		return err
	}
	r.address = fmt.Sprintf("http://localhost:%d", port)
	program := found.Command(ctx, dir, port, soon()...)
	program.Env = append(program.Environ(), "JAVA_TOOL_OPTIONS=-Xmx700m")
	if err := program.Start(); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	ended := make(chan struct{})
	go func() {
		_ = program.Wait() // it is killed: what it says is no news
		close(ended)
	}()
	r.close = func() {
		_ = program.Process.Kill()
		<-ended
		_ = os.RemoveAll(dir)
	}
	if err := original.Healthy(ctx, r.address, 200*time.Millisecond); err != nil {
		r.close()
		return err
	}
	return nil
}

// soon are the settings with which the real server does soon what it does in the background, and has messages to executions.
func soon() []string {
	return []string{
		"--conductor.app.taskExecutionPostponeDuration=10s", "--conductor.app.workflow-offset-timeout=5s",
		"--conductor.workflow-message-queue.enabled=true",
	}
}
