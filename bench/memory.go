package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"
)

// finished is how many executions the server keeps when its memory is read.
const finished = 100_000

// maxKept is the most memory that they may take, with the server.
const maxKept = 450_000_000

// measureMemory completes many workflows, each of one task, and reads the server's memory: at once, and when it has had time to collect.
func measureMemory(ctx context.Context, l *lab, results *table) error {
	own, err := l.subject(ctx, l.devServer)
	if err != nil {
		return err
	}
	defer own.server.stop()
	if err := own.target.complete(ctx, finished); err != nil {
		return err
	}
	kept, err := own.server.resident(ctx)
	if err != nil {
		return err
	}
	results.add(row{what: fmt.Sprintf("%d finished, under load still", finished), measured: megabytes(kept), aim: "<= 450 MB", met: kept <= maxKept})
	return nil
}

// complete starts and completes at least n workflows.
func (t *target) complete(ctx context.Context, n int64) error {
	return t.load(ctx, func(ctx context.Context, count *atomic.Int64) {
		for count.Load() < n && ctx.Err() == nil {
			pause(ctx, time.Millisecond)
		}
	})
}

// measureDB compares a server that keeps its state in a file with one that forgets it.
func measureDB(ctx context.Context, l *lab, results *table) error {
	file := filepath.Join(l.folder, "bench.db")
	keeping := func(ctx context.Context) (*server, error) {
		return l.serve(ctx, l.orkesctl, "dev", "start", "--port", "0", "-o", "json", "--db", file)
	}
	own, other, stop, err := l.pair(ctx, keeping, l.devServer)
	if err != nil {
		return err
	}
	defer stop()
	rate, yardstick, err := rates(ctx, l.duration, own.target, other.target)
	if err != nil {
		return err
	}
	results.add(row{
		"completed per second", perSecond(rate), "without " + perSecond(yardstick), times(rate, yardstick), ">= 0.40x", rate >= 0.4*yardstick,
	})
	return nil
}
