package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func TestTaskDefinitions(t *testing.T) {
	r := newRig(t)
	r.requireKind(fault.KindInvalid, r.PutTaskDefs(t.Context(), nil, "me"), "Validation failed")
	r.taskDef("b", nil)
	r.taskDef("a", nil)
	r.clock.Advance(time.Second)
	def, err := r.TaskDef("a")
	require.NoError(t, err)
	require.Equal(t, conductor.Audit{CreateTime: 1_700_000_000_000, CreatedBy: "me"}, def.Audit)
	def.Description = "changed"
	require.NoError(t, r.UpdateTaskDef(t.Context(), def, "you"))
	def, err = r.TaskDef("a")
	require.NoError(t, err)
	require.Equal(t, "changed", def.Description)
	require.Equal(t, conductor.Audit{CreateTime: 1_700_000_000_000, CreatedBy: "me", UpdateTime: 1_700_000_001_000, UpdatedBy: "you"}, def.Audit)
	all := r.TaskDefs()
	require.Equal(t, []string{"a", "b"}, []string{all[0].Name, all[1].Name})
	def.Name = "c"
	r.requireKind(fault.KindNotFound, r.UpdateTaskDef(t.Context(), def, "you"), "No such task by name c")
	require.NoError(t, r.DeleteTaskDef(t.Context(), "a"))
	r.requireKind(fault.KindNotFound, r.DeleteTaskDef(t.Context(), "a"), "No such task definition")
	_, err = r.TaskDef("a")
	r.requireKind(fault.KindNotFound, err, "No such taskType found by name: a")
}

func TestBrokenTaskDefinitionsChangeNothing(t *testing.T) {
	r := newRig(t)
	good, bad := conductor.NewTaskDef(), conductor.NewTaskDef()
	good.Name = "good"
	err := r.PutTaskDefs(t.Context(), []conductor.TaskDef{good, bad}, "me")
	var refused *fault.Error
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Violations, 1)
	require.Equal(t, "registerTaskDef.arg0[1].name", refused.Violations[0].Path)
	require.Equal(t, "TaskDef name cannot be null or empty", refused.Violations[0].Message)
	require.Empty(t, r.TaskDefs())
}

func TestWorkflowDefinitions(t *testing.T) {
	r := newRig(t)
	put := func(version int, mode PutMode) (int, error) {
		def := oneTask("flow", "a")
		def.Version = version
		return r.PutWorkflowDef(t.Context(), def, mode, "me")
	}
	for _, c := range []struct {
		version int
		mode    PutMode
		wanted  int
		fails   string
	}{
		{1, PutMode{}, 1, ""},
		{1, PutMode{}, 0, "Workflow with flow.1 already exists!"},
		{1, PutMode{Overwrite: true}, 1, ""},
		{5, PutMode{}, 5, ""},
		{1, PutMode{NewVersion: true}, 6, ""},
		{2, PutMode{Overwrite: true}, 2, ""},
	} {
		version, err := put(c.version, c.mode)
		if c.fails != "" {
			r.requireKind(fault.KindConflict, err, c.fails)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.wanted, version)
	}
	latest, err := r.WorkflowDef("flow", 0)
	require.NoError(t, err)
	require.Equal(t, 6, latest.Version)
	require.Len(t, r.WorkflowVersions("flow"), 4)
	require.Len(t, r.WorkflowDefs(), 4)
	require.Empty(t, r.WorkflowVersions("x"))
	_, err = r.WorkflowDef("flow", 9)
	r.requireKind(fault.KindNotFound, err, "No such workflow found by name: flow, version: 9")
	require.NoError(t, r.DeleteWorkflowDef(t.Context(), "flow", 6))
	r.requireKind(fault.KindNotFound, r.DeleteWorkflowDef(t.Context(), "flow", 6), "No such workflow definition: flow version: 6")
	id := r.start("flow", nil)
	require.Equal(t, 5, r.workflow(id).WorkflowVersion)
	one := 1
	require.Equal(t, 1, r.workflow(r.startAs(conductor.StartWorkflowRequest{Name: "flow", Version: &one})).WorkflowVersion)
	require.NoError(t, r.DeleteWorkflowDef(t.Context(), "flow", 5))
	require.Equal(t, conductor.WorkflowRunning, r.workflow(id).Status, "deleting a definition leaves executions")
}

func TestWorkflowDefinitionsAreChecked(t *testing.T) {
	r := newRig(t)
	def := conductor.NewWorkflowDef()
	_, err := r.PutWorkflowDef(t.Context(), def, PutMode{}, "me")
	var refused *fault.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, fault.KindInvalid, refused.Kind)
	require.NotEmpty(t, refused.Violations)
	require.Error(t, r.CheckWorkflowDef("validateWorkflowDef.arg0", def))
	require.NoError(t, r.CheckWorkflowDef("validateWorkflowDef.arg0", oneTask("flow", "a")))
	require.Empty(t, r.WorkflowDefs())
}
