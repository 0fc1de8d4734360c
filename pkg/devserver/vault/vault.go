// Package vault keeps what definitions name and executions never hold: secrets and environment variables.
package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Kinds of values, as the store names them.
const (
	Secrets     = "secret"
	Environment = "environment"
)

// MaxValue is the most characters of one value, as Orkes' document has it.
const MaxValue = 65535

// Vault is one kind of named values. It is safe for concurrent use.
type Vault struct {
	store store.Store
	kind  string

	mu     sync.RWMutex
	values map[string]string
}

// Open returns the values of a kind that the store holds.
func Open(ctx context.Context, kept store.Store, kind string) (*Vault, error) {
	v := &Vault{store: kept, kind: kind, values: map[string]string{}}
	err := kept.Load(ctx, func(kind, key string, data []byte) error {
		if kind != v.kind {
			return nil
		}
		var value string
		if err := json.Unmarshal(data, &value); err != nil {
			return fmt.Errorf("%s %q cannot be read", kind, key) // the cause may hold the value
		}
		v.values[key] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load %ss: %w", kind, err)
	}
	return v, nil
}

// Get returns a value and whether there is one.
func (v *Vault) Get(name string) (value string, known bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	value, known = v.values[name]
	return value, known
}

// Names lists the names in order.
func (v *Vault) Names() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(v.values))))
}

// Put keeps a value under a name. fault.Invalid without a name, fault.TooLarge for more than MaxValue bytes.
func (v *Vault) Put(ctx context.Context, name, value string) error {
	switch {
	case name == "":
		return fault.Invalid("a %s needs a name", v.kind)
	case len(value) > MaxValue:
		return fault.TooLarge("The value of %s %s is longer than %d bytes", v.kind, name, MaxValue)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.store.Commit(ctx, []store.Record{{Kind: v.kind, Key: name, Value: value}}); err != nil {
		return fmt.Errorf("store %s %s: %w", v.kind, name, err)
	}
	v.values[name] = value
	return nil
}

// Delete forgets a value and returns what it was. fault.NotFound where there is none.
func (v *Vault) Delete(ctx context.Context, name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	value, known := v.values[name]
	if !known {
		return "", fault.NotFound("No such %s: %s", v.kind, name)
	}
	if err := v.store.Commit(ctx, []store.Record{{Kind: v.kind, Key: name}}); err != nil {
		return "", fmt.Errorf("remove %s %s: %w", v.kind, name, err)
	}
	delete(v.values, name)
	return value, nil
}
