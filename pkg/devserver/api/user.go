package api

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) userRoutes() {
	a.route("GET /api/users", a.admin(func(c *call) (any, error) { return a.Access.Users(c.flag("apps", false)), nil }))
	a.route("GET /api/users/{id}", a.getUser)
	a.route("PUT /api/users/{id}", a.admin(a.putUser))
	a.route("DELETE /api/users/{id}", a.admin(func(c *call) (any, error) {
		id := c.PathValue("id")
		return message("Deleted user '" + id + "'"), a.Access.DeleteUser(c.Context(), id)
	}))
	a.route("GET /api/users/{id}/permissions", a.userPermissions)
	a.route("GET /api/users/{id}/checkPermissions", a.checkPermissions)
	a.route("GET /api/groups", a.admin(func(*call) (any, error) { return a.Access.Groups(), nil }))
	a.route("GET /api/groups/{id}", a.admin(func(c *call) (any, error) { return a.Access.Group(c.PathValue("id")) }))
	a.route("PUT /api/groups/{id}", a.admin(a.putGroup))
	a.route("DELETE /api/groups/{id}", a.admin(func(c *call) (any, error) {
		id := c.PathValue("id")
		return message("Deleted group '" + id + "'"), a.Access.DeleteGroup(c.Context(), id)
	}))
	a.route("GET /api/groups/{id}/users", a.admin(func(c *call) (any, error) { return a.Access.Members(c.PathValue("id")) }))
	a.route("POST /api/groups/{id}/users", a.admin(a.members(true)))
	a.route("DELETE /api/groups/{id}/users", a.admin(a.members(false)))
	a.route("POST /api/groups/{id}/users/{user}", a.admin(a.member(true)))
	a.route("DELETE /api/groups/{id}/users/{user}", a.admin(a.member(false)))
	a.route("GET /api/groups/{id}/permissions", a.admin(a.groupPermissions))
	a.route("GET /api/roles/system", a.admin(func(*call) (any, error) {
		byName := map[string]conductor.Role{}
		for _, role := range access.SystemRoles() {
			byName[role.Name] = role
		}
		return byName, nil
	}))
	a.route("GET /api/roles", a.admin(func(*call) (any, error) { return access.SystemRoles(), nil }))
}

func (a *api) admin(h handler) handler {
	return func(c *call) (any, error) {
		if err := c.caller.MayAdminister(); err != nil {
			return nil, err
		}
		return h(c)
	}
}

func (a *api) getUser(c *call) (any, error) {
	id := c.PathValue("id")
	app, backing := strings.CutPrefix(id, "app:")
	if err := c.maySee(id); err != nil && (!backing || c.caller.MayManage("READ", app) != nil) {
		return nil, err
	}
	return a.Access.User(id)
}

func (a *api) putUser(c *call) (any, error) {
	var request access.UserRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	return a.Access.PutUser(c.Context(), c.PathValue("id"), request)
}

type granted struct {
	GrantedAccess []conductor.GrantedAccess `json:"grantedAccess"`
}

func (a *api) userPermissions(c *call) (any, error) {
	id := c.PathValue("id")
	if err := c.maySee(id); err != nil {
		return nil, err
	}
	list, err := a.Access.Permissions(id)
	return granted{list}, err
}

func (a *api) checkPermissions(c *call) (any, error) {
	id := c.PathValue("id")
	if err := c.maySee(id); err != nil {
		return nil, err
	}
	q := c.query()
	for _, name := range []string{"type", "id"} {
		if q.Get(name) == "" {
			return nil, fault.Invalid("Required request parameter '%s' is not present", name)
		}
	}
	target, err := access.ParseTarget(q.Get("type"), q.Get("id"))
	if err != nil {
		return nil, err
	}
	return a.Access.Check(id, target)
}

func (a *api) putGroup(c *call) (any, error) {
	var request access.GroupRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	return a.Access.PutGroup(c.Context(), c.PathValue("id"), request)
}

func (a *api) member(in bool) handler {
	return func(c *call) (any, error) {
		return nil, a.Access.SetMembers(c.Context(), c.PathValue("id"), []string{c.PathValue("user")}, in)
	}
}

func (a *api) members(in bool) handler {
	return func(c *call) (any, error) {
		var ids []string
		if err := c.body(&ids, false); err != nil {
			return nil, err
		}
		return nil, a.Access.SetMembers(c.Context(), c.PathValue("id"), ids, in)
	}
}

func (a *api) groupPermissions(c *call) (any, error) {
	id := c.PathValue("id")
	if _, err := a.Access.Group(id); err != nil {
		return nil, err
	}
	list, err := a.Access.Grants("GROUP", id)
	return granted{list}, err
}
