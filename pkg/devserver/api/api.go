// Package api is the REST surface of the embedded server: thin handlers by resource over the engine and the access rules.
package api

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/event"
	"github.com/orkesctl/orkesctl/pkg/devserver/payload"
	"github.com/orkesctl/orkesctl/pkg/devserver/schedule"
	"github.com/orkesctl/orkesctl/pkg/devserver/vault"
	"github.com/orkesctl/orkesctl/pkg/devserver/webhook"
)

// Options are what the handlers work with. Access nil means the open-source flavour: no tokens and no rules.
type Options struct {
	Engine  *engine.Engine
	Access  *access.Access
	Logger  *slog.Logger
	Version string
	Now     func() time.Time // what errors are stamped with
	// Hosts are names beside the loopback ones that the Host header may have: the address that the server was bound to.
	Hosts func() []string
	// Secrets and Environment are what definitions name (${workflow.secrets.NAME}, ${workflow.env.NAME}).
	Secrets, Environment *vault.Vault
	// Events are the event handlers, Webhooks the webhooks of the Orkes flavour.
	Events   *event.Handlers
	Webhooks *webhook.Webhooks
	// Schedules start workflows at their times.
	Schedules *schedule.Scheduler
	// Control is the development server's own.
	Control Control
	// Observer is told of every request.
	Observer Observer
}

type api struct {
	Options
	router router
	feed   *feed

	disturber *disturber
	payloads  *payload.Storage
}

// New returns the server's handler.
func New(opts Options) http.Handler {
	a := newAPI(opts)
	return a.handler()
}

func (a *api) handler() http.Handler {
	return a.observe(a.guard(a.disturber.wrap(http.HandlerFunc(a.serve))))
}

// newAPI registers every route of the flavour.
func newAPI(opts Options) *api {
	a := &api{Options: opts, router: router{routes: map[shape][]*route{}}, payloads: payload.New()}
	a.metadataRoutes()
	a.workflowRoutes()
	a.steerRoutes()
	a.executeRoutes()
	a.messageRoutes()
	a.schemaRoutes()
	a.payloadRoutes()
	a.vaultRoutes()
	a.eventRoutes()
	a.scheduleRoutes()
	a.taskRoutes()
	a.serverRoutes()
	a.controlRoutes()
	if a.Access != nil {
		a.tokenRoutes()
		a.webhookRoutes()
		a.applicationRoutes()
		a.authorizationRoutes()
		a.userRoutes()
		a.tagRoutes()
	}
	a.unsupportedRoutes()
	return a
}

// call is one request with its caller; nil in the open-source flavour.
type call struct {
	*http.Request
	api    *api
	w      http.ResponseWriter
	caller *access.Caller
	asked  url.Values // the query, once it was asked for
}

// typed is an answer of another type, which says which.
type typed struct {
	contentType string
	data        []byte
}

// text is an answer that goes out as plain text; noContent is 204.
type text string

type noContent struct{}

// plain is a refusal in plain text.
type plain struct {
	status int
	text   string
}

type handler func(*call) (any, error)

// route registers a handler behind authentication.
func (a *api) route(pattern string, h handler) {
	a.open(pattern, func(c *call) (any, error) {
		if a.Access != nil {
			caller, err := a.Access.Authenticate(tokenOf(c.Request))
			if err != nil {
				return nil, err
			}
			c.caller = caller
			c.calls(caller.ID())
		}
		return h(c)
	})
}

// open registers a handler that anybody may call.
func (a *api) open(pattern string, h handler) {
	a.router.add(pattern, func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, api: a, w: w}
		result, err := h(c)
		if err != nil {
			a.refused(c, err)
			a.fail(w, r, err)
			return
		}
		write(w, result)
	})
}

// tokenOf reads the one header that Orkes takes tokens from; Authorization is none of its (access sheet §1.1).
func tokenOf(r *http.Request) string { return r.Header.Get("X-Authorization") }
