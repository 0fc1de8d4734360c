package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// rig is an engine on a clock that the test moves.
type rig struct {
	*Engine
	t     *testing.T
	clock *ManualClock
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	clock := NewManualClock(time.UnixMilli(1_700_000_000_000))
	opts := Options{Clock: clock, EnforceIdempotency: true, CacheOutputs: true}
	for _, apply := range change {
		apply(&opts)
	}
	e, err := New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return &rig{Engine: e, t: t, clock: clock}
}

// taskDef registers a task definition with a few fields changed.
func (r *rig) taskDef(name string, change func(*conductor.TaskDef)) {
	r.t.Helper()
	def := conductor.NewTaskDef()
	def.Name = name
	if change != nil {
		change(&def)
	}
	require.NoError(r.t, r.PutTaskDefs(r.t.Context(), []conductor.TaskDef{def}, "me"))
}

// flow registers a workflow of the given tasks.
func (r *rig) flow(name string, change func(*conductor.WorkflowDef), tasks ...conductor.WorkflowTask) {
	r.t.Helper()
	def := conductor.NewWorkflowDef()
	def.Name, def.Tasks = name, tasks
	if change != nil {
		change(&def)
	}
	_, err := r.PutWorkflowDef(r.t.Context(), def, PutMode{Overwrite: true}, "me")
	require.NoError(r.t, err)
}

func (r *rig) start(name string, input map[string]any) string {
	r.t.Helper()
	return r.startAs(conductor.StartWorkflowRequest{Name: name, Input: input})
}

func (r *rig) startAs(req conductor.StartWorkflowRequest) string {
	r.t.Helper()
	id, err := r.Start(r.t.Context(), req, "me")
	require.NoError(r.t, err)
	return id
}

// poll takes at most one task, without waiting.
func (r *rig) poll(taskType string) *conductor.Task {
	r.t.Helper()
	return r.pollAs(PollRequest{TaskType: taskType, WorkerID: "worker"})
}

func (r *rig) pollAs(req PollRequest) *conductor.Task {
	r.t.Helper()
	tasks, err := r.Poll(r.t.Context(), req)
	require.NoError(r.t, err)
	if len(tasks) == 0 {
		return nil
	}
	require.Len(r.t, tasks, 1)
	return &tasks[0]
}

// must polls a task that has to be there.
func (r *rig) must(taskType string) conductor.Task {
	r.t.Helper()
	task := r.poll(taskType)
	require.NotNil(r.t, task, "no task %s to poll", taskType)
	return *task
}

func (r *rig) report(task conductor.Task, status string, output map[string]any) conductor.Task {
	r.t.Helper()
	return r.reportAs(conductor.TaskResult{
		WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: status, OutputData: output,
	})
}

func (r *rig) reportAs(result conductor.TaskResult) conductor.Task {
	r.t.Helper()
	task, err := r.Update(r.t.Context(), result)
	require.NoError(r.t, err)
	return task
}

func (r *rig) workflow(id string) conductor.Workflow {
	r.t.Helper()
	wf, err := r.Workflow(id, true)
	require.NoError(r.t, err)
	return wf
}

// states lists REF:STATUS by seq.
func (r *rig) states(id string) []string {
	r.t.Helper()
	var list []string
	for _, task := range r.workflow(id).Tasks {
		list = append(list, task.ReferenceTaskName+":"+task.Status)
	}
	return list
}

func (r *rig) requireKind(kind fault.Kind, err error, text string) {
	r.t.Helper()
	require.ErrorContains(r.t, err, text)
	require.Equal(r.t, kind, fault.KindOf(err), "%v", err)
}

// deadline keeps a broken test from hanging.
func deadline10(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestTwoTasksRunInOrder(t *testing.T) {
	r := newRig(t)
	second := simple("pack", "pack_ref")
	second.InputParameters = map[string]any{"what": "${pick_ref.output.item}", "who": "${workflow.input.who}", "n": 3}
	r.flow("order", func(d *conductor.WorkflowDef) {
		d.OutputParameters = map[string]any{"parcel": "${pack_ref.output.parcel}", "by": "x-${workflow.input.who}"}
	}, simple("pick", "pick_ref"), second)
	id := r.start("order", map[string]any{"who": "ann"})
	require.Equal(t, []string{"pick_ref:SCHEDULED"}, r.states(id))
	require.Nil(t, r.poll("pack"))
	require.Equal(t, 1, r.QueueSize("pick", ""))

	pick := r.must("pick")
	require.Equal(t, conductor.TaskInProgress, pick.Status)
	require.Equal(t, 1, pick.PollCount)
	require.Equal(t, "worker", pick.WorkerID)
	require.Equal(t, "pick", pick.TaskDefinition.Name)
	require.Equal(t, "pick_ref", pick.WorkflowTask.TaskReferenceName)
	require.Nil(t, r.poll("pick"), "a task is delivered once")
	require.Zero(t, r.QueueSize("pick", ""))
	done := r.report(pick, conductor.TaskCompleted, map[string]any{"item": map[string]any{"sku": "b1"}})
	require.Equal(t, conductor.TaskCompleted, done.Status)
	require.True(t, done.Executed)

	pack := r.must("pack")
	require.Equal(t, map[string]any{"what": map[string]any{"sku": "b1"}, "who": "ann", "n": pack.InputData["n"]}, pack.InputData)
	r.clock.Advance(time.Second)
	r.report(pack, conductor.TaskCompleted, map[string]any{"parcel": "p7"})
	wf := r.workflow(id)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Equal(t, map[string]any{"parcel": "p7", "by": "x-ann"}, wf.Output)
	require.Equal(t, wf.StartTime+1000, wf.EndTime)
	require.Equal(t, []int{1, 2}, []int{wf.Tasks[0].Seq, wf.Tasks[1].Seq})
	require.Equal(t, "me", wf.CreatedBy)
	require.Empty(t, wf.ReasonForIncompletion)
}

func TestOutputOfTheLastTaskWithoutParameters(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	r.report(r.must("a"), conductor.TaskCompleted, map[string]any{"x": 1})
	require.Equal(t, map[string]any{"x": 1}, r.workflow(id).Output)
}

func TestStartRefuses(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	number := func(n int) *int { return &n }
	for _, c := range []struct {
		name string
		req  conductor.StartWorkflowRequest
		kind fault.Kind
		text string
	}{
		{"no name", conductor.StartWorkflowRequest{}, fault.KindInvalid, "Validation failed"},
		{"unknown", conductor.StartWorkflowRequest{Name: "two"}, fault.KindNotFound, "No such workflow defined. name=two, version=null"},
		{"unknown version", conductor.StartWorkflowRequest{Name: "one", Version: number(7)}, fault.KindNotFound, "name=one, version=7"},
		{"priority", conductor.StartWorkflowRequest{Name: "one", Priority: 100}, fault.KindInvalid, "Validation failed"},
		{"negative priority", conductor.StartWorkflowRequest{Name: "one", Priority: -1}, fault.KindInvalid, "Validation failed"},
		{"strategy", conductor.StartWorkflowRequest{Name: "one", IdempotencyStrategy: "MAYBE"}, fault.KindInvalid, "should be one of FAIL"},
		{"inline without tasks", conductor.StartWorkflowRequest{Name: "x", WorkflowDef: &conductor.WorkflowDef{}}, fault.KindInvalid, "Validation failed"},
		{"huge", conductor.StartWorkflowRequest{Name: "one", Input: map[string]any{"a": string(make([]byte, maxPayload))}}, fault.KindTooLarge, "permitted limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Start(t.Context(), c.req, "me")
			r.requireKind(c.kind, err, c.text)
		})
	}
}

func TestUserDefinedTypesGoToWorkers(t *testing.T) {
	r := newRig(t)
	custom := simple("job", "job_ref")
	custom.Type = "MY_TYPE"
	r.flow("one", nil, custom)
	id := r.start("one", nil)
	task := r.must("MY_TYPE")
	require.Equal(t, "job", task.TaskDefName)
	require.Zero(t, task.ResponseTimeoutSeconds, "without a definition only SIMPLE tasks must answer")
	r.report(task, conductor.TaskFailed, nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status, "and only those are retried")
}

func TestInlineDefinition(t *testing.T) {
	r := newRig(t)
	def := oneTask("inline", "job")
	id := r.startAs(conductor.StartWorkflowRequest{Name: "inline", WorkflowDef: &def, Input: map[string]any{"id": 1}})
	def.Tasks[0].Name = "changed"
	r.report(r.must("job"), conductor.TaskCompleted, map[string]any{"result": true})
	require.Equal(t, map[string]any{"result": true}, r.workflow(id).Output)
	_, err := r.WorkflowDef("inline", 0)
	r.requireKind(fault.KindNotFound, err, "No such workflow found by name: inline, version: null")
}

func TestInputTemplates(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) {
		d.InputTemplate = map[string]any{"absent": "t-${workflow.input.x}", "null": "fallback", "given": "no"}
	})
	task := simple("a", "a")
	task.InputParameters = map[string]any{"null": "${workflow.input.missing}", "given": "yes"}
	r.flow("one", func(d *conductor.WorkflowDef) { d.InputTemplate = map[string]any{"x": "from-template", "y": "default"} }, task)
	id := r.start("one", map[string]any{"y": "own"})
	require.Equal(t, map[string]any{"absent": "t-from-template", "null": "fallback", "given": "yes"}, r.must("a").InputData)
	require.Equal(t, map[string]any{"x": "from-template", "y": "own"}, r.workflow(id).Input)
	empty := r.start("one", nil)
	require.Empty(t, r.workflow(empty).Input, "the template is not for an empty input")
}

func TestDefinitionsAreFixedAtStart(t *testing.T) {
	r := newRig(t)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount = 0 })
	r.flow("one", nil, simple("a", "a"))
	id := r.start("one", nil)
	r.taskDef("a", func(d *conductor.TaskDef) { d.RetryCount = 5 })
	next := r.start("one", nil)
	require.Zero(t, r.workflow(id).WorkflowDefinition.Tasks[0].TaskDefinition.RetryCount)
	require.Equal(t, 5, r.workflow(next).WorkflowDefinition.Tasks[0].TaskDefinition.RetryCount)
	r.report(r.must("a"), conductor.TaskFailed, nil)
	require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
}

func TestViewsDoNotChange(t *testing.T) {
	r := newRig(t)
	r.flow("one", nil, simple("a", "a"))
	input := map[string]any{"list": []any{map[string]any{"k": "v"}}}
	id := r.start("one", input)
	input["list"].([]any)[0].(map[string]any)["k"] = "changed by the caller"
	before := r.workflow(id)
	task := r.must("a")
	output := map[string]any{"o": map[string]any{"k": "v"}}
	r.report(task, conductor.TaskCompleted, output)
	output["o"].(map[string]any)["k"] = "changed by the caller"
	require.Equal(t, conductor.TaskScheduled, before.Tasks[0].Status)
	require.Empty(t, before.Tasks[0].OutputData)
	after := r.workflow(id)
	require.Equal(t, map[string]any{"list": []any{map[string]any{"k": "v"}}}, after.Input)
	require.Equal(t, map[string]any{"o": map[string]any{"k": "v"}}, after.Tasks[0].OutputData)
}
