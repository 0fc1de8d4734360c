package dev

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheLastLines(t *testing.T) {
	for name, tc := range map[string]struct {
		text  string
		lines int
		want  string
	}{
		"none":                  {"", 5, ""},
		"fewer":                 {"a\nb\n", 5, "a\nb\n"},
		"as many":               {"a\nb\n", 2, "a\nb\n"},
		"more":                  {"a\nb\nc\n", 2, "b\nc\n"},
		"an unfinished one":     {"a\nb\nc", 2, "b\nc"},
		"zero":                  {"a\nb\n", 0, ""},
		"empty ones":            {"a\n\n\n", 2, "\n\n"},
		"longer than a buffer":  {"a\n" + strings.Repeat("x", 100_000) + "\n", 1, strings.Repeat("x", 100_000) + "\n"},
		"more than were wanted": {strings.Repeat("l\n", 5000), 1 << 40, strings.Repeat("l\n", 5000)},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, tail(strings.NewReader(tc.text), &out, tc.lines))
			require.Equal(t, tc.want, out.String())
		})
	}
	broken := errors.New("the disk is gone")
	require.ErrorIs(t, tail(iotest.ErrReader(broken), new(strings.Builder), 5), broken)
}

// heard hands on what is written, and asks for it before the next look.
type heard chan string

func (h heard) Write(p []byte) (int, error) {
	h <- string(p)
	return len(p), nil
}

// What is added is shown, and a server that begins anew is shown from its beginning.
func TestALogIsFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write := func(text string, flags int) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flags, 0o600)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, errors.Join(err, f.Close()))
	}
	write("first\n", 0)
	log, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	ctx, cancel := context.WithCancel(t.Context())
	look, lines, done := make(chan time.Time), make(heard), make(chan error)
	go func() { done <- follow(ctx, log, lines, look) }()
	require.Equal(t, "first\n", <-lines)
	write("second\n", os.O_APPEND)
	look <- time.Time{}
	require.Equal(t, "second\n", <-lines)
	write("anew\n", os.O_TRUNC)
	look <- time.Time{}
	require.Equal(t, "anew\n", <-lines)
	cancel()
	require.NoError(t, <-done)
}
