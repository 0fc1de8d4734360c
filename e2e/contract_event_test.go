package e2e

import (
	"context"
	"encoding/json"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

const inventoryHandler = `{"name":"restocked","event":"conductor:restock:done","active":true,
	"actions":[{"action":"start_workflow","start_workflow":{"name":"get-inventory-demo"}}]}`

// eventCalls are about event handlers: the first of them, up to Delete, in both products.
func eventCalls() []contractCall {
	return []contractCall{
		{"Events.Create", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Events.Create(ctx, json.RawMessage(inventoryHandler))
		}},
		{"Events.Update", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Events.Update(ctx, json.RawMessage(inventoryHandler))
		}},
		{"Events.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Events.List(ctx)) }},
		{"Events.Publish", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Events.Publish(ctx, "conductor:restock:done", map[string]any{"n": 1})
		}},
		{"Events.Executions", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Events.Executions(ctx, "restocked"))
		}},
		{"Events.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return c.Events.Delete(ctx, "restocked")
		}},
	}
}

const inventoryHook = `{"id":"hook","name":"restock","sourcePlatform":"Custom","verifier":"HEADER_BASED","headers":{"X-From":"there"},
	"workflowsToStart":{"get-inventory-demo":1}}`

func webhookCalls() []contractCall {
	return []contractCall{
		{"Webhooks.Create", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Webhooks.Create(ctx, json.RawMessage(inventoryHook)))
		}},
		{"Webhooks.Update", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Webhooks.Update(ctx, "hook", json.RawMessage(inventoryHook)))
		}},
		{"Webhooks.List", func(ctx context.Context, c *conductor.Client, _ *played) error { return only(c.Webhooks.List(ctx)) }},
		{"Webhooks.Get", func(ctx context.Context, c *conductor.Client, _ *played) error {
			return only(c.Webhooks.Get(ctx, "hook"))
		}},
		{"Webhooks.Delete", func(ctx context.Context, c *conductor.Client, _ *played) error { return c.Webhooks.Delete(ctx, "hook") }},
	}
}
