package webhook

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

const secret = "a secret of webhooks"

// rig is an engine with webhooks, and what they log.
type rig struct {
	*Webhooks
	t   *testing.T
	now time.Time
	log bytes.Buffer
}

func newRig(t *testing.T, kept store.Store) *rig {
	t.Helper()
	e, err := engine.New(engine.Options{Store: kept, EnforceIdempotency: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	r := &rig{t: t, now: time.Unix(1_700_000_000, 0)}
	r.Webhooks, err = Open(t.Context(), Options{
		Store: kept, Engine: e, Logger: slog.New(slog.NewTextHandler(&r.log, nil)), Now: func() time.Time { return r.now },
	})
	require.NoError(t, err)
	return r
}

func (r *rig) add(def conductor.Webhook) conductor.Webhook {
	r.t.Helper()
	if def.Name == "" {
		def.Name = "hook"
	}
	made, err := r.Add(r.t.Context(), def, "me")
	require.NoError(r.t, err)
	return made
}

func (r *rig) flow(name string, tasks ...conductor.WorkflowTask) {
	r.t.Helper()
	def := conductor.NewWorkflowDef()
	def.Name, def.Tasks = name, tasks
	_, err := r.Engine.PutWorkflowDef(r.t.Context(), def, engine.PutMode{Overwrite: true}, "me")
	require.NoError(r.t, err)
}

func (r *rig) start(name string, input map[string]any) string {
	r.t.Helper()
	id, err := r.Engine.Start(r.t.Context(), conductor.StartWorkflowRequest{Name: name, Input: input}, "me")
	require.NoError(r.t, err)
	return id
}

func (r *rig) workflow(id string) conductor.Workflow {
	r.t.Helper()
	wf, err := r.Engine.Workflow(id, true)
	require.NoError(r.t, err)
	return wf
}

// post sends a body with headers, given as NAME, VALUE, …
func (r *rig) post(id, body string, headers ...string) (Answer, error) {
	request := Request{Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return r.Receive(r.t.Context(), id, request)
}

func byHeader() conductor.Webhook {
	return conductor.Webhook{Verifier: conductor.VerifierHeader, Headers: map[string]string{"X-From": secret}}
}

func TestSecretsAreShownToNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	kept, err := store.Open(path)
	require.NoError(t, err)
	defer kept.Close()
	r := newRig(t, kept)
	def := byHeader()
	def.SecretValue = secret
	made := r.add(def)
	require.Equal(t, conductor.MaskedSecret, made.SecretValue)
	held, err := r.Get(made.ID)
	require.NoError(t, err)
	held.Name = "another name"
	updated, err := r.Update(t.Context(), made.ID, held, "you") // as it was shown
	require.NoError(t, err)
	_, err = r.post(made.ID, "{}", "X-From", "wrong")
	require.Error(t, err)
	_, err = r.post(made.ID, "{}", "X-From", secret)
	require.NoError(t, err, "the masked secret stays")
	after, err := r.Get(made.ID)
	require.NoError(t, err)
	shown, err := json.Marshal([]any{made, held, updated, after, r.List()})
	require.NoError(t, err)
	require.NotContains(t, string(shown)+r.log.String(), secret)
	require.Equal(t, "me", after.CreatedBy)
	require.True(t, after.URLVerified)

	again, err := Open(t.Context(), Options{Store: kept, Engine: r.Engine, Logger: r.Logger, Now: r.Now})
	require.NoError(t, err)
	r.Webhooks = again
	_, err = r.post(made.ID, "{}", "X-From", secret)
	require.NoError(t, err)
	require.Equal(t, "you", again.byID[made.ID].By, "who wrote it last acts")
}

func TestDefinitions(t *testing.T) {
	r := newRig(t, store.NewMemory())
	def := byHeader()
	def.ID, def.Name, def.URLVerified = "mine", "m", true
	require.False(t, r.add(def).URLVerified, "that is for requests to prove")
	_, err := r.Add(t.Context(), def, "me")
	require.Equal(t, fault.KindConflict, fault.KindOf(err))
	require.Len(t, r.add(byHeader()).ID, 32)
	require.Equal(t, "mine", r.List()[0].ID, "the oldest first")
	_, err = r.Update(t.Context(), "nope", def, "me")
	require.Equal(t, fault.KindNotFound, fault.KindOf(err))
	require.NoError(t, r.Delete(t.Context(), "mine"))
	for _, err := range []error{r.Delete(t.Context(), "mine"), r.Exists("mine"), second(r.Get("mine")), second(r.post("mine", "{}"))} {
		require.Equal(t, fault.KindNotFound, fault.KindOf(err))
	}
	for message, broken := range map[string]conductor.Webhook{
		"name cannot be null or empty":     {Verifier: conductor.VerifierSlack},
		`verifier "NONE" of webhook x`:     {Name: "x", Verifier: "NONE"},
		`verifier "" of webhook x`:         {Name: "x"},
		"SIGNATURE_BASED needs headerKey":  {Name: "x", Verifier: conductor.VerifierSignature},
		"HMAC_BASED needs headerKey":       {Name: "x", Verifier: conductor.VerifierHMAC},
		"STRIPE needs headerKey":           {Name: "x", Verifier: conductor.VerifierStripe},
		"HEADER_BASED needs headers":       {Name: "x", Verifier: conductor.VerifierHeader},
		"part of an address":               {Name: "x", ID: "a/b", Verifier: conductor.VerifierSlack},
		"header X-A is masked":             {Name: "x", Verifier: conductor.VerifierHeader, Headers: map[string]string{"X-A": "***"}},
		"secretValue is masked, and there": {Name: "x", Verifier: conductor.VerifierSlack, SecretValue: "***"},
	} {
		_, err := r.Add(t.Context(), broken, "me")
		require.ErrorContains(t, err, message)
		require.Equal(t, fault.KindInvalid, fault.KindOf(err))
	}
}

func second[T any](_ T, err error) error { return err }

func hexOf(key, message string) string { return hex.EncodeToString(sign([]byte(key), []byte(message))) }

func TestVerifiers(t *testing.T) {
	const body = `{"a":1}`
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	digest := sha256.Sum256([]byte("1700000000" + body))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(t, err)
	token := base64.StdEncoding.EncodeToString([]byte(secret))
	teams := base64.StdEncoding.EncodeToString(sign([]byte(secret), []byte(body)))
	const sendGrid = "X-Twilio-Email-Event-Webhook-Signature"

	for name, tc := range map[string]struct {
		def     conductor.Webhook
		headers []string
		refusal string // empty: it passes
	}{
		"headers":                {byHeader(), []string{"x-from", secret}, ""},
		"a header is wrong":      {byHeader(), []string{"X-From", "other"}, "the header X-From is not right"},
		"a header is missing":    {byHeader(), nil, "the header X-From is missing"},
		"GitHub":                 {conductor.Webhook{Verifier: conductor.VerifierSignature, HeaderKey: "X-Hub-Signature-256", SecretValue: secret}, []string{"X-Hub-Signature-256", "sha256=" + hexOf(secret, body)}, ""},
		"GitHub, another body":   {conductor.Webhook{Verifier: conductor.VerifierSignature, HeaderKey: "X-Hub-Signature-256", SecretValue: secret}, []string{"X-Hub-Signature-256", "sha256=" + hexOf(secret, body+" ")}, "X-Hub-Signature-256 is not right"},
		"GitHub, no secret yet":  {conductor.Webhook{Verifier: conductor.VerifierSignature, HeaderKey: "X-Hub-Signature-256"}, []string{"X-Hub-Signature-256", "sha256=" + hexOf("", body)}, "has no secretValue yet"},
		"Teams":                  {conductor.Webhook{Verifier: conductor.VerifierHMAC, HeaderKey: "Authorization", SecretValue: token}, []string{"Authorization", "HMAC " + teams}, ""},
		"Teams, wrong":           {conductor.Webhook{Verifier: conductor.VerifierHMAC, HeaderKey: "Authorization", SecretValue: token}, []string{"Authorization", teams}, "Authorization is not right"},
		"Teams, no token":        {conductor.Webhook{Verifier: conductor.VerifierHMAC, HeaderKey: "Authorization", SecretValue: "~"}, []string{"Authorization", teams}, "is not base64"},
		"Stripe":                 {stripe(), []string{"Stripe-Signature", "t=1700000000,v1=00,v1=" + hexOf(secret, "1700000000."+body)}, ""},
		"Stripe, old":            {stripe(), []string{"Stripe-Signature", "t=1699999000,v1=" + hexOf(secret, "1699999000."+body)}, "more than 5m0s away"},
		"Stripe, to come":        {stripe(), []string{"Stripe-Signature", "t=1700009000,v1=" + hexOf(secret, "1700009000."+body)}, "more than 5m0s away"},
		"Stripe, another time":   {stripe(), []string{"Stripe-Signature", "t=1700000001,v1=" + hexOf(secret, "1700000000."+body)}, "Stripe-Signature is not right"},
		"Stripe, unsigned":       {stripe(), []string{"Stripe-Signature", "t=1700000000"}, "Stripe-Signature is missing"},
		"Stripe, nothing":        {stripe(), nil, "does not say its time"},
		"Twitter":                {conductor.Webhook{Verifier: conductor.VerifierTwitter, SecretValue: secret}, []string{"X-Twitter-Webhooks-Signature", "sha256=" + teams}, ""},
		"Twitter, wrong":         {conductor.Webhook{Verifier: conductor.VerifierTwitter, SecretValue: secret}, []string{"X-Twitter-Webhooks-Signature", "sha256=x"}, "is not right"},
		"SendGrid":               {conductor.Webhook{Verifier: conductor.VerifierSendGrid, SecretValue: base64.StdEncoding.EncodeToString(public)}, []string{sendGrid, base64.StdEncoding.EncodeToString(signature), "X-Twilio-Email-Event-Webhook-Timestamp", "1700000000"}, ""},
		"SendGrid, another time": {conductor.Webhook{Verifier: conductor.VerifierSendGrid, SecretValue: base64.StdEncoding.EncodeToString(public)}, []string{sendGrid, base64.StdEncoding.EncodeToString(signature), "X-Twilio-Email-Event-Webhook-Timestamp", "1700000001"}, "is not right"},
		"SendGrid, unsigned":     {conductor.Webhook{Verifier: conductor.VerifierSendGrid, SecretValue: base64.StdEncoding.EncodeToString(public)}, nil, "is missing"},
		"SendGrid, no key":       {conductor.Webhook{Verifier: conductor.VerifierSendGrid, SecretValue: token}, []string{sendGrid, "eA=="}, "no verification key"},
		"SendGrid, no base64":    {conductor.Webhook{Verifier: conductor.VerifierSendGrid, SecretValue: "~"}, []string{sendGrid, "eA=="}, "is not base64"},
		"Slack, unverified":      {conductor.Webhook{Verifier: conductor.VerifierSlack}, nil, "Slack has not sent its challenge"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, store.NewMemory())
			id := r.add(tc.def).ID
			_, err := r.post(id, body, tc.headers...)
			held, getErr := r.Get(id)
			require.NoError(t, getErr)
			require.Len(t, held.History, 1)
			require.Equal(t, tc.refusal == "", held.URLVerified)
			require.Equal(t, tc.refusal == "", held.History[0].Matched)
			require.Equal(t, body, held.History[0].Payload)
			if tc.refusal == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.refusal)
			require.Equal(t, fault.KindForbidden, fault.KindOf(err))
			require.NotContains(t, err.Error()+r.log.String(), secret)
			require.NotContains(t, err.Error()+r.log.String(), token)
		})
	}
}

func stripe() conductor.Webhook {
	return conductor.Webhook{Verifier: conductor.VerifierStripe, HeaderKey: "Stripe-Signature", SecretValue: secret}
}

func TestSlack(t *testing.T) {
	r := newRig(t, store.NewMemory())
	id := r.add(conductor.Webhook{Verifier: conductor.VerifierSlack}).ID
	answer, err := r.post(id, `{"type":"url_verification","challenge":"3eZbrw1a"}`)
	require.NoError(t, err)
	require.Equal(t, "3eZbrw1a", answer.Text)
	_, err = r.post(id, `{"event":{"type":"message"}}`)
	require.NoError(t, err, "it is verified now")

	signed := r.add(conductor.Webhook{Verifier: conductor.VerifierSlack, SecretValue: secret}).ID
	_, err = r.post(signed, `{"type":"url_verification","challenge":"c"}`)
	require.NoError(t, err)
	_, err = r.post(signed, `{}`, "X-Slack-Request-Timestamp", "1700000000", "X-Slack-Signature", "v0="+hexOf(secret, "v0:1700000000:{}"))
	require.NoError(t, err)
	_, err = r.post(signed, `{}`, "X-Slack-Request-Timestamp", "1700000000")
	require.ErrorContains(t, err, "X-Slack-Signature is missing")
	_, err = r.post(signed, `{}`)
	require.ErrorContains(t, err, "does not say its time")

	held, err := r.Get(signed)
	require.NoError(t, err)
	held.SecretValue = "another"
	changed, err := r.Update(t.Context(), signed, held, "me")
	require.NoError(t, err)
	require.False(t, changed.URLVerified, "another secret is another agreement")
}

func TestTwittersChallenge(t *testing.T) {
	r := newRig(t, store.NewMemory())
	id := r.add(conductor.Webhook{Verifier: conductor.VerifierTwitter, SecretValue: secret}).ID
	answer, err := r.Receive(t.Context(), id, Request{Query: url.Values{"crc_token": {"t"}}})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"response_token": "sha256=" + base64.StdEncoding.EncodeToString(sign([]byte(secret), []byte("t")))}, answer.Object)
}

func waits(ref string, matches map[string]any) conductor.WorkflowTask {
	return conductor.WorkflowTask{Name: ref, TaskReferenceName: ref, Type: "WAIT_FOR_WEBHOOK", InputParameters: map[string]any{"matches": matches}}
}

func TestAnEventEndsTheTasksThatWaitForIt(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("waits", waits("w", map[string]any{"$['event']['type']": "message", "$.to": "${workflow.input.to}"}))
	r.flow("other", waits("w", map[string]any{"$['event']['type']": "message"}))
	def := byHeader()
	def.ReceiverWorkflowNamesToVersions = map[string]int{"waits": 1}
	id := r.add(def).ID
	seven, eight, other := r.start("waits", map[string]any{"to": 7}), r.start("waits", map[string]any{"to": 8}), r.start("other", nil)
	send := func(body string) conductor.WebhookDelivery {
		answer, err := r.post(id, body, "X-From", secret)
		require.NoError(t, err)
		held, err := r.Get(id)
		require.NoError(t, err)
		require.Equal(t, answer.Text, held.History[0].EventID)
		return held.History[0]
	}
	require.Empty(t, send(`{"event":{"type":"reaction"},"to":7}`).WorkflowIDs)
	require.Equal(t, []string{seven}, send(`{"event":{"type":"message"},"to":7.0}`).WorkflowIDs)
	wf := r.workflow(seven)
	require.Equal(t, conductor.WorkflowCompleted, wf.Status)
	require.Equal(t, map[string]any{"event": map[string]any{"type": "message"}, "to": json.Number("7.0")}, wf.Output, "the payload is the task's output")
	require.Equal(t, conductor.WorkflowRunning, r.workflow(eight).Status)
	require.Equal(t, conductor.WorkflowRunning, r.workflow(other).Status, "it is no receiver")
	require.Empty(t, send(`{"event":{"type":"message"},"to":7}`).WorkflowIDs, "it has ended")
}

func TestAnEventStartsWorkflows(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("starts", waits("w", nil))
	def := byHeader()
	def.WorkflowsToStart = map[string]any{"starts": 1, "idempotencyKey": "bug-${workflow.input.bug}", "idempotencyStrategy": "RETURN_EXISTING"}
	id := r.add(def).ID
	started := func(body string) []string {
		_, err := r.post(id, body, "X-From", secret)
		require.NoError(t, err)
		held, err := r.Get(id)
		require.NoError(t, err)
		return held.History[0].WorkflowIDs
	}
	first := started(`{"bug":5}`)
	require.Len(t, first, 1)
	wf := r.workflow(first[0])
	require.Equal(t, map[string]any{"bug": json.Number("5")}, wf.Input)
	require.Equal(t, "bug-5", wf.IdempotencyKey)
	require.Equal(t, "me", wf.CreatedBy)
	require.Equal(t, first, started(`{"bug":5}`), "once for a key")
	require.NotEqual(t, first, started(`{"bug":6}`))
}

func TestWhatHindersAWorkflowIsAnswered(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("there", waits("w", nil))
	def := byHeader()
	def.WorkflowsToStart = map[string]any{"gone": 1, "there": "1", "wrong": "first"}
	id := r.add(def).ID
	_, err := r.post(id, `{}`, "X-From", secret)
	require.ErrorContains(t, err, "No such workflow defined. name=gone, version=1")
	require.ErrorContains(t, err, "cannot be read")
	held, err := r.Get(id)
	require.NoError(t, err)
	require.Len(t, held.History[0].WorkflowIDs, 1, "the others start all the same")
	require.Contains(t, r.log.String(), "name=gone")
}

func TestAnExpressionChoosesEvents(t *testing.T) {
	r := newRig(t, store.NewMemory())
	r.flow("starts", waits("w", nil))
	def := byHeader()
	def.Expression, def.WorkflowsToStart = "$.n.deep > 1", map[string]any{"starts": 0}
	id := r.add(def).ID
	for body, want := range map[string]int{`{"n":{"deep":1}}`: 0, `{"n":{"deep":2}}`: 1} {
		_, err := r.post(id, body, "X-From", secret)
		require.NoError(t, err)
		held, err := r.Get(id)
		require.NoError(t, err)
		require.Len(t, held.History[0].WorkflowIDs, want)
		require.True(t, held.History[0].Matched)
	}
	_, err := r.post(id, `{}`, "X-From", secret)
	require.ErrorContains(t, err, "the expression of webhook hook cannot be evaluated")
}

func TestPayloads(t *testing.T) {
	for name, tc := range map[string]struct {
		contentType, body, query string
		want                     map[string]any
		refusal                  string
	}{
		"an object":       {"application/json", ` {"a":1} `, "", map[string]any{"a": json.Number("1")}, ""},
		"a list":          {"application/json", `[{"event":"open"}]`, "", map[string]any{"payload": []any{map[string]any{"event": "open"}}}, ""},
		"a form":          {"application/x-www-form-urlencoded; charset=utf-8", `text=hi+you&to=a&to=b`, "", map[string]any{"text": "hi you", "to": []any{"a", "b"}}, ""},
		"a broken form":   {"application/x-www-form-urlencoded", `%zz`, "", nil, "The form in the request cannot be read"},
		"a text":          {"text/plain", `hello`, "", map[string]any{"payload": "hello"}, ""},
		"JSON as text":    {"text/plain", `{"a":true}`, "", map[string]any{"a": true}, ""},
		"nothing":         {"application/json", ``, "", map[string]any{}, ""},
		"a query":         {"", ``, "a=1", map[string]any{"a": "1"}, ""},
		"broken JSON":     {"application/json", `{"a":`, "", nil, "The request's body is not JSON"},
		"bytes of no use": {"", "\xff\xfe", "", map[string]any{"payload": "\xff\xfe"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(tc.query)
			require.NoError(t, err)
			got, err := payloadOf(Request{Query: query, Header: http.Header{"Content-Type": {tc.contentType}}, Body: []byte(tc.body)})
			if tc.refusal != "" {
				require.ErrorContains(t, err, tc.refusal)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	p := &past{}
	for n := range maxPast + 5 {
		p.add(conductor.WebhookDelivery{EventID: fmt.Sprint(n)})
	}
	require.Len(t, p.list(), maxPast)
	require.Equal(t, "54", p.list()[0].EventID)
	require.Len(t, shortened([]byte(strings.Repeat("ä", maxShown))), maxShown+len("…"))
	require.Equal(t, "a", shortened([]byte("a")))
}

// failing is a store that is full, or holds what cannot be read.
type failing struct{ store.Store }

func (failing) Commit(context.Context, []store.Record) error { return errors.New("the disk is full") }

func (failing) Load(_ context.Context, visit func(kind, key string, data []byte) error) error {
	return visit(kindWebhook, "k", []byte(`["`+secret+`"]`))
}

func TestAStoreThatFails(t *testing.T) {
	r := newRig(t, store.NewMemory())
	made := r.add(byHeader())
	r.Store = failing{r.Store}
	_, err := r.Add(t.Context(), conductor.Webhook{Name: "x", Verifier: conductor.VerifierSlack}, "me")
	require.ErrorContains(t, err, "the disk is full")
	require.ErrorContains(t, r.Delete(t.Context(), made.ID), "the disk is full")
	_, err = r.post(made.ID, "{}", "X-From", secret)
	require.ErrorContains(t, err, "the disk is full")
	require.Len(t, r.List(), 1)
	_, err = Open(t.Context(), Options{Store: r.Store})
	require.EqualError(t, err, `load the webhooks: webhook "k" cannot be read`)
}
