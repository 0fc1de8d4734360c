package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// tokenLife is how long a token lives where the request does not say: longer than any SDK's refresh clock (workers sheet §0.6).
const tokenLife = 24 * time.Hour

// maxTokenLife bounds what a request may ask for, so that the end stays a time: a hundred years.
const maxTokenLife = 100 * 365 * 24 * time.Hour

// maxVerified bounds how many tokens are remembered as ours: more than the workers of a laptop have.
const maxVerified = 1024

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

// verified are tokens whose signature was found to be ours, with what they say: each is read once, not with every poll. Whether it has
// ended and whether its key is still good is asked each time.
type verified struct {
	mu     sync.RWMutex
	tokens map[string]*claims
}

func (v *verified) claims(token string) *claims {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.tokens[token]
}

// remember starts afresh when there are too many.
func (v *verified) remember(token string, c *claims) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tokens == nil || len(v.tokens) >= maxVerified {
		v.tokens = map[string]*claims{}
	}
	v.tokens[token] = c
}

// claimsOf returns what a token says, nil where it is none of ours.
func (a *Access) claimsOf(token string) *claims {
	if c := a.verified.claims(token); c != nil {
		return c
	}
	text, signature := token, ""
	if i := strings.LastIndexByte(token, '.'); i >= 0 {
		text, signature = token[:i], token[i+1:]
	}
	if !hmac.Equal([]byte(signature), []byte(a.signature(text))) || !strings.HasPrefix(text, header+".") {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(text[len(header)+1:])
	c := &claims{}
	if err != nil || json.Unmarshal(payload, c) != nil {
		return nil
	}
	a.verified.remember(token, c)
	return c
}

// Authenticate returns who a token was made for. It fails with the auth layer's codes.
func (a *Access) Authenticate(token string) (*Caller, error) {
	caller, _, err := a.authenticate(token)
	return caller, err
}

// Claims returns who a token was made for and what it says: for GET /token/userInfo?claims=true.
func (a *Access) Claims(token string) (*Caller, map[string]any, error) {
	caller, c, err := a.authenticate(token)
	if err != nil {
		return nil, nil, err
	}
	said := map[string]any{"sub": c.Subject, "iat": c.Issued, "jti": c.ID}
	if c.Expires != 0 {
		said["exp"] = c.Expires
	}
	return caller, said, nil
}

func (a *Access) authenticate(token string) (*Caller, *claims, error) {
	if token == "" {
		return nil, nil, fault.Unauthenticated(fault.CodeInvalidToken, "Token cannot be null or empty")
	}
	c := a.claimsOf(token)
	if c == nil {
		return nil, nil, fault.Unauthenticated(fault.CodeInvalidToken, "Token is invalid")
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
	return &Caller{access: a, id: u.ID, name: u.Name}, c, nil
}
