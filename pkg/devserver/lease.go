package devserver

import (
	"context"
	"fmt"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// lease is a world's use of the server's store. It begins as a draft, where the world is to take the place of another; it ends when
// another takes its own, and whatever the old world still wants to write is refused.
type lease struct {
	kept store.Store

	mu    sync.RWMutex
	draft store.Store // instead of kept, until the world is in force
	ended bool
}

func (l *lease) store() store.Store {
	if l.draft != nil {
		return l.draft
	}
	return l.kept
}

// Load visits what the world has.
func (l *lease) Load(ctx context.Context, visit func(kind, key string, data []byte) error) error {
	l.mu.RLock()
	held := l.store()
	l.mu.RUnlock()
	return held.Load(ctx, visit)
}

// Commit writes, unless another world has taken over.
func (l *lease) Commit(ctx context.Context, records []store.Record) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.ended {
		return fault.Conflict("The server's state was replaced meanwhile (orkesctl dev restore or reset)")
	}
	return l.store().Commit(ctx, records)
}

// Close does nothing: the store is the server's.
func (*lease) Close() error { return nil }

// drafted is the lease of a world that is to have the entries.
func (l *lease) drafted(ctx context.Context, entries []store.Entry) (*lease, error) {
	draft := store.NewMemory()
	if err := draft.Replace(ctx, entries); err != nil {
		return nil, err
	}
	return &lease{kept: l.kept, draft: draft}, nil
}

// pause refuses all writes, or takes them again.
func (l *lease) pause(paused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = paused
}

// yield ends this lease and begins the next one, whose draft is written in the place of all that the store holds. Where that fails,
// this one goes on.
func (l *lease) yield(ctx context.Context, next *lease) error {
	kept, can := l.kept.(store.Replacer)
	if !can {
		return fault.Unsupported("store", "the state of this server cannot be replaced")
	}
	next.mu.Lock()
	defer next.mu.Unlock()
	var entries []store.Entry
	err := next.draft.Load(ctx, func(kind, key string, data []byte) error {
		entries = append(entries, store.Entry{Kind: kind, Key: key, Data: data})
		return nil
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := kept.Replace(ctx, entries); err != nil {
		return fmt.Errorf("replace the state: %w", err)
	}
	l.ended, next.draft = true, nil
	return nil
}
