package devserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/api"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/snapshot"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Snapshot writes all that the server keeps, as it was at one moment: definitions, executions with queues and timers, and on the Orkes
// flavour who there is and may do what, secrets included. The server goes on meanwhile.
func (s *Server) Snapshot(ctx context.Context, to io.Writer) error {
	return snapshot.Write(to, snapshot.About{
		Flavor: string(s.opts.Flavor), Version: s.opts.Version, Time: s.opts.Clock.Now().UnixMilli(), Admin: s.opts.Key,
	}, s.world.Load().entries(ctx))
}

// entries is all that the world keeps, of one moment.
func (w *world) entries(ctx context.Context) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		kept, records, err := w.still(ctx)
		if err != nil {
			yield(store.Entry{}, err)
			return
		}
		for _, entry := range kept {
			if !yield(entry, nil) {
				return
			}
		}
		for record := range records {
			data, err := store.Encode(record.Value)
			if !yield(store.Entry{Kind: record.Kind, Key: record.Key, Data: data}, err) {
				return
			}
		}
	}
}

// still is what the store holds, and what the engine tells of the kinds that the store does not keep.
func (w *world) still(ctx context.Context) (kept []store.Entry, records iter.Seq[store.Record], err error) {
	load := func() {
		err = w.lease.Load(ctx, func(kind, key string, data []byte) error {
			kept = append(kept, store.Entry{Kind: kind, Key: key, Data: data})
			return nil
		})
	}
	if store.Keeps(w.lease.kept, engine.ExecutionKinds()) {
		load()
		return kept, func(func(store.Record) bool) {}, err
	}
	records = w.engine.Records(load)
	return kept, records, err
}

// Restore makes a snapshot the server's state. What there was is gone: who still works on it is told so (409). The administrator stays
// who it is, and a clock that stands still shows the time of the snapshot. A snapshot that is damaged, of another flavour or of a newer
// version is refused (fault.Invalid), and nothing has changed.
func (s *Server) Restore(ctx context.Context, from io.Reader) (api.StateSummary, error) {
	about, entries, err := snapshot.Read(from)
	switch {
	case errors.Is(err, snapshot.ErrNewer), errors.Is(err, snapshot.ErrDamaged):
		return api.StateSummary{}, fault.Invalid("The snapshot cannot be restored: %v", err)
	case err != nil:
		return api.StateSummary{}, fmt.Errorf("read the snapshot: %w", err)
	case about.Flavor != string(s.opts.Flavor):
		return api.StateSummary{}, fault.Invalid("The snapshot is of a server with --flavor %s, and this one has --flavor %s", about.Flavor, s.opts.Flavor)
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.replace(ctx, s.adopted(entries, about.Admin), time.UnixMilli(about.Time)); err != nil {
		return api.StateSummary{}, err
	}
	return summary(entries), nil
}

// Reset forgets everything but who the administrator is, or the executions alone, and returns what is gone.
func (s *Server) Reset(ctx context.Context, executionsOnly bool) (gone api.StateSummary, err error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	old := s.world.Load()
	old.lease.pause(true) // what is written from here on would neither stay nor be counted
	defer func() {
		if err != nil {
			old.lease.pause(false)
		}
	}()
	var all, left []store.Entry
	for entry, err := range old.entries(ctx) {
		if err != nil {
			return gone, fmt.Errorf("read the state: %w", err)
		}
		all = append(all, entry)
		if executionsOnly && entry.Kind != engine.KindMessage && !engine.BelongsToExecution(entry.Kind) {
			left = append(left, entry)
		}
	}
	gone = summary(all)
	if executionsOnly {
		gone = api.StateSummary{Executions: gone.Executions}
	}
	return gone, s.replace(ctx, left, s.opts.Clock.Now())
}

// replace makes a world of the entries and lets it take the place of the one there is. Until all of them were understood nothing is
// changed. The caller holds changing.
func (s *Server) replace(ctx context.Context, entries []store.Entry, now time.Time) error {
	old := s.world.Load()
	draft, err := old.lease.drafted(ctx, entries)
	if err != nil {
		return fmt.Errorf("prepare the new state: %w", err)
	}
	next, err := s.newWorld(draft, true)
	if err != nil {
		return fault.Invalid("The state cannot be restored: %v", err)
	}
	if err := old.lease.yield(ctx, draft); err != nil {
		return errors.Join(err, next.close())
	}
	s.world.Store(next)
	err = old.close() // which ends its long polls: they come again, to the new world
	if clock, manual := s.opts.Clock.(*engine.ManualClock); manual {
		clock.Set(now)
	}
	next.wake()
	return err
}

// adopted makes what belonged to the administrator of the server that a snapshot is of belong to this one's.
func (s *Server) adopted(entries []store.Entry, admin string) []store.Entry {
	if admin == s.opts.Key || admin == "" {
		return entries
	}
	old, own := []byte(access.BootstrapID(admin)), []byte(access.BootstrapID(s.opts.Key))
	adopted := make([]store.Entry, 0, len(entries))
	for _, entry := range entries {
		if access.IsKey(entry.Kind) && entry.Key == admin {
			continue
		}
		entry.Key = string(bytes.ReplaceAll([]byte(entry.Key), old, own))
		entry.Data = bytes.ReplaceAll(entry.Data, old, own)
		adopted = append(adopted, entry)
	}
	return adopted
}

// summary counts what people ask about first.
func summary(entries []store.Entry) api.StateSummary {
	var sum api.StateSummary
	for _, entry := range entries {
		switch entry.Kind {
		case engine.KindExecution:
			sum.Executions++
		case engine.KindWorkflowDef:
			sum.Workflows++
		case engine.KindTaskDef:
			sum.Tasks++
		}
	}
	return sum
}
