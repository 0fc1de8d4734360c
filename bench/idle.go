package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Workers that have nothing to do: how many polls wait at the server, for how many types of tasks, and how long each.
const (
	idlePolls   = 1000
	idleWorkers = 200
	idleWait    = 5 * time.Second // the longest that the server allows
	idleTime    = 20 * time.Second
)

// measureIdle reads how busy the server is with workers that wait, each for tasks of its own.
func measureIdle(ctx context.Context, l *lab, results *table) error {
	own, err := l.subject(ctx, l.devServer)
	if err != nil {
		return err
	}
	defer own.server.stop()
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	var polls sync.WaitGroup
	for i := range idlePolls {
		polls.Go(func() { own.target.waitFor(waiting, fmt.Sprintf("idle-%d", i%idleWorkers)) })
	}
	pause(ctx, idleWait) // until each has waited once
	before, err := own.server.busy()
	if err != nil {
		results.add(row{what: "processor time", measured: "not measured: " + err.Error()})
		return nil
	}
	pause(ctx, idleTime)
	after, err := own.server.busy()
	if err != nil {
		return err
	}
	share := float64(after-before) / float64(idleTime)
	results.add(row{
		what:     fmt.Sprintf("%d polls of %d workers, %s each", idlePolls, idleWorkers, idleWait),
		measured: fmt.Sprintf("%.1f %% of a core", 100*share), aim: "< 5 %", met: share < 0.05,
	})
	stop()
	polls.Wait()
	return nil
}

// waitFor polls for a task that never comes.
func (t *target) waitFor(ctx context.Context, taskType string) {
	for ctx.Err() == nil {
		if _, err := t.pollFor(ctx, taskType, 1, idleWait); err != nil {
			pause(ctx, longPoll)
		}
	}
}
