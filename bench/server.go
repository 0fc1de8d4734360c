package main

import (
	"context"
	"time"
)

// serverStarts is how often the server is started.
const serverStarts = 15

// settle is how long a started server is left alone before its memory is read.
const settle = 200 * time.Millisecond

// measureServer measures the way from the process's start to its ready line, and the memory of a server that has nothing to do.
func measureServer(ctx context.Context, l *lab, results *table) error {
	var own, noop []time.Duration
	var memory, least []int64
	for range serverStarts {
		if err := observe(ctx, l.devServer, &own, &memory); err != nil {
			return err
		}
		if err := observe(ctx, l.noopServer, &noop, &least); err != nil {
			return err
		}
	}
	ready, yardstick := median(own), median(noop)
	results.add(row{
		"process start to ready line", millis(ready), "no-op " + millis(yardstick), times(ready, yardstick),
		"<= 50 ms", ready <= 50*time.Millisecond,
	})
	idle, floor := median(memory), median(least)
	results.add(row{
		"resident memory, idle", megabytes(idle), "no-op " + megabytes(floor), times(idle, floor),
		"<= 30 MB", idle <= 30_000_000,
	})
	return nil
}

// observe starts a server, waits until it has nothing to do, reads its memory, and stops it.
func observe(ctx context.Context, start func(context.Context) (*server, error), ready *[]time.Duration, memory *[]int64) error {
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	time.Sleep(settle)
	bytes, err := s.resident(ctx)
	if err != nil {
		return err
	}
	*ready, *memory = append(*ready, s.ready), append(*memory, bytes)
	return nil
}
