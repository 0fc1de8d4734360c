package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// StandIn is the outcome of tasks that stands in for an outside product.
type StandIn struct {
	Task   string         `json:"task"`   // a pattern of the reference name or the name (see path.Match); empty is every task
	Status string         `json:"status"` // see standInStatuses; empty is COMPLETED
	Reason string         `json:"reason"` // of a failure
	Delay  string         `json:"delay"`  // how long it takes by the engine's clock ("2s"); empty is at once
	Output map[string]any `json:"output"` // may have expressions of the task's input: ${input.prompt}

	delay  int64 // in milliseconds
	output template
}

func standInStatuses() []string {
	return []string{conductor.TaskCompleted, conductor.TaskCompletedWithErrors, conductor.TaskFailed, conductor.TaskFailedTerminally}
}

// ReadStandIns reads the outcomes of one type, in JSON: one, or a list of which the first that fits a task counts.
func ReadStandIns(data []byte) ([]StandIn, error) {
	var list []StandIn
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	var err error
	if strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
		err = decoder.Decode(&list)
	} else {
		list = make([]StandIn, 1)
		err = decoder.Decode(&list[0])
	}
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if len(list) == 0 {
		return nil, errors.New("the list is empty")
	}
	for i := range list {
		if err := list[i].prepare(); err != nil {
			return nil, fmt.Errorf("number %d: %w", i+1, err)
		}
	}
	return list, nil
}

func (s *StandIn) prepare() error {
	if s.Status == "" {
		s.Status = conductor.TaskCompleted
	}
	if !slices.Contains(standInStatuses(), s.Status) {
		return fmt.Errorf("status %q is none of %s", s.Status, strings.Join(standInStatuses(), ", "))
	}
	if _, err := path.Match(s.Task, ""); err != nil {
		return fmt.Errorf("task %q is no pattern: %w", s.Task, err)
	}
	if s.Delay != "" {
		wait, err := time.ParseDuration(s.Delay)
		if err != nil || wait < 0 {
			return fmt.Errorf("delay %q is no duration such as 200ms or 2s", s.Delay)
		}
		s.delay = wait.Milliseconds()
	}
	s.output = compile(anyMap(s.Output))
	return nil
}

// fits reports whether the outcome is that of a task.
func (s *StandIn) fits(t *task) bool {
	for _, name := range []string{t.node.ref(), t.Wire.ReferenceTaskName, t.Wire.TaskDefName} {
		if found, _ := path.Match(s.Task, name); found || s.Task == "" {
			return true
		}
	}
	return false
}

// standInKind gives the tasks of a type the first outcome that fits.
func standInKind(name string, outcomes []StandIn) kind {
	return kind{schedule: scheduleOne, execute: func(_ *execution, t *task, env *environment) []command {
		at := slices.IndexFunc(outcomes, func(s StandIn) bool { return s.fits(t) })
		if at < 0 {
			return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: fmt.Sprintf(
				"No stand-in for %s fits the task %s: add one to the file of --mock, with this name or without any", name, t.node.ref())}}
		}
		outcome := &outcomes[at]
		if outcome.delay > 0 && t.Wire.Status == conductor.TaskScheduled {
			return []command{waitTask{task: t, until: env.now + outcome.delay}}
		}
		output, _ := outcome.output.resolve(&scope{input: map[string]any{"input": t.Wire.InputData}}).(map[string]any)
		return []command{finishTask{task: t, status: outcome.Status, reason: outcome.Reason, output: output}}
	}}
}

// Replaceable are the task types that may have stand-ins, in order.
func Replaceable() []string { return slices.Sorted(slices.Values(newKinds().replaceable())) }

// missingKind fails the tasks of types that need an outside product, and says so.
func missingKind() kind {
	return kind{schedule: scheduleOne, execute: func(_ *execution, t *task, _ *environment) []command {
		return []command{finishTask{task: t, status: conductor.TaskFailedTerminally, reason: fmt.Sprintf(
			"This development server cannot do %s, which needs an outside product. Make up what it answers: orkesctl dev start --mock %s=FILE",
			t.Wire.TaskType, t.Wire.TaskType)}}
	}}
}
