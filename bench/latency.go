package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// arrive is how long a poll has to reach the server before a workflow is started for it.
const arrive = 2 * time.Millisecond

// measureLatency compares how long a start takes to reach a worker that waits for it.
func measureLatency(ctx context.Context, l *lab, results *table) error {
	own, noop, stop, err := l.pair(ctx, l.devServer, l.noopServer)
	if err != nil {
		return err
	}
	defer stop()
	taken, yardsticks, err := latencies(ctx, l.duration/2, own.target, noop.target)
	if err != nil {
		return err
	}
	p50, p99 := median(taken), quantile(taken, 0.99)
	least50, least99 := median(yardsticks), quantile(yardsticks, 0.99)
	results.add(row{what: fmt.Sprintf("p50 of %d", len(taken)), measured: millis(p50), beside: "no-op " + millis(least50), ratio: times(p50, least50)})
	results.add(row{
		fmt.Sprintf("p99 of %d", len(taken)), millis(p99), "no-op " + millis(least99), times(p99, least99),
		"<= 3 ms", p99 <= 3*time.Millisecond,
	})
	return nil
}

// latencies are what the hand-overs of two servers take, whose rounds of d take turns.
func latencies(ctx context.Context, d time.Duration, own, other *target) (taken, yardsticks []time.Duration, err error) {
	for range rounds {
		if err := own.handOvers(ctx, d, &taken); err != nil {
			return nil, nil, err
		}
		if err := other.handOvers(ctx, d, &yardsticks); err != nil {
			return nil, nil, err
		}
	}
	return taken, yardsticks, nil
}

// handOvers starts one workflow after the other for d, each for a worker whose poll waits at the server.
func (t *target) handOvers(ctx context.Context, d time.Duration, taken *[]time.Duration) error {
	for end := time.Now().Add(d); time.Now().Before(end) && ctx.Err() == nil; {
		took, err := t.handOver(ctx)
		if err != nil {
			return err
		}
		*taken = append(*taken, took)
	}
	return ctx.Err()
}

func (t *target) handOver(ctx context.Context) (time.Duration, error) {
	type got struct {
		tasks []task
		at    time.Time
		err   error
	}
	arrived := make(chan got, 1)
	go func() {
		tasks, err := t.poll(ctx, longPoll)
		arrived <- got{tasks, time.Now(), err}
	}()
	pause(ctx, arrive)
	began := time.Now()
	startErr := t.start(ctx)
	polled := <-arrived
	if err := errors.Join(startErr, polled.err); err != nil {
		return 0, err
	}
	if len(polled.tasks) != 1 {
		return 0, fmt.Errorf("a worker got %d tasks instead of one within %s", len(polled.tasks), longPoll)
	}
	return polled.at.Sub(began), t.finish(ctx, polled.tasks[0])
}
