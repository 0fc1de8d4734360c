package conductor_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// request is what a server was sent: URI is the path and query as they were on the wire.
type request struct {
	Method, URI, Body string
	Header            http.Header
}

func (r request) line() string { return r.Method + " " + r.URI }

// server answers with a handler and keeps what it was asked.
type server struct {
	*httptest.Server

	mu   sync.Mutex
	seen []request
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(s.keep(handler))
	t.Cleanup(s.Close)
	return s
}

func (s *server) keep(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.seen = append(s.seen, request{Method: r.Method, URI: r.RequestURI, Body: string(body), Header: r.Header.Clone()})
		s.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		handler(w, r)
	})
}

func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.seen...)
}

func (s *server) lines() []string {
	var lines []string
	for _, r := range s.requests() {
		lines = append(lines, r.line())
	}
	return lines
}

// count says how often a request was made.
func (s *server) count(line string) int {
	n := 0
	for _, seen := range s.lines() {
		if seen == line {
			n++
		}
	}
	return n
}

// answer always answers the same.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, status, body) }
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// sequence answers with one handler after another; the last one stays.
func sequence(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		handler := handlers[0]
		if len(handlers) > 1 {
			handlers = handlers[1:]
		}
		mu.Unlock()
		handler(w, r)
	}
}

// dropped ends the connection without an answer, after the request was heard.
func dropped(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// naps are the waits between attempts; none of them takes time.
type naps struct {
	mu    sync.Mutex
	taken []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taken = append(n.taken, d)
	return ctx.Err()
}

func (n *naps) policy() conductor.RetryPolicy {
	policy := conductor.DefaultRetry()
	policy.Sleep = n.sleep
	return policy
}

// connect returns a client of the server that never really waits.
func connect(t *testing.T, s *server, opts ...conductor.Option) *conductor.Client {
	t.Helper()
	opts = append([]conductor.Option{conductor.WithRetry((&naps{}).policy())}, opts...)
	c, err := conductor.New(s.URL, opts...)
	require.NoError(t, err)
	return c
}

// awkward are names with what a URL would take for its own, and how they belong into a path.
func awkward() map[string]string {
	return map[string]string{
		"plain":       "plain",
		"a/b":         "a%2Fb",
		"a b":         "a%20b",
		"100%":        "100%25",
		"%2F":         "%252F",
		"a:b":         "a:b",
		"a?b=c":       "a%3Fb=c",
		"a#b":         "a%23b",
		"a;b":         "a%3Bb",
		"a+b":         "a+b",
		"a&b":         "a&b",
		"größe-日本":    "gr%C3%B6%C3%9Fe-%E6%97%A5%E6%9C%AC",
		"../taskdefs": "..%2Ftaskdefs",
		"a..b":        "a..b",
		"...":         "...",
	}
}

// apiCall is one method of a resource. The line and the answer may hold %s: the escaped name.
type apiCall struct {
	name     string
	call     func(c *conductor.Client, name string) error
	line     string
	sent     string // the body; none where empty
	kind     string // the body's content type; application/json where empty
	answer   string
	nameless bool // no name in the path
}

// checkCalls makes every call with every awkward name and compares what arrives.
func checkCalls(t *testing.T, calls []apiCall) {
	t.Helper()
	for _, test := range calls {
		t.Run(test.name, func(t *testing.T) {
			names := awkward()
			if test.nameless {
				names = map[string]string{"plain": "plain"}
			}
			for name, escaped := range names {
				checkCall(t, test, name, escaped)
			}
			if !test.nameless {
				checkRefused(t, test)
			}
		})
	}
}

func checkCall(t *testing.T, test apiCall, name, escaped string) {
	t.Helper()
	s := serve(t, answer(http.StatusOK, test.answer))
	require.NoError(t, test.call(connect(t, s), name), "%q", name)
	require.Equal(t, []string{strings.ReplaceAll(test.line, "%s", escaped)}, s.lines(), "%q", name)
	got := s.requests()[0]
	require.Equal(t, test.sent, got.Body)
	kind := test.kind
	if kind == "" && test.sent != "" {
		kind = "application/json"
	}
	require.Equal(t, kind, got.Header.Get("Content-Type"))
}

// checkRefused: what cannot be a part of a path fails before anything is sent.
func checkRefused(t *testing.T, test apiCall) {
	t.Helper()
	s := serve(t, answer(http.StatusOK, test.answer))
	for _, name := range []string{"", ".", ".."} {
		err := test.call(connect(t, s), name)
		require.ErrorContains(t, err, fmt.Sprintf("the name %q cannot be part of a URL", name))
		require.NotRegexp(t, `^the name`, err.Error(), "the error says what was asked")
	}
	require.Empty(t, s.requests())
}

// only drops the value of a call that is made for its request alone.
func only[T any](_ T, err error) error { return err }

// page answers a web page with 200.
func page(html string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html)
	}
}
