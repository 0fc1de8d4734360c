package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// memory keeps records as long as the process lives, so that a snapshot can be taken of them.
type memory struct {
	told []string // kinds that it does not keep

	mu      sync.RWMutex
	entries map[place][]byte
}

type place struct{ kind, key string }

// NewMemory returns a store that forgets: the state lives as long as the process. Records of the kinds that are told cost nothing and
// are not kept: whoever commits them can tell them again (engine.Engine.Records).
func NewMemory(told ...string) Replacer { return &memory{told: told, entries: map[place][]byte{}} }

// Keeps reports whether a store keeps records of all the kinds.
func Keeps(kept Store, kinds []string) bool {
	m, forgets := kept.(*memory)
	return !forgets || !slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(m.told, kind) })
}

// Load visits what is kept.
func (m *memory) Load(ctx context.Context, visit func(kind, key string, data []byte) error) error {
	m.mu.RLock()
	entries := make([]Entry, 0, len(m.entries))
	for at, data := range m.entries {
		entries = append(entries, Entry{at.kind, at.key, data})
	}
	m.mu.RUnlock()
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(entry.Kind, entry.Key, entry.Data); err != nil {
			return err
		}
	}
	return nil
}

// Commit keeps the records, but those of the kinds that are told.
func (m *memory) Commit(_ context.Context, records []Record) error {
	var writes []Entry
	for _, record := range records {
		if slices.Contains(m.told, record.Kind) {
			continue
		}
		entry, err := encoded(record)
		if err != nil {
			return err
		}
		writes = append(writes, entry)
	}
	if len(writes) == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, entry := range writes {
		if entry.Data == nil {
			delete(m.entries, place{entry.Kind, entry.Key})
			continue
		}
		m.entries[place{entry.Kind, entry.Key}] = entry.Data
	}
	return nil
}

// Replace keeps the entries instead of what there is, but those of the kinds that are told.
func (m *memory) Replace(_ context.Context, entries []Entry) error {
	kept := map[place][]byte{}
	for _, entry := range entries {
		if !slices.Contains(m.told, entry.Kind) {
			kept[place{entry.Kind, entry.Key}] = entry.Data
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = kept
	return nil
}

// Close does nothing.
func (*memory) Close() error { return nil }

// encoded is a record as it is written.
func encoded(record Record) (Entry, error) {
	entry := Entry{Kind: record.Kind, Key: record.Key}
	if record.Value == nil {
		return entry, nil
	}
	data, err := Encode(record.Value)
	if err != nil {
		return entry, fmt.Errorf("encode %s %q: %w", record.Kind, record.Key, err)
	}
	entry.Data = data
	return entry, nil
}
