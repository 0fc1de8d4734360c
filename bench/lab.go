package main

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/orkesctl/orkesctl/templates"
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
	if err := l.buildAll(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) buildAll(ctx context.Context) error {
	settings, err := os.ReadFile(filepath.Join(l.root, ".goreleaser.yaml"))
	if err != nil {
		return err
	}
	overlay, err := l.packTemplates()
	if err != nil {
		return err
	}
	l.flags = append([]string{"build", "-buildvcs=false", "-trimpath", "-overlay=" + overlay}, releaseFlags(string(settings))...)
	for program, source := range map[string]string{l.orkesctl: ".", l.bare: "./bench/testdata/bare", l.libs: "./bench/testdata/libraries"} {
		if err := l.build(ctx, program, source); err != nil {
			return err
		}
	}
	return nil
}

// packTemplates makes the archive that a release has in place of the templates' files, and returns the overlay by which the compiler
// finds it, so that the folder of the sources stays as it is.
func (l *lab) packTemplates() (string, error) {
	archive, overlay := filepath.Join(l.folder, "templates.zip"), filepath.Join(l.folder, "overlay.json")
	file, err := os.Create(archive) //nolint:gosec // G304: in this run's own folder
	if err != nil {
		return "", err
	}
	packed := zip.NewWriter(file)
	if err := errors.Join(packed.AddFS(templates.FS()), packed.Close(), file.Close()); err != nil {
		return "", fmt.Errorf("pack the templates: %w", err)
	}
	replaced := map[string]map[string]string{"Replace": {filepath.Join(l.root, "templates", "templates.zip"): archive}}
	data, err := json.Marshal(replaced)
	if err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, data, 0o600)
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

// releaseFlags reads from the settings of a release how it is compiled and linked; the version, which only a release has, is left out.
func releaseFlags(settings string) []string {
	var flags []string
	if _, list, found := strings.Cut(settings, "tags: ["); found {
		tags, _, _ := strings.Cut(list, "]")
		flags = append(flags, "-tags="+strings.ReplaceAll(tags, " ", ""))
	}
	if _, list, found := strings.Cut(settings, "ldflags: [\""); found {
		linker, _, _ := strings.Cut(list, " -X ")
		flags = append(flags, "-ldflags="+linker)
	}
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

// openServer starts the open-source flavour.
func (l *lab) openServer(ctx context.Context) (*server, error) {
	s, err := l.serve(ctx, l.orkesctl, "dev", "start", "--port", "0", "-o", "json", "--flavor", "oss")
	if err == nil {
		s.Key = "" // it has no tokens
	}
	return s, err
}

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
