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

// manyTasks is how many tasks are done in executions of either size before they are compared.
const manyTasks = 10_000

// measureSteps compares what a task takes in large executions with what it takes in small ones: of the server's processor time, and of
// the clock's, which on a machine with other work is kinder to those that pause often.
func measureSteps(ctx context.Context, l *lab, results *table) error {
	for _, s := range shapes() {
		own, err := l.subject(ctx, l.openServer)
		if err != nil {
			return err
		}
		busy := own.server.busy
		if _, err := busy(); err != nil {
			busy = func() (time.Duration, error) { return 0, nil } // only Linux tells it
		}
		err = own.target.measureShape(ctx, s, manyTasks, busy, results)
		own.server.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// spent is what each task took.
type spent struct{ processor, clock []time.Duration }

func (t *target) measureShape(ctx context.Context, s shape, tasks int, busy func() (time.Duration, error), results *table) error {
	var small, large spent
	for range rounds {
		for n, taken := range map[int]*spent{s.small: &small, s.large: &large} {
			if err := t.perTask(ctx, s, n, tasks, busy, taken); err != nil {
				return err
			}
		}
	}
	processor := s.compared("processor", large.processor, small.processor)
	processor.aim, processor.met = "<= 1.50x", 2*median(large.processor) <= 3*median(small.processor)
	results.add(processor)
	results.add(s.compared("clock", large.clock, small.clock))
	return nil
}

func (s shape) compared(of string, large, small []time.Duration) row {
	each, yardstick := median(large), median(small)
	return row{
		what: fmt.Sprintf("%s of %d, %s", s.name, s.large, of), measured: micros(each),
		beside: fmt.Sprintf("of %d %s", s.small, micros(yardstick)), ratio: times(each, yardstick),
	}
}

// perTask adds what each task takes in executions of n tasks, one after the other until as many as tasks are done.
func (t *target) perTask(ctx context.Context, s shape, n, tasks int, busy func() (time.Duration, error), taken *spent) error {
	name := fmt.Sprintf("bench-%d", n)
	def, err := json.Marshal([]map[string]any{{"name": name, "version": 1, "ownerEmail": "bench@example.com", "tasks": s.tasks(n)}})
	if err != nil {
		return err
	}
	if _, err := t.send(ctx, http.MethodPut, "/metadata/workflow", def); err != nil {
		return err
	}
	before, err := busy()
	if err != nil {
		return err
	}
	began := time.Now()
	for range tasks / n {
		if err := t.runShape(ctx, s, name, n); err != nil {
			return err
		}
	}
	taken.clock = append(taken.clock, time.Since(began)/time.Duration(tasks))
	after, err := busy()
	taken.processor = append(taken.processor, (after-before)/time.Duration(tasks))
	return err
}

// runShape runs one execution to its end.
func (t *target) runShape(ctx context.Context, s shape, name string, n int) error {
	id, err := t.begin(ctx, name)
	if err != nil {
		return err
	}
	if s.worked {
		err = t.workOff(ctx, n)
	}
	return errors.Join(err, t.ended(ctx, id))
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
