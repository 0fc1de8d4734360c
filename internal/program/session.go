package program

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/orkesctl/orkesctl/internal/process"
	"github.com/orkesctl/orkesctl/internal/runner"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// Pause between the starts of a program that ends again and again.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Pool keeps programs running and gives each a line of JSON for a task, as many at a time as there are tasks.
type Pool struct {
	Program Program
	idle    chan *session
}

// NewPool makes a pool for up to size tasks at a time. Programs are started when they are needed; Close ends them.
func NewPool(p Program, size int) *Pool {
	pool := &Pool{Program: p, idle: make(chan *session, max(size, 1))}
	for range cap(pool.idle) {
		pool.idle <- &session{program: &pool.Program}
	}
	return pool
}

// Work has one program work on the task. Its context ends the program; the task is then given back.
func (p *Pool) Work(ctx context.Context, task conductor.Document[conductor.Task]) runner.Outcome {
	s := <-p.idle
	defer func() { p.idle <- s }()
	return s.work(ctx, task)
}

// Close closes the programs' standard input, which asks them to end, and kills those that do not.
func (p *Pool) Close() {
	for range cap(p.idle) {
		s := <-p.idle
		s.close(stopTime)
	}
}

// answer is one line that a program printed. Over is set where it was too long, more where others came with it.
type answer struct {
	text       []byte
	over, more bool
}

// session is one program that runs, or none yet.
type session struct {
	program *Program
	child   *process.Child
	stop    context.CancelFunc
	in      *io.PipeWriter
	answers chan answer
	ended   chan struct{} // closed when the program has ended, with err
	err     error
	log     *logBuffer
	crashes int
}

func (s *session) work(ctx context.Context, task conductor.Document[conductor.Task]) runner.Outcome {
	input, err := s.program.input(task)
	if err != nil {
		return failed("read the task's input: " + err.Error())
	}
	var line bytes.Buffer
	if err := json.Compact(&line, input); err != nil {
		return failed("read the task's input: " + err.Error())
	}
	line.WriteByte('\n')
	if err := s.ready(ctx); err != nil {
		return failed(s.program.hide(err.Error()))
	}
	outcome := s.exchange(ctx, line.Bytes())
	outcome.Log = s.log.lines()
	return outcome
}

// ready starts the program where none runs. One that printed without being asked is replaced: its lines must not be taken for the
// answers to other tasks.
func (s *session) ready(ctx context.Context) error {
	if s.child != nil {
		select {
		case <-s.ended:
			s.close(0)
		case _, open := <-s.answers:
			_ = open
			s.close(0)
		default:
			return nil
		}
	}
	if s.crashes > 0 {
		pause := time.NewTimer(min(firstPause<<min(s.crashes-1, 10), lastPause))
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
	return s.start()
}

func (s *session) start() error {
	ctx, stop := context.WithCancel(context.Background())
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	s.log = &logBuffer{hide: s.program.mask}
	child, err := process.Start(ctx, process.Command{
		Args: s.program.Args, Dir: s.program.Dir, Without: identityVariables(), Stdin: inR, Stdout: outW, Stderr: s.log, Wait: -1,
	})
	if err != nil {
		stop()
		return err
	}
	s.child, s.stop, s.in = child, stop, inW
	s.answers, s.ended = make(chan answer, 1), make(chan struct{})
	go readAnswers(outR, s.program.limit(), s.answers)
	go func(ended chan struct{}) {
		err := child.Wait()
		_ = outW.Close()
		_ = inR.Close() // a write to a program that has gone fails
		s.err = err
		close(ended)
	}(s.ended)
	return nil
}

// readAnswers passes lines on until the output ends. What comes after a line that is too long is dropped, so that nothing blocks.
func readAnswers(from *io.PipeReader, limit int, to chan<- answer) {
	defer func() { _, _ = io.Copy(io.Discard, from) }()
	defer close(to)
	lines := bufio.NewReaderSize(from, 64<<10)
	for {
		var text []byte
		for {
			part, err := lines.ReadSlice('\n')
			text = append(text, part...)
			if len(text) > limit+1 {
				to <- answer{over: true}
				return
			}
			if err == nil {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				if len(bytes.TrimSpace(text)) > 0 {
					to <- answer{text: text}
				}
				return
			}
		}
		if len(bytes.TrimSpace(text)) > 0 {
			to <- answer{text: text, more: lines.Buffered() > 0}
		}
	}
}

// exchange sends one line and waits for one.
func (s *session) exchange(ctx context.Context, line []byte) runner.Outcome {
	timed, cancel := s.program.deadline(ctx)
	defer cancel()
	go func(to io.Writer) { _, _ = to.Write(line) }(s.in) // a program may answer before it has read everything
	select {
	case got, open := <-s.answers:
		switch {
		case !open:
			return s.died()
		case got.over:
			s.close(0)
			return failed(fmt.Sprintf("the output is larger than %s", size(s.program.limit())))
		}
		s.crashes = 0
		if got.more {
			s.close(0)
		}
		return answered(s.program.mask(got.text))
	case <-timed.Done():
		s.close(0)
		if ctx.Err() != nil {
			return runner.Outcome{Status: conductor.TaskInProgress}
		}
		return failed(fmt.Sprintf("timed out after %s; the program was stopped", s.program.Timeout))
	}
}

// died says how the program ended in the middle of a task.
func (s *session) died() runner.Outcome {
	<-s.ended
	outcome := s.program.judge(s.err, &buffer{}, s.log)
	if s.err == nil {
		outcome = failed("the program ended without an answer")
	}
	s.crashes++
	s.close(0)
	return outcome
}

// answered reads an answer: the output, or {"$error": REASON, "$terminal": true}.
func answered(text []byte) runner.Outcome {
	outcome := completed(text)
	reason, found := outcome.Output["$error"]
	if !found {
		return outcome
	}
	status := conductor.TaskFailed
	if terminal, _ := outcome.Output["$terminal"].(bool); terminal {
		status = conductor.TaskFailedTerminally
	}
	delete(outcome.Output, "$error")
	delete(outcome.Output, "$terminal")
	return runner.Outcome{Status: status, Reason: fmt.Sprint(reason), Output: outcome.Output}
}

// close ends the program: by the end of its input where there is time, else at once.
func (s *session) close(patience time.Duration) {
	if s.child == nil {
		return
	}
	_ = s.in.Close()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		s.child.Kill()
	}
	s.stop()
	for range s.answers { // whatever is still printed has no task
	}
	<-s.ended
	s.child = nil
}
