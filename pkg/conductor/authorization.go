package conductor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// AuthorizationService reads and writes grants.
type AuthorizationService struct{ c *Client }

// Grant calls POST /auth/authorization. Grants add up, so it is safe to repeat.
func (s *AuthorizationService) Grant(ctx context.Context, grant Authorization) error {
	return s.c.do(ctx, call{
		op: "grant on " + grant.Target.Type + " " + grant.Target.ID, method: http.MethodPost, path: "/auth/authorization", body: grant, repeatable: true,
	}, nil)
}

// Revoke calls DELETE /auth/authorization, with the grant in the body. Only the named access is taken away.
func (s *AuthorizationService) Revoke(ctx context.Context, grant Authorization) error {
	return s.c.do(ctx, call{
		op: "revoke on " + grant.Target.Type + " " + grant.Target.ID, method: http.MethodDelete, path: "/auth/authorization", body: grant,
	}, nil)
}

// ByTarget calls GET /auth/authorization/{type}/{id}: the subjects by access.
func (s *AuthorizationService) ByTarget(ctx context.Context, target Target) (map[string][]Subject, error) {
	var access map[string][]Subject
	err := s.c.named(ctx, "list the grants on "+target.Type+" "+target.ID, http.MethodGet, &access, "auth", "authorization", target.Type, target.ID)
	return access, err
}

// BySubject calls GET /auth/subjects/{type}/{id}/grants: what the subject itself was granted. Newer versions of Orkes (5.4.2 on) have
// it, and tell an administrator and the subject.
func (s *AuthorizationService) BySubject(ctx context.Context, subject Subject) ([]GrantedAccess, error) {
	var grants []GrantedAccess
	err := s.c.named(ctx, fmt.Sprintf("list the grants of %s %q", subject.Type, subject.ID), http.MethodGet, &grants, "auth", "subjects", subject.Type, subject.ID, "grants")
	return grants, err
}

// UserService reads users, people's and applications' ("app:<id>"), and what they may do.
type UserService struct{ c *Client }

// List calls GET /users: people, with the backing users of applications where apps is set. It needs an administrator.
func (s *UserService) List(ctx context.Context, apps bool) ([]Document[User], error) {
	var users []Document[User]
	query := url.Values{"apps": {strconv.FormatBool(apps)}}
	err := s.c.do(ctx, call{op: "list users", method: http.MethodGet, path: "/users", query: query}, &users)
	return users, err
}

// Get calls GET /users/{id}.
func (s *UserService) Get(ctx context.Context, id string) (Document[User], error) {
	var user Document[User]
	err := s.c.named(ctx, fmt.Sprintf("get user %q", id), http.MethodGet, &user, "users", id)
	return user, err
}

// Permissions calls GET /users/{id}/permissions; on Orkes it needs an administrator.
func (s *UserService) Permissions(ctx context.Context, userID string) ([]GrantedAccess, error) {
	var answer struct {
		GrantedAccess []GrantedAccess `json:"grantedAccess"`
	}
	err := s.c.named(ctx, fmt.Sprintf("list the permissions of %q", userID), http.MethodGet, &answer, "users", userID, "permissions")
	return answer.GrantedAccess, err
}

// CheckPermissions calls GET /users/{id}/checkPermissions: what the user may do with one target, by access.
func (s *UserService) CheckPermissions(ctx context.Context, userID string, target Target) (map[string]bool, error) {
	op := fmt.Sprintf("check the permissions of %q", userID)
	at, err := path("users", userID, "checkPermissions")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	var allowed map[string]bool
	query := url.Values{"type": {target.Type}, "id": {target.ID}}
	err = s.c.do(ctx, call{op: op, method: http.MethodGet, path: at, query: query}, &allowed)
	return allowed, err
}
