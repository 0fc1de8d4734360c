package conductor

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// Kind is which product a server is.
type Kind string

// The kinds of server.
const (
	KindOrkes Kind = "orkes" // has POST /token
	KindOSS   Kind = "oss"   // has not
)

// HealthStatus is the answer of GET /health.
type HealthStatus struct {
	Healthy bool `json:"healthy"`
}

// ServerService asks about the server itself.
type ServerService struct{ c *Client }

// Version calls GET /version, without a token.
func (s *ServerService) Version(ctx context.Context) (string, error) {
	var version string
	err := s.c.do(ctx, call{op: "ask the server's version", method: http.MethodGet, path: "/version", text: true, anonymous: true}, &version)
	return version, err
}

// Health calls GET /health, which is outside /api.
func (s *ServerService) Health(ctx context.Context) (HealthStatus, error) {
	outside := *s.c
	outside.base = strings.TrimSuffix(s.c.base, "/api")
	var health HealthStatus
	err := outside.do(ctx, call{op: "ask the server's health", method: http.MethodGet, path: "/health", anonymous: true}, &health)
	return health, err
}

// Kind tells the products apart: an empty POST /token is 404 on open-source Conductor and another refusal on Orkes.
func (s *ServerService) Kind(ctx context.Context) (Kind, error) {
	err := s.c.do(ctx, call{
		op: "ask the server's kind", method: http.MethodPost, path: "/token", anonymous: true, repeatable: true,
		body: map[string]string{"keyId": "", "keySecret": ""},
	}, nil)
	var answer *Error
	switch {
	case err == nil:
		return KindOrkes, nil
	case !errors.As(err, &answer):
		return "", err
	case answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed:
		return KindOSS, nil
	case IsUnavailable(err):
		return "", err
	default:
		return KindOrkes, nil
	}
}
