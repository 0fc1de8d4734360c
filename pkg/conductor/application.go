package conductor

import (
	"context"
	"fmt"
	"net/http"
)

// ApplicationService manages applications, their keys, roles and tags. Open-source Conductor has none: 404.
type ApplicationService struct{ c *Client }

// List calls GET /applications.
func (s *ApplicationService) List(ctx context.Context) ([]Document[Application], error) {
	var list []Document[Application]
	err := s.c.do(ctx, call{op: "list applications", method: http.MethodGet, path: "/applications"}, &list)
	return list, err
}

// Get calls GET /applications/{id}.
func (s *ApplicationService) Get(ctx context.Context, id string) (Document[Application], error) {
	var app Document[Application]
	err := s.c.named(ctx, fmt.Sprintf("get application %q", id), http.MethodGet, &app, "applications", id)
	return app, err
}

// ByKey calls GET /applications/key/{keyId}: whose key it is.
func (s *ApplicationService) ByKey(ctx context.Context, keyID string) (Document[Application], error) {
	var app Document[Application]
	err := s.c.named(ctx, fmt.Sprintf("find the application of key %q", keyID), http.MethodGet, &app, "applications", "key", keyID)
	return app, err
}

// Create calls POST /applications. Names are not unique: a second call makes a second application, so it is not repeated.
func (s *ApplicationService) Create(ctx context.Context, name string) (Document[Application], error) {
	var app Document[Application]
	err := s.c.do(ctx, call{
		op: fmt.Sprintf("create application %q", name), method: http.MethodPost, path: "/applications", body: map[string]string{"name": name},
	}, &app)
	return app, err
}

// Rename calls PUT /applications/{id}.
func (s *ApplicationService) Rename(ctx context.Context, id, name string) (Document[Application], error) {
	var app Document[Application]
	op := fmt.Sprintf("rename application %q", id)
	at, err := path("applications", id)
	if err != nil {
		return app, fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodPut, path: at, body: map[string]string{"name": name}}, &app)
	return app, err
}

// Delete calls DELETE /applications/{id}.
func (s *ApplicationService) Delete(ctx context.Context, id string) error {
	return s.c.named(ctx, fmt.Sprintf("delete application %q", id), http.MethodDelete, nil, "applications", id)
}

// CreateKey calls POST /applications/{id}/accessKeys. The answer is the only one that ever holds the secret; it is not repeated.
func (s *ApplicationService) CreateKey(ctx context.Context, id string) (NewAccessKey, error) {
	var key NewAccessKey
	err := s.c.named(ctx, fmt.Sprintf("create a key for application %q", id), http.MethodPost, &key, "applications", id, "accessKeys")
	return key, err
}

// Keys calls GET /applications/{id}/accessKeys.
func (s *ApplicationService) Keys(ctx context.Context, id string) ([]AccessKey, error) {
	var keys []AccessKey
	err := s.c.named(ctx, fmt.Sprintf("list the keys of application %q", id), http.MethodGet, &keys, "applications", id, "accessKeys")
	return keys, err
}

// ToggleKey calls POST /applications/{id}/accessKeys/{keyId}/status, which turns ACTIVE into INACTIVE and back; it is not repeated.
func (s *ApplicationService) ToggleKey(ctx context.Context, id, keyID string) (AccessKey, error) {
	var key AccessKey
	err := s.c.named(ctx, fmt.Sprintf("toggle key %q", keyID), http.MethodPost, &key, "applications", id, "accessKeys", keyID, "status")
	return key, err
}

// DeleteKey calls DELETE /applications/{id}/accessKeys/{keyId}.
func (s *ApplicationService) DeleteKey(ctx context.Context, id, keyID string) error {
	return s.c.named(ctx, fmt.Sprintf("delete key %q", keyID), http.MethodDelete, nil, "applications", id, "accessKeys", keyID)
}

// AddRole calls POST /applications/{id}/roles/{role}. A role that is there stays, so it is safe to repeat.
func (s *ApplicationService) AddRole(ctx context.Context, id, role string) error {
	op := fmt.Sprintf("add role %s to application %q", role, id)
	at, err := path("applications", id, "roles", role)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return s.c.do(ctx, call{op: op, method: http.MethodPost, path: at, repeatable: true}, nil)
}

// RemoveRole calls DELETE /applications/{id}/roles/{role}.
func (s *ApplicationService) RemoveRole(ctx context.Context, id, role string) error {
	return s.c.named(ctx, fmt.Sprintf("remove role %s from application %q", role, id), http.MethodDelete, nil, "applications", id, "roles", role)
}

// Tags calls GET /applications/{id}/tags.
func (s *ApplicationService) Tags(ctx context.Context, id string) ([]Tag, error) {
	var tags []Tag
	err := s.c.named(ctx, fmt.Sprintf("get the tags of application %q", id), http.MethodGet, &tags, "applications", id, "tags")
	return tags, err
}

// PutTags calls PUT /applications/{id}/tags: adds tags, and replaces the value of those whose key is there.
func (s *ApplicationService) PutTags(ctx context.Context, id string, tags []Tag) error {
	return s.tags(ctx, "tag", http.MethodPut, id, tags)
}

// DeleteTags calls DELETE /applications/{id}/tags.
func (s *ApplicationService) DeleteTags(ctx context.Context, id string, tags []Tag) error {
	return s.tags(ctx, "untag", http.MethodDelete, id, tags)
}

func (s *ApplicationService) tags(ctx context.Context, verb, method, id string, tags []Tag) error {
	op := fmt.Sprintf("%s application %q", verb, id)
	at, err := path("applications", id, "tags")
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return s.c.do(ctx, call{op: op, method: method, path: at, body: tags}, nil)
}
