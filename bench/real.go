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
	"time"
)

// The real server: what it is, and what it needs.
const (
	conductorVersion = "3.32.1"
	conductorJar     = "conductor-server-" + conductorVersion + "-boot.jar"
	conductorName    = "org.conductoross:conductor-server:" + conductorVersion + ":jar:boot"
	oldestJava       = 21
)

const (
	realStarts  = 3 * time.Minute       // how long the real server may take to be ready
	realSettles = 10 * time.Second      // and until it has nothing to do
	looks       = 10 * time.Millisecond // between two questions whether it is ready
)

// measureReal compares the open-source flavour with what it imitates. Without Java or the real server's jar it says so.
func measureReal(ctx context.Context, l *lab, results *table) error {
	theirs, err := l.original(ctx)
	if err != nil {
		results.add(row{what: "Conductor " + conductorVersion, measured: "not measured: " + err.Error()})
		return nil
	}
	var ready []time.Duration
	var memory []int64
	for range serverStarts {
		if err := observe(ctx, l.openServer, &ready, &memory); err != nil {
			return err
		}
	}
	own, other, stop, err := l.pair(ctx, l.openServer, theirs.start)
	if err != nil {
		return err
	}
	defer stop()
	pause(ctx, realSettles)
	yardstick, err := other.server.resident(ctx)
	if err != nil {
		return err
	}
	started(results, median(ready), other.server.ready)
	idle := median(memory)
	results.add(row{"resident memory, idle", megabytes(idle), "real " + megabytes(yardstick), part(idle, yardstick), "<= 1/20", 20*idle <= yardstick})
	return underLoad(ctx, l, results, own.target, other.target)
}

func started(results *table, ready, yardstick time.Duration) {
	results.add(row{
		"process start to ready", millis(ready), "real " + millis(yardstick), part(ready, yardstick),
		"<= 1/500", 500*ready <= yardstick,
	})
}

// underLoad compares hand-overs before rates, which leave tasks behind.
func underLoad(ctx context.Context, l *lab, results *table, own, other *target) error {
	if _, err := other.rate(ctx, l.duration); err != nil { // a virtual machine must be warm to be fast
		return err
	}
	if err := other.drain(ctx); err != nil {
		return err
	}
	taken, yardsticks, err := latencies(ctx, l.duration, own, other)
	if err != nil {
		return err
	}
	p99, theirs := quantile(taken, 0.99), quantile(yardsticks, 0.99)
	results.add(row{
		fmt.Sprintf("start to long-polling worker, p99 of %d", len(taken)), millis(p99),
		fmt.Sprintf("real %s, of %d", millis(theirs), len(yardsticks)), part(p99, theirs), "<= 1/40", 40*p99 <= theirs,
	})
	rate, yardstick, err := rates(ctx, l.duration, own, other)
	if err != nil {
		return err
	}
	results.add(row{
		"one-task workflows completed", perSecond(rate), "real " + perSecond(yardstick), times(rate, yardstick),
		">= 60x", rate >= 60*yardstick,
	})
	return nil
}

// drain completes what a load has left in the queue.
func (t *target) drain(ctx context.Context) error {
	for {
		tasks, err := t.pollFor(ctx, taskName, underWay, longPoll)
		if err != nil || len(tasks) == 0 {
			return err
		}
		for _, it := range tasks {
			if err := t.finish(ctx, it); err != nil {
				return err
			}
		}
	}
}

// original is the real server, to be started.
type original struct{ java, jar, folder string }

// original finds Java and the jar, which Maven fetches where it is not in .cache.
func (l *lab) original(ctx context.Context) (original, error) {
	java, err := findJava(ctx)
	if err != nil {
		return original{}, err
	}
	folder := filepath.Join(l.root, ".cache", "conductor")
	jar := filepath.Join(folder, conductorJar)
	if _, err := os.Stat(jar); err != nil {
		fetch := exec.CommandContext(ctx, "mvn", "-q", "-B", "dependency:copy", "-Dartifact="+conductorName, "-DoutputDirectory="+folder) //nolint:gosec // G204: this program's words
		if said, err := fetch.CombinedOutput(); err != nil {
			return original{}, fmt.Errorf("no %s, and Maven cannot fetch it: %w %s", jar, err, said)
		}
	}
	return original{java: java, jar: jar, folder: l.folder}, nil
}

// findJava returns a Java that is new enough: the user's own, or one that is installed where Linux has them.
func findJava(ctx context.Context) (string, error) {
	candidates, _ := filepath.Glob("/usr/lib/jvm/*/bin/java") // the pattern is well formed
	if home := os.Getenv("JAVA_HOME"); home != "" {
		candidates = append([]string{filepath.Join(home, "bin", "java")}, candidates...)
	}
	for _, java := range append([]string{"java"}, candidates...) {
		said, err := exec.CommandContext(ctx, java, "-version").CombinedOutput() //nolint:gosec // G204: a path to java
		if err == nil && javaVersion(string(said)) >= oldestJava {
			return java, nil
		}
	}
	return "", fmt.Errorf("no Java %d or newer", oldestJava)
}

// javaVersion reads the major version from what java -version says; zero where it says none.
func javaVersion(said string) int {
	found := regexp.MustCompile(`version "(\d+)`).FindStringSubmatch(said)
	if found == nil {
		return 0
	}
	major, _ := strconv.Atoi(found[1]) // digits
	return major
}

// start runs the real server on a new SQLite file, and waits until it is healthy.
func (o original) start(ctx context.Context) (*server, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(o.folder, "conductor")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, o.java, "-jar", o.jar, "--server.port="+strconv.Itoa(port), //nolint:gosec // G204: this program's words
		"--spring.datasource.url=jdbc:sqlite:"+filepath.Join(folder, "c.db")+"?busy_timeout=15000&journal_mode=WAL",
		"--conductor.db.type=sqlite", "--conductor.queue.type=sqlite", "--conductor.indexing.type=sqlite",
		"--conductor.workflow-execution-lock.type=local_only", "--conductor.integrations.ai.enabled=false",
		"--conductor.default-event-queue.type=conductor")
	cmd.Dir = folder
	s := &server{cmd: cmd, URL: fmt.Sprintf("http://localhost:%d/api", port)}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := healthy(ctx, fmt.Sprintf("http://localhost:%d/health", port)); err != nil {
		s.stop()
		return nil, err
	}
	s.ready = time.Since(began)
	return s, nil
}

// healthy returns when the address answers 200.
func healthy(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, realStarts)
	defer cancel()
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		pause(ctx, looks)
	}
	return fmt.Errorf("%s: not ready after %s", url, realStarts)
}

// freePort is a port that nobody listens on now.
func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	at, isTCP := listener.Addr().(*net.TCPAddr)
	if !isTCP {
		return 0, errors.New("the listener has no port")
	}
	return at.Port, nil
}
