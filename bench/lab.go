package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lab is where the measuring is done: a temporary folder with the programs, built by this run.
type lab struct {
	folder   string
	root     string   // of the repository
	orkesctl string   // the program
	bare     string   // its yardstick
	libs     string   // the yardstick with the program's libraries
	flags    []string // of a release's build
	duration time.Duration
}

// newLab builds the programs as a release does.
func newLab(ctx context.Context, duration time.Duration) (*lab, error) {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find the repository: %w", err)
	}
	folder, err := os.MkdirTemp("", "orkesctl-bench")
	if err != nil {
		return nil, err
	}
	l := &lab{folder: folder, root: filepath.Dir(strings.TrimSpace(string(module))), duration: duration}
	l.orkesctl, l.bare, l.libs = filepath.Join(folder, "orkesctl.exe"), filepath.Join(folder, "bare.exe"), filepath.Join(folder, "libraries.exe")
	settings, err := os.ReadFile(filepath.Join(l.root, ".goreleaser.yaml"))
	if err != nil {
		l.close()
		return nil, err
	}
	l.flags = append([]string{"build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"}, compilerFlags(string(settings))...)
	for program, source := range map[string]string{l.orkesctl: ".", l.bare: "./bench/testdata/bare", l.libs: "./bench/testdata/libraries"} {
		if err := l.build(ctx, program, source); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

// build compiles a program of the repository.
func (l *lab) build(ctx context.Context, program, source string) error {
	build := exec.CommandContext(ctx, "go", append(slices.Clone(l.flags), "-o", program, source)...) //nolint:gosec // G204: names of this program's files
	build.Dir, build.Env = l.root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", source, err, said)
	}
	return nil
}

// compilerFlags reads from the settings of a release which packages are compiled how.
func compilerFlags(settings string) []string {
	var flags []string
	_, list, _ := strings.Cut(settings, "gcflags:\n")
	for line := range strings.Lines(list) {
		pattern, isItem := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !isItem {
			break
		}
		flags = append(flags, "-gcflags="+pattern)
	}
	return flags
}

func (l *lab) close() { _ = os.RemoveAll(l.folder) }

// command is a program in an empty home, with nothing else of the user's environment.
func (l *lab) command(ctx context.Context, env []string, program string, args ...string) (*exec.Cmd, error) {
	home, err := os.MkdirTemp(l.folder, "home")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // G204: a program that this run has built
	cmd.Dir, cmd.WaitDelay = home, 5*time.Second
	cmd.Env = append([]string{"HOME=" + home, "USERPROFILE=" + home, "PATH=" + os.Getenv("PATH"), "ORKESCTL_KEYRING=off"}, env...)
	return cmd, nil
}

// server is a running process that said where it is.
type server struct {
	URL    string        `json:"url"`
	Key    string        `json:"key"`
	Secret string        `json:"secret"`
	ready  time.Duration // from the start of the process to the line that says so
	cmd    *exec.Cmd
}

// devServer starts `orkesctl dev start`.
func (l *lab) devServer(ctx context.Context) (*server, error) {
	return l.serve(ctx, l.orkesctl, "dev", "start", "--port", "0", "-o", "json")
}

// noopServer starts the server that does nothing.
func (l *lab) noopServer(ctx context.Context) (*server, error) { return l.serve(ctx, l.bare, "serve") }

// serve starts a server that prints one line of JSON when it is ready.
func (l *lab) serve(ctx context.Context, program string, args ...string) (*server, error) {
	cmd, err := l.command(ctx, nil, program, args...)
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: cmd}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	s.ready = time.Since(began)
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("%s said only %q: %w", filepath.Base(program), line, err)
	}
	return s, nil
}

func (s *server) stop() {
	if s.cmd.Process.Signal(syscall.SIGTERM) != nil {
		_ = s.cmd.Process.Kill() // Windows knows no such signal
	}
	_ = s.cmd.Wait()
}

// resident is the server's resident memory in bytes.
func (s *server) resident(ctx context.Context) (int64, error) {
	pid := s.cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil { // not Linux
		text, err = exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // G204: a number
		if err != nil {
			return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
		}
		text = append([]byte("VmRSS:"), text...)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("the system does not say how much memory process %d has", pid)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib * 1024, err
}
