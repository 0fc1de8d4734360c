package engine

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Start begins an execution and returns its id: POST /workflow. by is who starts it. A missing input counts as empty.
// The definition, with its task definitions, is fixed from here on.
//
// Errors: fault.Invalid for a broken request, fault.NotFound for an unknown definition, fault.Conflict for an idempotency key in use (when enforced), fault.TooLarge.
func (e *Engine) Start(ctx context.Context, req conductor.StartWorkflowRequest, by string) (string, error) {
	id, errands, err := e.begin(ctx, req, birth{by: by})
	e.run(errands)
	return id, err
}

// birth is how an execution comes about: by whom, at the end of how many others, and inside which. An id that is not
// given is a new one.
type birth struct {
	by       string
	depth    int  // how many failure workflows led to it
	level    int  // how many workflows are around it
	kin      *kin // those that it counts with; nil for one that somebody starts
	id       string
	chain    string // see Message
	event    string // the event that it is started for
	parentID string

	parentTaskID string
}

// begin starts an execution and returns its id with the errands of its first step.
func (e *Engine) begin(ctx context.Context, req conductor.StartWorkflowRequest, from birth) (string, []errand, error) {
	if err := checkStart(req); err != nil {
		return "", nil, err
	}
	p, err := e.planFor(req, from.parentTaskID != "")
	if err != nil {
		return "", nil, err
	}
	if err := p.runnable(); err != nil {
		return "", nil, err
	}
	if from.level > maxNesting {
		return "", nil, fault.Invalid("Sub-workflows run inside one another more than %d deep: does %s contain itself?", maxNesting, req.Name)
	}
	now := e.now()
	if err := from.kin.join(e.maxKin, p.def.Name); err != nil {
		return "", nil, err
	}
	if from.id == "" {
		from.id = e.chance.id()
	}
	x := newExecution(p, req, from, now)
	if err := p.admissible(x.wf.Input); err != nil {
		return "", nil, err
	}
	if size := sizeOf(x.wf.Input, maxPayload+1); size > maxPayload {
		return "", nil, fault.TooLarge("The input payload of workflow: %s is greater than the permitted limit: %d bytes", p.def.Name, maxPayload)
	}
	x.lock()
	if err := e.admissions.enter(x); err != nil {
		x.unlock()
		return "", nil, err
	}
	if held := e.index.add(x, e.uniqueness(req)); held != nil {
		x.removed = true // it never was
		errands := append(e.admissions.follow(x), x.leave()...)
		id, err := existing(held, req)
		return id, errands, err
	}
	e.retention.born(x, e.index.execution(from.parentID))
	x.changes.workflow = true
	x.changes.events = append(x.changes.events, workflowEvent(WorkflowStarted, &x.wf))
	e.advance(x, nil, now)
	err = e.settle(ctx, x, now)
	errands := x.leave()
	if err != nil {
		return "", errands, err
	}
	return x.id, errands, nil
}

// runnable says why a plan cannot be run here, or nil.
func (p *plan) runnable() error {
	if p.orphan != "" {
		return fault.NotFound("%s", p.orphan)
	}
	return nil
}

// checkStart applies the rules that need no definition.
func checkStart(req conductor.StartWorkflowRequest) error {
	if strings.TrimSpace(req.Name) == "" && (req.WorkflowDef == nil || req.WorkflowDef.Name == "") {
		return violated("startWorkflow.arg0.name", "Workflow name cannot be null or empty", req.Name)
	}
	if req.Priority < 0 {
		return violated("startWorkflow.arg0.priority", fmt.Sprintf("priority: %d should be minimum 0", req.Priority), req.Priority)
	}
	if req.Priority > 99 {
		return violated("startWorkflow.arg0.priority", fmt.Sprintf("priority: %d should be maximum 99", req.Priority), req.Priority)
	}
	switch req.IdempotencyStrategy {
	case "", idempotencyFail, idempotencyReturn, idempotencyRunning:
		return nil
	}
	return fault.Invalid("idempotencyStrategy: %s should be one of %s, %s, %s",
		req.IdempotencyStrategy, idempotencyFail, idempotencyReturn, idempotencyRunning)
}

// planFor returns the plan of an inline or registered definition.
func (e *Engine) planFor(req conductor.StartWorkflowRequest, inside bool) (*plan, error) {
	if req.WorkflowDef != nil {
		def := *req.WorkflowDef
		if def.Name == "" {
			def.Name = req.Name
		}
		check := e.checkWorkflowDef
		if inside {
			check = checkInside
		}
		if err := check("startWorkflow.arg0.workflowDef", def); err != nil {
			return nil, err
		}
		return e.makePlan(&def)
	}
	version := 0
	if req.Version != nil {
		version = *req.Version
	}
	p, err := e.definitions.planOf(req.Name, version, e.makePlan)
	if err == nil && p == nil {
		return nil, fault.NotFound("No such workflow defined. name=%s, version=%s", req.Name, versionText(version))
	}
	return p, err
}

// makePlan takes a copy of def.
func (e *Engine) makePlan(def *conductor.WorkflowDef) (*plan, error) {
	owned, err := clone(def)
	if err != nil {
		return nil, err
	}
	return e.planOwned(owned), nil
}

func (e *Engine) planOwned(def *conductor.WorkflowDef) *plan {
	return e.planner().build(def)
}

func (e *Engine) planner() *planner {
	return &planner{taskDef: e.definitions.task, limiter: e.limiters.get, newest: e.definitions.newest, outside: e.outside, states: e.tellStates, heeding: e.heeding, registry: e.registered}
}

// newExecution is a running execution without tasks.
func newExecution(p *plan, req conductor.StartWorkflowRequest, from birth, now int64) *execution {
	x := &execution{id: from.id, plan: p, live: &live{latest: map[string]*task{}, depth: from.depth, level: from.level, chain: from.chain, kin: from.kin}}
	input := copyMap(req.Input)
	if len(input) > 0 {
		for key, value := range p.def.InputTemplate {
			if _, given := input[key]; !given {
				input[key] = value
			}
		}
	}
	x.wf = conductor.Workflow{
		Audit:  conductor.Audit{OwnerApp: p.def.OwnerApp, CreateTime: now, UpdateTime: now, CreatedBy: from.by},
		Status: conductor.WorkflowRunning, StartTime: now, WorkflowID: x.id, Input: input, Output: map[string]any{},
		CorrelationID: req.CorrelationID, Priority: req.Priority, IdempotencyKey: req.IdempotencyKey,
		TaskToDomain: maps.Clone(req.TaskToDomain), Variables: p.def.Variables,
		FailedReferenceTaskNames: []string{}, FailedTaskNames: []string{},
		ExternalInputPayloadPath: req.ExternalInputPayloadPath,
		WorkflowName:             p.def.Name, WorkflowVersion: p.def.Version,
		Event: from.event, ParentWorkflowID: from.parentID, ParentWorkflowTaskID: from.parentTaskID,
	}
	if x.wf.TaskToDomain == nil {
		x.wf.TaskToDomain = map[string]string{}
	}
	if x.wf.Variables == nil {
		x.wf.Variables = map[string]any{}
	}
	return x
}

// violated is one broken rule in the shape of the real server's validation.
func violated(path, message string, invalid any) error {
	return fault.Violated([]fault.Violation{{Path: path, Message: message, Invalid: scalarText(invalid)}})
}
