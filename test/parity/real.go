package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// version of the real server that is started where none is given.
const version = "3.32.1"

// oldestJava is the oldest that runs it.
const oldestJava = 21

// missingError is something that the machine lacks.
type missingError struct{ what string }

func (e missingError) Error() string { return e.what }

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
	java, err := findJava(env)
	if err != nil {
		return err
	}
	jar, err := findJar(ctx, filepath.Join(root, ".cache", "conductor"))
	if err != nil {
		return err
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "parity")
	if err != nil {
		return err
	}
	r.address = "http://localhost:" + port
	program := exec.CommandContext(ctx, java, arguments(jar, dir, port)...) //nolint:gosec // the machine's own Java
	program.Dir = dir
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
	if err := r.ready(ctx); err != nil {
		r.close()
		return err
	}
	return nil
}

// arguments are those with which the real server needs nothing but a file, and does soon what it does in the background.
func arguments(jar, dir, port string) []string {
	return []string{
		"-Xmx700m", "-jar", jar, "--server.port=" + port,
		"--spring.datasource.url=jdbc:sqlite:" + filepath.Join(dir, "c.db") + "?busy_timeout=15000&journal_mode=WAL",
		"--conductor.db.type=sqlite", "--conductor.queue.type=sqlite", "--conductor.indexing.type=sqlite",
		"--conductor.workflow-execution-lock.type=local_only", "--conductor.integrations.ai.enabled=false",
		"--conductor.default-event-queue.type=conductor", "--conductor.app.taskExecutionPostponeDuration=10s",
		"--conductor.app.workflow-offset-timeout=5s", "--conductor.workflow-message-queue.enabled=true",
	}
}

func (r *realConductor) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		if status, _, err := r.get(ctx, "/health"); err == nil && status == http.StatusOK {
			return nil
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			return fmt.Errorf("the real server is not ready: %w", err)
		}
	}
}

// findJava is a java that is new enough: JAVA_HOME's or one of those that the system has.
func findJava(env func(string) string) (string, error) {
	homes, err := filepath.Glob("/usr/lib/jvm/*")
	if err != nil {
		return "", err
	}
	for _, home := range append([]string{env("JAVA_HOME")}, homes...) {
		release, err := os.ReadFile(filepath.Join(home, "release")) //nolint:gosec // of a folder of Java
		if home == "" || err != nil {
			continue
		}
		if java := filepath.Join(home, "bin", "java"); javaVersion(string(release)) >= oldestJava {
			return java, nil
		}
	}
	return "", missingError{fmt.Sprintf("no Java %d or newer, neither in JAVA_HOME nor below /usr/lib/jvm", oldestJava)}
}

// javaVersion is the major version that a JDK's file `release` tells.
func javaVersion(release string) int {
	found := regexp.MustCompile(`JAVA_VERSION="(\d+)`).FindStringSubmatch(release)
	if found == nil {
		return 0
	}
	major, err := strconv.Atoi(found[1])
	if err != nil {
		return 0
	}
	return major
}

// findJar is the real server in the cache, which Maven fills where it is empty.
func findJar(ctx context.Context, cache string) (string, error) {
	jar, err := filepath.Abs(filepath.Join(cache, "conductor-server-"+version+"-boot.jar"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(jar); err == nil {
		return jar, nil
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", missingError{jar + " is absent, and Maven too, which would fetch it"}
	}
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // a cache of public things
		return "", err
	}
	fetch := exec.CommandContext(ctx, maven, //nolint:gosec // the machine's own Maven
		"-q", "dependency:copy", "-Dartifact=org.conductoross:conductor-server:"+version+":jar:boot",
		"-DoutputDirectory="+filepath.Dir(jar))
	if said, err := fetch.CombinedOutput(); err != nil {
		return "", missingError{fmt.Sprintf("Maven does not bring the real server: %v\n%s", err, said)}
	}
	return jar, nil
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}
