package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func waiting(input map[string]any) conductor.WorkflowTask { return taskOf("WAIT", "wt", input) }

func TestWaitForATime(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, waiting(map[string]any{"duration": "${workflow.input.d}"}), taskOf("NOOP", "z", nil))
	id := r.start("flow", map[string]any{"d": "1 mins 2s"})
	require.Equal(t, []string{"wt:IN_PROGRESS"}, r.states(id))
	require.EqualValues(t, 62, r.workflow(id).Tasks[0].CallbackAfterSeconds)
	r.clock.Advance(61 * time.Second)
	require.NoError(t, r.Decide(t.Context(), id))
	require.Equal(t, []string{"wt:IN_PROGRESS"}, r.states(id))
	r.clock.Advance(time.Second)
	require.Equal(t, []string{"wt:COMPLETED", "z:COMPLETED"}, r.states(id))
	require.Equal(t, []string{"wt:COMPLETED", "z:COMPLETED"}, r.states(r.start("flow", map[string]any{"d": "0s"})))
}

func TestWaitForSomebody(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, waiting(map[string]any{"duration": nil}))
	id := r.start("flow", nil)
	require.EqualValues(t, 2147483647, r.workflow(id).Tasks[0].CallbackAfterSeconds)
	r.clock.Advance(100 * 365 * 24 * time.Hour)
	require.Equal(t, []string{"wt:IN_PROGRESS"}, r.states(id))
	_, err := r.UpdateByRef(t.Context(), id, "wt", conductor.TaskCompleted, "", map[string]any{"a": 1})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": 1}, r.workflow(id).Output)
}

func TestAWaitStopsWithItsWorkflow(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, waiting(map[string]any{"duration": "10s"}))
	paused, ended := r.start("flow", nil), r.start("flow", nil)
	require.NoError(t, r.Pause(t.Context(), paused))
	require.NoError(t, r.Terminate(t.Context(), ended, "enough"))
	r.clock.Advance(20 * time.Second)
	require.Equal(t, []string{"wt:IN_PROGRESS"}, r.states(paused))
	require.Equal(t, []string{"wt:CANCELED"}, r.states(ended))
	require.NoError(t, r.Resume(t.Context(), paused))
	require.Equal(t, []string{"wt:COMPLETED"}, r.states(paused), "its time has passed meanwhile")
}

func TestAWaitGoesOnAfterALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("flow", nil, waiting(map[string]any{"duration": "10s"}))
	id := r.start("flow", nil)
	require.NoError(t, r.Close())
	next := newRig(t, on(kept, 4*time.Second))
	require.Equal(t, []string{"wt:IN_PROGRESS"}, next.states(id))
	next.clock.Advance(6 * time.Second)
	require.Equal(t, []string{"wt:COMPLETED"}, next.states(id))
	late := newRig(t, on(kept, time.Hour))
	require.Equal(t, conductor.WorkflowCompleted, late.workflow(id).Status)
}

func TestWaitUntil(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	for _, c := range []struct {
		input   map[string]any
		wanted  string
		refusal string
	}{
		{map[string]any{"duration": "2 days 3h 4 mins 5s"}, "2026-01-03T03:04:05Z", ""},
		{map[string]any{"duration": "1 day 1hr"}, "2026-01-02T01:00:00Z", ""},
		{map[string]any{"duration": "1h30m"}, "2026-01-01T01:30:00Z", ""},
		{map[string]any{"duration": "2 SECONDS"}, "2026-01-01T00:00:02Z", ""},
		{map[string]any{"until": "2030-01-01"}, "2030-01-01T00:00:00Z", ""},
		{map[string]any{"until": "2030-01-01 10:00"}, "2030-01-01T10:00:00Z", ""},
		{map[string]any{"until": "2030-01-01 10:00 GMT+04:00"}, "2030-01-01T06:00:00Z", ""},
		{map[string]any{"until": "2030-01-01 10:00 PST"}, "2030-01-01T18:00:00Z", ""},
		{map[string]any{"until": "2030-07-01 10:00 Europe/Paris"}, "2030-07-01T08:00:00Z", ""},
		{map[string]any{"until": "2030-07-01 10:00 +0530"}, "2030-07-01T04:30:00Z", ""},
		{map[string]any{"until": "2030-07-01 10:00 UTC"}, "2030-07-01T10:00:00Z", ""},
		{map[string]any{}, "", ""},
		{map[string]any{"duration": "", "until": nil}, "", ""},
		{map[string]any{"duration": "bad"}, "", "Not valid duration: bad"},
		{map[string]any{"duration": 5}, "", "Not valid duration: 5"},
		{map[string]any{"duration": "500 milliseconds"}, "", "Not valid duration: 500 milliseconds"},
		{map[string]any{"duration": "99999999999 days"}, "", "Not valid duration: 99999999999 days"},
		{map[string]any{"until": "bad"}, "", "Invalid/Unsupported Wait Until format.  Provided: bad"},
		{map[string]any{"until": "2030-01-01T10:00:00Z"}, "", "Invalid/Unsupported Wait Until format.  Provided: 2030-01-01T10:00:00Z"},
		{map[string]any{"until": "2030-01-01 10:00 Nowhere/City"}, "", "Invalid/Unsupported Wait Until format.  Provided: 2030-01-01 10:00 Nowhere/City"},
		{map[string]any{"duration": "1s", "until": "2030-01-01"}, "", "Both 'duration' and 'until' specified. Please provide only one input"},
	} {
		at, refusal := waitUntil(c.input, now)
		require.Equal(t, c.refusal, refusal, "%v", c.input)
		if c.wanted == "" {
			require.Equal(t, never, at, "%v", c.input)
			continue
		}
		require.Equal(t, c.wanted, time.UnixMilli(at).UTC().Format(time.RFC3339), "%v", c.input)
	}
	r := newRig(t)
	r.flow("flow", nil, waiting(map[string]any{"duration": "${workflow.input.d}"}))
	wf := r.workflow(r.start("flow", map[string]any{"d": "bad"}))
	require.Equal(t, conductor.TaskFailedTerminally, wf.Tasks[0].Status)
	require.Contains(t, wf.ReasonForIncompletion, "Not valid duration: bad")
}

func TestAWaitThatFailedIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		input map[string]any
		after []string // the states after the retry's delay of 10 s, after the first attempt's 30 s, and later still
	}{
		{map[string]any{"duration": "30s"}, []string{"IN_PROGRESS", "COMPLETED", "COMPLETED"}},
		{map[string]any{"duration": "6s"}, []string{"COMPLETED", "COMPLETED", "COMPLETED"}},
		{map[string]any{"until": "2100-01-01"}, []string{"IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"}},
		{map[string]any{}, []string{"IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"}},
		{map[string]any{"duration": "${workflow.variables.d}"}, []string{"FAILED_WITH_TERMINAL_ERROR", "FAILED_WITH_TERMINAL_ERROR", "FAILED_WITH_TERMINAL_ERROR"}},
	} {
		r := newRig(t)
		r.taskDef("wait", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 10 })
		wait := waiting(c.input)
		wait.Name = "wait"
		r.flow("flow", func(d *conductor.WorkflowDef) { d.Variables = map[string]any{"d": "1h"} }, wait)
		id := r.start("flow", nil)
		if c.input["duration"] == "${workflow.variables.d}" {
			require.NoError(t, r.SetVariables(t.Context(), id, map[string]any{"d": "bad"}))
		}
		_, err := r.UpdateByRef(t.Context(), id, "wt", conductor.TaskFailed, "", nil)
		require.NoError(t, err)
		require.Equal(t, []string{"wt:FAILED", "wt:SCHEDULED"}, r.states(id), "%v", c.input)
		for i, pass := range []time.Duration{10 * time.Second, 20 * time.Second, time.Hour} {
			r.clock.Advance(pass)
			require.Equal(t, "wt:"+c.after[i], r.states(id)[1], "%v after %d", c.input, i)
		}
	}
}
