package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func sub(ref, workflow string, change ...func(*conductor.SubWorkflowParams)) conductor.WorkflowTask {
	params := &conductor.SubWorkflowParams{Name: workflow}
	for _, apply := range change {
		apply(params)
	}
	return taskOf("SUB_WORKFLOW", ref, map[string]any{"a": "${workflow.input.a}"}, func(t *conductor.WorkflowTask) { t.SubWorkflowParam = params })
}

func (r *rig) childOf(id, ref string) conductor.Workflow {
	r.t.Helper()
	for _, task := range r.workflow(id).Tasks {
		if task.ReferenceTaskName == ref && task.SubWorkflowID != "" && !task.Retried {
			return r.workflow(task.SubWorkflowID)
		}
	}
	require.FailNow(r.t, "no child", "%s: %v", ref, r.states(id))
	return conductor.Workflow{}
}

func TestSubWorkflowRunsInside(t *testing.T) {
	r := newRig(t)
	r.flow("child", func(d *conductor.WorkflowDef) { d.OutputParameters = map[string]any{"o": "${c.output.x}"} }, simple("c", "c"))
	r.flow("child", func(d *conductor.WorkflowDef) {
		d.Version, d.OutputParameters = 2, map[string]any{"o": "${c.output.x}"}
	}, simple("c", "c"))
	r.flow("parent", nil, sub("sb", "child"), simple("z", "z"))
	id := r.startAs(conductor.StartWorkflowRequest{
		Name: "parent", Input: map[string]any{"a": 7}, CorrelationID: "cc", TaskToDomain: map[string]string{"c": "john"},
	})
	task := r.workflow(id).Tasks[0]
	require.Equal(t, conductor.TaskInProgress, task.Status)
	require.Equal(t, map[string]any{
		"subWorkflowDefinition": nil, "workflowInput": map[string]any{"a": task.InputData["workflowInput"].(map[string]any)["a"]},
		"subWorkflowTaskToDomain": nil, "idempotencyKey": nil, "idempotencyStrategy": nil, "subWorkflowName": "child",
		"priority": nil, "subWorkflowVersion": 2,
	}, task.InputData)
	child := r.childOf(id, "sb")
	require.Equal(t, map[string]any{"subWorkflowId": child.WorkflowID}, task.OutputData)
	require.Equal(t, []any{id, task.TaskID, "cc", 2, "me"}, []any{
		child.ParentWorkflowID, child.ParentWorkflowTaskID, child.CorrelationID, child.WorkflowVersion, child.CreatedBy,
	})
	require.Equal(t, map[string]any{"a": child.Input["a"]}, child.Input)
	inside := r.pollAs(PollRequest{TaskType: "c", Domain: "john"})
	require.NotNil(t, inside, "the child has the parent's domains")
	r.report(*inside, conductor.TaskCompleted, map[string]any{"x": "y"})
	require.Equal(t, []string{"sb:COMPLETED", "z:SCHEDULED"}, r.states(id))
	require.Equal(t, map[string]any{"subWorkflowId": child.WorkflowID, "o": "y"}, r.workflow(id).Tasks[0].OutputData)
}

func TestSubWorkflowThatEndsBadly(t *testing.T) {
	flows := func(r *rig, change func(*conductor.WorkflowTask)) string {
		r.flow("child", nil, onceOnly(simple("c", "c"), false, false))
		inside := sub("sb", "child")
		if change != nil {
			change(&inside)
		}
		r.flow("parent", nil, inside, simple("z", "z"))
		return r.start("parent", nil)
	}
	t.Run("it fails", func(t *testing.T) {
		r := newRig(t)
		id := flows(r, nil)
		child := r.childOf(id, "sb")
		r.report(r.must("c"), conductor.TaskFailed, map[string]any{"e": 1})
		wf := r.workflow(id)
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Equal(t, conductor.TaskFailed, wf.Tasks[0].Status)
		require.Contains(t, wf.Tasks[0].ReasonForIncompletion, "Sub workflow child.1/"+child.WorkflowID+" failure reason: Task ")
		require.Equal(t, map[string]any{"subWorkflowId": child.WorkflowID, "e": 1}, wf.Output)
		require.Equal(t, []string{"sb"}, wf.FailedReferenceTaskNames)
	})
	t.Run("it is tried again as a new one", func(t *testing.T) {
		r := newRig(t)
		r.taskDef("sb", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 10 })
		id := flows(r, nil)
		first := r.childOf(id, "sb")
		r.report(r.must("c"), conductor.TaskFailed, nil)
		require.Equal(t, []string{"sb:FAILED", "sb:SCHEDULED"}, r.states(id))
		r.clock.Advance(10 * time.Second)
		second := r.childOf(id, "sb")
		require.NotEqual(t, first.WorkflowID, second.WorkflowID)
		r.report(r.must("c"), conductor.TaskCompleted, nil)
		require.Equal(t, []string{"sb:FAILED", "sb:COMPLETED", "z:SCHEDULED"}, r.states(id))
	})
	t.Run("an optional one is passed over", func(t *testing.T) {
		r := newRig(t)
		id := flows(r, func(task *conductor.WorkflowTask) { task.Optional = true })
		r.report(r.must("c"), conductor.TaskFailed, nil)
		require.Equal(t, []string{"sb:COMPLETED_WITH_ERRORS", "z:SCHEDULED"}, r.states(id))
	})
	t.Run("an operator ends it", func(t *testing.T) {
		r := newRig(t)
		id := flows(r, nil)
		require.NoError(t, r.Terminate(t.Context(), r.childOf(id, "sb").WorkflowID, "by hand"))
		wf := r.workflow(id)
		require.Equal(t, conductor.WorkflowTerminated, wf.Status)
		require.Equal(t, conductor.TaskCanceled, wf.Tasks[0].Status)
		require.Contains(t, wf.ReasonForIncompletion, "failed with status: TERMINATED and reason: 'Sub workflow child.1/")
		require.Empty(t, wf.FailedReferenceTaskNames)
	})
	t.Run("it is removed", func(t *testing.T) {
		r := newRig(t)
		id := flows(r, nil)
		require.NoError(t, r.Purge(t.Context(), r.childOf(id, "sb").WorkflowID))
		require.Equal(t, conductor.WorkflowTerminated, r.workflow(id).Status)
	})
	t.Run("its parent ends", func(t *testing.T) {
		r := newRig(t)
		id := flows(r, nil)
		child := r.childOf(id, "sb").WorkflowID
		require.NoError(t, r.Terminate(t.Context(), id, "by hand"))
		require.Equal(t, []string{"sb:CANCELED"}, r.states(id))
		wf := r.workflow(child)
		require.Equal(t, conductor.WorkflowTerminated, wf.Status)
		require.Equal(t, "Parent workflow has been terminated with reason: by hand", wf.ReasonForIncompletion)
		require.Equal(t, []string{"c:CANCELED"}, r.states(child))
		require.Zero(t, r.QueueSize("c", ""))
	})
	t.Run("a sibling of it fails", func(t *testing.T) {
		r := newRig(t)
		r.flow("child", nil, simple("c", "c"))
		r.flow("parent", nil, fork("fk", list(sub("sb", "child")), list(onceOnly(simple("d", "d"), false, false))), join("jn", "sb", "d"))
		id := r.start("parent", nil)
		child := r.childOf(id, "sb").WorkflowID
		r.report(r.must("d"), conductor.TaskFailed, nil)
		require.Equal(t, conductor.WorkflowFailed, r.workflow(id).Status)
		require.Equal(t, conductor.WorkflowTerminated, r.workflow(child).Status)
	})
}

func TestWhichSubWorkflow(t *testing.T) {
	inline := oneTask("inl", "i")
	for name, c := range map[string]struct {
		params func(*conductor.SubWorkflowParams)
		wanted string
		input  map[string]any
	}{
		"a version":             {func(p *conductor.SubWorkflowParams) { p.Name, p.Version = "child", 1 }, "child.1", nil},
		"a version of any type": {func(p *conductor.SubWorkflowParams) { p.Name, p.Version = "child", "${workflow.input.v}" }, "child.1", nil},
		"a name by expression":  {func(p *conductor.SubWorkflowParams) { p.Name = "${workflow.input.n}" }, "child.3", nil},
		"a definition": {
			func(p *conductor.SubWorkflowParams) { p.Name, p.WorkflowDefinition = "inl", inline }, "inl.1",
			map[string]any{"a": nil, "_systemMetadata": map[string]any{"dynamic": true}},
		},
		"a definition by expression": {func(p *conductor.SubWorkflowParams) { p.WorkflowDefinition = "${workflow.input.def}" }, "inl.1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			for _, version := range []int{1, 3} {
				r.flow("child", func(d *conductor.WorkflowDef) { d.Version = version }, simple("c", "c"))
			}
			r.flow("parent", nil, sub("sb", "", c.params))
			def, err := plainMap(inline)
			require.NoError(t, err)
			id := r.start("parent", map[string]any{"n": "child", "v": "1", "def": def})
			child := r.childOf(id, "sb")
			require.Equal(t, c.wanted, child.WorkflowName+"."+versionText(child.WorkflowVersion), r.workflow(id).ReasonForIncompletion)
			if c.input != nil {
				require.Equal(t, c.input, child.Input)
			}
		})
	}
	t.Run("one that is not there refuses the start", func(t *testing.T) {
		r := newRig(t)
		r.flow("parent", nil, sub("sb", "nobody"))
		_, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: "parent"}, "me")
		r.requireKind(fault.KindNotFound, err, "The Task sb defined as a sub-workflow has no workflow definition available")
		r.flow("nobody", nil, simple("c", "c"))
		r.start("parent", nil)
	})
	t.Run("a version that is not there fails the task", func(t *testing.T) {
		r := newRig(t)
		r.flow("parent", nil, sub("sb", "nobody", func(p *conductor.SubWorkflowParams) { p.Version = 9 }))
		wf := r.workflow(r.start("parent", nil))
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Contains(t, wf.ReasonForIncompletion, "No such workflow defined. name=nobody, version=9")
	})
	t.Run("a name that is not there fails the task", func(t *testing.T) {
		r := newRig(t)
		r.flow("parent", nil, sub("sb", "${workflow.input.n}"))
		wf := r.workflow(r.start("parent", nil))
		require.Equal(t, "Workflow name cannot be null or empty", wf.Tasks[0].ReasonForIncompletion)
	})
	t.Run("without inputs the child gets them all", func(t *testing.T) {
		r := newRig(t)
		r.flow("child", nil, simple("c", "c"))
		bare := sub("sb", "child")
		bare.InputParameters = map[string]any{}
		r.flow("parent", nil, bare)
		require.Equal(t, "child", r.childOf(r.start("parent", nil), "sb").Input["subWorkflowName"])
	})
}

func TestSubWorkflowsInLoopsAndInThemselves(t *testing.T) {
	r := newRig(t)
	r.flow("leaf", nil, inline("i", "1"))
	r.flow("middle", nil, sub("leaf", "leaf"))
	r.flow("parent", nil, loopOver("lp", "$.lp.iteration < 3", sub("sb", "middle")), taskOf("NOOP", "z", nil))
	id := r.start("parent", nil)
	require.Equal(t, []string{"lp:COMPLETED", "sb__1:COMPLETED", "sb__2:COMPLETED", "sb__3:COMPLETED", "z:COMPLETED"}, r.states(id))
	require.Len(t, r.Running("leaf", 0, 1, 1<<60), 3)

	r.flow("snake", nil, inline("i", "1"))
	r.flow("snake", nil, sub("sb", "snake"))
	wf := r.workflow(r.start("snake", nil))
	require.Equal(t, conductor.WorkflowFailed, wf.Status)
	require.Contains(t, wf.ReasonForIncompletion, "does snake contain itself?")
	require.Len(t, r.Running("snake", 0, 1, 1<<60), maxNesting+1)
}

func TestSubWorkflowsGoOnAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("child", nil, simple("c", "c"))
	r.flow("parent", nil, fork("fk", list(sub("one", "child")), list(sub("two", "child"))), join("jn", "one", "two"))
	id := r.start("parent", nil)
	one, two := r.childOf(id, "one").WorkflowID, r.childOf(id, "two").WorkflowID
	r.report(r.must("c"), conductor.TaskCompleted, nil)
	require.NoError(t, r.Close())
	// As if the process had died before the second child was there, and before the first told its parent.
	delete(kept.data[KindExecution], two)
	for key, data := range kept.data[kindTask] {
		var held task
		require.NoError(t, conductor.Decode(data, &held))
		if held.Wire.WorkflowInstanceID == two {
			delete(kept.data[kindTask], key)
		}
		if held.Wire.ReferenceTaskName == "one" {
			held.Wire.Status, held.Wire.Executed, held.Wire.EndTime = conductor.TaskInProgress, false, 0
			kept.data[kindTask][key] = []byte(encoded(t, &held))
		}
	}

	next := newRig(t, on(kept, 0))
	require.Equal(t, []string{"fk:COMPLETED", "one:COMPLETED", "two:IN_PROGRESS", "jn:IN_PROGRESS"}, next.states(id))
	require.Equal(t, conductor.WorkflowCompleted, next.workflow(one).Status)
	next.report(next.must("c"), conductor.TaskCompleted, nil)
	require.Nil(t, next.poll("c"), "there is one of each")
	require.Equal(t, conductor.WorkflowCompleted, next.workflow(two).Status)
	require.Equal(t, conductor.WorkflowCompleted, next.workflow(id).Status)
}

func TestStartWorkflow(t *testing.T) {
	starter := func(given any) conductor.WorkflowTask {
		return taskOf("START_WORKFLOW", "st", map[string]any{"startWorkflow": given})
	}
	r := newRig(t)
	r.flow("other", nil, simple("c", "c"))
	r.flow("flow", nil, starter(map[string]any{"name": "other", "version": "1", "input": map[string]any{"a": "${workflow.input.a}"}, "correlationId": "cc"}))
	wf := r.workflow(r.start("flow", map[string]any{"a": "b"}))
	require.Equal(t, conductor.WorkflowCompleted, wf.Status, wf.ReasonForIncompletion)
	started := r.workflow(wf.Output["workflowId"].(string))
	require.Equal(t, []any{"other", "cc", "", "me", conductor.WorkflowRunning}, []any{
		started.WorkflowName, started.CorrelationID, started.ParentWorkflowID, started.CreatedBy, started.Status,
	})
	require.Equal(t, map[string]any{"a": "b"}, started.Input)
	for given, reason := range map[string]any{
		"nobody": "No such workflow defined. name=nobody, version=null", "": "Missing 'startWorkflow' in input data.",
	} {
		value := any(map[string]any{"name": given})
		if given == "" {
			value = nil
		}
		r.flow("flow", nil, starter(value))
		wf := r.workflow(r.start("flow", nil))
		require.Equal(t, conductor.WorkflowFailed, wf.Status)
		require.Equal(t, reason, wf.Tasks[0].ReasonForIncompletion)
	}
}

func TestWorkflowsThatStartEachOtherForEver(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, taskOf("START_WORKFLOW", "st", map[string]any{"startWorkflow": map[string]any{"name": "flow"}}))
	id := r.start("flow", nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status, "whoever started the first has an answer")
	require.NoError(t, r.Close(), "and the engine can be closed")
}

func TestWorkflowsThatStartOneAnotherForEver(t *testing.T) {
	startsItself := taskOf("START_WORKFLOW", "st", map[string]any{"startWorkflow": map[string]any{"name": "flow"}})
	for name, tasks := range map[string][]conductor.WorkflowTask{
		"one after the other": {startsItself},
		"two by each":         {startsItself, taskOf("START_WORKFLOW", "st2", map[string]any{"startWorkflow": map[string]any{"name": "flow"}})},
		"two inside each": {
			fork("f", list(sub("s1", "flow")), list(sub("s2", "flow"))), join("j", "s1", "s2"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.maxKin = 50
			r.flow("flow", nil, tasks...)
			r.start("flow", nil)
			r.jobs.running.Wait()
			all := r.index.everything()
			require.Len(t, all, 51)
			var reasons []string
			for _, x := range all {
				wf := r.workflow(x.id)
				require.True(t, conductor.WorkflowTerminal(wf.Status), name)
				reasons = append(reasons, wf.ReasonForIncompletion)
			}
			require.Contains(t, strings.Join(reasons, "\n"), "50 workflows have started one another")
		})
	}
}

func TestAWorkflowThatStartsItselfAfterAWhileGoesOn(t *testing.T) {
	r := newRig(t)
	r.maxKin = many + 10
	r.flow("flow", nil, simple("a", "a"), taskOf("START_WORKFLOW", "st", map[string]any{"startWorkflow": map[string]any{"name": "flow"}}))
	r.start("flow", nil)
	for range many + 50 {
		r.report(r.must("a"), conductor.TaskCompleted, nil)
	}
	require.NotNil(t, r.poll("a"))
}
