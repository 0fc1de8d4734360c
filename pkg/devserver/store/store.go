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

// Entry is a record as it is kept: its value is JSON already. In a commit, data nil deletes the key.
type Entry struct {
	Kind string
	Key  string
	Data []byte
}

// Store keeps records. All methods may be called from several goroutines.
type Store interface {
	// Load calls visit once per stored record, in no particular order, and stops at its first error. It sees the records of one moment.
	Load(ctx context.Context, visit func(kind, key string, data []byte) error) error
	// Commit makes all of the records durable, or none. The caller acknowledges nothing before it returned.
	Commit(ctx context.Context, records []Record) error
	// Close ends the use of the store after everything committed is durable.
	Close() error
}

// Replacer is a store whose whole content can be changed at once, as those of this package.
type Replacer interface {
	Store
	// Replace makes the entries all that there is. Where it fails, everything is as it was.
	Replace(ctx context.Context, entries []Entry) error
}
