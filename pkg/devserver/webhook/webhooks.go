// Package webhook is the webhooks of the embedded server: addresses that other systems call, without a token, to start workflows and
// to end WAIT_FOR_WEBHOOK tasks. What a webhook does, it does with the rights of who wrote it last; a verifier says who may call it.
package webhook

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// kindWebhook is the kind of a webhook's record; the key is its id.
const kindWebhook = "webhook"

// Options say what the webhooks work with.
type Options struct {
	Store  store.Store
	Engine *engine.Engine
	Logger *slog.Logger
	Now    func() time.Time
}

// Webhooks are the webhooks of a server. All methods may be called from several goroutines.
type Webhooks struct {
	Options

	mu    sync.RWMutex
	byID  map[string]*hook
	order int64
}

// hook is what the store keeps, with its secrets. By is who wrote it last. It never changes; it is replaced.
type hook struct {
	Definition conductor.Webhook `json:"definition"`
	By         string            `json:"by,omitempty"`
	Order      int64             `json:"order"`

	past *past
}

// Open returns the webhooks that the store holds.
func Open(ctx context.Context, opts Options) (*Webhooks, error) {
	w := &Webhooks{Options: opts, byID: map[string]*hook{}}
	err := opts.Store.Load(ctx, func(kind, key string, data []byte) error {
		if kind != kindWebhook {
			return nil
		}
		kept := &hook{past: &past{}}
		if conductor.Decode(data, kept) != nil {
			return fmt.Errorf("webhook %q cannot be read", key) // the cause may hold its secret
		}
		w.byID[key] = kept
		w.order = max(w.order, kept.Order)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the webhooks: %w", err)
	}
	return w, nil
}

func (w *Webhooks) find(id string) (*hook, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if kept := w.byID[id]; kept != nil {
		return kept, nil
	}
	return nil, fault.NotFound("Webhook with id %s not found", id)
}

// Exists says that there is a webhook, or fault.NotFound.
func (w *Webhooks) Exists(id string) error {
	_, err := w.find(id)
	return err
}

// Get returns a webhook with what came to it, its secrets masked. fault.NotFound where there is none.
func (w *Webhooks) Get(id string) (conductor.Webhook, error) {
	kept, err := w.find(id)
	if err != nil {
		return conductor.Webhook{}, err
	}
	shown := masked(kept.Definition)
	shown.History = kept.past.list()
	return shown, nil
}

// List returns all webhooks, the oldest first, their secrets masked and without what came to them.
func (w *Webhooks) List() []conductor.Webhook {
	w.mu.RLock()
	kept := make([]*hook, 0, len(w.byID))
	for _, one := range w.byID {
		kept = append(kept, one)
	}
	w.mu.RUnlock()
	sort.Slice(kept, func(i, j int) bool { return kept[i].Order < kept[j].Order })
	list := make([]conductor.Webhook, 0, len(kept))
	for _, one := range kept {
		list = append(list, masked(one.Definition))
	}
	return list
}

// masked is a webhook as it may be shown: the values of its headers are secrets as well.
func masked(def conductor.Webhook) conductor.Webhook {
	if def.SecretValue != "" {
		def.SecretValue = conductor.MaskedSecret
	}
	if def.Headers = maps.Clone(def.Headers); def.Headers != nil {
		for name := range def.Headers {
			def.Headers[name] = conductor.MaskedSecret
		}
	}
	return def
}

// Add makes a webhook on behalf of by and returns it, masked. An id may be given. fault.Conflict where it is taken.
func (w *Webhooks) Add(ctx context.Context, def conductor.Webhook, by string) (conductor.Webhook, error) {
	if def.ID == "" {
		def.ID = newID()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byID[def.ID] != nil {
		return def, fault.Conflict("Webhook with id %s already exists", def.ID)
	}
	def.CreatedBy, def.URLVerified = by, false
	return w.write(ctx, &hook{Definition: def, By: by, Order: w.order + 1, past: &past{}})
}

// Update replaces a webhook on behalf of by and returns it, masked. A secret that is masked stays as it is. The address has to be
// verified anew where how it is verified changed. fault.NotFound where there is none of that id.
func (w *Webhooks) Update(ctx context.Context, id string, def conductor.Webhook, by string) (conductor.Webhook, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.byID[id]
	if old == nil {
		return def, fault.NotFound("Webhook with id %s not found", id)
	}
	def.ID, def.CreatedBy = id, old.Definition.CreatedBy
	if def.SecretValue == conductor.MaskedSecret {
		def.SecretValue = old.Definition.SecretValue
	}
	def.Headers = maps.Clone(def.Headers)
	for name, value := range def.Headers {
		if had, known := old.Definition.Headers[name]; known && value == conductor.MaskedSecret {
			def.Headers[name] = had
		}
	}
	def.URLVerified = old.Definition.URLVerified && sameVerifier(old.Definition, def)
	return w.write(ctx, &hook{Definition: def, By: by, Order: old.Order, past: old.past})
}

func sameVerifier(a, b conductor.Webhook) bool {
	return a.Verifier == b.Verifier && a.SecretValue == b.SecretValue && a.HeaderKey == b.HeaderKey && maps.Equal(a.Headers, b.Headers)
}

// write keeps a webhook. The lock is held.
func (w *Webhooks) write(ctx context.Context, kept *hook) (conductor.Webhook, error) {
	kept.Definition.History, kept.Definition.Tags = nil, nil
	if err := check(kept.Definition); err != nil {
		return kept.Definition, err
	}
	record := store.Record{Kind: kindWebhook, Key: kept.Definition.ID, Value: kept}
	if err := w.Store.Commit(ctx, []store.Record{record}); err != nil {
		return kept.Definition, fmt.Errorf("store webhook %s: %w", kept.Definition.ID, err)
	}
	w.byID[kept.Definition.ID] = kept
	w.order = max(w.order, kept.Order)
	return masked(kept.Definition), nil
}

// verified notes that a request has proved where it comes from.
func (w *Webhooks) verified(ctx context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.byID[id]
	if old == nil || old.Definition.URLVerified {
		return nil
	}
	changed := *old
	changed.Definition.URLVerified = true
	_, err := w.write(ctx, &changed)
	return err
}

// Delete forgets a webhook. fault.NotFound where there is none.
func (w *Webhooks) Delete(ctx context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byID[id] == nil {
		return fault.NotFound("Webhook with id %s not found", id)
	}
	if err := w.Store.Commit(ctx, []store.Record{{Kind: kindWebhook, Key: id}}); err != nil {
		return fmt.Errorf("remove webhook %s: %w", id, err)
	}
	delete(w.byID, id)
	return nil
}

// check applies the rules of Orkes' documents. A secret may come later, from the other system.
func check(def conductor.Webhook) error {
	needsHeader := slices.Contains([]string{conductor.VerifierSignature, conductor.VerifierHMAC, conductor.VerifierStripe}, def.Verifier)
	switch {
	case strings.TrimSpace(def.Name) == "":
		return fault.Invalid("Webhook name cannot be null or empty")
	case strings.ContainsAny(def.ID, "/?#"):
		return fault.Invalid("webhook id %q: it is part of an address, so it must not hold any of / ? #", def.ID)
	case !slices.Contains(conductor.Verifiers(), def.Verifier):
		return fault.Invalid("verifier %q of webhook %s is unknown: it must be one of %s", def.Verifier, def.Name, strings.Join(conductor.Verifiers(), ", "))
	case needsHeader && def.HeaderKey == "":
		return fault.Invalid("webhook %s: the verifier %s needs headerKey, the header that holds the signature", def.Name, def.Verifier)
	case def.Verifier == conductor.VerifierHeader && len(def.Headers) == 0:
		return fault.Invalid("webhook %s: the verifier %s needs headers to compare", def.Name, def.Verifier)
	}
	for name, value := range def.Headers {
		if value == conductor.MaskedSecret {
			return fault.Invalid("webhook %s: the value of header %s is masked, and there is none to keep", def.Name, name)
		}
	}
	if def.SecretValue == conductor.MaskedSecret {
		return fault.Invalid("webhook %s: secretValue is masked, and there is none to keep", def.Name)
	}
	return nil
}

// newID is 128 random bits: whoever knows the address of a webhook may try it.
func newID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process when there is no randomness
	return hex.EncodeToString(raw)
}
