package api

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/webhook"
)

// webhookRoutes are Orkes' alone. Who calls a webhook's address has no token: its verifier says who that may be.
func (a *api) webhookRoutes() {
	a.route("GET /api/metadata/webhook", a.listWebhooks)
	a.route("POST /api/metadata/webhook", a.addWebhook)
	a.route("GET /api/metadata/webhook/{key}", a.getWebhook)
	a.route("PUT /api/metadata/webhook/{key}", a.updateWebhook)
	a.route("DELETE /api/metadata/webhook/{key}", a.deleteWebhook)
	a.tagsOf("/api/metadata/webhook/{key}/tags", webhookTarget, a.Webhooks.Exists, mayUse(webhookTarget))
	a.open("POST /webhook/{key}", a.receiveWebhook)
	a.open("GET /webhook/{key}", a.receiveWebhook)
}

func webhookTarget(id string) conductor.Target { return conductor.Target{Type: "WEBHOOK", ID: id} }

func (a *api) listWebhooks(c *call) (any, error) {
	list := []conductor.Webhook{}
	for _, def := range a.Webhooks.List() {
		if c.caller.May(c.access(), webhookTarget(def.ID)) {
			def.Tags = a.inlineTags(webhookTarget(def.ID))
			list = append(list, def)
		}
	}
	return list, nil
}

func (a *api) getWebhook(c *call) (any, error) {
	def, err := a.Webhooks.Get(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	if err := c.caller.MayRead(webhookTarget(def.ID)); err != nil {
		return nil, err
	}
	def.Tags = a.inlineTags(webhookTarget(def.ID))
	return def, nil
}

func (a *api) addWebhook(c *call) (any, error) {
	var def conductor.Webhook
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	if err := c.mayPut(webhookTarget(def.ID), a.Webhooks.Exists(def.ID) == nil); err != nil {
		return nil, err
	}
	made, err := a.Webhooks.Add(c.Context(), def, c.caller.ID())
	if err != nil {
		return nil, err
	}
	return made, c.written(webhookTarget(made.ID), false, def.Tags, false)
}

func (a *api) updateWebhook(c *call) (any, error) {
	id := c.PathValue("key")
	var def conductor.Webhook
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	if err := c.mayPut(webhookTarget(id), a.Webhooks.Exists(id) == nil); err != nil {
		return nil, err
	}
	made, err := a.Webhooks.Update(c.Context(), id, def, c.caller.ID())
	if err != nil {
		return nil, err
	}
	return made, c.written(webhookTarget(id), true, def.Tags, false)
}

func (a *api) deleteWebhook(c *call) (any, error) {
	id := c.PathValue("key")
	if err := c.caller.MayWriteDefinition("DELETE", webhookTarget(id), a.Webhooks.Exists(id) == nil); err != nil {
		return nil, err
	}
	if err := a.Webhooks.Delete(c.Context(), id); err != nil {
		return nil, err
	}
	return nil, a.forget(c, webhookTarget(id))
}

func (a *api) receiveWebhook(c *call) (any, error) {
	body, err := c.raw()
	if err != nil {
		return nil, err
	}
	answer, err := a.Webhooks.Receive(c.Context(), c.PathValue("key"), webhook.Request{Query: c.query(), Header: c.Header, Body: body})
	if answer.Object != nil {
		return answer.Object, err
	}
	return text(answer.Text), err
}
