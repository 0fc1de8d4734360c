// Package payload keeps inputs and outputs that clients send apart from their requests ("external payload storage"), in memory.
package payload

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// Operations on a payload.
const (
	Read  = "READ"
	Write = "WRITE"
)

// The most bytes of one payload, as of any request, and of all of them.
const (
	MaxSize  = 10 << 20
	maxTotal = 100 << 20
)

// Storage holds payloads. It is safe for concurrent use.
type Storage struct {
	key []byte // signs tickets; they are good as long as the process lives

	mu       sync.Mutex
	payloads map[string]held
	total    int
}

// held is a payload and whose it is.
type held struct {
	data  []byte
	owner string
}

// New returns an empty storage.
func New() *Storage {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it ends the program where the system has no randomness
	return &Storage{key: key, payloads: map[string]held{}}
}

// NewPath is a path that nobody has, which begins as the client wishes.
func NewPath(prefix string) string {
	name := make([]byte, 16)
	_, _ = rand.Read(name)
	return prefix + hex.EncodeToString(name) + ".json"
}

// Ticket is what lets whoever has it do one thing with one payload, on behalf of owner.
func (s *Storage) Ticket(operation, path, owner string) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(strings.Join([]string{operation, owner, path}, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Storage) check(operation, path, owner, ticket string) error {
	if !hmac.Equal([]byte(s.Ticket(operation, path, owner)), []byte(ticket)) {
		return fault.Forbidden("The address of the payload %s is not one that this server gave out to %s it", path, strings.ToLower(operation))
	}
	return nil
}

// Put keeps a payload under a ticket's path.
func (s *Storage) Put(path, owner, ticket string, data []byte) error {
	if err := s.check(Write, path, owner, ticket); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	total := s.total - len(s.payloads[path].data) + len(data)
	if len(data) > MaxSize || total > maxTotal {
		return fault.TooLarge("A payload may have %d bytes, and all that this server keeps %d", MaxSize, maxTotal)
	}
	s.payloads[path], s.total = held{data, owner}, total
	return nil
}

// Get returns a payload under a ticket's path.
func (s *Storage) Get(path, owner, ticket string) ([]byte, error) {
	if err := s.check(Read, path, owner, ticket); err != nil {
		return nil, err
	}
	found, err := s.find(path)
	return found.data, err
}

// Owner is whose a payload is. fault.NotFound where there is none.
func (s *Storage) Owner(path string) (string, error) {
	found, err := s.find(path)
	return found.owner, err
}

// Object reads a payload as the object that an input or output is.
func (s *Storage) Object(path string) (map[string]any, error) {
	found, err := s.find(path)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := conductor.Decode(found.data, &object); err != nil || object == nil {
		return nil, fault.Invalid("The payload at external storage path: %s is not a JSON object", path)
	}
	return object, nil
}

func (s *Storage) find(path string) (held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, known := s.payloads[path]
	if !known {
		return held{}, fault.NotFound("Unable to download payload from external storage path: %s", path)
	}
	return found, nil
}
