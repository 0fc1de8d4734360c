// Package devserver is a Conductor-compatible server in memory, as a library: an http.Handler from a constructor, for `orkesctl dev
// start`, for `quickstart` and for tests. It is for development.
package devserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/api"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/metric"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Flavor is which product a server imitates.
type Flavor string

// The flavours.
const (
	FlavorOrkes Flavor = "orkes" // tokens, applications, keys, roles and grants are enforced
	FlavorOSS   Flavor = "oss"   // none of them
)

// Time-outs against slow and idle connections.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
)

// AdminApplication is the name of the application whose key is the administrator's.
const AdminApplication = "orkesctl-dev-admin"

// Options say what the server is. The zero value is an Orkes flavour in memory with a random administrator's key.
type Options struct {
	Flavor      Flavor
	Clock       engine.Clock // nil is the machine's; with an engine.ManualClock administrators move it (POST /api/dev/clock)
	Store       store.Store
	Logger      *slog.Logger
	Key, Secret string // the administrator's
	SigningKey  []byte // of tokens; the same one lets them survive a restart
	Version     string // answered by GET /api/version
	// AccessLog is told of every request; nil tells nobody.
	AccessLog func(api.Access)
	// Retain says which executions that have ended are kept; the zero value keeps all.
	Retain engine.Retention
	// StandIns answer for outside products, by task type (engine.ReadStandIns).
	StandIns map[string][]engine.StandIn
	// Web carries the requests of HTTP tasks; nil is the network. A test puts in its own world.
	Web http.RoundTripper
}

// Server is the development server; it is an http.Handler, and Start gives it a listener of its own.
type Server struct {
	opts     Options
	requests metric.Requests // of all its worlds

	world    atomic.Pointer[world]
	changing sync.Mutex // held while another world takes its place

	mu       sync.Mutex
	http     *http.Server
	listener net.Listener
	stop     context.CancelFunc
	done     chan struct{}
}

// New makes a server; nothing listens yet.
func New(opts Options) (*Server, error) {
	opts.defaults()
	s := &Server{opts: opts}
	first, err := s.newWorld(&lease{kept: opts.Store}, false)
	if err != nil {
		return nil, err
	}
	s.world.Store(first)
	return s, nil
}

func (o *Options) defaults() {
	if o.Flavor == "" {
		o.Flavor = FlavorOrkes
	}
	if o.Clock == nil {
		o.Clock = engine.SystemClock()
	}
	if o.Store == nil {
		o.Store = store.NewMemory(engine.ExecutionKinds()...)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Key == "" || o.Secret == "" {
		o.Key, o.Secret = randomHex(16), randomHex(32)
	}
}

// randomHex cannot fail: crypto/rand ends the program where the system has no randomness.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.world.Load().handler.ServeHTTP(w, r)
}

// Credentials returns the administrator's key and secret; the open-source flavour ignores them.
func (s *Server) Credentials() (key, secret string) { return s.opts.Key, s.opts.Secret }

// Start listens on addr ("127.0.0.1:8080"; port 0 takes a free one), serves in the background, and returns the bound address.
func (s *Server) Start(ctx context.Context, addr string) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", addr, err)
	}
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	s.mu.Lock()
	s.http, s.listener, s.stop, s.done = server, listener, stop, make(chan struct{})
	done := s.done
	s.mu.Unlock()
	go func() {
		defer close(done)
		_ = server.Serve(listener) // always ErrServerClosed, after Close
	}()
	return listener.Addr().String(), nil
}

// URL is the API's base, http://host:port/api; empty before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/api"
}

// hosts are the names beside loopback under which the server may be addressed: the address that it was bound to, or every address
// of this machine where it was bound to all.
func (s *Server) hosts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	host, _, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
		return []string{strings.ToLower(host)}
	}
	var hosts []string
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok {
			hosts = append(hosts, network.IP.String())
		}
	}
	return hosts
}

// Close wakes long polls, waits for requests until ctx ends, and stops the engine. What then still runs is cut off: that is no
// error, since a connection that was opened and never used looks the same.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	server, stop, done := s.http, s.stop, s.done
	s.mu.Unlock()
	var err error
	if server != nil {
		stop()
		if server.Shutdown(ctx) != nil {
			err = server.Close()
		}
		<-done
	}
	return errors.Join(err, s.world.Load().close())
}
