package quickstart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/term"
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// The guide's example.
const (
	taskName     = "get-inventory"
	domainName   = "john"
	projectName  = "get-inventory-worker"
	workflowName = "get-inventory-demo"
)

// show is one run of the quickstart.
type show struct {
	deps   *cli.Deps
	run    RunFunc
	lang   string
	strict bool // the language was asked for: no falling back to another
	noGo   bool // no language was asked for, and Go is not there
	kept   bool

	home, project string
	server        *devserver.Server
	admin         *conductor.Client
	stopWorker    func()
	step          int
}

// play does the guide's steps in its order.
func (s *show) play(ctx context.Context) error {
	out := s.deps.Term.Out
	_, _ = fmt.Fprintf(out, "orkesctl quickstart: the guide \"Using Workers\" on this machine\n\n")
	steps := []func(context.Context) error{
		s.startServer, s.scaffold, s.define, s.authorise, s.startWorker, s.runWorkflow, s.refuse,
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *show) startServer(ctx context.Context) error {
	began := time.Now()
	server, err := devserver.New(devserver.Options{Flavor: devserver.FlavorOrkes, Version: s.deps.Version})
	if err != nil {
		return fmt.Errorf("set up the development server: %w", err)
	}
	address, err := server.Start(ctx, "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the development server: %w", err)
	}
	s.server = server
	key, secret := server.Credentials()
	if s.admin, err = conductor.New(server.URL(), conductor.WithCredentials(key, secret)); err != nil {
		return fmt.Errorf("connect to the development server: %w", err)
	}
	port := address[strings.LastIndex(address, ":")+1:]
	s.say(true, "orkesctl dev start --port "+port, "ready in "+took(began))
	return nil
}

func (s *show) scaffold(ctx context.Context) error {
	result, err := s.command(ctx, s.home, "scaffold", "worker", "--lang", "go", "--dir", s.project, "-o", "json")
	if err != nil {
		return err
	}
	s.say(true, "orkesctl scaffold worker --lang go", fmt.Sprintf("%d files in ./%s", countChanges(result), projectName))
	return nil
}

func (s *show) define(ctx context.Context) error {
	for _, noun := range []string{"task", "workflow"} {
		if err := s.shown(ctx, true, noun, "define"); err != nil {
			return err
		}
	}
	return nil
}

func (s *show) authorise(ctx context.Context) error {
	if err := s.shown(ctx, true, "app", "create", "--role", "worker"); err != nil {
		return err
	}
	if _, err := s.command(ctx, s.project, "app", "key", "create", "--env-file", ".env"); err != nil {
		return err
	}
	s.say(false, "orkesctl app key create --env-file .env", "key created, .env written")
	return s.shown(ctx, false, "app", "grant", "--task", taskName, "--domain", domainName)
}

func (s *show) runWorkflow(ctx context.Context) error {
	args := []string{"workflow", "start", workflowName, "--input", "product_id=42", "--domain", taskName + "=" + domainName, "--wait"}
	began := time.Now()
	s.say(true, "orkesctl "+strings.Join(args, " "), "")
	result, err := s.command(ctx, s.project, append(args, "--timeout", "30s", "-o", "json")...)
	if err != nil {
		return err
	}
	var execution conductor.Workflow
	if err := json.Unmarshal(result, &execution); err != nil {
		return fmt.Errorf("read the execution: %w", err)
	}
	output, err := json.Marshal(execution.Output)
	if err != nil {
		return fmt.Errorf("read the execution's output: %w", err)
	}
	s.line("   %s in %s: %s", s.deps.Term.Paint(term.Done, execution.Status), took(began), output)
	return nil
}

// resultColumn is where the results of steps begin, beside commands that are shorter.
const resultColumn = 68

// say prints a step: the command as a person would type it, and its result. A numbered step begins a new number.
func (s *show) say(numbered bool, command, result string) {
	number := "  "
	if numbered {
		s.step++
		number = fmt.Sprintf("%2d", s.step)
	}
	text := number + " $ " + command
	if result != "" {
		pad := strings.Repeat(" ", max(2, resultColumn-len(text)))
		if t := s.deps.Term; t.OutTTY() && len(text+pad+result) > t.Width() {
			pad = "\n     "
		}
		text += pad + result
	}
	s.line("%s", text)
}

func (s *show) line(format string, args ...any) {
	_, _ = fmt.Fprintf(s.deps.Term.Out, format+"\n", args...)
}

// shown runs a command in the project's folder and prints it with what its first line of output says: the thing, and what became of it.
func (s *show) shown(ctx context.Context, numbered bool, args ...string) error {
	result, err := s.command(ctx, s.project, args...)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(result)), "\n")
	cells := strings.Split(first, "\t")
	s.say(numbered, "orkesctl "+strings.Join(args, " "), strings.Join(cells[:min(2, len(cells))], " "))
	return nil
}

// command runs one command line as the server's administrator, in dir, and returns its standard output.
func (s *show) command(ctx context.Context, dir string, args ...string) ([]byte, error) {
	deps, out, errs := s.stepDeps(dir)
	if code := s.run(ctx, deps, args); code != cli.ExitOK {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, cli.Failed(strings.TrimSpace(errs.String()), "orkesctl %s: exit %d", strings.Join(args, " "), code)
	}
	return out.Bytes(), nil
}

// stepDeps gives a command a terminal of buffers and an environment in which only the quickstart's server exists.
func (s *show) stepDeps(dir string) (deps *cli.Deps, out, errs *bytes.Buffer) {
	t, out, errs := term.Test("")
	key, secret := s.server.Credentials()
	own := map[string]string{
		"HOME": s.home, "USERPROFILE": s.home, "CI": "1", "ORKESCTL_KEYRING": "off",
		"CONDUCTOR_SERVER_URL": s.server.URL(), "CONDUCTOR_AUTH_KEY": key, "CONDUCTOR_AUTH_SECRET": secret,
	}
	return cli.NewDeps(t, func(name string) string { return own[name] }, dir, s.deps.Version), out, errs
}

func (s *show) cleanUp(ctx context.Context) error {
	if s.stopWorker != nil {
		s.stopWorker()
	}
	var err error
	if s.server != nil {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		err = s.server.Close(closing)
	}
	if removeErr := os.RemoveAll(s.home); removeErr != nil {
		err = errors.Join(err, fmt.Errorf("remove the temporary folder: %w", removeErr))
	}
	return err
}

func took(began time.Time) string {
	d := time.Since(began)
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func countChanges(result []byte) int {
	var answer struct {
		Changes []json.RawMessage `json:"changes"`
	}
	if json.Unmarshal(result, &answer) != nil {
		return 0
	}
	return len(answer.Changes)
}

// lockedBuffer is written by the worker and read by the show.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

var _ io.Writer = (*lockedBuffer)(nil)

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) tail(lines int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows := strings.Split(strings.TrimSpace(l.b.String()), "\n")
	return strings.Join(rows[max(0, len(rows)-lines):], "\n")
}
