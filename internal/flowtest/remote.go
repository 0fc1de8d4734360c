package flowtest

import (
	"context"
	"fmt"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// How often an outcome is told to a server that counts for every attempt or iteration: servers know lists alone, by the reference
// names of single iterations.
const (
	remoteAttempts   = 10
	remoteIterations = 30
)

// Server is what a server is asked.
type Server interface {
	Definition(ctx context.Context, name string, version int) (conductor.WorkflowDef, error)
	Test(ctx context.Context, request conductor.WorkflowTestRequest) (conductor.Workflow, error)
	Execution(ctx context.Context, id string) (conductor.Workflow, error)
}

// Remote runs cases on a server: POST /workflow/test. A definition of the suite goes along; those of tasks and of other workflows are
// the server's own.
type Remote struct{ Server Server }

// Run starts the case there.
func (r Remote) Run(ctx context.Context, suite Suite, c Case) (Run, error) {
	test := request(suite, c)
	def := suite.Def
	if def == nil {
		there, err := r.Server.Definition(ctx, suite.Name, suite.Version)
		if err != nil {
			return Run{}, err
		}
		def = &there
	}
	spell(&test, loopsOf(def))
	got, err := r.Server.Test(ctx, test)
	if err != nil {
		return Run{}, err
	}
	inside := func(id string) (conductor.Workflow, error) {
		inner, err := r.Server.Execution(ctx, id)
		if conductor.IsNotFound(err) {
			return conductor.Workflow{}, fmt.Errorf("what ran inside a workflow is not kept by this server, so that nothing can be expected of it: %w", err)
		}
		return inner, err
	}
	return Run{Workflow: got, Inside: inside}, nil
}

// loopsOf are the references of a definition's tasks that are in a loop.
func loopsOf(def *conductor.WorkflowDef) []string {
	tree, _ := plain(def).(map[string]any)
	var inLoops []string
	for _, place := range definition.Places(tree) {
		if ref := place.Text("taskReferenceName"); len(place.Loops) > 1 || len(place.Loops) == 1 && place.Loops[0] != ref {
			inLoops = append(inLoops, ref)
		}
	}
	return inLoops
}

// spell writes outcomes out for a server that does not know of repeating ones and of all iterations of a loop.
func spell(test *conductor.WorkflowTestRequest, inLoops []string) {
	for ref, outcomes := range test.TaskRefToMockOutput {
		outcomes = slices.Clone(outcomes)
		for i := range outcomes {
			if outcomes[i].Output == nil {
				outcomes[i].Output = map[string]any{}
			}
		}
		if len(outcomes) == 1 && outcomes[0].Repeat {
			outcomes = slices.Repeat(outcomes, remoteAttempts)
		}
		test.TaskRefToMockOutput[ref] = outcomes
		if !slices.Contains(inLoops, ref) {
			continue
		}
		delete(test.TaskRefToMockOutput, ref)
		for n, some := range byIteration(outcomes) {
			test.TaskRefToMockOutput[fmt.Sprintf("%s__%d", ref, n+1)] = some
		}
	}
	for ref, inner := range test.SubWorkflowTestRequest {
		spell(&inner, nil)
		if inner.Name == "" {
			inner.Name = ref // servers want one, and go by the reference name
		}
		test.SubWorkflowTestRequest[ref] = inner
	}
}

// byIteration deals outcomes to iterations: one ends with what is no failure. What counts always is given to each.
func byIteration(outcomes []conductor.TaskMock) [][]conductor.TaskMock {
	if len(outcomes) > 0 && outcomes[0].Repeat {
		return slices.Repeat([][]conductor.TaskMock{outcomes}, remoteIterations)
	}
	var dealt [][]conductor.TaskMock
	begun := 0
	for i, outcome := range outcomes {
		if ends := outcome.Status != conductor.TaskFailed && outcome.Status != conductor.TaskInProgress; ends || i == len(outcomes)-1 {
			dealt = append(dealt, outcomes[begun:i+1])
			begun = i + 1
		}
	}
	return dealt
}
