//go:build unix

package program_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/program"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// deadline bounds what a program of these tests may take before it is given up.
const deadline = 20 * time.Second

func task(t *testing.T, raw string) conductor.Document[conductor.Task] {
	t.Helper()
	var doc conductor.Document[conductor.Task]
	require.NoError(t, json.Unmarshal([]byte(raw), &doc))
	return doc
}

func sh(script string) program.Program { return program.Program{Args: []string{"sh", "-c", script}} }

func work(t *testing.T, p program.Program) runner.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	return p.Work(ctx, task(t, `{"taskId":"t1","taskDefName":"job","inputData":{"n":9007199254740993}}`))
}

func TestWork(t *testing.T) {
	for name, tc := range map[string]struct {
		program        program.Program
		status, reason string
		output         map[string]any
		log            []string
	}{
		"echo":             {program: sh("cat"), status: conductor.TaskCompleted, output: map[string]any{"n": json.Number("9007199254740993")}},
		"nothing":          {program: sh("true"), status: conductor.TaskCompleted, output: map[string]any{}},
		"failed":           {program: sh("echo why >&2; exit 1"), status: conductor.TaskFailed, reason: "exit code 1: why", log: []string{"why"}},
		"failed, output":   {program: sh(`echo '{"a":"b"}'; exit 5`), status: conductor.TaskFailed, reason: "exit code 5", output: map[string]any{"a": "b"}},
		"terminal":         {program: sh("exit 2"), status: conductor.TaskFailedTerminally, reason: "exit code 2"},
		"signal":           {program: sh("kill -TERM $$"), status: conductor.TaskFailed, reason: "ended by a signal: terminated"},
		"not JSON":         {program: sh("echo hello; echo more"), status: conductor.TaskFailed, reason: "the output is not JSON (invalid character 'h' looking for beginning of value): hello …"},
		"two values":       {program: sh("echo '{} {}'"), status: conductor.TaskFailed, reason: "the output is not JSON (unexpected data after the JSON value): {} {}"},
		"not an object":    {program: sh("echo 7"), status: conductor.TaskFailed, reason: "the output is not a JSON object: 7"},
		"a whole task":     {program: program.Program{Args: []string{"sh", "-c", `grep -q '"taskId":"t1"' && echo '{"raw":"yes"}'`}, Raw: true}, status: conductor.TaskCompleted, output: map[string]any{"raw": "yes"}},
		"its variables":    {program: sh(`echo "{\"id\":\"$ORKESCTL_TASK_ID\"}"`), status: conductor.TaskCompleted, output: map[string]any{"id": "t1"}},
		"too much":         {program: program.Program{Args: []string{"sh", "-c", "while :; do echo xxxxxxxxxx; done"}, MaxOutput: 100}, status: conductor.TaskFailed, reason: "the output is larger than 100 bytes"},
		"too long":         {program: program.Program{Args: []string{"sleep", "300"}, Timeout: 50 * time.Millisecond}, status: conductor.TaskFailed, reason: "timed out after 50ms; the program was stopped"},
		"a secret":         {program: program.Program{Args: []string{"sh", "-c", `echo "key hunter2" >&2; echo '{"a":"hunter2"}'`}, Hidden: []string{"hunter2", ""}}, status: conductor.TaskCompleted, output: map[string]any{"a": "***"}, log: []string{"key ***"}},
		"no such program":  {program: program.Program{Args: []string{"/no/such"}}, status: conductor.TaskFailed, reason: "start /no/such: fork/exec /no/such: no such file or directory"},
		"a line not ended": {program: sh("printf 'a\\r\\n\\nb' >&2"), status: conductor.TaskCompleted, output: map[string]any{}, log: []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := work(t, tc.program)
			require.Equal(t, tc.status, got.Status, got.Reason)
			require.Equal(t, tc.reason, got.Reason)
			require.Equal(t, tc.output, got.Output)
			require.Equal(t, tc.log, got.Log)
		})
	}
}

func TestIdentityIsTakenOut(t *testing.T) {
	t.Setenv("CONDUCTOR_AUTH_KEY", "k")
	t.Setenv("CONDUCTOR_AUTH_SECRET", "s")
	t.Setenv("CONDUCTOR_AUTH_TOKEN", "t")
	got := work(t, sh(`echo "{\"all\":\"$CONDUCTOR_AUTH_KEY$CONDUCTOR_AUTH_SECRET$CONDUCTOR_AUTH_TOKEN\"}"`))
	require.Equal(t, map[string]any{"all": ""}, got.Output)
}

func TestALogIsCapped(t *testing.T) {
	got := work(t, sh("i=0; while [ $i -lt 1700 ]; do echo line $i; i=$((i+1)); done >&2"))
	require.Len(t, got.Log, 501)
	require.Equal(t, "(1200 earlier lines left out)", got.Log[0])
	require.Equal(t, "line 1699", got.Log[500])
}

func TestACancelGivesTheTaskBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := sh("sleep 300")
	require.Equal(t, conductor.TaskInProgress, p.Work(ctx, task(t, `{}`)).Status)
}

func pool(t *testing.T, p program.Program) func(input string) runner.Outcome {
	t.Helper()
	pool := program.NewPool(p, 1)
	t.Cleanup(pool.Close)
	return func(input string) runner.Outcome {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		return pool.Work(ctx, task(t, `{"inputData":`+input+`}`))
	}
}

const counting = `n=0; while read -r line; do n=$((n+1)); case "$line" in
*die*) exit 2;; *twice*) printf '{"a":"1"}\n{"a":"2"}\n';; *fail*) echo '{"$error":"no","x":"y"}';; *never*) echo '{"$error":"no","$terminal":true}';;
*slow*) sleep 300;; *bye*) exit 0;; *) echo "about $n" >&2; echo "{\"n\":\"$n\"}";; esac; done`

func TestPool(t *testing.T) {
	p := sh(counting)
	p.Timeout = 5 * time.Second
	ask := pool(t, p)
	require.Equal(t, map[string]any{"n": "1"}, ask(`{}`).Output)
	require.Equal(t, map[string]any{"n": "2"}, ask("{\n\"a\":\n1}").Output, "whatever the form, it is one line")
	got := ask(`{"do":"fail"}`)
	require.Equal(t, conductor.TaskFailed, got.Status)
	require.Equal(t, "no", got.Reason)
	require.Equal(t, map[string]any{"x": "y"}, got.Output)
	require.Equal(t, conductor.TaskFailedTerminally, ask(`{"do":"never"}`).Status)
	require.Equal(t, map[string]any{"n": "5"}, ask(`{}`).Output)
	got = ask(`{"do":"die"}`)
	require.Equal(t, conductor.TaskFailedTerminally, got.Status)
	require.Equal(t, "exit code 2", strings.SplitN(got.Reason, ":", 2)[0])
	require.Equal(t, map[string]any{"n": "1"}, ask(`{}`).Output, "a new one was started")
	require.Equal(t, "the program ended without an answer", ask(`{"do":"bye"}`).Reason)
}

func TestPoolTimeOutAndLimit(t *testing.T) {
	p := sh(counting)
	p.Timeout, p.MaxOutput = 300*time.Millisecond, 8
	ask := pool(t, p)
	require.Equal(t, "timed out after 300ms; the program was stopped", ask(`{"do":"slow"}`).Reason)
	require.Equal(t, "the output is larger than 8 bytes", ask(`{"do":"fail"}`).Reason)
}

func TestAnswersNobodyAskedForAreNotTaken(t *testing.T) {
	ask := pool(t, sh(counting))
	require.Equal(t, map[string]any{"a": "1"}, ask(`{"do":"twice"}`).Output)
	require.Equal(t, map[string]any{"n": "1"}, ask(`{}`).Output, "its other line was not taken for this task's, and a new program was started")
}
