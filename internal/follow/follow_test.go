package follow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/follow"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

type document = conductor.Document[conductor.Workflow]

// script answers one look after the other, the last one over and over.
type script struct {
	looks []conductor.Workflow
	err   error
	asked int
}

func (s *script) Get(_ context.Context, id string, includeTasks bool) (document, error) {
	if id != "id" || !includeTasks {
		return document{}, fmt.Errorf("asked for %s, tasks %v", id, includeTasks)
	}
	look := s.looks[min(s.asked, len(s.looks)-1)]
	s.asked++
	if s.asked > len(s.looks) && s.err != nil {
		return document{}, s.err
	}
	return document{Value: look}, nil
}

func running(tasks ...conductor.Task) conductor.Workflow {
	return conductor.Workflow{WorkflowID: "id", Status: conductor.WorkflowRunning, Tasks: tasks}
}

func task(id, status string) conductor.Task { return conductor.Task{TaskID: id, Status: status} }

// pauses collects how long the follower waits.
func pauses(into *[]time.Duration) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		*into = append(*into, d)
		return ctx.Err()
	}
}

func TestRunReportsEachChangeOnce(t *testing.T) {
	done := running(task("1", "COMPLETED"), task("2", "COMPLETED"))
	done.Status = conductor.WorkflowCompleted
	source := &script{looks: []conductor.Workflow{
		running(task("1", "SCHEDULED")),
		running(task("1", "SCHEDULED")),
		running(task("1", "IN_PROGRESS")),
		running(task("1", "COMPLETED"), task("2", "SCHEDULED")),
		done,
	}}
	var lines []string
	var waited []time.Duration
	last, err := follow.Follower{Getter: source, Wait: pauses(&waited)}.Run(context.Background(), "id", func(u follow.Update) error {
		for _, change := range u.Changes {
			lines = append(lines, change.Task.TaskID+" "+change.Before+">"+change.Task.Status)
		}
		if u.Before != u.Execution.Value.Status {
			lines = append(lines, "="+u.Execution.Value.Status)
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, conductor.WorkflowCompleted, last.Value.Status)
	require.Equal(t, []string{
		"1 >SCHEDULED", "=RUNNING", "1 SCHEDULED>IN_PROGRESS", "1 IN_PROGRESS>COMPLETED", "2 >SCHEDULED", "2 SCHEDULED>COMPLETED", "=COMPLETED",
	}, lines)
	require.Len(t, waited, 4, "no wait after the end")
}

func TestRunAsksLessAndLessOften(t *testing.T) {
	var waited []time.Duration
	var quiet time.Duration
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := follow.Follower{
		Getter: &script{looks: []conductor.Workflow{running()}},
		Idle:   func(d time.Duration, _ conductor.Workflow) { quiet = d },
		Wait: func(ctx context.Context, d time.Duration) error {
			if waited = append(waited, d); len(waited) == 30 {
				cancel()
			}
			return ctx.Err()
		},
	}
	_, err := f.Run(ctx, "id", func(follow.Update) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 20*time.Millisecond, waited[0])
	require.Equal(t, time.Second, waited[29])
	require.IsIncreasing(t, waited[:9])
	require.Greater(t, quiet, 15*time.Second)
}

func TestRunStartsOverAfterAChange(t *testing.T) {
	var waited []time.Duration
	looks := []conductor.Workflow{running(), running(), running(), running(task("1", "SCHEDULED")), {Status: conductor.WorkflowFailed}}
	_, err := follow.Follower{Getter: &script{looks: looks}, Wait: pauses(&waited)}.
		Run(context.Background(), "id", func(follow.Update) error { return nil })
	require.NoError(t, err)
	require.Equal(t, waited[0], waited[3], "the wait after a change is the shortest again")
	require.Greater(t, waited[2], waited[1])
}

func TestRunEndsWithTheErrorOfItsParts(t *testing.T) {
	broken := errors.New("broken")
	never := func(context.Context, time.Duration) error { return nil }
	_, err := follow.Follower{Getter: &script{looks: []conductor.Workflow{running()}, err: broken}, Wait: never}.
		Run(context.Background(), "id", func(follow.Update) error { return nil })
	require.ErrorIs(t, err, broken)
	_, err = follow.Follower{Getter: &script{looks: []conductor.Workflow{running()}}, Wait: never}.
		Run(context.Background(), "id", func(follow.Update) error { return broken })
	require.ErrorIs(t, err, broken)
}

func TestRunWaitsInRealTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := follow.Follower{Getter: &script{looks: []conductor.Workflow{running()}}}.
		Run(ctx, "id", func(follow.Update) error { return nil })
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
