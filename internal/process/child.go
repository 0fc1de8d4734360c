package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// drainTime is how long the output of a program that has ended is still read: what is written was written by then, and only a
// process that left the group can hold the pipe open longer.
const drainTime = time.Second

// Child is a program that runs, with the group of processes it makes.
type Child struct {
	cmd     *exec.Cmd
	group   group
	ours    []*os.File // this side of the pipes
	feeding *os.File   // the program's standard input, where something is fed to it
	pumps   sync.WaitGroup
}

// Start starts the command and returns at once; Wait must follow. When ctx ends, the program is asked to end (see Run).
func Start(ctx context.Context, c Command) (*Child, error) {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...) //nolint:gosec // running the user's own program is the purpose
	cmd.Dir = c.Dir
	cmd.Env = append(without(cmd.Environ(), c.Without), c.Env...)
	ownGroup(cmd)
	child := &Child{cmd: cmd}
	cmd.Cancel = func() error { return child.stop(c.Wait) }
	cmd.WaitDelay = max(c.Wait, 0)
	if c.Wait == 0 {
		cmd.WaitDelay = Grace
	}
	theirs, err := child.connect(c)
	if err == nil {
		err = cmd.Start()
	}
	closeAll(theirs)
	if err != nil {
		closeAll(child.ours)
		return nil, fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	child.group = newGroup(cmd.Process)
	child.pump(c)
	return child, nil
}

func (c *Child) stop(wait time.Duration) error {
	if wait < 0 {
		return killNow(c.cmd.Process)
	}
	return interrupt(c.cmd.Process)
}

// connect gives the program files and pipes of its own, so that waiting for it is not waiting for whoever inherited them.
func (c *Child) connect(command Command) (theirs []*os.File, err error) {
	pipe := func() (r, w *os.File) {
		var pipeErr error
		if r, w, pipeErr = os.Pipe(); pipeErr != nil {
			err = errors.Join(err, pipeErr)
		}
		return r, w
	}
	if file, ok := command.Stdin.(*os.File); ok {
		c.cmd.Stdin = file
	} else if command.Stdin != nil {
		r, w := pipe()
		c.cmd.Stdin, c.feeding = r, w
		theirs, c.ours = append(theirs, r), append(c.ours, w)
	}
	for i, to := range []io.Writer{command.Stdout, command.Stderr} {
		at := []*io.Writer{&c.cmd.Stdout, &c.cmd.Stderr}[i]
		if file, ok := to.(*os.File); ok {
			*at = file
		} else if i == 1 && same(to, command.Stdout) {
			*at = c.cmd.Stdout // one writer is written to by one pump
		} else if to != nil {
			r, w := pipe()
			*at = w
			theirs, c.ours = append(theirs, w), append(c.ours, r)
		}
	}
	return theirs, err
}

func (c *Child) pump(command Command) {
	next := c.ours
	if c.feeding != nil {
		next = next[1:]
		go func() { // ends with the program: a write to a pipe that nobody reads fails, and Wait closes it
			_, _ = io.Copy(c.feeding, command.Stdin)
			_ = c.feeding.Close()
		}()
	}
	for i, to := range []io.Writer{command.Stdout, command.Stderr} {
		if _, file := to.(*os.File); to == nil || file || i == 1 && same(to, command.Stdout) {
			continue
		}
		from := next[0]
		next = next[1:]
		c.pumps.Go(func() { _, _ = io.Copy(to, from) })
	}
}

// Kill ends the program and its group now.
func (c *Child) Kill() { c.group.kill() }

// Wait waits until the program has ended, kills what it left behind in its group, and reads its output to the end.
func (c *Child) Wait() error {
	err := c.cmd.Wait()
	c.group.kill()
	c.group.close()
	drained := make(chan struct{})
	go func() { defer close(drained); c.pumps.Wait() }()
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-drained:
	case <-timer.C: // somebody outside the group holds the pipe
	}
	closeAll(c.ours)
	<-drained
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &ExitError{Program: c.cmd.Args[0], Code: exit.ExitCode(), Signal: signalName(exit.ProcessState), Err: exit}
	}
	return err
}

// same reports whether both are one writer; writers that cannot be compared are two.
func same(a, b io.Writer) bool {
	defer func() { _ = recover() }()
	return a == b
}

func closeAll(files []*os.File) {
	for _, file := range files {
		if file != nil {
			_ = file.Close()
		}
	}
}

// without returns the environment less the variables with these names.
func without(env, names []string) []string {
	kept := make([]string, 0, len(env))
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		drop := false
		for _, unwanted := range names {
			drop = drop || sameVariable(name, unwanted)
		}
		if !drop {
			kept = append(kept, variable)
		}
	}
	return kept
}
