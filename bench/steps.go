package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// batch is how many tasks a worker of a large execution takes at once.
const batch = 20

// shape is a kind of execution that has many tasks.
type shape struct {
	name         string
	small, large int                       // tasks of one execution
	tasks        func(n int) []taskOfShape // its definition
	worked       bool                      // workers do its tasks
}

// taskOfShape is a task of a definition, as JSON has it.
type taskOfShape = map[string]any

func shapes() []shape {
	return []shape{
		{"fork", 10, 1000, fork("SIMPLE"), true},
		{"fork of tasks without workers", 10, 1000, fork("NOOP"), false},
		{"loop", 100, 10_000, loop("SIMPLE"), true},
		{"loop of tasks without workers", 100, 10_000, loop("NOOP"), false},
	}
}

func fork(kind string) func(int) []taskOfShape {
	return func(n int) []taskOfShape {
		branches, refs := make([][]taskOfShape, n), make([]string, n)
		for i := range n {
			refs[i] = fmt.Sprintf("it%d", i)
			branches[i] = []taskOfShape{{"name": taskName, "taskReferenceName": refs[i], "type": kind}}
		}
		return []taskOfShape{
			{"name": "fork", "taskReferenceName": "fork", "type": "FORK_JOIN", "forkTasks": branches},
			{"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinOn": refs},
		}
	}
}

func loop(kind string) func(int) []taskOfShape {
	return func(n int) []taskOfShape {
		return []taskOfShape{{
			"name": "loop", "taskReferenceName": "loop", "type": "DO_WHILE", "loopCondition": fmt.Sprintf("$.loop.iteration < %d", n),
			"loopOver": []taskOfShape{{"name": taskName, "taskReferenceName": "it", "type": kind}},
		}}
	}
}

// measureSteps compares what a task takes in a large execution with what it takes in small ones, as many of them as make up the same
// number of tasks.
func measureSteps(ctx context.Context, l *lab, results *table) error {
	for _, s := range shapes() {
		own, err := l.subject(ctx, l.openServer)
		if err != nil {
			return err
		}
		err = measureShape(ctx, own.target, s, results)
		own.server.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func measureShape(ctx context.Context, t *target, s shape, results *table) error {
	var small, large []time.Duration
	for range rounds {
		for n, taken := range map[int]*[]time.Duration{s.small: &small, s.large: &large} {
			each, err := t.perTask(ctx, s, n)
			if err != nil {
				return err
			}
			*taken = append(*taken, each)
		}
	}
	each, yardstick := median(large), median(small)
	results.add(row{
		fmt.Sprintf("%s, %d tasks", s.name, s.large), micros(each), fmt.Sprintf("of %d %s", s.small, micros(yardstick)),
		times(each, yardstick), "<= 1.50x", float64(each) <= 1.5*float64(yardstick),
	})
	return nil
}

// perTask is what each task takes in executions of n tasks, one after the other until as many tasks are done as the large one has.
func (t *target) perTask(ctx context.Context, s shape, n int) (time.Duration, error) {
	name := fmt.Sprintf("bench-%d", n)
	def, err := json.Marshal([]map[string]any{{"name": name, "version": 1, "ownerEmail": "bench@example.com", "tasks": s.tasks(n)}})
	if err != nil {
		return 0, err
	}
	if _, err := t.send(ctx, http.MethodPut, "/metadata/workflow", def); err != nil {
		return 0, err
	}
	began := time.Now()
	for range s.large / n {
		id, err := t.begin(ctx, name)
		if err != nil {
			return 0, err
		}
		if s.worked {
			err = t.workOff(ctx, n)
		}
		if err := errors.Join(err, t.ended(ctx, id)); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / time.Duration(s.large), nil
}

// workOff lets workers do n tasks.
func (t *target) workOff(ctx context.Context, n int) error {
	var busy sync.WaitGroup
	left, failures := make(chan struct{}, n), make([]error, workers)
	for range n {
		left <- struct{}{}
	}
	close(left)
	for i := range workers {
		busy.Go(func() { failures[i] = t.workSome(ctx, left) })
	}
	busy.Wait()
	return errors.Join(failures...)
}

// workSome does tasks until none are left. Each poll asks for as many as it has claimed.
func (t *target) workSome(ctx context.Context, left <-chan struct{}) error {
	claimed := 0
	for {
		for claimed < batch {
			if _, more := <-left; !more {
				break
			}
			claimed++
		}
		if claimed == 0 {
			return nil
		}
		tasks, err := t.pollFor(ctx, taskName, claimed, longPoll)
		if err != nil {
			return err
		}
		for _, it := range tasks {
			if err := t.finish(ctx, it); err != nil {
				return err
			}
			claimed--
		}
	}
}

// ended waits until an execution has completed.
func (t *target) ended(ctx context.Context, id string) error {
	for ctx.Err() == nil {
		said, err := t.send(ctx, http.MethodGet, "/workflow/"+id+"/status?includeOutput=false", nil)
		if err != nil {
			return err
		}
		var answer struct{ Status string }
		if err := json.Unmarshal(said, &answer); err != nil {
			return err
		}
		switch answer.Status {
		case "COMPLETED":
			return nil
		case "RUNNING":
			pause(ctx, time.Millisecond)
		default:
			return fmt.Errorf("execution %s is %s", id, answer.Status)
		}
	}
	return ctx.Err()
}

func micros(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000) }
