// Package process starts other programs and stops them politely: a whole group of processes is asked to end, and only then
// made to.
package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Grace is how long a program has to end after it was asked to.
const Grace = 15 * time.Second

// Command is a program to run to its end. Env is added to the environment of this process, from which the names in Without are
// taken first; the last of two equal names counts. Wait is how long the program has to end after it was asked to; zero is Grace,
// and less than zero asks nothing: it is killed. Stdin may stay open after the program has ended.
type Command struct {
	Args    []string
	Dir     string
	Env     []string
	Without []string
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Wait    time.Duration
}

// ExitError is a program that ended with a code other than zero. Code is -1 where a signal ended it, which Signal then names.
type ExitError struct {
	Program string
	Code    int
	Signal  string
	Err     error
}

// Error names the program and how it ended.
func (e *ExitError) Error() string { return fmt.Sprintf("%s: %v", e.Program, e.Err) }

// Unwrap returns the cause from the system.
func (e *ExitError) Unwrap() error { return e.Err }

// Run runs the command until it ends. When ctx ends first, the program and its children are asked to end, and killed after
// Wait; how the program then ends is still reported. Whatever it left running in its group is killed in any case. A program
// that cannot be started is an error of its own kind.
func Run(ctx context.Context, c Command) error {
	child, err := Start(ctx, c)
	if err != nil {
		return err
	}
	return child.Wait()
}

// Detach starts a program that goes on after this one ends, with its standard error in logPath. It returns the process and the
// reader of its standard output.
func Detach(args, env []string, logPath string) (*os.Process, io.ReadCloser, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // a fixed name in the program's own folder
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Close() }()        // the child has its own handle
	cmd := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // our own program, meant to outlive this one
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Stderr = log
	ownSession(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	return cmd.Process, out, nil
}

// Stop asks the process with this id to end and waits for it: nil when it is gone, the context's error when it is not in time.
func Stop(ctx context.Context, pid int, alive func(int) bool) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("find process %d: %w", pid, err)
	}
	if err := terminate(p); err != nil && alive(pid) {
		return fmt.Errorf("stop process %d: %w", pid, err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("process %d still runs: %w", pid, ctx.Err())
		}
	}
	return nil
}
