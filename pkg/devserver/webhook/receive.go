package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// taskType is the type of the tasks that events end.
const taskType = "WAIT_FOR_WEBHOOK"

// Answer is what the other system hears: Text, or else Object as JSON.
type Answer struct {
	Text   string
	Object any
}

// Receive takes a request to a webhook's address. The answer is that to a challenge, or the event's id. Errors: fault.NotFound for an
// unknown address, fault.Forbidden for a request that does not prove where it comes from, fault.Invalid for a body that is none, and
// what hindered the workflows that were to start or to receive it.
func (w *Webhooks) Receive(ctx context.Context, id string, r Request) (Answer, error) {
	kept, err := w.find(id)
	if err != nil {
		return Answer{}, err
	}
	if answer, asked := challenge(kept.Definition, r); asked {
		return answer, w.verified(ctx, id)
	}
	delivery := conductor.WebhookDelivery{EventID: newID(), Payload: shortened(r.Body), TimeStamp: w.Now().UnixMilli(), WorkflowIDs: []string{}}
	err = w.deliver(ctx, kept, r, &delivery)
	kept.past.add(delivery)
	if err != nil {
		w.Logger.Warn("a webhook's event", "webhook", kept.Definition.Name, "event", delivery.EventID, "error", err)
		return Answer{}, err
	}
	return Answer{Text: delivery.EventID}, nil
}

// challenge answers a question by which the other system makes sure of the address.
func challenge(def conductor.Webhook, r Request) (Answer, bool) {
	switch def.Verifier {
	case conductor.VerifierSlack:
		var asked struct{ Type, Challenge string }
		if json.Unmarshal(r.Body, &asked) == nil && asked.Type == "url_verification" && asked.Challenge != "" {
			return Answer{Text: asked.Challenge}, true
		}
	case conductor.VerifierTwitter:
		if token := r.Query.Get("crc_token"); token != "" && def.SecretValue != "" {
			return Answer{Object: map[string]string{"response_token": twitterToken(def, []byte(token))}}, true
		}
	}
	return Answer{}, false
}

// deliver does what an event leads to and notes it.
func (w *Webhooks) deliver(ctx context.Context, kept *hook, r Request, note *conductor.WebhookDelivery) error {
	def := kept.Definition
	if err := verify(def, r, w.Now()); err != nil {
		return err
	}
	payload, err := payloadOf(r)
	if err != nil {
		return err
	}
	note.Matched = true
	if err := w.verified(ctx, def.ID); err != nil {
		return err
	}
	if def.Expression != "" {
		holds, err := w.Engine.Judge(def.EvaluatorType, def.Expression, payload)
		if err != nil {
			return fault.Invalid("the expression of webhook %s cannot be evaluated: %s", def.Name, err)
		}
		if !holds {
			return nil
		}
	}
	reaction := engine.Reaction{By: kept.By}
	received, receivers := w.receive(def, reaction, payload)
	started, starts := w.start(def, reaction, payload)
	note.WorkflowIDs = append(received, started...)
	return errors.Join(receivers, starts)
}

// receive ends the tasks that wait for such an event.
func (w *Webhooks) receive(def conductor.Webhook, r engine.Reaction, payload map[string]any) (ids []string, refused error) {
	for _, name := range slices.Sorted(maps.Keys(def.ReceiverWorkflowNamesToVersions)) {
		fits := func(input map[string]any) bool {
			matches, _ := input["matches"].(map[string]any)
			return engine.Matches(matches, payload)
		}
		found, err := w.Engine.ReceiveFor(r, engine.Receivers{
			TaskType: taskType, Workflow: name, Version: def.ReceiverWorkflowNamesToVersions[name], Fits: fits,
		}, payload)
		ids, refused = append(ids, found...), errors.Join(refused, err)
	}
	return ids, refused
}

// start starts the workflows of a webhook with the payload as their input.
func (w *Webhooks) start(def conductor.Webhook, r engine.Reaction, payload map[string]any) (ids []string, refused error) {
	key := engine.Fill(def.WorkflowsToStart["idempotencyKey"], map[string]any{"workflow": map[string]any{"input": payload}})
	strategy := def.WorkflowsToStart["idempotencyStrategy"]
	for _, name := range slices.Sorted(maps.Keys(def.WorkflowsToStart)) {
		if name == "idempotencyKey" || name == "idempotencyStrategy" {
			continue
		}
		id, err := w.Engine.StartFor(r, map[string]any{
			"name": name, "version": def.WorkflowsToStart[name], "input": payload, "idempotencyKey": key, "idempotencyStrategy": strategy,
		})
		if err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		ids = append(ids, id)
	}
	return ids, refused
}

// payloadOf reads what a request says: a JSON object, another JSON value or a text as "payload", a form, or without a body the query.
func payloadOf(r Request) (map[string]any, error) {
	body := bytes.TrimSpace(r.Body)
	switch {
	case len(body) == 0:
		return fields(r.Query), nil
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fault.Invalid("The form in the request cannot be read")
		}
		return fields(form), nil
	}
	var value any
	if err := conductor.Decode(body, &value); err != nil {
		if strings.Contains(r.Header.Get("Content-Type"), "json") {
			return nil, fault.Invalid("The request's body is not JSON: %s", err)
		}
		value = string(body)
	}
	if object, isObject := value.(map[string]any); isObject {
		return object, nil
	}
	return map[string]any{"payload": value}, nil
}

// fields are the values of a form: a text, or a list where there are several.
func fields(form url.Values) map[string]any {
	object := make(map[string]any, len(form))
	for name, values := range form {
		if len(values) == 1 {
			object[name] = values[0]
			continue
		}
		list := make([]any, 0, len(values))
		for _, value := range values {
			list = append(list, value)
		}
		object[name] = list
	}
	return object
}

// Bounds of what is remembered of the requests to one webhook.
const (
	maxPast  = 50
	maxShown = 32 << 10
)

func shortened(body []byte) string {
	if len(body) <= maxShown {
		return string(body)
	}
	return strings.ToValidUTF8(string(body[:maxShown]), "") + "…"
}

// past is what came to a webhook. It is no state that a restart would have to bring back.
type past struct {
	mu         sync.Mutex
	deliveries []conductor.WebhookDelivery
}

func (p *past) add(d conductor.WebhookDelivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.deliveries) == maxPast {
		p.deliveries = append(p.deliveries[:0], p.deliveries[1:]...)
	}
	p.deliveries = append(p.deliveries, d)
}

// list returns what came, the newest first.
func (p *past) list() []conductor.WebhookDelivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]conductor.WebhookDelivery, 0, len(p.deliveries))
	for _, d := range slices.Backward(p.deliveries) {
		list = append(list, d)
	}
	return list
}
