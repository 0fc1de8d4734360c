package engine

// scope is the root of expressions: the workflow, and the latest attempt of each task by its reference name.
type scope struct {
	x      *execution
	taskID string         // of the task that is being made; empty where there is none yet
	input  map[string]any // where set, names are its fields and nothing else
}

func (s *scope) field(name string) (any, bool) {
	if s.input != nil {
		value, known := s.input[name]
		return value, known
	}
	if name == "workflow" {
		return workflowScope{s.x}, true
	}
	if t := s.x.latest[name]; t != nil {
		return taskScope{t}, true
	}
	if name == taskIDName && s.taskID != "" {
		return s.taskID, true
	}
	return nil, false
}

func (s *scope) tree() map[string]any {
	if s.input != nil {
		return s.input
	}
	all := map[string]any{"workflow": workflowScope{s.x}.tree()}
	for name, t := range s.x.latest {
		all[name] = taskScope{t}.tree()
	}
	return all
}

// workflowScope is ${workflow…}.
type workflowScope struct{ x *execution }

func (s workflowScope) field(name string) (any, bool) {
	wf := &s.x.wf
	switch name {
	case "input":
		return wf.Input, true
	case "output":
		return wf.Output, true
	case "variables":
		return wf.Variables, true
	case "env":
		return outsideScope{s.x.plan.outside}, true
	}
	value, ok := s.scalars()[name]
	return value, ok
}

// scalars are the fields that few expressions use.
func (s workflowScope) scalars() map[string]any {
	wf := &s.x.wf
	domains := make(map[string]any, len(wf.TaskToDomain))
	for name, domain := range wf.TaskToDomain {
		domains[name] = domain
	}
	return map[string]any{
		"status": wf.Status, "workflowId": wf.WorkflowID, "parentWorkflowId": orNull(wf.ParentWorkflowID),
		"parentWorkflowTaskId": orNull(wf.ParentWorkflowTaskID), "workflowType": wf.WorkflowName,
		"version": int64(wf.WorkflowVersion), "correlationId": orNull(wf.CorrelationID),
		"reasonForIncompletion": orNull(wf.ReasonForIncompletion), "schemaVersion": int64(s.x.plan.def.SchemaVersion),
		"taskToDomain": domains,
	}
}

func (s workflowScope) tree() map[string]any {
	all := s.scalars()
	all["input"], all["output"], all["variables"] = s.x.wf.Input, s.x.wf.Output, s.x.wf.Variables
	return all
}

// outsideScope is ${workflow.env…}: one variable at a time, never all of them.
type outsideScope struct {
	lookup func(name string) (string, bool)
}

func (s outsideScope) field(name string) (any, bool) {
	if s.lookup == nil {
		return nil, false
	}
	value, ok := s.lookup(name)
	if !ok {
		return nil, false
	}
	return value, true
}

func (outsideScope) tree() map[string]any { return map[string]any{} }

// taskScope is ${REF…}.
type taskScope struct{ t *task }

func (s taskScope) field(name string) (any, bool) {
	switch name {
	case "input":
		return s.t.Wire.InputData, true
	case "output":
		if s.t.loop != nil && !s.t.terminal() {
			return loopScope(s), true
		}
		return s.t.output(), true
	}
	value, ok := s.scalars()[name]
	return value, ok
}

func (s taskScope) scalars() map[string]any {
	wire := &s.t.Wire
	return map[string]any{
		"taskType": wire.TaskType, "status": wire.Status, "referenceTaskName": wire.ReferenceTaskName,
		"retryCount": int64(wire.RetryCount), "correlationId": orNull(wire.CorrelationID), "pollCount": int64(wire.PollCount),
		"taskDefName": wire.TaskDefName, "scheduledTime": wire.ScheduledTime, "startTime": wire.StartTime,
		"endTime": wire.EndTime, "workflowInstanceId": wire.WorkflowInstanceID, "taskId": wire.TaskID,
		"reasonForIncompletion": orNull(wire.ReasonForIncompletion), "callbackAfterSeconds": wire.CallbackAfterSeconds,
		"workerId": orNull(wire.WorkerID), "iteration": int64(wire.Iteration),
	}
}

func (s taskScope) tree() map[string]any {
	all := s.scalars()
	all["input"], all["output"] = s.t.Wire.InputData, s.t.output()
	return all
}

// orNull makes an empty text a null, which is what an unset field is.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

var (
	_ lazyObject = (*scope)(nil)
	_ lazyObject = workflowScope{}
	_ lazyObject = taskScope{}
)
