package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver"
)

// served is an embedded server behind a listener of the test's own, which notes how polls and token requests are answered.
type served struct {
	url, key, secret string
	admin            *conductor.Client

	mu      sync.Mutex
	answers map[string]map[int]int // poll or token, by status
	missing map[string]bool        // what the server said that it has not: routes and task types
}

// startServer starts an embedded server that imitates Orkes and ends with the test.
func startServer(t *testing.T) *served {
	t.Helper()
	return startFlavor(t, devserver.FlavorOrkes)
}

func startFlavor(t *testing.T, flavor devserver.Flavor) *served {
	t.Helper()
	server, err := devserver.New(devserver.Options{Flavor: flavor, Version: "e2e", Web: httpbin{}})
	require.NoError(t, err)
	s := &served{answers: map[string]map[int]int{"poll": {}, "token": {}}, missing: map[string]bool{}}
	listener := httptest.NewServer(s.noting(server))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Close(ctx)
		listener.CloseClientConnections()
		listener.Close()
	})
	s.url = listener.URL + "/api"
	s.key, s.secret = server.Credentials()
	s.admin, err = conductor.New(s.url, conductor.WithCredentials(s.key, s.secret))
	require.NoError(t, err)
	return s
}

func (s *served) noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := ""
		switch {
		case strings.Contains(r.URL.Path, "/tasks/poll/"):
			kind = "poll"
		case strings.HasSuffix(r.URL.Path, "/token"):
			kind = "token"
		}
		noted := &noted{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(noted, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if kind != "" {
			s.answers[kind][noted.status]++
		}
		var refusal struct {
			Metadata struct{ Unsupported string } `json:"metadata"`
		}
		if noted.status == http.StatusNotImplemented && json.Unmarshal(noted.refusal.Bytes(), &refusal) == nil {
			s.missing[refusal.Metadata.Unsupported] = true
		}
	})
}

// noted remembers an answer's status, and the body where it says that something is not implemented.
type noted struct {
	http.ResponseWriter
	status  int
	refusal bytes.Buffer
}

func (n *noted) Write(data []byte) (int, error) {
	if n.status == http.StatusNotImplemented {
		n.refusal.Write(data)
	}
	return n.ResponseWriter.Write(data)
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// answered says how often a kind of request was answered with a status.
func (s *served) answered(kind string, status int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[kind][status]
}

// lacked lists what the server was asked for and has not.
func (s *served) lacked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.missing))
}

// environment points any Conductor SDK at the server as the given identity.
func (s *served) environment(key, secret string) []string {
	return []string{"CONDUCTOR_SERVER_URL=" + s.url, "CONDUCTOR_AUTH_KEY=" + key, "CONDUCTOR_AUTH_SECRET=" + secret}
}

// deadline bounds a test that runs other programs.
func deadline(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
