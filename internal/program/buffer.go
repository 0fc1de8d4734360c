package program

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// Bounds of a task's log: what is left out is said. The end is kept, since that is where a program says why it failed.
const (
	maxLogLine  = 4 << 10
	maxLogLines = 500
)

// buffer keeps what a program prints up to a limit, and calls full once when it prints more.
type buffer struct {
	text  []byte
	limit int
	over  bool
	full  func()
}

// Write keeps the bytes, or drops them where the limit is passed: a program that prints for ever is not held up before it is stopped.
func (b *buffer) Write(text []byte) (int, error) {
	if b.over {
		return len(text), nil
	}
	if len(b.text)+len(text) > b.limit {
		b.over = true
		b.full()
		return len(text), nil
	}
	b.text = append(b.text, text...)
	return len(text), nil
}

// logBuffer keeps the last lines of a program's standard error. It is safe for concurrent use.
type logBuffer struct {
	hide func([]byte) []byte

	mu      sync.Mutex
	kept    []string
	open    []byte // a line that has not ended yet
	dropped int
}

// Write takes lines apart. A line that is too long is cut.
func (l *logBuffer) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(text)
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			break
		}
		l.open = append(l.open, text[:min(end, max(0, maxLogLine-len(l.open)))]...)
		l.flush()
		text = text[end+1:]
	}
	l.open = append(l.open, text[:min(len(text), max(0, maxLogLine-len(l.open)))]...)
	return n, nil
}

func (l *logBuffer) flush() {
	line := strings.TrimRight(string(l.hide(l.open)), "\r")
	l.open = l.open[:0]
	if line == "" {
		return
	}
	l.kept = append(l.kept, strings.ToValidUTF8(line, "�"))
	if len(l.kept) > 2*maxLogLines {
		l.dropped += len(l.kept) - maxLogLines
		l.kept = append(l.kept[:0], l.kept[len(l.kept)-maxLogLines:]...)
	}
}

// lines returns the log and empties it.
func (l *logBuffer) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	lines := l.kept
	if more := len(lines) - maxLogLines; more > 0 {
		l.dropped += more
		lines = lines[more:]
	}
	if l.dropped > 0 {
		lines = append([]string{fmt.Sprintf("(%d earlier lines left out)", l.dropped)}, lines...)
	}
	l.kept, l.dropped = nil, 0
	return lines
}

// last is the last line that is there.
func (l *logBuffer) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	if len(l.kept) == 0 {
		return ""
	}
	return strings.TrimSpace(l.kept[len(l.kept)-1])
}
