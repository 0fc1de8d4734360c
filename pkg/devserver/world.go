package devserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/event"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
	"github.com/orkesctl/orkesctl/pkg/devserver/vault"
	"github.com/orkesctl/orkesctl/pkg/devserver/webhook"
)

// world is all that has state: a snapshot that is restored makes another one, which takes its place.
type world struct {
	engine    *engine.Engine
	events    *event.Handlers
	schedules *schedule.Scheduler
	handler   http.Handler
	lease     *lease
}

// wake lets a world that is asleep act by itself.
func (w *world) wake() {
	w.engine.Wake()
	w.events.Serve(w.engine)
	w.schedules.Wake()
}

// close ends what the world does by itself.
func (w *world) close() error {
	w.schedules.Close()
	w.events.Close()
	return w.engine.Close()
}

// newWorld makes a world of what the lease holds. One that is asleep does nothing by itself until it wakes.
func (s *Server) newWorld(kept *lease, asleep bool) (*world, error) {
	rules, err := s.rules(kept)
	if err != nil {
		return nil, err
	}
	secrets, err := vault.Open(context.Background(), kept, vault.Secrets)
	if err != nil {
		return nil, err
	}
	environment, err := vault.Open(context.Background(), kept, vault.Environment)
	if err != nil {
		return nil, err
	}
	opts := s.opts
	events, err := event.Open(context.Background(), event.Options{Store: kept, Logger: opts.Logger, Terminates: opts.Flavor == FlavorOrkes})
	if err != nil {
		return nil, err
	}
	setup := engine.Options{
		Listener: events, TellStates: opts.Flavor == FlavorOrkes,
		Store: kept, Clock: opts.Clock, Logger: opts.Logger, EnforceIdempotency: opts.Flavor == FlavorOrkes, Asleep: true,
		CacheOutputs: opts.Flavor == FlavorOrkes, HeedDefinitions: opts.Flavor == FlavorOrkes, Secret: secrets.Get, Environment: environment.Get, Web: opts.Web,
		StandIns: opts.StandIns, Retain: opts.Retain,
	}
	if rules != nil {
		setup.Rights, setup.KeepSecret = rights{rules}, keeper{rules, secrets}.keep
	}
	eng, err := engine.New(setup)
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	logEvents(eng, opts.Logger)
	hooks, err := webhook.Open(context.Background(), webhook.Options{Store: kept, Engine: eng, Logger: opts.Logger, Now: opts.Clock.Now})
	if err != nil {
		return nil, errors.Join(err, eng.Close())
	}
	schedules, err := schedule.Open(context.Background(), schedule.Options{Store: kept, Clock: opts.Clock, Logger: opts.Logger, Start: eng.StartOnce})
	if err != nil {
		return nil, errors.Join(err, eng.Close())
	}
	settings := api.Options{
		Events: events, Webhooks: hooks,
		Engine: eng, Access: rules, Logger: opts.Logger, Version: opts.Version, Now: opts.Clock.Now, Hosts: s.hosts,
		Secrets: secrets, Environment: environment, Schedules: schedules,
		Observer: api.Observer{Requests: &s.requests, Log: opts.AccessLog},
		Control:  api.Control{Snapshot: s.Snapshot, Restore: s.Restore, Reset: s.Reset},
	}
	if clock, manual := opts.Clock.(*engine.ManualClock); manual {
		settings.Control.Advance = clock.Advance
	}
	w := &world{engine: eng, events: events, schedules: schedules, handler: api.New(settings), lease: kept}
	if err := s.bootstrap(rules); err != nil { // the first that is written: what cannot be understood is left as it is
		return nil, errors.Join(err, w.close())
	}
	if !asleep {
		w.wake()
	}
	return w, nil
}

// rules are the access rules of the flavour; nil where there are none.
func (s *Server) rules(kept store.Store) (*access.Access, error) {
	if s.opts.Flavor != FlavorOrkes {
		return nil, nil //nolint:nilnil // no rules is what the open-source flavour has
	}
	return access.New(access.Options{Store: kept, Now: s.opts.Clock.Now, SigningKey: s.opts.SigningKey})
}

// bootstrap puts the administrator in place.
func (s *Server) bootstrap(rules *access.Access) error {
	if rules == nil {
		return nil
	}
	if err := rules.Bootstrap(context.Background(), AdminApplication, s.opts.Key, s.opts.Secret); err != nil {
		return fmt.Errorf("make the administrator: %w", err)
	}
	return nil
}
