package conductor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// WebhookService reads and writes webhooks. Open-source Conductor has none: 404.
type WebhookService struct{ c *Client }

// List calls GET /metadata/webhook: every webhook that the caller may read.
func (s *WebhookService) List(ctx context.Context) ([]Document[Webhook], error) {
	var list []Document[Webhook]
	err := s.c.do(ctx, call{op: "list webhooks", method: http.MethodGet, path: "/metadata/webhook", optional: true}, &list)
	return list, err
}

// Get calls GET /metadata/webhook/{id}: a webhook with what came to it.
func (s *WebhookService) Get(ctx context.Context, id string) (Document[Webhook], error) {
	var def Document[Webhook]
	err := s.c.named(ctx, fmt.Sprintf("get webhook %q", id), http.MethodGet, &def, "metadata", "webhook", id)
	return def, err
}

// Create calls POST /metadata/webhook with one definition, sent to the byte. No trace shows its secrets.
func (s *WebhookService) Create(ctx context.Context, def json.RawMessage) (Document[Webhook], error) {
	var made Document[Webhook]
	err := s.c.do(ctx, call{op: "define a webhook", method: http.MethodPost, path: "/metadata/webhook", body: def}, &made)
	return made, err
}

// Update calls PUT /metadata/webhook/{id} with a definition, sent to the byte. A secret that is MaskedSecret stays as it is.
func (s *WebhookService) Update(ctx context.Context, id string, def json.RawMessage) (Document[Webhook], error) {
	var made Document[Webhook]
	op := fmt.Sprintf("update webhook %q", id)
	at, err := path("metadata", "webhook", id)
	if err != nil {
		return made, fmt.Errorf("%s: %w", op, err)
	}
	err = s.c.do(ctx, call{op: op, method: http.MethodPut, path: at, body: def}, &made)
	return made, err
}

// Delete calls DELETE /metadata/webhook/{id}.
func (s *WebhookService) Delete(ctx context.Context, id string) error {
	return s.c.named(ctx, fmt.Sprintf("delete webhook %q", id), http.MethodDelete, nil, "metadata", "webhook", id)
}

// WebhookURL is the address of a webhook, which another system calls: outside /api, without a token.
func (c *Client) WebhookURL(id string) string {
	return strings.TrimSuffix(c.base, "/api") + "/webhook/" + url.PathEscape(id)
}
