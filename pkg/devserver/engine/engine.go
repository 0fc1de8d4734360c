package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Options configure an engine. The zero value is a memory-only engine on the machine's clock, without log.
type Options struct {
	Store  store.Store
	Clock  Clock
	Logger *slog.Logger
	// EnforceIdempotency makes Start heed idempotency keys, as Orkes does; the open-source server only stores them.
	EnforceIdempotency bool
	// CacheOutputs heeds cacheConfig of tasks, as Orkes does; the open-source server only stores it.
	CacheOutputs bool
	// HeedDefinitions acts on rateLimitConfig and maskedFields of workflows and on schemas, as Orkes does; the open-source
	// server only stores them.
	HeedDefinitions bool
	// Environment gives what ${workflow.env.NAME} means, and Secret what ${workflow.secrets.NAME} does; nil means that there
	// are none. Secrets are never stored in an execution: only what a worker or a job receives has them. Both are called
	// with an execution locked, so they must not call the engine.
	Environment func(name string) (value string, ok bool)
	Secret      func(name string) (value string, ok bool)
	// KeepSecret keeps what an UPDATE_SECRET task gives it, on behalf of who started its workflow; nil means that such tasks fail.
	KeepSecret func(by, name, value string) error
	// Listener takes what EVENT tasks say; nil means that nobody listens.
	Listener Listener
	// TellStates heeds onStateChange of tasks, as Orkes does; the open-source server only stores it.
	TellStates bool
	// Rights are those of who started a workflow, in what its tasks do to others; nil allows everything.
	Rights Rights
	// Web carries the requests of HTTP tasks; nil is the network.
	Web http.RoundTripper
	// StandIns are the outcomes of tasks of types that leave the machine or that nothing here can do, by type: see ReadStandIns.
	StandIns map[string][]StandIn
	// Retain says which executions that have ended are kept; the zero value keeps all.
	Retain Retention
	// Asleep leaves what the store holds as it is, and commits nothing, until Wake.
	Asleep bool
}

// Engine runs workflows. All methods may be called from several goroutines.
type Engine struct {
	store      store.Store
	clock      Clock
	logger     *slog.Logger
	idempotent bool
	heeding    bool
	outside    func(name string) (string, bool)
	secret     func(name string) (string, bool)
	keepSecret func(by, name, value string) error

	kinds       kinds
	timers      *timers
	queues      *queues
	limiters    *limiters
	admissions  *admissions // nil where workflows have no limits
	pollers     *pollers
	index       *index
	definitions *definitions
	schemas     *schemas
	subscribers subscribers
	scripts     scripts
	web         *http.Client
	cache       *cache
	rights      Rights
	retention   *retention
	loaded      map[string]*plan // by id, until it wakes
	listener    Listener
	tellStates  bool
	jobs        background
	chance      chance
	maxKin      int64

	freezing sync.Mutex // of all executions at once

	closing sync.Once
	closed  chan struct{}
}

// New returns an engine with the state that the store holds: definitions, executions, queues and timers go on where they
// stopped. It fails when the store cannot be read.
func New(opts Options) (*Engine, error) {
	if opts.Store == nil {
		opts.Store = store.NewMemory(ExecutionKinds()...)
	}
	if opts.Clock == nil {
		opts.Clock = SystemClock()
	}
	if opts.Rights == nil {
		opts.Rights = allRights{}
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	alarms := newTimers(opts.Clock)
	e := &Engine{
		store: opts.Store, clock: opts.Clock, logger: opts.Logger, idempotent: opts.EnforceIdempotency, heeding: opts.HeedDefinitions,
		outside: opts.Environment, secret: opts.Secret, keepSecret: opts.KeepSecret,
		kinds: newKinds(), timers: alarms, queues: newQueues(alarms, opts.Clock), limiters: newLimiters(opts.Clock, alarms),
		pollers: newPollers(), index: newIndex(), definitions: newDefinitions(), schemas: newSchemas(), scripts: newJavascript(), web: newWeb(opts.Web), rights: opts.Rights,
		listener: opts.Listener, tellStates: opts.TellStates, chance: machineChance(), maxKin: maxKin, closed: make(chan struct{}),
	}
	if opts.HeedDefinitions {
		e.admissions = newAdmissions()
	}
	e.retention = e.newRetention(opts.Retain)
	for name, outcomes := range opts.StandIns {
		e.kinds.byType[name] = standInKind(name, outcomes)
	}
	if opts.CacheOutputs {
		e.cache = newCache()
	}
	if err := e.load(context.Background()); err != nil {
		return nil, fmt.Errorf("loading the engine's state: %w", err)
	}
	if !opts.Asleep {
		e.Wake()
	}
	return e, nil
}

// Close ends waiting polls, stops the timers and waits for what runs outside. The store stays open: it belongs to the
// caller.
func (e *Engine) Close() error {
	e.closing.Do(func() {
		close(e.closed)
		e.timers.close()
		e.jobs.close()
		e.web.CloseIdleConnections()
	})
	return nil
}

// now is the time in milliseconds since 1970.
func (e *Engine) now() int64 { return e.clock.Now().UnixMilli() }

// environment is what the steps of one call may know.
func (e *Engine) environment(now int64) *environment {
	return &environment{
		now: now, kinds: e.kinds, newID: e.chance.id, jitter: e.chance.jitter, scripts: e.scripts, web: e.web, cache: e.cache, clock: e.now, grow: e.sprout, secret: e.secret, keepSecret: e.keepSecret,
		domain: func(taskType string, taskToDomain map[string]string) string {
			return e.domainOf(taskType, taskToDomain, now)
		},
	}
}
