package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Who makes the load, and how many workflows may be under way at once: starters would else run ahead of the workers for ever.
const (
	starters = 4
	workers  = 4
	underWay = 64
)

// rounds is how often each server has its turn.
const rounds = 3

// longPoll is how long a worker's poll may wait.
const longPoll = time.Second

// measureRate compares how many workflows a second go through the two servers.
func measureRate(ctx context.Context, l *lab, results *table) error {
	own, noop, stop, err := l.pair(ctx)
	if err != nil {
		return err
	}
	defer stop()
	var rates, yardsticks []float64
	var done int64
	for range rounds {
		rate, completed, err := own.target.rate(ctx, l.duration)
		if err != nil {
			return err
		}
		yardstick, _, err := noop.target.rate(ctx, l.duration)
		if err != nil {
			return err
		}
		rates, yardsticks, done = append(rates, rate), append(yardsticks, yardstick), done+completed
	}
	rate, yardstick := median(rates), median(yardsticks)
	results.add(row{
		"completed per second", fmt.Sprintf("%.0f", rate), fmt.Sprintf("no-op %.0f", yardstick), times(rate, yardstick),
		">= 0.50x", rate >= yardstick/2,
	})
	memory, err := own.server.resident(ctx)
	if err != nil {
		return err
	}
	results.add(row{what: fmt.Sprintf("resident memory, %d workflows later", done), measured: megabytes(memory)})
	return nil
}

// subject is a server that runs, and the way to it.
type subject struct {
	server *server
	target *target
}

// pair starts the development server and its yardstick.
func (l *lab) pair(ctx context.Context) (own, noop subject, stop func(), err error) {
	if own, err = l.subject(ctx, l.devServer); err != nil {
		return own, noop, nil, err
	}
	if noop, err = l.subject(ctx, l.noopServer); err != nil {
		own.server.stop()
		return own, noop, nil, err
	}
	return own, noop, func() { own.server.stop(); noop.server.stop() }, nil
}

func (l *lab) subject(ctx context.Context, start func(context.Context) (*server, error)) (subject, error) {
	s, err := start(ctx)
	if err != nil {
		return subject{}, err
	}
	t, err := newTarget(ctx, s.URL, s.Key, s.Secret)
	if err != nil {
		s.stop()
	}
	return subject{s, t}, err
}

// rate puts the server under load and counts what is completed within d, once a quarter of d has warmed it up. completed counts all.
func (t *target) rate(ctx context.Context, d time.Duration) (perSecond float64, completed int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var load sync.WaitGroup
	var count atomic.Int64
	slots := make(chan struct{}, underWay)
	for range starters {
		load.Go(func() { cancel(t.startAll(ctx, slots)) })
	}
	for range workers {
		load.Go(func() { cancel(t.workAll(ctx, slots, &count)) })
	}
	pause(ctx, d/4)
	before, began := count.Load(), time.Now()
	pause(ctx, d)
	counted, took := count.Load()-before, time.Since(began)
	cancel(nil)
	load.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return 0, 0, cause
	}
	return float64(counted) / took.Seconds(), count.Load(), nil
}

func (t *target) startAll(ctx context.Context, slots chan<- struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case slots <- struct{}{}:
		}
		if err := t.start(ctx); err != nil {
			return err
		}
	}
}

func (t *target) workAll(ctx context.Context, slots <-chan struct{}, count *atomic.Int64) error {
	for ctx.Err() == nil {
		tasks, err := t.poll(ctx, longPoll)
		if err != nil {
			return err
		}
		for _, it := range tasks {
			if err := t.finish(ctx, it); err != nil {
				return err
			}
			count.Add(1)
			select {
			case <-slots:
			default: // what an earlier round left behind
			}
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
