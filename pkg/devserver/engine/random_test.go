package engine

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// restless is an engine that now and then loads everything anew from the store.
type restless struct {
	*ownWorld
	kept *recording
	dice *rand.Rand
}

// newRestless starts the random workflow of a seed there.
func newRestless(t *testing.T, seed uint64) (*player, *restless) {
	t.Helper()
	w := &restless{kept: newRecording(), dice: rand.New(rand.NewPCG(seed, 11))}
	w.ownWorld = newOwnWorld(t, on(w.kept, 0))
	p := newPlayer(scriptOf(seed), w, "")
	if err := p.begin(); err != nil {
		t.Skipf("the definition is refused: %v", err)
	}
	return p, w
}

func (w *restless) report(result conductor.TaskResult) {
	w.ownWorld.report(result)
	if w.dice.IntN(6) == 0 {
		w.reload()
	}
}

func (w *restless) reload() {
	before := map[string]string{}
	for _, x := range w.index.everything() {
		before[x.id] = encoded(w.t, w.rig.workflow(x.id))
	}
	require.NoError(w.t, w.Close())
	clock := w.clock
	w.rig = newRig(w.t, func(o *Options) { o.Store, o.Clock = w.kept, clock })
	w.clock = clock
	for id, wanted := range before {
		if got := encoded(w.t, w.rig.workflow(id)); !assert.ObjectsAreEqual(decoded(w.t, wanted), decoded(w.t, got)) {
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
		wf := w.rig.workflow(x.id)
		require.True(w.t, conductor.WorkflowTerminal(wf.Status), "%s of %s goes on: %v", x.id, wf.WorkflowName, w.states(x.id))
		seen := map[string]bool{}
		for _, task := range wf.Tasks {
			require.True(w.t, conductor.TaskTerminal(task.Status), "%s is %s", task.ReferenceTaskName, task.Status)
			attempt := fmt.Sprint(task.ReferenceTaskName, "#", task.RetryCount)
			require.False(w.t, seen[attempt], "%s twice: %v", attempt, w.states(x.id))
			seen[attempt] = true
			if wf.Status == conductor.WorkflowCompleted && !left(&wf) {
				require.True(w.t, task.Executed || task.Retried, "%s was left behind", task.ReferenceTaskName)
			}
		}
		x.lock()
		if wf.Status == conductor.WorkflowCompleted && !left(&wf) {
			require.Zero(w.t, x.pending)
		}
		x.unlock()
	}
	for name, size := range w.QueuesAll() {
		require.Zero(w.t, size, name)
	}
	require.Empty(w.t, w.timers.heap)
}

func TestRandomWorkflowsEnd(t *testing.T) {
	for seed := range uint64(120) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			p, w := newRestless(t, seed)
			p.run()
			require.Empty(t, w.index.active(), "it hangs: %v", p.log)
			w.settled()
			w.reload()
		})
	}
}
