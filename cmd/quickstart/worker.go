package quickstart

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/project"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// pollingTime is how long a worker has to be built, downloads included, and to poll for the first time.
const pollingTime = 5 * time.Minute

// startWorker starts the project's worker, and the built-in one instead where Go cannot build it and was not asked for.
func (s *show) startWorker(ctx context.Context) error {
	if s.lang == builtin {
		return s.startBuiltin(ctx)
	}
	began := time.Now()
	stop, done, log := s.launch(ctx)
	s.stopWorker = stop
	err := s.awaitPoll(ctx, done)
	if err == nil {
		s.say(true, "orkesctl worker run", fmt.Sprintf("built in %s, polling", took(began)))
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.strict {
		return cli.Failed(log.tail(10)+"\nWithout Go: orkesctl quickstart --lang builtin", "the worker did not start: %v", err)
	}
	stop()
	s.line("     the Go worker did not start (%s); going on with the built-in one", lastLine(log.tail(1)))
	return s.startBuiltin(ctx)
}

func lastLine(text string) string {
	const limit = 120
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// launch runs `orkesctl worker run` in the background.
func (s *show) launch(ctx context.Context) (stop func(), done <-chan int, log *lockedBuffer) {
	workerCtx, cancel := context.WithCancel(ctx)
	ended := make(chan int, 1)
	finished := make(chan struct{})
	log = &lockedBuffer{}
	deps, _, _ := s.stepDeps(s.project)
	deps.Term.Out, deps.Term.Err = log, log
	go func() {
		defer close(finished)
		ended <- s.run(workerCtx, deps, []string{"worker", "run"})
	}()
	return func() { cancel(); <-finished }, ended, log
}

// awaitPoll waits until somebody polls the task in the domain.
func (s *show) awaitPoll(ctx context.Context, done <-chan int) error {
	ctx, cancel := context.WithTimeout(ctx, pollingTime)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		polls, err := s.admin.Tasks.PollData(ctx, taskName)
		if err != nil {
			return fmt.Errorf("ask who polls: %w", err)
		}
		for _, poll := range polls {
			if poll.Domain == domainName {
				return nil
			}
		}
		select {
		case <-tick.C:
		case code := <-done:
			return fmt.Errorf("it ended with code %d", code)
		case <-ctx.Done():
			return fmt.Errorf("it does not poll: %w", ctx.Err())
		}
	}
}

func (s *show) startBuiltin(ctx context.Context) error {
	began := time.Now()
	client, err := s.workerClient()
	if err != nil {
		return err
	}
	workerCtx, cancel := context.WithCancel(ctx)
	finished := make(chan struct{})
	worker := &runner.Runner{Client: client, TaskType: taskName, Domain: domainName, WorkerID: "quickstart", Handle: inventory}
	go func() {
		defer close(finished)
		_ = worker.Run(workerCtx) // nothing is hopeless to it
	}()
	s.stopWorker = func() { cancel(); <-finished }
	if err := s.awaitPoll(ctx, nil); err != nil {
		return err
	}
	s.say(true, "# the built-in worker, with the key from .env", "polling after "+took(began))
	if s.noGo {
		s.line("     (no Go toolchain is installed: with one, the project's own worker is built and run here)")
	}
	return nil
}

// inventory is the guide's worker: how many of a product there are, from 1 to 10.
func inventory(_ context.Context, task conductor.Task) (map[string]any, error) {
	return map[string]any{"product_id": task.InputData["product_id"], "inventory": 1 + rand.IntN(10)}, nil //nolint:gosec // an example's random number
}

// workerClient is the worker's identity: the key from the project's .env, not the administrator's.
func (s *show) workerClient() (*conductor.Client, error) {
	env, err := project.ReadEnv(filepath.Join(s.project, ".env"))
	if err != nil {
		return nil, err
	}
	client, err := conductor.New(env["CONDUCTOR_SERVER_URL"],
		conductor.WithCredentials(env["CONDUCTOR_AUTH_KEY"], env["CONDUCTOR_AUTH_SECRET"]))
	if err != nil {
		return nil, fmt.Errorf("connect as the worker: %w", err)
	}
	return client, nil
}

// refusal is what the server said, with its status.
func refusal(err error) string {
	var answer *conductor.Error
	if errors.As(err, &answer) && answer.Message != "" {
		return fmt.Sprintf("%d %s", answer.Status, answer.Message)
	}
	return err.Error()
}

// refuse takes the grant away and shows what the worker then hears.
func (s *show) refuse(ctx context.Context) error {
	if err := s.shown(ctx, true, "app", "revoke", "--task", taskName, "--domain", domainName); err != nil {
		return err
	}
	if err := s.shown(ctx, false, "workflow", "start", workflowName, "--input", "product_id=42", "--domain", taskName+"="+domainName); err != nil {
		return err
	}
	client, err := s.workerClient()
	if err != nil {
		return err
	}
	_, err = client.Tasks.Poll(ctx, conductor.PollRequest{TaskType: taskName, Domain: domainName, WorkerID: "quickstart"})
	if !conductor.IsForbidden(err) {
		return fmt.Errorf("the worker's poll should have been refused without the grant, and was not: %w", err)
	}
	s.line("   %s the worker's poll was refused: application %s lacks EXECUTE on %s in domain %s",
		s.deps.Term.Paint(term.Bad, "✗"), projectName, taskName, domainName)
	s.line("     its server says: %s", refusal(err))
	s.line("     The task stays SCHEDULED until the grant is back: orkesctl app grant --task %s --domain %s", taskName, domainName)
	return nil
}
