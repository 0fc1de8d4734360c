package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/discover"
	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

func TestQuantile(t *testing.T) {
	samples := []int64{5, 1, 4, 2, 3, 10, 9, 8, 7, 6}
	for q, want := range map[float64]int64{0: 1, 0.1: 1, 0.5: 5, 0.9: 9, 0.91: 10, 0.99: 10, 1: 10} {
		require.Equal(t, want, quantile(samples, q), "%v", q)
	}
	require.Zero(t, median([]int64{}))
	require.Equal(t, 2.5, median([]float64{2.5}))
}

func TestTableSaysWhetherAnAimIsMet(t *testing.T) {
	results := table{title: "group: what"}
	results.add(row{"good", "1.00 ms", "bare 1.00 ms", times(time.Second, time.Second), "<= 1.3x", true})
	results.add(row{what: "bad", measured: megabytes(31_000_000), aim: "<= 30 MB"})
	results.add(row{what: "without aim", measured: millis(1500 * time.Microsecond)})
	var out bytes.Buffer
	require.NoError(t, results.print(&out))
	require.Regexp(t, `(?m)^group: what$`, out.String())
	require.Regexp(t, `good +1\.00 ms +bare 1\.00 ms +1\.00x +aim <= 1\.3x: met`, out.String())
	require.Regexp(t, `bad +31\.0 MB +aim <= 30 MB: MISSED`, out.String())
	require.Regexp(t, `(?m)without aim +1\.50 ms +$`, out.String())
}

func TestFlags(t *testing.T) {
	opts, err := parse([]string{"-run", "^rate$", "-duration", "2s"})
	require.NoError(t, err)
	require.True(t, opts.run.MatchString("rate"))
	require.False(t, opts.run.MatchString("latency"))
	require.Equal(t, 2*time.Second, opts.duration)
	_, err = parse([]string{"-run", "("})
	require.ErrorContains(t, err, "-run")
}

// What is measured is what is released: the lab compiles with the flags of the release.
func TestFlagsAreThoseOfTheRelease(t *testing.T) {
	require.Equal(t, []string{"-tags=one,two", "-ldflags=-s -w", "-gcflags=all=-l", "-gcflags=net/http="}, releaseFlags(
		"flags: [-trimpath]\n  tags: [one, two]\n  gcflags:\n    - all=-l\n    - net/http=\n  ldflags: [\"-s -w -X v={{ .Version }}\"]\n"))
	require.Empty(t, releaseFlags("flags: [-trimpath]\n"))
	settings, err := os.ReadFile(filepath.Join("..", ".goreleaser.yaml"))
	require.NoError(t, err)
	flags := releaseFlags(string(settings))
	require.Subset(t, flags, []string{"-gcflags=all=-l", "-tags=nethttpomithttp2,packed"})
	require.Contains(t, strings.Join(flags, "\n"), "-ldflags=-s -w")
}

// The load itself must work, or its numbers mean nothing: here against an embedded server, with its access control.
func TestLoadCompletesWorkflows(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := devserver.New(devserver.Options{})
	require.NoError(t, err)
	_, err = server.Start(ctx, "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close(ctx) })
	key, secret := server.Credentials()
	target, err := newTarget(ctx, server.URL(), key, secret)
	require.NoError(t, err)
	took, err := target.handOver(ctx)
	require.NoError(t, err)
	require.Positive(t, took)
	perSecond, err := target.rate(ctx, 100*time.Millisecond)
	require.NoError(t, err)
	require.Positive(t, perSecond)
	require.NoError(t, target.complete(ctx, 100))
	_, err = newTarget(ctx, server.URL(), key, "wrong")
	require.ErrorContains(t, err, "401")
}

// The backlog is what it is said to be, and what a worker takes from it is counted.
func TestBacklog(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOSS})
	require.NoError(t, err)
	asked := make(chan struct{}, 1000)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r)
		if strings.HasSuffix(r.URL.Path, "/queue/size") {
			asked <- struct{}{}
		}
	}))
	t.Cleanup(front.Close)
	target, err := newTarget(ctx, front.URL+"/api", "", "")
	require.NoError(t, err)
	require.NoError(t, target.fill(ctx, 60))
	require.NoError(t, target.fill(ctx, 100))
	waiting, err := target.waiting(ctx)
	require.NoError(t, err)
	require.Equal(t, 100, waiting)
	for range 3 {
		<-asked
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		<-asked // the measuring has begun
		_ = target.workAll(working, nil, new(atomic.Int64))
	}()
	rate, err := target.emptied(ctx, 100, 30*time.Second)
	require.NoError(t, err)
	require.Positive(t, rate)
	waiting, err = target.waiting(ctx)
	require.NoError(t, err)
	require.Zero(t, waiting)
}

// What doctor is measured with must be healthy: a finding would be another way through the program.
func TestDoctorsProjectIsHealthy(t *testing.T) {
	server, err := devserver.New(devserver.Options{})
	require.NoError(t, err)
	_, err = server.Start(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Second)
		defer cancel()
		_ = server.Close(ctx)
	})
	key, secret := server.Credentials()
	folder, err := doctorProject(t.Context(), t.TempDir(), server.URL(), key, secret, 3)
	require.NoError(t, err)
	vars := map[string]string{"HOME": folder, "CONDUCTOR_SERVER_URL": server.URL(), "CONDUCTOR_AUTH_KEY": key, "CONDUCTOR_AUTH_SECRET": secret}
	terminal, _, _ := term.Test("")
	deps := cli.NewDeps(terminal, func(name string) string { return vars[name] }, folder, "test")
	facts, err := doctor.Gather(t.Context(), doctor.Sources{Deps: deps, Limit: 10 * time.Second})
	require.NoError(t, err)
	require.Len(t, facts.Declared, 3)
	report := doctor.Examine(facts, doctor.Filter{Skip: []string{"ORK-ENV-005", "ORK-PROJ-002"}})
	require.False(t, report.Failed(), "%+v", report.First())
}

// What is measured must be there to be found: of the first files, one in each language declares a worker.
func TestSourcesHoldWorkers(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, writeSources(root, 10))
	require.NoError(t, readAll(root))
	found, err := discover.Project(t.Context(), root, discover.Environment{})
	require.NoError(t, err)
	require.Empty(t, found.Notices)
	var declared []string
	for _, w := range found.Workers {
		declared = append(declared, w.Language+" "+w.Task+" "+w.Domain)
	}
	require.ElementsMatch(t, []string{"go task-0 john", "python task-1 john", "java task-2 john", "typescript task-3 john", "rust task-4 john"}, declared)
	_, err = os.Stat(filepath.Join(root, "node_modules", "part0", "file9.rs"))
	require.NoError(t, err)
	require.Error(t, readAll(filepath.Join(root, "missing")))
}
