package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// What a worker under measure finds: a backlog that it does not come to the end of, and as many tasks at a time as the scaffolded
// workers take.
const (
	backlog   = 6000
	atOnce    = "4"
	warmUp    = 200              // tasks before the clock runs
	readyTime = 60 * time.Second // for a worker to be built and to take its first tasks
	readings  = 20 * time.Millisecond
)

const pythonEcho = `import json, sys
for line in sys.stdin:
    print(json.dumps({"result": json.loads(line).get("id")}), flush=True)
`

// contender is a worker under measure, by the folder and the words of its `orkesctl worker`. That of an SDK stands in the list
// before the exec of a program in the same language, whose yardstick it is.
type contender struct {
	name  string
	sdk   bool
	dir   string
	words []string
	rates []float64
}

// measureExec compares `worker exec --keep-alive` with the scaffolded workers of the SDKs, on one server, taking turns.
func measureExec(ctx context.Context, l *lab, results *table) error {
	own, err := l.subject(ctx, l.devServer)
	if err != nil {
		return err
	}
	defer own.server.stop()
	contenders, err := l.contenders(ctx, own.server, results)
	if err != nil {
		return err
	}
	for range rounds {
		for _, c := range contenders {
			rate, err := l.worked(ctx, own, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.rates = append(c.rates, rate)
		}
	}
	sdk := 0.0
	for _, c := range contenders {
		rate := median(c.rates)
		r := row{what: c.name, measured: fmt.Sprintf("%.0f tasks/s", rate)}
		switch {
		case c.sdk:
			sdk = rate
		case sdk > 0:
			r.beside, r.ratio, r.aim, r.met = fmt.Sprintf("SDK %.0f", sdk), times(rate, sdk), "> 1.00x", rate > sdk
			sdk = 0
		}
		results.add(r)
	}
	return nil
}

// contenders are the workers of the languages that this machine can build, each before the exec of a program in that language. A row
// says which could not be built.
func (l *lab) contenders(ctx context.Context, s *server, results *table) ([]*contender, error) {
	echo, script := filepath.Join(l.folder, "echo.exe"), filepath.Join(l.folder, "echo.py")
	if err := l.build(ctx, echo, "./bench/testdata/echo"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(script, []byte(pythonEcho), 0o600); err != nil {
		return nil, err
	}
	var all []*contender
	for _, language := range []struct {
		name    string
		program []string
	}{{"go", []string{echo}}, {"python", []string{"python3", script}}} {
		if _, err := exec.LookPath(language.program[0]); err != nil {
			results.add(row{what: language.name, measured: "not on this machine"})
			continue
		}
		name := language.name + ", SDK"
		if project, err := l.project(ctx, s, language.name); err != nil {
			results.add(row{what: name, measured: "not measured: " + err.Error()})
		} else {
			all = append(all, &contender{name: name, sdk: true, dir: project, words: []string{"run"}})
		}
		words := []string{"exec", "--task", taskName, "--concurrency", atOnce, "--quiet", "--keep-alive", "--"}
		all = append(all, &contender{name: language.name + ", worker exec", dir: l.folder, words: append(words, language.program...)})
	}
	return all, nil
}

// project scaffolds a worker of the load's task and installs what it needs.
func (l *lab) project(ctx context.Context, s *server, language string) (string, error) {
	dir := filepath.Join(l.folder, language)
	scaffold, err := l.command(ctx, nil, l.orkesctl, "scaffold", "worker", "--lang", language, "--task", taskName, "--dir", dir)
	if err != nil {
		return "", err
	}
	if said, err := scaffold.CombinedOutput(); err != nil {
		return "", fmt.Errorf("scaffold worker: %w: %s", err, said)
	}
	if said, err := l.worker(ctx, s, dir, "install").CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return "", fmt.Errorf("worker install: %w: %s", err, lines[len(lines)-1])
	}
	return dir, nil
}

// worker is an `orkesctl worker` with the user's own environment, in which toolchains find their caches, and the server's key.
func (l *lab) worker(ctx context.Context, s *server, dir string, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, l.orkesctl, append([]string{"worker"}, words...)...) //nolint:gosec // G204: a program that this run has built
	cmd.Dir, cmd.WaitDelay = dir, readyTime
	cmd.Env = append(os.Environ(), "ORKESCTL_KEYRING=off", "XDG_CONFIG_HOME="+l.folder,
		"CONDUCTOR_SERVER_URL="+s.URL, "CONDUCTOR_AUTH_KEY="+s.Key, "CONDUCTOR_AUTH_SECRET="+s.Secret)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}

// worked is how many tasks a second the worker takes out of a backlog, once it is warm.
func (l *lab) worked(ctx context.Context, own subject, c *contender) (float64, error) {
	if err := own.target.fill(ctx, backlog); err != nil {
		return 0, err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	worker := l.worker(running, own.server, c.dir, c.words...)
	if err := worker.Start(); err != nil {
		return 0, err
	}
	rate, err := own.target.emptied(ctx, backlog-warmUp, l.duration)
	stop()
	_ = worker.Wait() // it was asked to end
	return rate, err
}

// fill starts workflows until n tasks wait.
func (t *target) fill(ctx context.Context, n int) error {
	waiting, err := t.waiting(ctx)
	if err != nil {
		return err
	}
	var load sync.WaitGroup
	missing, failures := make(chan struct{}, n), make([]error, starters)
	for range n - waiting {
		missing <- struct{}{}
	}
	close(missing)
	for i := range starters {
		load.Go(func() {
			for range missing {
				failures[i] = errors.Join(failures[i], t.start(ctx))
			}
		})
	}
	load.Wait()
	return errors.Join(failures...)
}

// waiting is how many tasks are in the queue.
func (t *target) waiting(ctx context.Context) (int, error) {
	said, err := t.send(ctx, http.MethodGet, "/tasks/queue/size?taskType="+taskName, nil)
	if err != nil {
		return 0, err
	}
	var size int
	return size, json.Unmarshal(said, &size)
}

// emptied is how many tasks a second leave the queue within d, or until it is empty, from when only warm are left on.
func (t *target) emptied(ctx context.Context, warm int, d time.Duration) (float64, error) {
	ready, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	before, err := t.until(ready, func(waiting int) bool { return waiting <= warm })
	if err == nil && ready.Err() != nil {
		err = fmt.Errorf("there are still %d tasks after %s", before, readyTime)
	}
	if err != nil {
		return 0, err
	}
	began := time.Now()
	measured, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	after, err := t.until(measured, func(waiting int) bool { return waiting == 0 })
	return float64(before-after) / time.Since(began).Seconds(), err
}

// until reads the queue until there are few enough tasks in it, or ctx ends, and returns how many there are.
func (t *target) until(ctx context.Context, few func(waiting int) bool) (int, error) {
	for {
		waiting, err := t.waiting(context.WithoutCancel(ctx))
		if err != nil || few(waiting) || ctx.Err() != nil {
			return waiting, err
		}
		pause(ctx, readings)
	}
}
