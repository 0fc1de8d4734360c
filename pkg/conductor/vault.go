package conductor

import (
	"context"
	"fmt"
	"net/http"
)

// SecretService keeps what definitions name as ${workflow.secrets.NAME}. Open-source Conductor takes its secrets from its own
// process: 404.
type SecretService struct{ c *Client }

// Names calls POST /secrets: the names of all secrets.
func (s *SecretService) Names(ctx context.Context) ([]string, error) {
	var names []string
	err := s.c.do(ctx, call{op: "list secrets", method: http.MethodPost, path: "/secrets", repeatable: true, optional: true}, &names)
	return names, err
}

// Exists calls GET /secrets/{key}/exists.
func (s *SecretService) Exists(ctx context.Context, name string) (bool, error) {
	var exists bool
	err := s.c.named(ctx, fmt.Sprintf("look for secret %q", name), http.MethodGet, &exists, "secrets", name, "exists")
	return exists, err
}

// Get calls GET /secrets/{key}: the value. No trace shows it.
func (s *SecretService) Get(ctx context.Context, name string) (string, error) {
	return s.c.readValue(ctx, fmt.Sprintf("get secret %q", name), "secrets", name)
}

// Put calls PUT /secrets/{key} with the value as it is.
func (s *SecretService) Put(ctx context.Context, name, value string) error {
	return s.c.writeValue(ctx, fmt.Sprintf("set secret %q", name), value, "application/json", "secrets", name)
}

// Delete calls DELETE /secrets/{key}.
func (s *SecretService) Delete(ctx context.Context, name string) error {
	return s.c.named(ctx, fmt.Sprintf("delete secret %q", name), http.MethodDelete, nil, "secrets", name)
}

// EnvironmentService keeps what definitions name as ${workflow.env.NAME}. Open-source Conductor only reads them.
type EnvironmentService struct{ c *Client }

// Variable is an environment variable of definitions.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Tags  []Tag  `json:"tags,omitempty"`
}

// List calls GET /environment.
func (s *EnvironmentService) List(ctx context.Context) ([]Variable, error) {
	var list []Variable
	err := s.c.do(ctx, call{op: "list environment variables", method: http.MethodGet, path: "/environment", optional: true}, &list)
	return list, err
}

// Get calls GET /environment/{key}: the value, which is empty on open-source Conductor where there is none.
func (s *EnvironmentService) Get(ctx context.Context, name string) (string, error) {
	return s.c.readValue(ctx, fmt.Sprintf("get environment variable %q", name), "environment", name)
}

// Put calls PUT /environment/{key}.
func (s *EnvironmentService) Put(ctx context.Context, name, value string) error {
	return s.c.writeValue(ctx, fmt.Sprintf("set environment variable %q", name), value, "text/plain; charset=utf-8", "environment", name)
}

// Delete calls DELETE /environment/{key}.
func (s *EnvironmentService) Delete(ctx context.Context, name string) error {
	return s.c.named(ctx, fmt.Sprintf("delete environment variable %q", name), http.MethodDelete, nil, "environment", name)
}

// readValue reads a text that may be anything, so that it is not taken for JSON.
func (c *Client) readValue(ctx context.Context, op string, segments ...string) (string, error) {
	at, err := path(segments...)
	if err != nil {
		return "", fmt.Errorf("%s: %w", op, err)
	}
	request := call{op: op, method: http.MethodGet, path: at, text: true}
	response, err := c.send(ctx, request)
	if err != nil {
		return "", err
	}
	if kind := pageKind(response); kind != "" {
		return "", c.protocol(request, kind, response)
	}
	return string(response.Body), nil
}

func (c *Client) writeValue(ctx context.Context, op, value, contentType string, segments ...string) error {
	at, err := path(segments...)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return c.do(ctx, call{op: op, method: http.MethodPut, path: at, body: value, contentType: contentType}, nil)
}
