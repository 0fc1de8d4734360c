package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func pullTask(ref string, input map[string]any) conductor.WorkflowTask {
	return taskOf(typePullMessages, ref, input)
}

func (r *rig) post(id string, payload map[string]any) string {
	r.t.Helper()
	posted, err := r.Post(r.t.Context(), id, payload)
	require.NoError(r.t, err)
	return posted
}

// pulled are the payloads that a task has taken.
func (r *rig) pulled(id, ref string) []any {
	r.t.Helper()
	var payloads []any
	for _, task := range r.workflow(id).Tasks {
		if task.ReferenceTaskName == ref {
			for _, message := range task.OutputData["messages"].([]any) {
				payloads = append(payloads, message.(map[string]any)["payload"].(map[string]any)["n"])
			}
			require.EqualValues(r.t, len(payloads), task.OutputData["count"])
		}
	}
	return payloads
}

// unread are the messages that no task has taken.
func (r *rig) unread(id string) []letter {
	x := r.index.execution(id)
	x.lock()
	defer x.unlock()
	return x.inbox
}

func TestMessagesWaitForTheirTask(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"), pullTask("p", map[string]any{"batchSize": 2}), pullTask("q", nil))
	id := r.start("flow", nil)
	first := r.post(id, map[string]any{"n": 1})
	for n := 2; n <= 4; n++ {
		r.post(id, map[string]any{"n": n})
	}
	r.finish("a", conductor.TaskCompleted, nil)
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.Equal(t, []any{1, 2}, r.pulled(id, "p"))
	require.Equal(t, []any{3}, r.pulled(id, "q"))
	message := r.workflow(id).Tasks[1].OutputData["messages"].([]any)[0].(map[string]any)
	require.Equal(t, first, message["id"])
	require.Equal(t, id, message["workflowId"])
	require.Equal(t, "2023-11-14T22:13:20Z", message["receivedAt"])
}

func TestAMessageWakesOneTaskAtATime(t *testing.T) {
	r := newRig(t)
	fork := conductor.WorkflowTask{Name: "f", TaskReferenceName: "f", Type: "FORK_JOIN", ForkTasks: [][]conductor.WorkflowTask{
		{pullTask("p", map[string]any{"batchSize": 5})}, {pullTask("q", nil)},
	}}
	r.flow("flow", nil, fork, conductor.WorkflowTask{Name: "j", TaskReferenceName: "j", Type: typeJoin, JoinOn: []string{"p", "q"}})
	id := r.start("flow", nil)
	require.Equal(t, []string{"f:COMPLETED", "p:IN_PROGRESS", "q:IN_PROGRESS", "j:IN_PROGRESS"}, r.states(id))
	r.post(id, map[string]any{"n": 1})
	require.Equal(t, []any{1}, r.pulled(id, "p"), "who waited longer")
	r.post(id, map[string]any{"n": 2})
	require.Equal(t, []any{2}, r.pulled(id, "q"))
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
}

func TestALoopReadsMessages(t *testing.T) {
	r := newRig(t)
	condition := `if ($.l['iteration'] < 50) { true; } else { false; }`
	loop := conductor.WorkflowTask{
		Name: "l", TaskReferenceName: "l", Type: typeDoWhile, LoopCondition: &condition, LoopOver: []conductor.WorkflowTask{pullTask("p", nil)},
	}
	r.flow("flow", nil, loop)
	id := r.start("flow", nil)
	for n := range 50 {
		r.post(id, map[string]any{"n": n})
	}
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.Empty(t, r.unread(id))
}

func TestMessagesThatAreRefused(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, simple("a", "a"))
	_, err := r.Post(t.Context(), "nope", nil)
	r.requireKind(fault.KindNotFound, err, "Workflow not found: nope")
	id := r.start("flow", nil)
	for range maxInbox {
		r.post(id, nil)
	}
	_, err = r.Post(t.Context(), id, nil)
	r.requireKind(fault.KindTooMany, err, "has reached the maximum size of 1000")
	require.NoError(t, r.Pause(t.Context(), id))
	_, err = r.Post(t.Context(), id, nil)
	r.requireKind(fault.KindConflict, err, "is not in RUNNING state (current: PAUSED)")
	require.NoError(t, r.Terminate(t.Context(), id, ""))
	require.Empty(t, r.unread(id), "what ended reads no more")

	big := r.start("flow", nil)
	half := map[string]any{"text": strings.Repeat("x", maxPayload/2)}
	r.post(big, half)
	_, err = r.Post(t.Context(), big, half)
	r.requireKind(fault.KindTooLarge, err, "are greater than the permitted limit")
}

func TestMessagesSurviveALoad(t *testing.T) {
	kept := newRecording()
	r := newRig(t, on(kept, 0))
	r.flow("flow", nil, simple("a", "a"), pullTask("p", map[string]any{"batchSize": 100}), pullTask("q", nil))
	id, other := r.start("flow", nil), r.start("flow", nil)
	for n := range 20 {
		r.post(id, map[string]any{"n": n})
	}
	r.post(other, map[string]any{"n": 0})
	r = newRig(t, on(kept, time.Second))
	for range 2 {
		r.finish("a", conductor.TaskCompleted, nil)
	}
	require.Len(t, r.pulled(id, "p"), 20)
	require.EqualValues(t, "7", r.pulled(id, "p")[7])
	require.Empty(t, kept.data[kindLetter])

	r = newRig(t, on(kept, time.Second)) // both wait at q now
	r.post(id, map[string]any{"n": 21})
	require.Equal(t, conductor.WorkflowCompleted, r.workflow(id).Status)
	require.NoError(t, r.Purge(t.Context(), other))
	require.Empty(t, kept.data[kindLetter])
}

func TestAPullThatWaitsCanBeEndedOtherwise(t *testing.T) {
	r := newRig(t)
	r.flow("flow", nil, pullTask("p", nil), pullTask("q", nil))
	id := r.start("flow", nil)
	_, err := r.UpdateByRef(t.Context(), id, "p", conductor.TaskCompleted, "", map[string]any{"by": "hand"})
	require.NoError(t, err)
	r.post(id, map[string]any{"n": 1})
	require.Equal(t, map[string]any{"by": "hand"}, r.workflow(id).Tasks[0].OutputData)
	require.Equal(t, []any{1}, r.pulled(id, "q"))
	require.NoError(t, r.Restart(t.Context(), id, false))
	require.Equal(t, []string{"p:IN_PROGRESS"}, r.states(id))
}
