package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// tokenLife is how long a token lives where the request does not say: longer than any SDK's refresh clock (workers sheet §0.6).
const tokenLife = 24 * time.Hour

// maxTokenLife bounds what a request may ask for, so that the end stays a time: a hundred years.
const maxTokenLife = 100 * 365 * 24 * time.Hour

func hash(salt []byte, secret string) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(secret))
	return mac.Sum(nil)
}

// CreateKey makes a key for an application. Its secret is in the answer only: it is stored hashed.
func (a *Access) CreateKey(ctx context.Context, appID string) (conductor.NewAccessKey, error) {
	return a.addKey(ctx, appID, newUUID(), hex.EncodeToString(randomBytes(24)))
}

func (a *Access) addKey(ctx context.Context, appID, id, secret string) (conductor.NewAccessKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.apps[appID] == nil {
		return conductor.NewAccessKey{}, notFound("Application", appID)
	}
	salt := randomBytes(16)
	k := &key{ID: id, App: appID, Salt: salt, Hash: hash(salt, secret), At: a.millis(), Active: true}
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id, Value: k}); err != nil {
		return conductor.NewAccessKey{}, err
	}
	a.keys[id] = k
	return conductor.NewAccessKey{ID: id, Secret: secret}, nil
}

func (k *key) view() conductor.AccessKey {
	status := "ACTIVE"
	if !k.Active {
		status = "INACTIVE"
	}
	return conductor.AccessKey{ID: k.ID, CreatedAt: k.At, Status: status}
}

// Keys lists an application's keys, the oldest first.
func (a *Access) Keys(appID string) ([]conductor.AccessKey, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.apps[appID] == nil {
		return nil, notFound("Application", appID)
	}
	list := []conductor.AccessKey{}
	for _, k := range a.keys {
		if k.App == appID {
			list = append(list, k.view())
		}
	}
	slices.SortFunc(list, func(x, y conductor.AccessKey) int {
		if x.CreatedAt != y.CreatedAt {
			return int(x.CreatedAt - y.CreatedAt)
		}
		return strings.Compare(x.ID, y.ID)
	})
	return list, nil
}

// ToggleKey turns an active key inactive, and back.
func (a *Access) ToggleKey(ctx context.Context, appID, id string) (conductor.AccessKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.keys[id]
	if k == nil || k.App != appID {
		return conductor.AccessKey{}, notFound("Access key", id)
	}
	changed := *k
	changed.Active = !k.Active
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id, Value: &changed}); err != nil {
		return conductor.AccessKey{}, err
	}
	a.keys[id] = &changed
	return changed.view(), nil
}

// DeleteKey removes a key; its tokens are refused from then on.
func (a *Access) DeleteKey(ctx context.Context, appID, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.keys[id]; k == nil || k.App != appID {
		return notFound("Access key", id)
	}
	if err := a.commit(ctx, store.Record{Kind: kindKey, Key: id}); err != nil {
		return err
	}
	delete(a.keys, id)
	return nil
}

// ApplicationOfKey returns the application that a key belongs to.
func (a *Access) ApplicationOfKey(id string) (conductor.Application, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	k := a.keys[id]
	if k == nil {
		return conductor.Application{}, notFound("Access key", id)
	}
	return a.apps[k.App].Application, nil
}

// claims is what a token says. Key is not a registered claim: it ties the token to the key that it was made from.
type claims struct {
	Subject string `json:"sub"`
	Key     string `json:"key"`
	ID      string `json:"jti"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp,omitempty"`
}

// Token gives a signed token for a key and its secret. life zero means a day; negative means that it never expires.
func (a *Access) Token(id, secret string, life time.Duration) (string, error) {
	a.mu.RLock()
	k := a.keys[id]
	a.mu.RUnlock()
	if k == nil || !k.Active || subtle.ConstantTimeCompare(hash(k.Salt, secret), k.Hash) != 1 {
		return "", fault.Unauthenticated(fault.CodeInvalidToken, "Invalid Access Key")
	}
	c := claims{Subject: "app:" + k.App, Key: id, ID: newUUID(), Issued: a.now().Unix()}
	if life == 0 {
		life = tokenLife
	}
	life = min(life, maxTokenLife)
	if life > 0 {
		// Rounded up: a life of less than a second must not end at once.
		c.Expires = a.now().Add(life + time.Second - 1).Unix()
	}
	return a.sign(c)
}

// header is {"alg":"HS256","typ":"JWT"}.
const header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

func (a *Access) sign(c claims) (string, error) {
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	text := header + "." + base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + a.signature(text), nil
}

func (a *Access) signature(text string) string {
	mac := hmac.New(sha256.New, a.signing)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Authenticate returns who a token was made for. It fails with the auth layer's codes.
func (a *Access) Authenticate(token string) (*Caller, map[string]any, error) {
	if token == "" {
		return nil, nil, fault.Unauthenticated(fault.CodeInvalidToken, "Token cannot be null or empty")
	}
	invalid := fault.Unauthenticated(fault.CodeInvalidToken, "Token is invalid")
	text, signature := token, ""
	if i := strings.LastIndexByte(token, '.'); i >= 0 {
		text, signature = token[:i], token[i+1:]
	}
	if !hmac.Equal([]byte(signature), []byte(a.signature(text))) || !strings.HasPrefix(text, header+".") {
		return nil, nil, invalid
	}
	payload, err := base64.RawURLEncoding.DecodeString(text[len(header)+1:])
	var c claims
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return nil, nil, invalid
	}
	if c.Expires != 0 && a.now().Unix() >= c.Expires {
		return nil, nil, fault.Unauthenticated(fault.CodeExpiredToken, "Token has expired")
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	k, u := a.keys[c.Key], a.users[c.Subject]
	if k == nil || !k.Active || u == nil {
		return nil, nil, fault.Unauthenticated(fault.CodeInvalidToken, "Token's access key was deleted or is inactive")
	}
	said := map[string]any{"sub": c.Subject, "iat": c.Issued, "jti": c.ID}
	if c.Expires != 0 {
		said["exp"] = c.Expires
	}
	return &Caller{access: a, id: u.ID, name: u.Name}, said, nil
}
