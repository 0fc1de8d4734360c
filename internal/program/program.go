// Package program makes any program a worker: a task's input goes to its standard input as JSON, what it prints is the output,
// its standard error is the task's log and its exit code says how the task ended. docs/worker-exec.md is the contract.
package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// TerminalCode is the exit code with which a program says that no retry will help; 0 is completed, every other one a failure that
// may be retried.
const TerminalCode = 2

// MaxOutput is the default limit of a task's output: 3 MiB, what a server takes by default.
const MaxOutput = 3 << 20

// stopTime is how long a program whose worker has to end may take to end itself.
const stopTime = 2 * time.Second

// Program is the program that works on tasks. Raw gives it the whole task in place of its input. Timeout zero is none; MaxOutput
// zero is the default. Hidden are texts that must not leave the program in a log, a reason or an output: the worker's secret.
type Program struct {
	Args      []string
	Dir       string
	Raw       bool
	Timeout   time.Duration
	MaxOutput int
	Hidden    []string
}

// identityVariables are not given to the program: it works on its task and needs no access to the server.
func identityVariables() []string {
	return []string{"CONDUCTOR_AUTH_KEY", "CONDUCTOR_AUTH_SECRET", "CONDUCTOR_AUTH_TOKEN"}
}

func (p *Program) limit() int {
	if p.MaxOutput > 0 {
		return p.MaxOutput
	}
	return MaxOutput
}

// Work starts the program for one task and waits for its end. When ctx ends first, the program is stopped, with everything it
// started, and the task given back.
func (p *Program) Work(ctx context.Context, task conductor.Document[conductor.Task]) runner.Outcome {
	input, err := p.input(task)
	if err != nil {
		return failed("read the task's input: " + err.Error())
	}
	timed, cancel := p.deadline(ctx)
	defer cancel()
	out, log := &buffer{limit: p.limit(), full: cancel}, &logBuffer{hide: p.mask}
	err = process.Run(timed, process.Command{
		Args: p.Args, Dir: p.Dir, Env: variables(task.Value), Without: identityVariables(),
		Stdin: bytes.NewReader(input), Stdout: out, Stderr: log, Wait: -1,
	})
	outcome := p.judge(err, out, log)
	switch {
	case out.over:
		outcome = failed(fmt.Sprintf("the output is larger than %s", size(p.limit())))
	case errors.Is(timed.Err(), context.DeadlineExceeded):
		outcome = failed(fmt.Sprintf("timed out after %s; the program was stopped", p.Timeout))
	case ctx.Err() != nil:
		outcome = runner.Outcome{Status: conductor.TaskInProgress}
	}
	outcome.Log = log.lines()
	return outcome
}

func (p *Program) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.Timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, p.Timeout)
}

// input is the task's input as the server sent it, or the whole task.
func (p *Program) input(task conductor.Document[conductor.Task]) ([]byte, error) {
	if p.Raw && task.Raw != nil {
		return task.Raw, nil
	}
	if p.Raw {
		return json.Marshal(task.Value)
	}
	var parts struct {
		InputData json.RawMessage `json:"inputData"`
	}
	if task.Raw != nil {
		if err := json.Unmarshal(task.Raw, &parts); err != nil {
			return nil, err
		}
	}
	if len(parts.InputData) > 0 && string(parts.InputData) != "null" {
		return parts.InputData, nil
	}
	if task.Value.InputData == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(task.Value.InputData)
}

// variables tell the program which task it works on.
func variables(task conductor.Task) []string {
	return []string{
		"ORKESCTL_TASK=" + task.TaskDefName, "ORKESCTL_TASK_ID=" + task.TaskID, "ORKESCTL_WORKFLOW_ID=" + task.WorkflowInstanceID,
		"ORKESCTL_DOMAIN=" + task.Domain, fmt.Sprintf("ORKESCTL_RETRY_COUNT=%d", task.RetryCount),
	}
}

// judge turns how the program ended and what it printed into the task's outcome.
func (p *Program) judge(err error, out *buffer, log *logBuffer) runner.Outcome {
	var exit *process.ExitError
	text := p.mask(out.text)
	switch {
	case err == nil:
		return completed(text)
	case !errors.As(err, &exit):
		return failed(p.hide(err.Error()))
	case exit.Signal != "":
		return failed("ended by a signal: " + exit.Signal)
	}
	outcome := failed(fmt.Sprintf("exit code %d", exit.Code))
	if last := log.last(); last != "" {
		outcome.Reason += ": " + last
	}
	if exit.Code == TerminalCode {
		outcome.Status = conductor.TaskFailedTerminally
	}
	if printed := completed(text); len(printed.Output) > 0 {
		outcome.Output = printed.Output
	}
	return outcome
}

func failed(reason string) runner.Outcome {
	return runner.Outcome{Status: conductor.TaskFailed, Reason: reason}
}

// completed reads an output. No output is an empty one: many a program has nothing to say.
func completed(text []byte) runner.Outcome {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return runner.Outcome{Status: conductor.TaskCompleted, Output: map[string]any{}}
	}
	var value any
	if err := conductor.Decode(text, &value); err != nil {
		return failed(fmt.Sprintf("the output is not JSON (%v): %s", err, beginning(text)))
	}
	object, ok := value.(map[string]any)
	if !ok {
		return failed("the output is not a JSON object: " + beginning(text))
	}
	return runner.Outcome{Status: conductor.TaskCompleted, Output: object}
}

// beginning is enough of an output to see what was printed.
func beginning(text []byte) string {
	const limit = 80
	line, _, more := strings.Cut(string(text), "\n")
	if runes := []rune(line); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	if more {
		return line + " …"
	}
	return line
}

func (p *Program) mask(text []byte) []byte {
	for _, secret := range p.Hidden {
		if secret != "" {
			text = bytes.ReplaceAll(text, []byte(secret), []byte("***"))
		}
	}
	return text
}

func (p *Program) hide(text string) string { return string(p.mask([]byte(text))) }

func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
