package engine

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// recorded is a random workflow, and what became of it on Conductor 3.32.1.
type recorded struct {
	script

	Story string `json:"story"`
}

// ownWorld is the engine on a clock that moves when nothing else can happen.
type ownWorld struct{ *rig }

func newOwnWorld(t *testing.T, change ...func(*Options)) *ownWorld {
	t.Helper()
	change = append(change, func(o *Options) { o.EnforceIdempotency, o.CacheOutputs = false, false })
	w := &ownWorld{newRig(t, change...)}
	require.NoError(t, w.PutTaskDefs(t.Context(), staffDefs(), "me"))
	for _, def := range staffFlows() {
		_, err := w.PutWorkflowDef(t.Context(), def, PutMode{Overwrite: true}, "me")
		require.NoError(t, err)
	}
	return w
}

func (w *ownWorld) start(req conductor.StartWorkflowRequest) (string, error) {
	return w.Start(w.t.Context(), req, "me")
}

func (w *ownWorld) workflow(id string) conductor.Workflow { return w.rig.workflow(id) }

func (w *ownWorld) poll(taskType, domain string) []conductor.Task {
	tasks, err := w.Poll(w.t.Context(), PollRequest{TaskType: taskType, Domain: domain, Count: 20})
	require.NoError(w.t, err)
	return tasks
}

func (w *ownWorld) report(result conductor.TaskResult) { w.reportAs(result) }

func (w *ownWorld) act(id string, a action) error {
	ctx := w.t.Context()
	switch a.verb {
	case "pause":
		return w.Pause(ctx, id)
	case "resume":
		return w.Resume(ctx, id)
	case "decide":
		return w.Decide(ctx, id)
	case "terminate":
		return w.Terminate(ctx, id, "enough")
	case "retry", "retry-inside":
		return w.Retry(ctx, id, a.verb == "retry-inside")
	case "restart":
		return w.Restart(ctx, id, false)
	case "rerun":
		return w.Rerun(ctx, id, Rerun{TaskID: a.taskID})
	case "skip":
		return w.Skip(ctx, id, a.ref, nil, nil)
	case "signal":
		_, err := w.Signal(ctx, id, conductor.TaskCompleted, map[string]any{"signalled": true})
		return err
	}
	return errors.New(a.verb)
}

func (w *ownWorld) pass(unchanged int, certain bool, _ []string) bool {
	w.clock.Advance(time.Second)
	if certain {
		return unchanged < 60
	}
	return unchanged < 3
}

// scriptOf is the random workflow of a seed: every sixth has an operator.
func scriptOf(seed uint64) script {
	dice := rand.New(rand.NewPCG(seed, 5))
	s := script{Seed: seed, Rate: pick(dice, 0, 3, 8, 15)}
	a := &author{dice: dice}
	if seed%6 == 0 {
		s.Ops = dice.IntN(4) + 1
		a.calm = dice.IntN(3) > 0
	}
	s.Def = a.definition(fmt.Sprint("mt_", seed), dice.IntN(4))
	s.Input = a.start("")
	if dice.IntN(2) == 0 {
		s.Input["leaf"] = "leaf"
	}
	return s
}

func readRecorded(t *testing.T, file string) []recorded {
	t.Helper()
	packed, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, packed.Close()) }()
	unpacked, err := gzip.NewReader(packed)
	require.NoError(t, err)
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(nil, 16<<20)
	var cases []recorded
	for lines.Scan() {
		var c recorded
		require.NoError(t, conductor.Decode(lines.Bytes(), &c))
		cases = append(cases, c)
	}
	require.NoError(t, lines.Err())
	return cases
}

var (
	oracle       = flag.String("oracle", "", "record random workflows from the Conductor at this address")
	from         = flag.Uint64("from", 1, "the first seed to record")
	upTo         = flag.Uint64("to", 50, "the last one")
	into         = flag.String("into", "model.jsonl.gz", "the file that is written")
	recordedFile = flag.String("recorded", "testdata/model-3.32.1.jsonl.gz", "the recorded workflows")
	workers      = flag.Int("workers", 40, "how many are recorded at a time")
)

// TestRecord plays random workflows on a real server, twice each: where that does not do the same, it keeps neither.
func TestRecord(t *testing.T) {
	if *oracle == "" {
		t.Skip("needs -oracle, the address of a real Conductor")
	}
	o := &oracleWorld{t: t, base: *oracle}
	require.NoError(t, o.call("POST", "/metadata/taskdefs", staffDefs(), nil))
	require.NoError(t, o.call("PUT", "/metadata/workflow", staffFlows(), nil))
	seeds := make(chan uint64)
	var mu sync.Mutex
	kept, dropped := map[uint64]recorded{}, 0
	var all sync.WaitGroup
	for range *workers {
		all.Go(func() {
			for seed := range seeds {
				first, log := play(scriptOf(seed), &oracleWorld{t: t, base: *oracle}, newID())
				second := first
				if len(log) > 0 && !strings.HasPrefix(first, "off: ") {
					second, _ = play(scriptOf(seed), &oracleWorld{t: t, base: *oracle}, newID())
				}
				mu.Lock()
				switch {
				case strings.HasPrefix(first, "off: ") || first == "refused" && strings.Contains(log[0], ": 500 "):
					dropped++
					t.Logf("seed %d: %s %v", seed, first, log)
				case first != second:
					dropped++
					t.Logf("seed %d is not stable:\n%s", seed, firstDifference(first, second))
				default:
					kept[seed] = recorded{script: scriptOf(seed), Story: first}
				}
				mu.Unlock()
			}
		})
	}
	for seed := *from; seed <= *upTo; seed++ {
		seeds <- seed
	}
	close(seeds)
	all.Wait()
	t.Logf("%d kept, %d not", len(kept), dropped)
	writeRecorded(t, *into, kept)
}

func writeRecorded(t *testing.T, name string, kept map[uint64]recorded) {
	t.Helper()
	file, err := os.Create(name)
	require.NoError(t, err)
	packer, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	require.NoError(t, err)
	lines := json.NewEncoder(packer)
	for _, seed := range slices.Sorted(maps.Keys(kept)) {
		require.NoError(t, lines.Encode(kept[seed]))
	}
	require.NoError(t, packer.Close())
	require.NoError(t, file.Close())
}

// explained are the recorded workflows that are known to end otherwise here.
func explained(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile("testdata/model-differs.txt")
	require.NoError(t, err)
	names := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if name := strings.TrimSpace(line); !strings.HasPrefix(name, "#") {
			names[name] = true
		}
	}
	return names
}

func TestTheRealServerDidTheSame(t *testing.T) {
	cases, differs := readRecorded(t, *recordedFile), explained(t)
	require.Greater(t, len(cases)-len(differs), 2000)
	operated := 0
	for _, c := range cases {
		if c.Ops > 0 {
			operated++
		}
		t.Run(c.Def.Name, func(t *testing.T) {
			story, log := play(c.script, newOwnWorld(t), newID())
			if differs[c.Def.Name] {
				require.NotEqual(t, c.Story, story, "it is the same by now: take it off the list")
				return
			}
			require.Equal(t, c.Story, story, "%v", log)
		})
	}
	require.Greater(t, operated, 300)
}
