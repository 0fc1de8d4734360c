package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/orkesctl/orkesctl/internal/term/termtest"
)

// terminal [-keys FILE] COLUMNS COMMAND… runs a command with a terminal of that width as its three streams, and prints what a person
// sees there, and "exit N" where that is not 0. FILE holds what they type, a line for each time: WHAT THEY WAIT FOR => WHAT THEY TYPE,
// where \n is the return key and ^C itself.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	var typed [][2]string
	if args[0] == "-keys" {
		for row := range strings.SplitSeq(strings.TrimSpace(ts.ReadFile(args[1])), "\n") {
			wait, keys, _ := strings.Cut(row, " => ")
			typed = append(typed, [2]string{wait, strings.NewReplacer(`\n`, "\n", "^C", "\x03").Replace(keys)})
		}
		args = args[2:]
	}
	columns, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	keyboard, screen, err := termtest.Open(uint16(columns))
	ts.Check(err)
	defer func() { _ = keyboard.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, args[1], args[2:]...)
	run.Dir, run.Env = ts.MkAbs("."), terminalEnv(ts)
	run.Stdin, run.Stdout, run.Stderr = screen, screen, screen
	run.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(run.Start())
	ts.Check(screen.Close())
	shown := watch(keyboard, typed)
	failed := run.Wait()
	_, err = fmt.Fprint(ts.Stdout(), shown())
	ts.Check(err)
	if failed != nil {
		_, err = fmt.Fprintf(ts.Stdout(), "exit %d\n", run.ProcessState.ExitCode())
		ts.Check(err)
	}
	if (failed != nil) != neg {
		ts.Fatalf("%v: %v", args, failed)
	}
}

// watch reads what the terminal shows and types each line once what it waits for is there. The result returns all that was shown.
func watch(keyboard *os.File, typed [][2]string) func() string {
	var all strings.Builder
	var done sync.WaitGroup
	done.Go(func() {
		seen, buffer := 0, make([]byte, 4096)
		for {
			n, err := keyboard.Read(buffer)
			if err != nil { // EIO: the last program has left the terminal
				return
			}
			all.Write(buffer[:n])
			for len(typed) > 0 {
				at := strings.Index(all.String()[seen:], typed[0][0])
				if at < 0 {
					break
				}
				seen += at + len(typed[0][0])
				_, _ = io.WriteString(keyboard, typed[0][1])
				typed = typed[1:]
			}
		}
	})
	return func() string { done.Wait(); return strings.ReplaceAll(all.String(), "\r\n", "\n") }
}

// terminalEnv is the story's environment, as far as the program looks at it.
func terminalEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "ORKESCTL_KEYRING", "ORKESCTL_PROFILE", "CONDUCTOR_SERVER_URL", "CONDUCTOR_AUTH_KEY",
		"CONDUCTOR_AUTH_SECRET", "TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}
