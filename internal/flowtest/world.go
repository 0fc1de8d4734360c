package flowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// Runner runs a case of a suite. The error is for a server that does not answer as it should; that it refuses the case is a *RefusalError.
type Runner interface {
	Run(ctx context.Context, suite Suite, c Case) (Run, error)
}

// RefusalError is why a case could not be started.
type RefusalError struct{ Err error }

// Error returns the cause's text.
func (r *RefusalError) Error() string { return r.Err.Error() }

// Unwrap returns the cause.
func (r *RefusalError) Unwrap() error { return r.Err }

// Local runs cases on an engine in this process: no server, no worker, no waiting, and the same each time.
type Local struct{}

// Run starts the case in an engine that has the suite's definitions and nothing else. The time is always the same.
func (Local) Run(ctx context.Context, suite Suite, c Case) (Run, error) {
	eng, err := engine.New(engine.Options{Clock: engine.NewManualClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), CacheOutputs: true})
	if err != nil {
		return Run{}, fmt.Errorf("start the engine: %w", err)
	}
	defer func() { _ = eng.Close() }()
	if err := define(ctx, eng, suite, c); err != nil {
		return Run{}, &RefusalError{err}
	}
	got, err := eng.Test(ctx, request(suite, c), "")
	if err != nil {
		return Run{}, &RefusalError{err}
	}
	return Run{Workflow: got.Workflow, Inside: func(id string) (conductor.Workflow, error) { return got.Inside[id], nil }}, nil
}

func define(ctx context.Context, eng *engine.Engine, suite Suite, c Case) error {
	if len(suite.Tasks) > 0 {
		if err := eng.PutTaskDefs(ctx, suite.Tasks, ""); err != nil {
			return err
		}
	}
	for _, def := range append(slices.Clone(suite.Others), standIns(suite, c)...) {
		if _, err := eng.PutWorkflowDef(ctx, def, engine.PutMode{Overwrite: true}, ""); err != nil {
			return err
		}
	}
	return nil
}

// standIns are definitions of the workflows that are not there and need not be, since the outcome of the task that they are to run
// in is made up.
func standIns(suite Suite, c Case) []conductor.WorkflowDef {
	known := map[string]bool{}
	for _, def := range suite.Others {
		known[def.Name] = true
	}
	tree, _ := plain(suite.Def).(map[string]any)
	var made []conductor.WorkflowDef
	for _, place := range definition.Places(tree) {
		param, _ := place.Task["subWorkflowParam"].(map[string]any)
		name, _ := param["name"].(string)
		if name == "" || known[name] || len(c.Mocks.Outcomes[place.Text("taskReferenceName")]) == 0 {
			continue
		}
		known[name] = true
		def := conductor.NewWorkflowDef()
		def.Name, def.Tasks = name, []conductor.WorkflowTask{{Name: "outcome", TaskReferenceName: "outcome", Type: "HUMAN"}}
		def.Version = versionOf(param)
		made = append(made, def)
	}
	return made
}

// versionOf is the version that a task names, or the first.
func versionOf(param map[string]any) int {
	var version int
	if _, err := fmt.Sscan(fmt.Sprint(param["version"]), &version); err != nil || version < 1 {
		return 1
	}
	return version
}

// request is a case as the engine's test takes it.
func request(suite Suite, c Case) conductor.WorkflowTestRequest {
	test := conductor.WorkflowTestRequest{StartWorkflowRequest: conductor.StartWorkflowRequest{
		Name: suite.Name, Input: c.Input, CorrelationID: c.CorrelationID, WorkflowDef: suite.Def,
	}}
	switch {
	case suite.Def != nil:
		test.Version = &suite.Def.Version
	case suite.Version != 0:
		test.Version = &suite.Version
	}
	c.Mocks.into(&test)
	return test
}

// into gives a request its outcomes. They are copied: a test uses them up.
func (m Mocks) into(test *conductor.WorkflowTestRequest) {
	test.TaskRefToMockOutput = maps.Clone(m.Outcomes)
	test.SubWorkflowTestRequest = map[string]conductor.WorkflowTestRequest{}
	for ref, inside := range m.Inside {
		inner := conductor.WorkflowTestRequest{StartWorkflowRequest: conductor.StartWorkflowRequest{Input: map[string]any{}}}
		inside.into(&inner)
		test.SubWorkflowTestRequest[ref] = inner
	}
}
