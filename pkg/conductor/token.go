package conductor

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// tokenTime bounds one call of POST /token, which serves every request that waits for it.
const tokenTime = 30 * time.Second

// TokenSource gives the token for a request. An empty token means that the request goes without.
type TokenSource interface {
	// Token returns the current token.
	Token(ctx context.Context) (string, error)
	// Renew returns another token than the refused one, or the refused one where there is no other.
	Renew(ctx context.Context, refused string) (string, error)
}

type staticToken string

func (t staticToken) Token(context.Context) (string, error)         { return string(t), nil }
func (t staticToken) Renew(context.Context, string) (string, error) { return string(t), nil }

// keyTokens fetches one token for all requests of the process, whatever their number.
type keyTokens struct {
	client      *Client
	key, secret string

	mu      sync.Mutex
	token   string
	off     bool // the server has no authentication
	pending chan struct{}
	err     error
}

func newKeyTokens(c *Client, key, secret string) *keyTokens {
	return &keyTokens{client: c, key: key, secret: secret}
}

// Token returns the token, fetched on first use.
func (k *keyTokens) Token(ctx context.Context) (string, error) { return k.get(ctx, "") }

// Renew returns a token other than the refused one: one that was fetched meanwhile, or a new one.
func (k *keyTokens) Renew(ctx context.Context, refused string) (string, error) {
	return k.get(ctx, refused)
}

func (k *keyTokens) get(ctx context.Context, refused string) (string, error) {
	k.mu.Lock()
	if k.off || k.token != "" && k.token != refused {
		token := k.token
		k.mu.Unlock()
		return token, nil
	}
	if k.pending == nil {
		k.pending = make(chan struct{})
		// The fetch serves every caller, so it does not end with the one that began it.
		go k.fetch(context.WithoutCancel(ctx), k.pending)
	}
	pending := k.pending
	k.mu.Unlock()
	select {
	case <-pending:
	case <-ctx.Done():
		return "", k.client.connectError(call{op: "wait for a token"}, ctx.Err())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.token, k.err
}

func (k *keyTokens) fetch(ctx context.Context, pending chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	token, err := k.client.mint(ctx, k.key, k.secret)
	off := status(err) == http.StatusNotFound || status(err) == http.StatusMethodNotAllowed
	if off {
		// Said before anybody goes on, and outside the lock: who is told may ask this client something.
		k.client.notice("the server has no POST /token: it is open-source Conductor, without authentication; the key is not used")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(pending)
	k.pending, k.token, k.off, k.err = nil, token, off, nil
	if err != nil && !off {
		k.err = &AuthError{KeyID: k.key, Err: err}
	}
}

// mint calls POST /token (access sheet §1.1).
func (c *Client) mint(ctx context.Context, key, secret string) (string, error) {
	var answer struct {
		Token string `json:"token"`
	}
	err := c.do(ctx, call{
		op: "fetch a token", method: http.MethodPost, path: "/token", anonymous: true, repeatable: true,
		body: map[string]string{"keyId": key, "keySecret": secret},
	}, &answer)
	if err == nil && answer.Token == "" {
		err = errors.New("the server's answer holds no token")
	}
	return answer.Token, err
}

// TokenService asks about the caller's own identity.
type TokenService struct{ c *Client }

// Mint returns a token for the client's identity; empty where the server has no authentication. It fails with an *AuthError
// where the key is not accepted.
func (s *TokenService) Mint(ctx context.Context) (string, error) {
	if s.c.tokens == nil {
		return "", nil
	}
	return s.c.tokens.Token(ctx)
}

// UserInfo calls GET /token/userInfo: who the server takes the caller for.
func (s *TokenService) UserInfo(ctx context.Context) (Document[User], error) {
	var user Document[User]
	err := s.c.do(ctx, call{op: "ask who I am", method: http.MethodGet, path: "/token/userInfo"}, &user)
	return user, err
}
