package worker

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/identity"
	"github.com/orkesctl/orkesctl/internal/keyvalue"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type simulateOptions struct {
	loopOptions
	outputs            []string
	failRate, terminal float64
	delay              time.Duration
	seed               uint64
}

func newSimulate(deps *cli.Deps) *cobra.Command {
	var opts simulateOptions
	cmd := &cobra.Command{
		Use: "simulate --task NAME", Short: "Stand in for a worker that does not exist yet",
		Long: `Poll a task and answer each one with the same output, to try a workflow before its worker is written. A value is JSON where
it parses as JSON, else text; ${input.NAME} is the task's input of that name.

--fail-rate and --terminal-rate are the shares, from 0 to 1, of tasks that fail and that fail for good. The same --seed makes the
same ones fail in the same order.`,
		Example: `orkesctl worker simulate --task get-inventory --domain john --output inventory=7
orkesctl worker simulate --task get-inventory --output 'product_id=${input.product_id}' --delay 2s --fail-rate 0.3 --seed 1`,
		Args: cli.Args(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSimulate(cmd.Context(), deps, cmd, opts) },
	}
	opts.bind(deps, cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.outputs, "output", nil, "a `NAME=VALUE` of the output; may be repeated")
	flags.StringVarP(&deps.Globals.Format.Output, "output-format", "o", "", "how to print an error: json") // --output is the task's here; -o stays what it is
	_ = flags.MarkHidden("output-format")
	flags.Float64Var(&opts.failRate, "fail-rate", 0, "the `SHARE` of tasks that fail, from 0 to 1")
	flags.Float64Var(&opts.terminal, "terminal-rate", 0, "the `SHARE` of tasks that fail for good, from 0 to 1")
	flags.DurationVar(&opts.delay, "delay", 0, "how long each task takes")
	flags.Uint64Var(&opts.seed, "seed", 0, "the `NUMBER` that decides which tasks fail (default: by chance)")
	return cmd
}

func runSimulate(ctx context.Context, deps *cli.Deps, cmd *cobra.Command, opts simulateOptions) error {
	if err := opts.check(cmd); err != nil {
		return err
	}
	if opts.failRate < 0 || opts.terminal < 0 || opts.failRate+opts.terminal > 1 {
		return cli.Usage(cli.UsageHint(cmd), "--fail-rate and --terminal-rate are shares: each from 0, together at most 1")
	}
	if opts.delay < 0 {
		return cli.Usage(cli.UsageHint(cmd), "--delay %s: want a time that is not negative", opts.delay)
	}
	output, err := keyvalue.Inputs(opts.outputs)
	if err != nil {
		return cli.Usage("Example: --output inventory=7", "--output %v", err)
	}
	who, err := identity.Find(deps)
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("seed") {
		opts.seed = rand.Uint64() //nolint:gosec // chance, not secrecy
	}
	s := &simulation{options: opts, output: output, chance: rand.New(rand.NewPCG(opts.seed, 0))} //nolint:gosec // the same seed, the same failures
	return opts.run(ctx, deps, cmd, who, s.work)
}

// simulation decides what becomes of each task.
type simulation struct {
	options simulateOptions
	output  map[string]any

	mu     sync.Mutex
	chance *rand.Rand
}

func (s *simulation) work(ctx context.Context, task conductor.Document[conductor.Task]) runner.Outcome {
	s.mu.Lock()
	roll := s.chance.Float64()
	s.mu.Unlock()
	timer := time.NewTimer(s.options.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return runner.Outcome{Status: conductor.TaskInProgress}
	}
	switch {
	case roll < s.options.terminal:
		return runner.Outcome{Status: conductor.TaskFailedTerminally, Reason: fmt.Sprintf("simulated: failed for good (--terminal-rate %g)", s.options.terminal)}
	case roll < s.options.terminal+s.options.failRate:
		return runner.Outcome{Status: conductor.TaskFailed, Reason: fmt.Sprintf("simulated: failed (--fail-rate %g)", s.options.failRate)}
	}
	output := maps.Clone(s.output)
	for name, value := range output {
		output[name] = fill(value, task.Value.InputData)
	}
	return runner.Outcome{Status: conductor.TaskCompleted, Output: output}
}

// fill puts the task's input in the place of ${input.NAME}, with its type.
func fill(value any, input map[string]any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	rest, found := strings.CutPrefix(text, "${input.")
	name, closed := strings.CutSuffix(rest, "}")
	if !found || !closed {
		return value
	}
	return input[name]
}
