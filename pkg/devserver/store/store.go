// Package store makes the embedded server's state durable. The live state is in memory, owned by the engine and the access
// rules; a store only keeps what they commit and gives it back at the next start.
package store

import "context"

// Record is one keyed value of a kind ("taskDef", "execution", …). Value nil deletes the key.
type Record struct {
	Kind string
	Key  string
	// Value is encoded as JSON by the store before Commit returns: it may be a pointer to live state, which the caller
	// keeps locked until then.
	Value any
}

// Store keeps records. All methods may be called from several goroutines.
type Store interface {
	// Load calls visit once per stored record, in no particular order, and stops at its first error.
	Load(ctx context.Context, visit func(kind, key string, data []byte) error) error
	// Commit makes all of the records durable, or none. The caller acknowledges nothing before it returned.
	Commit(ctx context.Context, records []Record) error
	// Close ends the use of the store after everything committed is durable.
	Close() error
}
