package engine

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// author writes random definitions of every type that controls the flow, each of which ends if its workers do their work.
type author struct {
	dice  *rand.Rand
	count int
}

func (a *author) ref() string {
	a.count++
	return fmt.Sprint("r", a.count)
}

// tasks is a list of at least one task; what depth is left allows more of them inside.
func (a *author) tasks(depth int) []conductor.WorkflowTask {
	var tasks []conductor.WorkflowTask
	for range a.dice.IntN(3) + 1 {
		tasks = append(tasks, a.task(depth)...)
	}
	return tasks
}

func (a *author) task(depth int) []conductor.WorkflowTask {
	if depth > 0 {
		switch a.dice.IntN(5) {
		case 0:
			return list(byValue(a.ref(), map[string][]conductor.WorkflowTask{"a": a.tasks(depth - 1), "e": {}}, a.tasks(depth-1)...))
		case 1:
			return a.fork(depth)
		case 2:
			ref := a.ref()
			return list(loopOver(ref, fmt.Sprintf("$.%s.iteration < %d", ref, a.dice.IntN(3)+1), a.tasks(depth-1)...))
		}
	}
	return a.leaf()
}

// fork joins the ends of its branches.
func (a *author) fork(depth int) []conductor.WorkflowTask {
	var branches [][]conductor.WorkflowTask
	var ends []string
	for range a.dice.IntN(3) + 1 {
		branch := a.tasks(depth - 1)
		branches = append(branches, branch)
		ends = append(ends, branch[len(branch)-1].TaskReferenceName)
	}
	return list(fork(a.ref(), branches...), join(a.ref(), ends...))
}

func (a *author) leaf() []conductor.WorkflowTask {
	ref := a.ref()
	switch a.dice.IntN(10) {
	case 0:
		return list(inline(ref, "({n: Math.floor(7.5)})"))
	case 1:
		return list(taskOf("SET_VARIABLE", ref, map[string]any{"v": "${workflow.workflowId}"}))
	case 2:
		return list(taskOf("WAIT", ref, map[string]any{"duration": "3s"}))
	case 3:
		return list(sub(ref, "leaf", func(p *conductor.SubWorkflowParams) { p.Version = 1 }))
	case 4:
		return list(dynamicFork(ref, map[string]any{"forkTaskName": "work", "forkTaskInputs": []any{1, 2}}, nil), join(a.ref()))
	case 5:
		return list(taskOf("DYNAMIC", ref, map[string]any{"tn": "work"}, func(t *conductor.WorkflowTask) { t.DynamicTaskNameParam = "tn" }))
	case 6:
		return list(taskOf("NOOP", ref, nil))
	}
	task := simple("work", ref)
	task.Optional, task.Permissive = a.dice.IntN(6) == 0, a.dice.IntN(8) == 0
	return list(task)
}

// restless works on a random workflow, and now and then loads everything anew from the store.
type restless struct {
	*rig
	kept *recording
	dice *rand.Rand
	id   string
}

func (w *restless) round() {
	for _, name := range []string{"work"} {
		tasks, err := w.Poll(w.t.Context(), PollRequest{TaskType: name, Count: 3})
		require.NoError(w.t, err)
		for _, task := range tasks {
			status := conductor.TaskCompleted
			if w.dice.IntN(12) == 0 {
				status = conductor.TaskFailed
			}
			w.report(task, status, map[string]any{"n": task.Seq})
		}
	}
	w.clock.Advance(time.Second)
	if w.dice.IntN(6) == 0 {
		w.reload()
	}
}

func (w *restless) reload() {
	before := map[string]string{}
	for _, x := range w.index.everything() {
		before[x.id] = encoded(w.t, w.workflow(x.id))
	}
	require.NoError(w.t, w.Close())
	clock := w.clock
	w.rig = newRig(w.t, func(o *Options) { o.Store, o.Clock = w.kept, clock })
	w.clock = clock
	for id, wanted := range before {
		if got := encoded(w.t, w.workflow(id)); !assert.ObjectsAreEqual(decoded(w.t, wanted), decoded(w.t, got)) {
			require.FailNow(w.t, "not the same after a load", "%s", firstDifference(wanted, got))
		}
	}
}

func decoded(t *testing.T, data string) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(data), &value))
	return value
}

// firstDifference is the neighbourhood of the first byte that differs: a whole execution is too long to read.
func firstDifference(wanted, got string) string {
	at := 0
	for at < min(len(wanted), len(got)) && wanted[at] == got[at] {
		at++
	}
	from := max(at-300, 0)
	return wanted[from:min(at+200, len(wanted))] + "\n--- became ---\n" + got[from:min(at+200, len(got))]
}

// settled checks the whole after the end.
func (w *restless) settled() {
	for _, x := range w.index.everything() {
		wf := w.workflow(x.id)
		require.True(w.t, conductor.WorkflowTerminal(wf.Status), "%s of %s goes on: %v", x.id, wf.WorkflowName, w.states(x.id))
		seen := map[string]bool{}
		for _, task := range wf.Tasks {
			require.True(w.t, conductor.TaskTerminal(task.Status), "%s is %s", task.ReferenceTaskName, task.Status)
			attempt := fmt.Sprint(task.ReferenceTaskName, "#", task.RetryCount)
			require.False(w.t, seen[attempt], "%s twice: %v", attempt, w.states(x.id))
			seen[attempt] = true
			if wf.Status == conductor.WorkflowCompleted {
				require.True(w.t, task.Executed || task.Retried, "%s was left behind", task.ReferenceTaskName)
			}
		}
		x.lock()
		require.Zero(w.t, x.pending*boolToInt(wf.Status == conductor.WorkflowCompleted))
		x.unlock()
	}
	for name, size := range w.QueuesAll() {
		require.Zero(w.t, size, name)
	}
	require.Empty(w.t, w.timers.heap)
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestRandomWorkflowsEnd(t *testing.T) {
	for seed := range uint64(80) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 11))
			w := &restless{kept: newRecording(), dice: dice}
			w.rig = newRig(t, on(w.kept, 0))
			w.taskDef("work", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 2, 1 })
			w.flow("leaf", nil, simple("work", "l"))
			w.flow("flow", nil, (&author{dice: dice}).tasks(3)...)
			w.id = w.start("flow", map[string]any{"x": []string{"a", "e", "z"}[dice.IntN(3)]})
			for round := 0; len(w.index.active()) > 0; round++ {
				require.Less(t, round, 2000, "it hangs: %v", w.states(w.id))
				w.round()
			}
			w.settled()
			w.reload()
		})
	}
}
