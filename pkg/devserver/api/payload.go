package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/payload"
)

// payloadPath is where payloads are put and got. Clients send no token there: the ticket in the address is enough, as in a store of files.
const payloadPath = "/api/external-payload"

// payloadRoutes keep inputs and outputs that are sent apart.
func (a *api) payloadRoutes() {
	a.route("GET /api/workflow/externalstoragelocation", a.payloadLocation)
	a.route("GET /api/workflow/external-storage-location", a.payloadLocation)
	a.route("GET /api/tasks/externalstoragelocation", a.payloadLocation)
	a.open("PUT "+payloadPath, a.putPayload)
	a.open("GET "+payloadPath, a.getPayload)
}

// location is where a client puts or gets a payload, and the path that stands for it in a request.
type location struct {
	URI  string `json:"uri"`
	Path string `json:"path"`
}

// payloadLocation gives an address to write to everybody, and to read to whose the payload is.
func (a *api) payloadLocation(c *call) (any, error) {
	operation, kind := strings.ToUpper(c.query().Get("operation")), strings.ToUpper(c.query().Get("payloadType"))
	path, owner := c.query().Get("path"), c.caller.ID()
	switch {
	case !c.query().Has("path"):
		return nil, fault.Invalid("Required request parameter 'path' for method parameter type String is not present")
	case operation != payload.Read && operation != payload.Write,
		!slices.Contains([]string{"WORKFLOW_INPUT", "WORKFLOW_OUTPUT", "TASK_INPUT", "TASK_OUTPUT"}, kind):
		return nil, fault.Invalid("Invalid input - Operation: %s, PayloadType: %s", c.query().Get("operation"), c.query().Get("payloadType"))
	case operation == payload.Write:
		path = payload.NewPath(path)
	default:
		if err := a.mayRead(c, path); err != nil {
			return nil, err
		}
	}
	address := url.URL{Scheme: "http", Host: c.Host, Path: payloadPath, RawQuery: url.Values{
		"path": {path}, "by": {owner}, "ticket": {a.payloads.Ticket(operation, path, owner)},
	}.Encode()}
	return location{URI: address.String(), Path: path}, nil
}

// mayRead lets nobody use a payload of somebody else but an administrator.
func (a *api) mayRead(c *call, path string) error {
	owner, err := a.payloads.Owner(path)
	if err != nil {
		return err
	}
	if c.caller != nil && owner != c.caller.ID() && !c.caller.Is("ADMIN") {
		return fault.Forbidden("You don't have permissions to read payload: %s", path)
	}
	return nil
}

func (a *api) putPayload(c *call) (any, error) {
	data, err := c.raw()
	if err != nil {
		return nil, err
	}
	q := c.query()
	return nil, a.payloads.Put(q.Get("path"), q.Get("by"), q.Get("ticket"), data)
}

func (a *api) getPayload(c *call) (any, error) {
	q := c.query()
	data, err := a.payloads.Get(q.Get("path"), q.Get("by"), q.Get("ticket"))
	if err != nil {
		return nil, err
	}
	return typed{contentType: "application/json", data: data}, nil
}

// fetch reads the payload that a request names by its path into the field for it, and forgets the path: from here on it is as if it had
// been sent with the request.
func (a *api) fetch(c *call, path *string, into *map[string]any) error {
	if *path == "" {
		return nil
	}
	err := a.mayRead(c, *path)
	if fault.KindOf(err) == fault.KindNotFound {
		return fault.Invalid("%s", err)
	}
	if err != nil {
		return err
	}
	object, err := a.payloads.Object(*path)
	if err != nil {
		return err
	}
	*path, *into = "", object
	return nil
}
