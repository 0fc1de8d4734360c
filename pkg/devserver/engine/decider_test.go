package engine

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// pureEnvironment makes ids by counting, so that two steps can be compared.
func pureEnvironment(now int64) *environment {
	count := 0
	return &environment{
		now: now, kinds: newKinds(), scripts: newJavascript(),
		newID:  func() string { count++; return "id" + strconv.Itoa(count) },
		jitter: func(n int) int64 { return int64(n) },
		domain: func(string, map[string]string) string { return "" },
	}
}

func planOf(def conductor.WorkflowDef) *plan {
	shared := newLimiters(SystemClock(), newTimers(SystemClock()))
	b := planner{
		taskDef: func(string) (*conductor.TaskDef, bool) { return nil, false }, limiter: shared.get,
	}
	return b.build(&def)
}

func TestDecideChangesNothing(t *testing.T) {
	def := oneTask("flow", "a")
	def.Tasks = append(def.Tasks, simple("b", "b"))
	x := newExecution(planOf(def), conductor.StartWorkflowRequest{Name: "flow", Input: map[string]any{"id": 1}}, birth{by: "me"}, 1000)
	first := decide(x, nil, pureEnvironment(1000))
	require.Len(t, first, 1)
	require.Equal(t, first, decide(x, nil, pureEnvironment(1000)), "same state, same commands")
	require.Empty(t, x.tasks)
	first[0].apply(x, 1000)
	require.Empty(t, decide(x, x.tasks, pureEnvironment(2000)), "nothing to do while the task waits")

	x.tasks[0].Wire.Status = conductor.TaskFailed
	before := fmt.Sprintf("%+v", x.view(true))
	commands := decide(x, x.tasks, pureEnvironment(2000))
	require.Len(t, commands, 1)
	require.IsType(t, retryTask{}, commands[0])
	require.Equal(t, before, fmt.Sprintf("%+v", x.view(true)))

	x.tasks[0].Wire.Status = conductor.TaskCompleted
	commands = decide(x, x.tasks, pureEnvironment(2000))
	require.IsType(t, settleTask{}, commands[0])
	require.Equal(t, "b", commands[1].(scheduleTask).task.Wire.ReferenceTaskName)
}

func TestWhatComesNextInNestedTasks(t *testing.T) {
	choose := conductor.WorkflowTask{
		Name: "choose", TaskReferenceName: "choose", Type: "SWITCH",
		DecisionCases: map[string][]conductor.WorkflowTask{"x": {simple("x1", "x1"), simple("x2", "x2")}},
		DefaultCase:   []conductor.WorkflowTask{simple("d1", "d1")},
	}
	loop := conductor.WorkflowTask{Name: "loop", TaskReferenceName: "loop", Type: typeDoWhile, LoopOver: []conductor.WorkflowTask{simple("l1", "l1")}}
	fork := conductor.WorkflowTask{
		Name: "fork", TaskReferenceName: "fork", Type: "FORK_JOIN",
		ForkTasks: [][]conductor.WorkflowTask{{simple("f1", "f1")}, {simple("g1", "g1"), simple("g2", "g2")}},
	}
	join := conductor.WorkflowTask{Name: "join", TaskReferenceName: "join", Type: "JOIN"}
	def := conductor.NewWorkflowDef()
	def.Tasks = []conductor.WorkflowTask{choose, loop, fork, join, {Name: "call", TaskReferenceName: "call", Type: "NOT_YET"}}
	p := planOf(def)
	for ref, wanted := range map[string]string{
		"choose": "loop", "x1": "x2", "x2": "loop", "d1": "loop", "l1": "loop", "loop": "fork", "f1": "join", "g1": "g2", "g2": "join", "join": "call", "call": "",
	} {
		got := ""
		if next := p.nodes[ref].after(); next != nil {
			got = next.task.TaskReferenceName
		}
		require.Equal(t, wanted, got, ref)
	}
}

// BenchmarkStep is one task of a workflow with that many tasks: the cost must not grow with the finished ones.
func BenchmarkStep(b *testing.B) {
	for _, length := range []int{10, 1000} {
		b.Run(strconv.Itoa(length), func(b *testing.B) {
			e, err := New(Options{})
			require.NoError(b, err)
			def := conductor.NewWorkflowDef()
			def.Name = "long"
			for i := range length {
				def.Tasks = append(def.Tasks, simple("work", "ref"+strconv.Itoa(i)))
			}
			_, err = e.PutWorkflowDef(b.Context(), def, PutMode{}, "me")
			require.NoError(b, err)
			for b.Loop() {
				tasks, err := e.Poll(b.Context(), PollRequest{TaskType: "work"})
				require.NoError(b, err)
				if len(tasks) == 0 {
					_, err := e.Start(b.Context(), conductor.StartWorkflowRequest{Name: "long"}, "me")
					require.NoError(b, err)
					continue
				}
				_, err = e.Update(b.Context(), conductor.TaskResult{
					WorkflowInstanceID: tasks[0].WorkflowInstanceID, TaskID: tasks[0].TaskID, Status: conductor.TaskCompleted,
				})
				require.NoError(b, err)
			}
		})
	}
}
