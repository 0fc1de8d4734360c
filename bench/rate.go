package main

import (
	"context"
	"errors"
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
	own, noop, stop, err := l.pair(ctx, l.devServer, l.noopServer)
	if err != nil {
		return err
	}
	defer stop()
	rate, yardstick, err := rates(ctx, l.duration, own.target, noop.target)
	if err != nil {
		return err
	}
	results.add(row{
		"completed per second", perSecond(rate), "no-op " + perSecond(yardstick), times(rate, yardstick),
		">= 0.60x", rate >= 0.6*yardstick,
	})
	return costs(ctx, results, own, noop)
}

// costly is how many workflows tell what one costs.
const costly = 5000

// costs compares the processor time that the servers take for a workflow, which what else the machine does changes less than the rate.
func costs(ctx context.Context, results *table, own, other subject) error {
	if _, err := own.server.busy(); err != nil {
		results.add(row{what: "processor time of the server for each", measured: "not measured: " + err.Error()})
		return nil //nolint:nilerr // only Linux tells it
	}
	cost, err := own.cost(ctx)
	if err != nil {
		return err
	}
	yardstick, err := other.cost(ctx)
	if err != nil {
		return err
	}
	results.add(row{what: "processor time of the server for each", measured: micros(cost), beside: "no-op " + micros(yardstick), ratio: times(cost, yardstick)})
	return nil
}

func (s subject) cost(ctx context.Context) (time.Duration, error) {
	before, err := s.server.busy()
	if err != nil {
		return 0, err
	}
	if err := s.target.complete(ctx, costly); err != nil {
		return 0, err
	}
	after, err := s.server.busy()
	return (after - before) / costly, err
}

// rates are the medians of the workflows that two servers complete in a second, taking turns.
func rates(ctx context.Context, d time.Duration, own, other *target) (rate, yardstick float64, err error) {
	var ours, theirs []float64
	for range rounds {
		for t, taken := range map[*target]*[]float64{own: &ours, other: &theirs} {
			measured, err := t.rate(ctx, d)
			if err != nil {
				return 0, 0, err
			}
			*taken = append(*taken, measured)
		}
	}
	return median(ours), median(theirs), nil
}

// subject is a server that runs, and the way to it.
type subject struct {
	server *server
	target *target
}

// starter starts a server.
type starter func(context.Context) (*server, error)

// pair starts a server and its yardstick.
func (l *lab) pair(ctx context.Context, first, second starter) (own, other subject, stop func(), err error) {
	if own, err = l.subject(ctx, first); err != nil {
		return own, other, nil, err
	}
	if other, err = l.subject(ctx, second); err != nil {
		own.server.stop()
		return own, other, nil, err
	}
	return own, other, func() { own.server.stop(); other.server.stop() }, nil
}

func (l *lab) subject(ctx context.Context, start starter) (subject, error) {
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

// rate puts the server under load and counts what is completed within d, once a quarter of d has warmed it up.
func (t *target) rate(ctx context.Context, d time.Duration) (perSecond float64, err error) {
	err = t.load(ctx, func(ctx context.Context, count *atomic.Int64) {
		pause(ctx, d/4)
		before, began := count.Load(), time.Now()
		pause(ctx, d)
		perSecond = float64(count.Load()-before) / time.Since(began).Seconds()
	})
	return perSecond, err
}

// load starts and completes workflows for as long as watch watches how many there are.
func (t *target) load(ctx context.Context, watch func(ctx context.Context, count *atomic.Int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var busy sync.WaitGroup
	var count atomic.Int64
	slots := make(chan struct{}, underWay)
	for range starters {
		busy.Go(func() { cancel(t.startAll(ctx, slots)) })
	}
	for range workers {
		busy.Go(func() { cancel(t.workAll(ctx, slots, &count)) })
	}
	watch(ctx, &count)
	cancel(nil)
	busy.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
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
