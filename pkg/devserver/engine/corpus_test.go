package engine

import (
	"bufio"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// corpus is where real definitions of public projects are, beside the repository.
const corpus = "../../../../shared/corpus"

// accepted lists the corpus files of a kind that the real server accepted.
func accepted(t *testing.T, kind string) []string {
	t.Helper()
	verdicts, err := os.Open(filepath.Join(corpus, "accepted-by-conductor-3.32.1.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("needs ../shared/corpus, real definitions that a plain clone does not have")
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, verdicts.Close()) }()
	var files []string
	lines := bufio.NewScanner(verdicts)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) > 1 && strings.HasPrefix(fields[0], kind+"/") && fields[1] == "200" {
			files = append(files, fields[0])
		}
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, files)
	return files
}

// corpusRig is an engine with every definition of the corpus, and the names of the workflows by file.
func corpusRig(t *testing.T) (*rig, map[string]conductor.WorkflowDef) {
	t.Helper()
	r := newRig(t)
	for _, file := range accepted(t, "tasks") {
		var def conductor.TaskDef
		readCorpus(t, file, &def)
		def.RetryDelaySeconds = 0
		require.NoError(t, r.PutTaskDefs(t.Context(), []conductor.TaskDef{def}, "me"), file)
	}
	flows := map[string]conductor.WorkflowDef{}
	for _, file := range accepted(t, "workflows") {
		var def conductor.WorkflowDef
		readCorpus(t, file, &def)
		_, err := r.PutWorkflowDef(t.Context(), def, PutMode{Overwrite: true}, "me")
		require.NoError(t, err, file)
		flows[file] = def
	}
	return r, flows
}

func readCorpus(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, file))
	require.NoError(t, err)
	require.NoError(t, conductor.Decode(data, into), file)
}

// serve completes every task that waits for a worker, until none does.
func (r *rig) serve(limit int) bool {
	r.t.Helper()
	for range limit {
		busy := false
		for _, q := range r.queues.all() {
			tasks, err := r.Poll(r.t.Context(), PollRequest{TaskType: q.taskType, Domain: q.domain, Count: 100})
			require.NoError(r.t, err)
			for _, task := range tasks {
				busy = true
				r.report(task, conductor.TaskCompleted, map[string]any{"result": "ok"})
			}
		}
		if !busy {
			return true
		}
		r.clock.Advance(time.Second)
	}
	return false
}

// waits reports whether an execution that goes on waits for something that nobody here does: time, a person, a signal.
func (r *rig) waits(id string) bool {
	for _, task := range r.workflow(id).Tasks {
		if conductor.TaskTerminal(task.Status) {
			continue
		}
		switch task.TaskType {
		case "WAIT", "HUMAN", "WAIT_FOR_WEBHOOK", "YIELD", typePullMessages:
			return true
		case typeSubWorkflow:
			if r.waits(task.SubWorkflowID) {
				return true
			}
		}
	}
	return false
}

// standIn lets workers do what this engine leaves to others, or what would leave the machine.
func (r *rig) standIn() {
	for _, name := range r.kinds.missing {
		r.kinds.byType[name] = r.kinds.worker
	}
	for _, name := range []string{"HTTP", "HTTP_POLL", "EVENT", "KAFKA_PUBLISH"} {
		r.kinds.byType[name] = r.kinds.worker
	}
}

// TestTheCorpusRuns starts each definition with workers that complete every task at once: it ends, or waits for what nobody
// here does. Run so on Conductor 3.32.1, 697 of the 707 that need no other product's task types went the same way task by
// task; of the others both refuse four, three have a null in the name of a sub-workflow, and three met its failures under load.
func TestTheCorpusRuns(t *testing.T) {
	r, flows := corpusRig(t)
	r.standIn()
	// What the real server leaves running too: a JOIN names a task of a case that is not taken.
	stuck := []string{"workflows/conductor/FanInOutNestedSubWorkflowTest.6549ab.json"}
	counts := map[string]int{}
	for _, file := range slices.Sorted(maps.Keys(flows)) {
		def := flows[file]
		id, err := r.Start(t.Context(), conductor.StartWorkflowRequest{Name: def.Name, WorkflowDef: &def}, "me")
		if err != nil {
			require.ErrorContains(t, err, "defined as a sub-workflow has no workflow definition available", file)
			counts["refused"]++
			continue
		}
		served := r.serve(200)
		wf := r.workflow(id)
		counts[wf.Status]++
		if !served { // the workers' answers never meet a loop's condition
			require.True(t, slices.ContainsFunc(wf.Tasks, func(task conductor.Task) bool {
				return task.TaskType == typeDoWhile && task.Status == conductor.TaskInProgress
			}), "%s goes on without a loop", file)
			counts["loops"]++
		} else if !conductor.WorkflowTerminal(wf.Status) && !slices.Contains(stuck, file) {
			require.True(t, r.waits(id), "%s hangs: %v", file, r.states(id))
		}
		require.NoError(t, r.Purge(t.Context(), id), file)
	}
	t.Log(counts)
	require.Less(t, counts["refused"], 10)
	require.Greater(t, counts[conductor.WorkflowCompleted], 650)
}
