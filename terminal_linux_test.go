package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
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
	run := exec.CommandContext(ctx, "sh", append([]string{"-c", leader, "sh"}, args[1:]...)...)
	run.Dir, run.Env = ts.MkAbs("."), terminalEnv(ts)
	run.Stdin, run.Stdout, run.Stderr = screen, screen, screen
	run.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(run.Start())
	ts.Check(screen.Close())
	shown, code := watch(keyboard, typed)
	cancel()
	_ = run.Wait()
	_, err = fmt.Fprint(ts.Stdout(), shown)
	ts.Check(err)
	if code != "0" {
		_, err = fmt.Fprintf(ts.Stdout(), "exit %s\n", code)
		ts.Check(err)
	}
	if (code != "0") != neg {
		ts.Fatalf("%v: exit code %q", args, code)
	}
}

// leader runs a command, says its exit code and stays. When the first program of a terminal ends, the system throws away what
// nobody has read yet: that is this one, as a person's shell is, and not the command.
const leader = `trap : INT; "$@"; printf '\036%d\036' $?; read -r _`

// watch reads what the terminal shows and types each line once what it waits for is there. It returns all that was shown, and
// the exit code, which is empty where the command did not end by itself.
func watch(keyboard *os.File, typed [][2]string) (shown, code string) {
	var all strings.Builder
	seen, buffer := 0, make([]byte, 4096)
	for strings.Count(all.String(), "\x1e") < 2 {
		n, err := keyboard.Read(buffer)
		if err != nil { // EIO: the last program has left the terminal
			break
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
	shown, code, _ = strings.Cut(strings.ReplaceAll(all.String(), "\r\n", "\n"), "\x1e")
	return shown, strings.TrimSuffix(code, "\x1e")
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
