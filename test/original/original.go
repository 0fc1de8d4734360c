// Package original finds and starts the real Conductor server, which this project's own is compared with: its boot jar from Maven, on a
// Java of the machine. Who needs it says by name that it is left out where MissingError is the error.
package original

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
	"time"
)

// Version of the real server.
const Version = "3.32.1"

const (
	oldestJava = 21               // that runs it
	starts     = 3 * time.Minute  // how long it may take to be ready
	answers    = 10 * time.Second // and one answer
)

// MissingError is something that the machine lacks.
type MissingError struct{ What string }

func (m MissingError) Error() string { return m.What }

// Server is the real server, to be started.
type Server struct{ java, jar string }

// Find looks for Java and for the jar in .cache below the project's root, where Maven fetches it. env reads JAVA_HOME.
func Find(ctx context.Context, root string, env func(string) string) (Server, error) {
	java, err := findJava(ctx, env)
	if err != nil {
		return Server{}, err
	}
	jar, err := findJar(ctx, filepath.Join(root, ".cache", "conductor"))
	return Server{java: java, jar: jar}, err
}

// Command runs it on a port, with an empty SQLite file in dir and more of its own settings.
func (s Server) Command(ctx context.Context, dir string, port int, settings ...string) *exec.Cmd {
	arguments := []string{
		"-jar", s.jar, "--server.port=" + strconv.Itoa(port),
		"--spring.datasource.url=jdbc:sqlite:" + filepath.Join(dir, "c.db") + "?busy_timeout=15000&journal_mode=WAL",
		"--conductor.db.type=sqlite", "--conductor.queue.type=sqlite", "--conductor.indexing.type=sqlite",
		"--conductor.workflow-execution-lock.type=local_only", "--conductor.integrations.ai.enabled=false",
		"--conductor.default-event-queue.type=conductor",
	}
	cmd := exec.CommandContext(ctx, s.java, append(arguments, settings...)...) //nolint:gosec // the machine's own Java
	cmd.Dir = dir
	return cmd
}

// Healthy returns when the server at an address (http://HOST:PORT) says that it is ready. It asks at intervals.
func Healthy(ctx context.Context, address string, every time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, starts)
	defer cancel()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	client := http.Client{Timeout: answers}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/health", http.NoBody)
		if err != nil {
			return err
		}
		if answer, err := client.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", address, ctx.Err())
		case <-ticker.C:
		}
	}
}

// FreePort is a port of this machine that nobody listens on now.
func FreePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	_, text, err := net.SplitHostPort(listener.Addr().String())
	if err = errors.Join(err, listener.Close()); err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// findJava is a java that is new enough: JAVA_HOME's, the one on the path, or one that is installed where Linux has them.
func findJava(ctx context.Context, env func(string) string) (string, error) {
	installed, err := filepath.Glob("/usr/lib/jvm/*/bin/java")
	if err != nil {
		return "", err
	}
	candidates := append([]string{"java"}, installed...)
	if home := env("JAVA_HOME"); home != "" {
		candidates = append([]string{filepath.Join(home, "bin", "java")}, candidates...)
	}
	for _, java := range candidates {
		if versionOf(ctx, java) >= oldestJava {
			return java, nil
		}
	}
	return "", MissingError{fmt.Sprintf("no Java %d or newer: not in JAVA_HOME, on the path or below /usr/lib/jvm", oldestJava)}
}

// versionOf is what a JDK's file `release` tells, or what java says itself where it is without one; zero where neither does.
func versionOf(ctx context.Context, java string) int {
	if filepath.IsAbs(java) {
		if release, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(java)), "release")); err == nil {
			return javaVersion(string(release))
		}
	}
	said, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return 0
	}
	return javaVersion(string(said))
}

// javaVersion reads the major version from a JDK's file `release`, or from what java -version says; zero where it says none.
func javaVersion(said string) int {
	found := regexp.MustCompile(`(?:JAVA_VERSION=|version )"(\d+)`).FindStringSubmatch(said)
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
	jar, err := filepath.Abs(filepath.Join(cache, "conductor-server-"+Version+"-boot.jar"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(jar); err == nil {
		return jar, nil
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", MissingError{jar + " is absent, and Maven too, which would fetch it"}
	}
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // a cache of public things
		return "", err
	}
	fetch := exec.CommandContext(ctx, maven, //nolint:gosec // the machine's own Maven
		"-q", "-B", "dependency:copy", "-Dartifact=org.conductoross:conductor-server:"+Version+":jar:boot",
		"-DoutputDirectory="+filepath.Dir(jar))
	if said, err := fetch.CombinedOutput(); err != nil {
		return "", MissingError{fmt.Sprintf("Maven does not bring the real server: %v\n%s", err, said)}
	}
	return jar, nil
}
