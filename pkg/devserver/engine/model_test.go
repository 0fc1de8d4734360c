package engine

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// recorded is a random workflow of the author's and what became of it on Conductor 3.32.1 (ids are replaced by ID).
// Its worker fails by a rule that needs no memory, so that both servers meet the same luck.
type recorded struct {
	Seed   uint64                `json:"seed"`
	Input  map[string]any        `json:"input"`
	Def    conductor.WorkflowDef `json:"def"`
	Status string                `json:"status"`
	Output map[string]any        `json:"output"`
	Failed []string              `json:"failed"`
	Tasks  []recordedTask        `json:"tasks"`
}

type recordedTask struct {
	Ref       string         `json:"ref"`
	Attempt   int            `json:"attempt"`
	Status    string         `json:"status"`
	Type      string         `json:"type"`
	Name      string         `json:"name"`
	Iteration int            `json:"iteration"`
	Output    map[string]any `json:"output"`
}

// play runs a recorded workflow here, with a worker that does what the recorded one did.
func (c *recorded) play(t *testing.T) conductor.Workflow {
	t.Helper()
	r := newRig(t)
	r.taskDef("work", func(d *conductor.TaskDef) { d.RetryCount, d.RetryDelaySeconds = 1, 0 })
	r.flow("leaf", nil, simple("work", "l"))
	id := r.startAs(conductor.StartWorkflowRequest{Name: c.Def.Name, WorkflowDef: &c.Def, Input: c.Input})
	for round := 0; !conductor.WorkflowTerminal(r.workflow(id).Status); round++ {
		require.Less(t, round, 1000, "it hangs: %v", r.states(id))
		for task := r.poll("work"); task != nil; task = r.poll("work") {
			result := conductor.TaskResult{
				WorkflowInstanceID: task.WorkflowInstanceID, TaskID: task.TaskID, Status: conductor.TaskCompleted,
				OutputData: map[string]any{"r": task.ReferenceTaskName},
			}
			luck := fmt.Sprintf("%d#%s#%d", c.Seed, task.ReferenceTaskName, task.RetryCount)
			if crc32.ChecksumIEEE([]byte(luck))%5 == 0 {
				result.Status, result.ReasonForIncompletion = conductor.TaskFailed, "no luck"
			}
			r.reportAs(result)
		}
		r.clock.Advance(time.Second)
	}
	return r.workflow(id)
}

// lines is a workflow's tasks as comparable text, in an order that does not depend on which of two branches was faster.
func lines(t *testing.T, tasks []recordedTask) []string {
	t.Helper()
	var list []string
	for _, task := range tasks {
		list = append(list, fmt.Sprintf("%s#%d %s %s %s %d %s", task.Ref, task.Attempt, task.Status, task.Type, task.Name, task.Iteration,
			anonymous(encoded(t, task.Output))))
	}
	slices.Sort(list)
	return list
}

func anonymous(text string) string {
	return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(text, "ID")
}

func TestTheRealServerDidTheSame(t *testing.T) {
	packed, err := os.Open("testdata/model-3.32.1.json.gz")
	require.NoError(t, err)
	defer func() { require.NoError(t, packed.Close()) }()
	unpacked, err := gzip.NewReader(packed)
	require.NoError(t, err)
	data, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	var cases []recorded
	require.NoError(t, json.Unmarshal(data, &cases))
	require.Greater(t, len(cases), 100)
	for _, c := range cases {
		t.Run(c.Def.Name, func(t *testing.T) {
			wf := c.play(t)
			require.Equal(t, c.Status, wf.Status)
			var got []recordedTask
			for _, task := range wf.Tasks {
				got = append(got, recordedTask{
					task.ReferenceTaskName, task.RetryCount, task.Status, task.TaskType, task.TaskDefName, task.Iteration, task.OutputData,
				})
			}
			wanted, here := lines(t, c.Tasks), lines(t, got)
			require.Equal(t, strings.Join(wanted, "\n"), strings.Join(here, "\n"))
			require.JSONEq(t, anonymous(encoded(t, c.Output)), anonymous(encoded(t, wf.Output)))
			slices.Sort(wf.FailedReferenceTaskNames)
			require.Equal(t, c.Failed, wf.FailedReferenceTaskNames)
		})
	}
}
