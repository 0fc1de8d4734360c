// Package access knows who may do what on the embedded server: users, groups, applications with their keys and roles, tags and
// grants, as Orkes has them (access sheet). It keeps its state in memory and hands every change to the store.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Options say where access keeps its state and how it signs tokens.
type Options struct {
	Store      store.Store
	Now        func() time.Time
	SigningKey []byte // random when empty: tokens then end with the server
}

// Access is the state. It is safe for concurrent use.
type Access struct {
	store    store.Store
	now      func() time.Time
	signing  []byte
	verified verified

	mu     sync.RWMutex
	users  map[string]*user
	groups map[string]*group
	apps   map[string]*application
	keys   map[string]*key
	grants map[subject]map[conductor.Target]accessSet
	tags   map[conductor.Target][]conductor.Tag
	owners map[conductor.Target]string
}

// The kinds of records in the store.
const (
	kindUser  = "access-user"
	kindGroup = "access-group"
	kindApp   = "access-application"
	kindKey   = "access-key"
	kindGrant = "access-grant"
	kindTags  = "access-tags"
	kindOwner = "access-owner"
)

// subject is who has a grant, in the form it is kept in: see newSubject.
type subject struct{ kind, id string }

// newSubject brings a subject into the form it is kept in: users have ids in lower case and roles names in upper case, however
// a request spells them; a group's id is taken as it is.
func newSubject(kind, id string) subject {
	kind = strings.ToUpper(kind)
	switch kind {
	case "USER":
		id = userID(id)
	case "ROLE":
		id = strings.ToUpper(id)
	}
	return subject{kind, id}
}

// userID is a user's id as it is kept (access sheet §4.1).
func userID(id string) string { return strings.ToLower(id) }

type user struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	UUID   string   `json:"uuid"`
	Roles  []string `json:"roles"`
	Groups []string `json:"groups"`
	App    string   `json:"app,omitempty"`
}

type group struct {
	ID            string              `json:"id"`
	Description   string              `json:"description"`
	Roles         []string            `json:"roles"`
	DefaultAccess map[string][]string `json:"defaultAccess"`
}

type application struct {
	conductor.Application
}

type key struct {
	ID     string `json:"id"`
	App    string `json:"app"`
	Salt   []byte `json:"salt"`
	Hash   []byte `json:"hash"`
	At     int64  `json:"at"`
	Active bool   `json:"active"`
}

// New returns the state that the store holds.
func New(opts Options) (*Access, error) {
	a := &Access{
		store: opts.Store, now: opts.Now, signing: opts.SigningKey,
		users: map[string]*user{}, groups: map[string]*group{}, apps: map[string]*application{}, keys: map[string]*key{},
		grants: map[subject]map[conductor.Target]accessSet{}, tags: map[conductor.Target][]conductor.Tag{},
		owners: map[conductor.Target]string{},
	}
	if len(a.signing) == 0 {
		a.signing = randomBytes(32)
	}
	if err := a.store.Load(context.Background(), a.load); err != nil {
		return nil, fmt.Errorf("load the access rules: %w", err)
	}
	return a, nil
}

// grantRecord is how one subject's access to one target is stored, and ownerRecord who made a thing.
type grantRecord struct {
	Subject conductor.Subject `json:"subject"`
	Target  conductor.Target  `json:"target"`
	Access  []string          `json:"access"`
}

type ownerRecord struct {
	Target conductor.Target `json:"target"`
	Owner  string           `json:"owner"`
}

type tagsRecord struct {
	Target conductor.Target `json:"target"`
	Tags   []conductor.Tag  `json:"tags"`
}

func (a *Access) load(kind, id string, data []byte) error {
	switch kind {
	case kindUser:
		return loadInto(a.users, id, data)
	case kindGroup:
		return loadInto(a.groups, id, data)
	case kindApp:
		return loadInto(a.apps, id, data)
	case kindKey:
		return loadInto(a.keys, id, data)
	case kindGrant:
		var record grantRecord
		if err := json.Unmarshal(data, &record); err != nil {
			return err
		}
		a.setGrant(subject{record.Subject.Type, record.Subject.ID}, record.Target, newAccessSet(record.Access))
	case kindTags:
		var record tagsRecord
		if err := json.Unmarshal(data, &record); err != nil {
			return err
		}
		a.tags[record.Target] = record.Tags
	case kindOwner:
		var record ownerRecord
		if err := json.Unmarshal(data, &record); err != nil {
			return err
		}
		a.owners[record.Target] = record.Owner
	}
	return nil
}

func loadInto[T any](into map[string]*T, id string, data []byte) error {
	value := new(T)
	if err := json.Unmarshal(data, value); err != nil {
		return err
	}
	into[id] = value
	return nil
}

func (a *Access) commit(ctx context.Context, records ...store.Record) error {
	if err := a.store.Commit(ctx, records); err != nil {
		return fmt.Errorf("save the access rules: %w", err)
	}
	return nil
}

func (a *Access) millis() int64 { return a.now().UnixMilli() }

// randomBytes cannot fail: crypto/rand ends the program where the system has no randomness.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func newUUID() string { return formatUUID(randomBytes(16)) }

func derivedUUID(from string) string {
	sum := sha256.Sum256([]byte(from))
	return formatUUID(sum[:16])
}

func formatUUID(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func notFound(what, id string) error { return fault.NotFound("%s with id '%s' not found", what, id) }
