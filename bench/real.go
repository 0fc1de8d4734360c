package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/orkesctl/orkesctl/test/original"
)

const (
	realSettles = 10 * time.Second      // until the real server has nothing to do
	looks       = 10 * time.Millisecond // between two questions whether it is ready
)

// measureReal compares the open-source flavour with what it imitates. Without Java or the real server's jar it says so.
func measureReal(ctx context.Context, l *lab, results *table) error {
	theirs, err := original.Find(ctx, l.root, os.Getenv)
	if err != nil {
		results.add(row{what: "Conductor " + original.Version, measured: "not measured: " + err.Error()})
		return nil
	}
	var ready []time.Duration
	var memory []int64
	for range serverStarts {
		if err := observe(ctx, l.openServer, &ready, &memory); err != nil {
			return err
		}
	}
	own, other, stop, err := l.pair(ctx, l.openServer, func(ctx context.Context) (*server, error) { return l.original(ctx, theirs) })
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

// original runs the real server on a new SQLite file, and waits until it is healthy.
func (l *lab) original(ctx context.Context, found original.Server) (*server, error) {
	port, err := original.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(l.folder, "conductor")
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("http://localhost:%d", port)
	s := &server{cmd: found.Command(ctx, folder, port), URL: address + "/api"}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := original.Healthy(ctx, address, looks); err != nil {
		s.stop()
		return nil, err
	}
	s.ready = time.Since(began)
	return s, nil
}
