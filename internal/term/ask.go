package term

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	xterm "github.com/charmbracelet/x/term"
)

// ErrCannotAsk is returned where a question cannot be asked, because nobody is there or --no-input was given.
var ErrCannotAsk = errors.New("cannot ask: standard input and error are not both terminals, or --no-input or CI is set")

type line struct {
	text string
	err  error
}

// lineReader reads standard input in a goroutine, so that a question can be left by Ctrl-C. It reads a line only when one is
// wanted: between questions the input is free for others.
type lineReader struct {
	wanted  chan struct{}
	lines   chan line
	pending bool // a line was wanted by a question that did not wait for it
}

func newLineReader(in io.Reader) *lineReader {
	r := &lineReader{wanted: make(chan struct{}, 1), lines: make(chan line, 1)}
	go func() {
		buffered := bufio.NewReader(in)
		for range r.wanted {
			text, err := buffered.ReadString('\n')
			r.lines <- line{strings.TrimRight(text, "\r\n"), err}
		}
	}()
	return r
}

func (t *Term) readLine(ctx context.Context) (string, error) {
	if t.reader == nil {
		t.reader = newLineReader(t.In)
	}
	if !t.reader.pending {
		t.reader.pending = true
		t.reader.wanted <- struct{}{}
	}
	select {
	case got := <-t.reader.lines:
		t.reader.pending = false
		if got.err != nil && got.text == "" {
			return "", fmt.Errorf("read the answer: %w", got.err)
		}
		return got.text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Ask asks for one line; an empty answer means preset. It fails with ErrCannotAsk where nobody is there.
func (t *Term) Ask(ctx context.Context, question, preset string) (string, error) {
	if !t.CanAsk() {
		return "", ErrCannotAsk
	}
	if preset != "" {
		question += " [" + preset + "]"
	}
	_, _ = fmt.Fprint(t.Err, question+": ")
	answer, err := t.readLine(ctx)
	if err != nil {
		t.endLine(ctx)
		return "", err
	}
	if answer = strings.TrimSpace(answer); answer == "" {
		return preset, nil
	}
	return answer, nil
}

// endLine ends a question's line where no answer did. After an interrupt the program has done so; see cmd.Main.
func (t *Term) endLine(ctx context.Context) {
	if ctx.Err() == nil {
		_, _ = fmt.Fprintln(t.Err)
	}
}

// Confirm asks a yes-or-no question; anything but y or yes is no.
func (t *Term) Confirm(ctx context.Context, question string) (bool, error) {
	answer, err := t.Ask(ctx, question+" (y/N)", "")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}

// AskSecret asks for a line that is not shown while it is typed: the terminal is quiet before the question is there, so that an
// answer that comes at once is not shown either, and as it was when AskSecret returns.
func (t *Term) AskSecret(ctx context.Context, question string) (string, error) {
	file, ok := t.In.(*os.File)
	if !ok || !t.CanAsk() {
		return t.Ask(ctx, question, "")
	}
	before, err := xterm.GetState(file.Fd())
	if err != nil {
		return "", fmt.Errorf("read the terminal's state: %w", err)
	}
	if err := xterm.SetState(file.Fd(), quiet(*before)); err != nil {
		return "", fmt.Errorf("stop the terminal from showing the answer: %w", err)
	}
	defer func() { _ = xterm.Restore(file.Fd(), before) }()
	secret, err := t.Ask(ctx, question, "")
	if err == nil {
		t.endLine(ctx) // the return key was not shown either
	}
	return secret, err
}
