package api

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

func (a *api) applicationRoutes() {
	a.route("GET /api/applications", func(c *call) (any, error) { return a.Access.Applications(c.caller), nil })
	a.route("POST /api/applications", a.createApplication)
	a.route("GET /api/applications/{id}", a.managed("READ", func(_ *call, id string) (any, error) { return a.Access.Application(id) }))
	a.route("PUT /api/applications/{id}", a.managed("UPDATE", a.renameApplication))
	a.route("DELETE /api/applications/{id}", a.managed("DELETE", a.deleteApplication))
	a.route("GET /api/applications/key/{key}", a.applicationOfKey)
	a.route("POST /api/applications/{id}/accessKeys", a.managed("UPDATE", func(c *call, id string) (any, error) {
		return a.Access.CreateKey(c.Context(), id)
	}))
	a.route("GET /api/applications/{id}/accessKeys", a.managed("READ", func(_ *call, id string) (any, error) { return a.Access.Keys(id) }))
	a.route("POST /api/applications/{id}/accessKeys/{key}/status", a.managed("UPDATE", func(c *call, id string) (any, error) {
		return a.Access.ToggleKey(c.Context(), id, c.PathValue("key"))
	}))
	a.route("DELETE /api/applications/{id}/accessKeys/{key}", a.managed("UPDATE", func(c *call, id string) (any, error) {
		key := c.PathValue("key")
		return message("Deleted Access key '" + key + "'"), a.Access.DeleteKey(c.Context(), id, key)
	}))
	a.route("POST /api/applications/{id}/roles/{role}", a.managed("UPDATE", func(c *call, id string) (any, error) {
		return nil, a.Access.AddRole(c.Context(), c.caller, id, c.PathValue("role"))
	}))
	a.route("DELETE /api/applications/{id}/roles/{role}", a.managed("UPDATE", func(c *call, id string) (any, error) {
		return nil, a.Access.RemoveRole(c.Context(), id, c.PathValue("role"))
	}))
	a.route("GET /api/applications/{id}/tags", a.managed("READ", func(_ *call, id string) (any, error) {
		return a.Access.Tags(applicationTarget(id)), nil
	}))
	a.route("PUT /api/applications/{id}/tags", a.managed("UPDATE", func(c *call, id string) (any, error) {
		var tags []conductor.Tag
		if err := c.body(&tags, false); err != nil {
			return nil, err
		}
		if _, err := a.Access.Application(id); err != nil {
			return nil, nil //nolint:nilerr // 200 with nothing kept for an application that is not there (access sheet §2)
		}
		return nil, a.Access.AddTags(c.Context(), applicationTarget(id), tags)
	}))
	a.route("DELETE /api/applications/{id}/tags", a.managed("UPDATE", func(c *call, id string) (any, error) {
		var tags []conductor.Tag
		if err := c.body(&tags, false); err != nil {
			return nil, err
		}
		return nil, a.Access.RemoveTags(c.Context(), applicationTarget(id), tags, false)
	}))
}

func applicationTarget(id string) conductor.Target {
	return conductor.Target{Type: "APPLICATION", ID: id}
}

// managed runs f for the application in the path, if the caller has the access to it.
func (a *api) managed(access string, f func(c *call, id string) (any, error)) handler {
	return func(c *call) (any, error) {
		id := c.PathValue("id")
		if err := c.caller.MayManage(access, id); err != nil {
			return nil, err
		}
		return f(c, id)
	}
}

type nameRequest struct {
	Name string `json:"name"`
}

func (a *api) createApplication(c *call) (any, error) {
	var request nameRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	if err := c.caller.MayCreateApplications(); err != nil {
		return nil, err
	}
	return a.Access.CreateApplication(c.Context(), c.caller, request.Name)
}

func (a *api) renameApplication(c *call, id string) (any, error) {
	var request nameRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	return a.Access.RenameApplication(c.Context(), c.caller, id, request.Name)
}

func (a *api) deleteApplication(c *call, id string) (any, error) {
	return message("Deleted Application '" + id + "'"), a.Access.DeleteApplication(c.Context(), id)
}

func (a *api) applicationOfKey(c *call) (any, error) {
	app, err := a.Access.ApplicationOfKey(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	return app, c.caller.MayManage("READ", app.ID)
}
