package follow_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/follow"
	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func deps(t *term.Term) *cli.Deps {
	return cli.NewDeps(t, func(string) string { return "" }, "/", "test")
}

func ended(status string, tasks ...conductor.Task) conductor.Workflow {
	return conductor.Workflow{
		WorkflowID: "id", WorkflowName: "demo", Status: status, StartTime: 1000, EndTime: 1051, Tasks: tasks,
		Output: map[string]any{"product_id": "42", "n": map[string]any{"a": 1}},
	}
}

func attempt(status string) conductor.Task {
	return conductor.Task{
		TaskID: "1", ReferenceTaskName: "get-inventory", TaskDefName: "get-inventory", Domain: "john", Status: status,
		WorkerID: "laptop-7", StartTime: 1000, EndTime: 1038,
	}
}

func header(p render.Printer, e conductor.Workflow) error {
	return render.NewStream(p, "").Row("workflow/"+e.WorkflowName, e.WorkflowID)
}

func TestShowInAPipe(t *testing.T) {
	terminal, out, errs := term.Test("")
	source := &script{looks: []conductor.Workflow{
		{WorkflowName: "demo", WorkflowID: "id", Status: "RUNNING", Tasks: []conductor.Task{attempt("SCHEDULED")}},
		{WorkflowName: "demo", WorkflowID: "id", Status: "PAUSED", Tasks: []conductor.Task{attempt("IN_PROGRESS")}},
		ended("COMPLETED", attempt("COMPLETED")),
	}}
	last, err := follow.Show(context.Background(), deps(terminal), source, follow.Options{ID: "id", Header: header})
	require.NoError(t, err)
	require.Equal(t, "COMPLETED", last.Value.Status)
	require.Equal(t, "workflow/demo\tid\n"+
		"get-inventory\tSCHEDULED\tjohn\t\n"+
		"get-inventory\tIN_PROGRESS\tjohn\tworker laptop-7\n"+
		"PAUSED\n"+
		"get-inventory\tCOMPLETED\tjohn\t38 ms\n"+
		"COMPLETED in 51 ms\n"+
		"n\t{\"a\":1}\n"+
		"product_id\t42\n", out.String())
	require.Empty(t, errs.String())
}

func TestShowLiveRedraws(t *testing.T) {
	var out bytes.Buffer
	terminal := term.NewInteractive(bytes.NewReader(nil), &out, io.Discard)
	source := &script{looks: []conductor.Workflow{running(attempt("SCHEDULED")), ended("COMPLETED", attempt("COMPLETED"))}}
	_, err := follow.Show(context.Background(), deps(terminal), source, follow.Options{ID: "id", Live: true, Header: header})
	require.NoError(t, err)
	require.Contains(t, out.String(), "TASK ")
	require.Contains(t, out.String(), "\x1b[4A\x1b[J", "header, table's header, task, state")
	require.Contains(t, out.String(), "COMPLETED in 51 ms\n")
}

// An execution with more tasks than the terminal has rows is drawn from its end; when it has ended, it is shown whole.
func TestShowLiveWithManyTasks(t *testing.T) {
	tasks := func(status string) []conductor.Task {
		list := make([]conductor.Task, 40)
		for i := range list {
			list[i] = attempt(status)
			list[i].TaskID, list[i].ReferenceTaskName = strconv.Itoa(i), fmt.Sprintf("task-%02d", i)
		}
		return list
	}
	var out bytes.Buffer
	terminal := term.NewInteractive(bytes.NewReader(nil), &out, io.Discard)
	source := &script{looks: []conductor.Workflow{running(tasks("SCHEDULED")...), ended("COMPLETED", tasks("COMPLETED")...)}}
	_, err := follow.Show(context.Background(), deps(terminal), source, follow.Options{ID: "id", Live: true, Header: header})
	require.NoError(t, err)
	first, second, found := strings.Cut(out.String(), "\x1b[23A\x1b[J")
	require.True(t, found, "no more is drawn over than the terminal shows: %q", out.String())
	require.True(t, strings.HasPrefix(first, "… 21 lines above\ntask-19 "), first)
	require.True(t, strings.HasSuffix(first, "RUNNING\n"), first)
	require.Contains(t, second, "workflow/demo")
	require.Equal(t, 40, strings.Count(second, "task-"))
}

// Where nothing happens a person is told where to look: in the drawing itself, which a line of another stream would tear.
func TestShowSaysWhereToLook(t *testing.T) {
	const advice = "get-inventory still waits for a worker in domain john. Why: orkesctl doctor why id\n"
	quiet := []conductor.Workflow{running(attempt("SCHEDULED"))}
	for range 30 {
		quiet = append(quiet, quiet[0])
	}
	quiet = append(quiet, ended("COMPLETED", attempt("COMPLETED")))

	var drawn, apart bytes.Buffer
	terminal := term.NewInteractive(bytes.NewReader(nil), &drawn, &apart)
	watch(t, terminal, quiet, true)
	require.Empty(t, apart.String())
	require.Equal(t, 1, strings.Count(drawn.String(), advice))
	require.Contains(t, drawn.String(), "RUNNING\n"+advice+"\x1b[6A\x1b[J", "the advice takes two rows of 80")

	drawn.Reset()
	watch(t, terminal, quiet, false)
	require.Equal(t, advice, apart.String())
}

// watch follows looks in no time at all.
func watch(t *testing.T, terminal *term.Term, looks []conductor.Workflow, live bool) {
	t.Helper()
	noWait := func(context.Context, time.Duration) error { return nil }
	_, err := follow.Show(context.Background(), deps(terminal), &script{looks: looks},
		follow.Options{ID: "id", Live: live, Header: header, Wait: noWait})
	require.NoError(t, err)
}

func TestShowIsSilentForPrograms(t *testing.T) {
	for _, format := range []render.Format{{Output: "json"}, {Output: "yaml"}, {Output: "name"}, {JQ: ".status"}} {
		terminal, out, _ := term.Test("")
		d := deps(terminal)
		d.Globals.Format = format
		_, err := follow.Show(context.Background(), d, &script{looks: []conductor.Workflow{ended("COMPLETED")}}, follow.Options{ID: "id"})
		require.NoError(t, err)
		require.Empty(t, out.String())
	}
}

func TestShowEndsWithSixWhenTheWorkflowEndsBadly(t *testing.T) {
	for _, status := range []string{"FAILED", "TIMED_OUT", "TERMINATED"} {
		terminal, out, _ := term.Test("")
		failed := ended(status)
		failed.ReasonForIncompletion = "no stock"
		_, err := follow.Show(context.Background(), deps(terminal), &script{looks: []conductor.Workflow{failed}}, follow.Options{ID: "id"})
		require.ErrorContains(t, err, status+": no stock")
		require.Equal(t, cli.ExitEndedBadly, cli.ExitCode(err))
		require.Contains(t, out.String(), status+" in 51 ms")
	}
	require.NoError(t, follow.Outcome(conductor.Workflow{Status: "RUNNING"}))
	require.NoError(t, follow.Outcome(conductor.Workflow{Status: "PAUSED"}))
}

func TestShowRunsOutOfTime(t *testing.T) {
	terminal, _, _ := term.Test("")
	_, err := follow.Show(context.Background(), deps(terminal), &script{looks: []conductor.Workflow{running()}},
		follow.Options{ID: "id", Timeout: 30 * time.Millisecond})
	require.ErrorContains(t, err, "still RUNNING after 30ms")
	require.Equal(t, cli.ExitFailed, cli.ExitCode(err))
}

func TestShowInterrupted(t *testing.T) {
	terminal, _, _ := term.Test("")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := follow.Show(ctx, deps(terminal), &script{looks: []conductor.Workflow{running()}}, follow.Options{ID: "id"})
	require.Equal(t, cli.ExitInterrupted, cli.ExitCode(err))
	var explained *cli.Error
	require.ErrorAs(t, err, &explained)
	require.Equal(t, "The execution goes on: orkesctl execution watch id", explained.Hint)
}

func TestRow(t *testing.T) {
	retried := attempt("FAILED")
	retried.RetryCount, retried.ReasonForIncompletion = 1, "boom"
	require.Equal(t, []any{"get-inventory", render.State("FAILED"), "john", "attempt 2, boom"}, follow.Row(retried))
}
