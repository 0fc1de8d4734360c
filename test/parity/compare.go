package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
)

// source tells what the real server answers to a scenario: as recorded, or asked now. A server that is asked now may have lost a race
// with itself, so that it is asked as often as tries has it before a difference counts.
type source struct {
	answers func(context.Context, *scenario) ([]answer, error)
	tries   int
}

// difference is a step to which the two servers answer differently, or that is marked as one and is none (any more).
type difference struct {
	step        *step
	wanted, got []string // from the real one, from the embedded one
	meant       bool     // it is marked, and the embedded server answers as is marked
	stale       bool     // it is marked, and both servers answer the same
}

// result is what became of one scenario.
type result struct {
	scenario    *scenario
	differences []difference
	err         error // it could not be played
}

func (r *result) meant() bool {
	return r.err == nil && !slices.ContainsFunc(r.differences, func(d difference) bool { return !d.meant })
}

// errStale is a recording of another script.
var errStale = errors.New("its script is not the one that was recorded: record it anew (-record)")

// compareAll plays the scenarios on the embedded server and compares them with what the real one says.
func compareAll(ctx context.Context, scenarios []*scenario, dev maker, theirs source) []result {
	results := make([]result, len(scenarios))
	_ = inParallel(ctx, len(scenarios), 4*runtime.GOMAXPROCS(0), func(ctx context.Context, i int) error {
		results[i] = compareOne(ctx, scenarios[i], dev, theirs)
		return nil
	})
	return results
}

func compareOne(ctx context.Context, s *scenario, dev maker, theirs source) result {
	got, err := play(ctx, dev, s)
	if err != nil {
		return result{scenario: s, err: err}
	}
	var r result
	for range theirs.tries {
		wanted, err := theirs.answers(ctx, s)
		if err != nil {
			return result{scenario: s, err: err}
		}
		differences, err := compare(s, wanted, got)
		if r = (result{scenario: s, differences: differences, err: err}); r.meant() {
			break
		}
	}
	return r
}

// compare is where two servers differ in a scenario.
func compare(s *scenario, wanted, got []answer) ([]difference, error) {
	var found []difference
	for i := range s.steps {
		step := &s.steps[i]
		d := difference{step: step, wanted: next(&wanted, step), got: next(&got, step)}
		same := slices.Equal(d.wanted, d.got)
		d.meant = step.differs && !same && slices.Equal(d.got, step.own)
		d.stale = step.differs && same
		if !same || d.stale {
			found = append(found, d)
		}
	}
	if len(wanted)+len(got) > 0 {
		return nil, errStale
	}
	return found, nil
}

// next takes the answer to a step off the answers; steps that have nothing to show have none.
func next(answers *[]answer, s *step) []string {
	if len(*answers) == 0 || (*answers)[0].Step != s.text() {
		return nil
	}
	said := (*answers)[0].Answer
	*answers = (*answers)[1:]
	return said
}

// live asks the real server itself.
func live(r *realConductor) source {
	return source{tries: 3, answers: func(ctx context.Context, s *scenario) ([]answer, error) {
		release := r.enter()
		defer release()
		return play(ctx, r.server(), s)
	}}
}

// twice asks the real server until it has given the same answers to a whole scenario twice, and fails where it does not.
func twice(ctx context.Context, r *realConductor, s *scenario) ([]answer, error) {
	const tries = 5
	var all [][]answer
	for range tries {
		answers, err := live(r).answers(ctx, s)
		if err != nil {
			return nil, err
		}
		same := func(other []answer) bool { return reflect.DeepEqual(other, answers) }
		if slices.ContainsFunc(all, same) {
			return answers, nil
		}
		all = append(all, answers)
	}
	return nil, fmt.Errorf("%s: the real server gives another answer each time: it never settles", s)
}

// inParallel does n things, so many at once, and returns what failed.
func inParallel(ctx context.Context, n, atOnce int, do func(ctx context.Context, i int) error) error {
	failures := make([]error, n)
	places := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			failures[i] = do(ctx, i)
		})
	}
	all.Wait()
	return errors.Join(failures...)
}
