package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/launch"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func TestPrefixerWritesWholeLines(t *testing.T) {
	var out bytes.Buffer
	p := &prefixer{to: &out, prefix: "a | ", mu: new(sync.Mutex)}
	for _, part := range []string{"on", "e\ntwo\n\nth", "ree"} {
		n, err := p.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, "a | one\na | two\na | \n", out.String())
	p.flush()
	p.flush()
	require.Equal(t, "a | one\na | two\na | \na | three\n", out.String())
}

func TestFill(t *testing.T) {
	input := map[string]any{"id": json.Number("7")}
	for name, tc := range map[string]struct{ value, want any }{
		"the input":     {"${input.id}", json.Number("7")},
		"not there":     {"${input.other}", nil},
		"a part of it":  {"x ${input.id}", "x ${input.id}"},
		"not closed":    {"${input.id", "${input.id"},
		"text":          {"text", "text"},
		"not text":      {json.Number("1"), json.Number("1")},
		"another thing": {"${workflow.id}", "${workflow.id}"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, fill(tc.value, input)) })
	}
}

func TestSimulationIsTheSameForOneSeed(t *testing.T) {
	play := func(seed uint64) (statuses []string) {
		s := &simulation{
			options: simulateOptions{failRate: 0.3, terminal: 0.2}, output: map[string]any{"a": "${input.a}"},
			chance: rand.New(rand.NewPCG(seed, 0)),
		}
		task := conductor.Document[conductor.Task]{Value: conductor.Task{InputData: map[string]any{"a": "b"}}}
		for range 400 {
			outcome := s.work(t.Context(), task)
			statuses = append(statuses, outcome.Status)
			if outcome.Status == conductor.TaskCompleted {
				require.Equal(t, map[string]any{"a": "b"}, outcome.Output)
			}
		}
		return statuses
	}
	first := play(1)
	require.Equal(t, first, play(1))
	require.NotEqual(t, first, play(2))
	counts := map[string]int{}
	for _, status := range first {
		counts[status]++
	}
	require.InDelta(t, 200, counts[conductor.TaskCompleted], 60)
	require.InDelta(t, 120, counts[conductor.TaskFailed], 60)
	require.InDelta(t, 80, counts[conductor.TaskFailedTerminally], 60)
}

func TestASimulationThatIsStoppedGivesTheTaskBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &simulation{options: simulateOptions{delay: 1 << 60}, chance: rand.New(rand.NewPCG(1, 0))}
	require.Equal(t, conductor.TaskInProgress, s.work(ctx, conductor.Document[conductor.Task]{}).Status)
}

func TestHopeless(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"a key that is refused":   {&conductor.AuthError{KeyID: "k", Err: &conductor.Error{Status: 401}}, true},
		"a server that is away":   {&conductor.ConnectError{}, false},
		"its token cannot be got": {&conductor.AuthError{KeyID: "k", Err: &conductor.ConnectError{}}, false},
		"no grant":                {&conductor.Error{Status: 403}, false},
		"a web page":              {&conductor.ProtocolError{Kind: conductor.HTMLPage}, true},
		"an answer cut off":       {&conductor.ProtocolError{Kind: conductor.CutOff}, false},
		"a server in trouble":     {&conductor.Error{Status: 500}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, hopeless(tc.err)) })
	}
}

func TestStopping(t *testing.T) {
	unit := &launch.Unit{Name: "a"}
	require.NoError(t, stopping(unit, nil))
	err := stopping(unit, []launch.Problem{{What: "x is missing", Fix: "Install x"}, {What: "y is old", Fix: "Renew y"}})
	require.EqualError(t, err, "a: x is missing\na: y is old")
	var known *cli.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, "Install x\nRenew y", known.Hint)
}

func TestAGrantsHintNamesTheKeyAndNotTheSecret(t *testing.T) {
	who := identity.Worker{Settings: config.Settings{Key: config.Setting{Value: "k1", Source: ".env"}, Secret: config.Setting{Value: "hidden"}}}
	require.Equal(t, "Grant it with your own identity: orkesctl app grant --task t --domain d   (the worker uses the key k1 from .env)", grantHint("t", "d", who))
}
