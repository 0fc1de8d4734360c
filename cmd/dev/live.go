package dev

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"

	"github.com/orkesctl/orkesctl/internal/cli"
	"github.com/orkesctl/orkesctl/internal/config"
	"github.com/orkesctl/orkesctl/pkg/devserver"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// The clocks that a server may have.
const (
	clockSystem = "system"
	clockManual = "manual"
)

// live is a development server in this process.
type live struct {
	server *devserver.Server
	store  store.Store
	record config.Dev

	closeLog func()
}

// begin starts a server and defines what it is seeded with; end must follow.
func begin(ctx context.Context, deps *cli.Deps, opts startOptions, key config.DevKey) (*live, error) {
	kept, err := openStore(deps, opts)
	if err != nil {
		return nil, err
	}
	l := &live{store: kept, closeLog: func() {}}
	options, err := l.options(deps, opts, key)
	if err != nil {
		_ = kept.Close()
		return nil, err
	}
	if l.server, err = devserver.New(options); err != nil {
		l.end(ctx)
		return nil, storeError(fmt.Errorf("set up the development server: %w", err), opts)
	}
	if _, err := l.server.Start(ctx, net.JoinHostPort(opts.host, strconv.Itoa(opts.port))); err != nil {
		l.end(ctx)
		return nil, listenError(err, opts)
	}
	admin, secret := l.server.Credentials()
	l.record = config.Dev{URL: l.server.URL(), Key: admin, Secret: secret, PID: os.Getpid(), Flavor: opts.flavor}
	if err := seed(ctx, l.record, opts.seeds); err != nil {
		l.end(ctx)
		return nil, err
	}
	return l, nil
}

// options are those of the server; the access log is open then.
func (l *live) options(deps *cli.Deps, opts startOptions, key config.DevKey) (devserver.Options, error) {
	level, err := opts.level()
	if err != nil {
		return devserver.Options{}, err
	}
	options := devserver.Options{
		Store: l.store, Flavor: devserver.Flavor(opts.flavor), Key: key.Key, Secret: key.Secret, SigningKey: key.Signing,
		Version: deps.Version, Logger: slog.New(slog.NewTextHandler(deps.Term.Err, &slog.HandlerOptions{Level: level})),
	}
	if options.Retain, err = opts.retention(); err != nil {
		return devserver.Options{}, err
	}
	if options.StandIns, err = readMocks(deps, opts.mocks); err != nil {
		return devserver.Options{}, err
	}
	if options.AccessLog, l.closeLog, err = openAccessLog(deps, opts); err != nil {
		return devserver.Options{}, err
	}
	if opts.clock == clockManual {
		options.Clock = engine.NewManualClock(deps.Now())
	}
	return options, nil
}

// end stops the server, which takes at most drainTime, and lets go of its file.
func (l *live) end(ctx context.Context) {
	if l.server != nil {
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		_ = l.server.Close(drain)
	}
	_ = l.store.Close()
	l.closeLog()
}
