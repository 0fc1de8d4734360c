package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// chaos plays random moves against an engine on a clock of its own and keeps what the engine has promised.
type chaos struct {
	*rig
	dice      *rand.Rand
	ids       []string
	inHand    []conductor.Task          // what a worker was given, answered or not: late answers are played too
	held      map[string]bool           // task ids that a worker has and nobody else may get
	delivered map[string]bool           // by task id and poll count
	final     map[string]map[string]any // the output of the first acknowledged ending update, by task id
	ended     map[string]int            // ends told by events, by workflow id
}

func newChaos(t *testing.T, seed uint64) *chaos {
	t.Helper()
	c := &chaos{
		rig: newRig(t), dice: rand.New(rand.NewPCG(seed, 7)), held: map[string]bool{}, delivered: map[string]bool{},
		final: map[string]map[string]any{}, ended: map[string]int{},
	}
	stop := c.Subscribe(func(e Event) {
		switch {
		case e.Kind == WorkflowEnded:
			c.ended[e.WorkflowID]++
		case e.TaskID != "" && e.Kind != TaskPolled && e.Kind != TaskAlerted:
			delete(c.held, e.TaskID)
		}
	})
	t.Cleanup(stop)
	for i := range 3 {
		c.taskDef(c.taskType(i), c.randomLimits)
	}
	c.flow("flow", func(d *conductor.WorkflowDef) {
		d.TimeoutPolicy = policyTimeOutWF
		d.TimeoutSeconds = int64(c.dice.IntN(2)) * 100_000
	}, simple("t0", "a"), simple("t1", "b"), simple("t2", "c"), simple("t0", "d"))
	return c
}

func (c *chaos) taskType(i int) string { return fmt.Sprintf("t%d", i) }

// randomLimits keeps attempts plenty, so that workflows rarely fail for want of them.
func (c *chaos) randomLimits(d *conductor.TaskDef) {
	d.RetryCount, d.RetryDelaySeconds = c.dice.IntN(20)+5, c.dice.IntN(30)
	d.RetryLogic = []string{"FIXED", "LINEAR_BACKOFF", "EXPONENTIAL_BACKOFF"}[c.dice.IntN(3)]
	d.MaxRetryDelaySeconds, d.BackoffJitterMs = 60, c.dice.IntN(1000)
	d.ResponseTimeoutSeconds, d.ConcurrentExecLimit = int64(c.dice.IntN(60)+1), c.dice.IntN(4)
	d.RateLimitPerFrequency, d.RateLimitFrequencyInSeconds = c.dice.IntN(3)*2, c.dice.IntN(5)+1
	d.TimeoutPolicy = []string{policyRetry, policyAlertOnly}[c.dice.IntN(2)]
	d.PollTimeoutSeconds = c.dice.IntN(2) * 500
}

func (c *chaos) move() {
	switch c.dice.IntN(12) {
	case 0, 1:
		c.ids = append(c.ids, c.startAs(conductor.StartWorkflowRequest{Name: "flow", Priority: c.dice.IntN(3) * 40}))
	case 2, 3, 4:
		c.work(c.taskType(c.dice.IntN(3)))
	case 5, 6, 7, 8:
		c.answer()
	case 9, 10:
		c.clock.Advance(time.Duration(c.dice.IntN(20_000)) * time.Millisecond)
	case 11:
		c.operateOn()
	}
}

// work polls and checks what it is given: nothing twice, nothing that another worker has, in the queue's order.
func (c *chaos) work(taskType string) {
	tasks, err := c.Poll(c.t.Context(), PollRequest{TaskType: taskType, Count: c.dice.IntN(5) + 1})
	require.NoError(c.t, err)
	for _, task := range tasks {
		require.False(c.t, c.held[task.TaskID], "task %s is in a worker's hands", task.TaskID)
		delivery := fmt.Sprint(task.TaskID, "#", task.PollCount)
		require.False(c.t, c.delivered[delivery], "%s was given out twice", delivery)
		require.Nil(c.t, c.final[task.TaskID], "task %s has ended", task.TaskID)
		c.held[task.TaskID], c.delivered[delivery] = true, true
		c.inHand = append(c.inHand, task)
	}
	require.True(c.t, slices.IsSortedFunc(tasks, func(a, b conductor.Task) int { return b.WorkflowPriority - a.WorkflowPriority }))
}

// answer updates a task that was polled some time, perhaps again or too late. Only the first end counts.
func (c *chaos) answer() {
	if len(c.inHand) == 0 {
		return
	}
	given := c.inHand[c.dice.IntN(len(c.inHand))]
	before, err := c.Task(given.TaskID)
	require.NoError(c.t, err)
	result := conductor.TaskResult{
		WorkflowInstanceID: given.WorkflowInstanceID, TaskID: given.TaskID, OutputData: map[string]any{"n": c.dice.Uint64()},
		Status: conductor.TaskCompleted,
	}
	switch c.dice.IntN(6) {
	case 0:
		result.Status = conductor.TaskFailed
	case 1:
		result.Status, result.CallbackAfterSeconds = conductor.TaskInProgress, int64(c.dice.IntN(20))
	case 2:
		result.ExtendLease, result.Status = true, conductor.TaskInProgress
	}
	after := c.reportAs(result)
	switch ends := result.Status != conductor.TaskInProgress; {
	case before.Status != conductor.TaskScheduled && before.Status != conductor.TaskInProgress:
		require.Equal(c.t, before.OutputData, after.OutputData, "a task that has ended does not change")
		require.Equal(c.t, before.Status, after.Status)
	case ends && !conductor.WorkflowTerminal(c.workflow(given.WorkflowInstanceID).Status), ends && after.Status == result.Status:
		c.final[given.TaskID] = result.OutputData
	}
}

func (c *chaos) operateOn() {
	if len(c.ids) == 0 {
		return
	}
	id := c.ids[c.dice.IntN(len(c.ids))]
	switch c.dice.IntN(5) {
	case 0:
		_ = c.Terminate(c.t.Context(), id, "chaos")
	case 1:
		require.NoError(c.t, c.Decide(c.t.Context(), id))
	default:
		if c.Pause(c.t.Context(), id) == nil && c.dice.IntN(2) == 0 {
			require.NoError(c.t, c.Resume(c.t.Context(), id))
		}
	}
}

// drain resumes everything and works honestly until nothing is left.
func (c *chaos) drain() {
	for _, id := range c.ids {
		_ = c.Resume(c.t.Context(), id)
	}
	for round := 0; len(c.Running("flow", 0, 0, 0)) > 0; round++ {
		require.Less(c.t, round, 2000, "workflows hang: %v", c.states(c.Running("flow", 0, 0, 0)[0]))
		for i := range 3 {
			before := len(c.inHand)
			c.work(c.taskType(i))
			for _, task := range c.inHand[before:] {
				output := map[string]any{"done": task.TaskID}
				c.report(task, conductor.TaskCompleted, output)
				c.final[task.TaskID] = output
			}
		}
		c.clock.Advance(time.Second)
	}
}

// settled checks the whole after the end.
func (c *chaos) settled() {
	for _, id := range c.ids {
		wf := c.workflow(id)
		require.True(c.t, conductor.WorkflowTerminal(wf.Status))
		require.NotZero(c.t, c.ended[id], "the end of %s was told", id)
		if wf.Status == conductor.WorkflowCompleted {
			require.Equal(c.t, 1, c.ended[id], "a workflow ends once")
		}
		seen := map[string]bool{}
		for i, task := range wf.Tasks {
			require.Equal(c.t, i+1, task.Seq)
			require.True(c.t, conductor.TaskTerminal(task.Status), "%s is %s in an ended workflow", task.ReferenceTaskName, task.Status)
			attempt := fmt.Sprint(task.ReferenceTaskName, "#", task.RetryCount)
			require.False(c.t, seen[attempt], "%s was scheduled twice", attempt)
			seen[attempt] = true
			if output, acknowledged := c.final[task.TaskID]; acknowledged {
				require.Equal(c.t, output, task.OutputData, "what was acknowledged is what is there")
			}
		}
	}
	for name, size := range c.QueuesAll() {
		require.Zero(c.t, size, "queue %s", name)
	}
	for name, l := range c.limiters.byName {
		require.Zero(c.t, l.running, "limit of %s", name)
	}
	require.Empty(c.t, c.pendingAlarms())
}

// pendingAlarms lists alarms of tasks and workflows that would still ring, without those of rate limits.
func (c *chaos) pendingAlarms() []int64 {
	c.timers.mu.Lock()
	defer c.timers.mu.Unlock()
	var times []int64
	for _, a := range c.timers.heap {
		limit := false
		for _, l := range c.limiters.byName {
			limit = limit || a == &l.alarm
		}
		if !limit && a.at > c.now() {
			times = append(times, a.at)
		}
	}
	return times
}

func TestRandomHistoriesKeepTheirPromises(t *testing.T) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := newChaos(t, seed)
			for range 400 {
				c.move()
			}
			c.drain()
			c.settled()
		})
	}
}
