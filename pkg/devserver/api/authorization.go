package api

import (
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) authorizationRoutes() {
	a.route("POST /api/auth/authorization", a.changeGrant(true))
	a.route("DELETE /api/auth/authorization", a.changeGrant(false))
	a.route("GET /api/auth/authorization/{type}/{id}", a.grantsOn)
	a.route("GET /api/auth/subjects/{type}/{id}/grants", a.subjectGrants)
	a.route("DELETE /api/auth/subjects/{type}/{id}/grants", a.revokeSubject)
}

func (a *api) changeGrant(give bool) handler {
	return func(c *call) (any, error) {
		var grant conductor.Authorization
		if err := c.body(&grant, false); err != nil {
			return nil, err
		}
		if err := c.caller.MayGrant(grant.Target); err != nil {
			return nil, err
		}
		if give {
			return message("Granted permission"), a.Access.Grant(c.Context(), grant)
		}
		return message("Removed permission"), a.Access.Revoke(c.Context(), grant)
	}
}

func (a *api) grantsOn(c *call) (any, error) {
	target, err := access.ParseTarget(c.PathValue("type"), c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if err := c.caller.MayGrant(target); err != nil {
		return nil, err
	}
	byAccess := a.Access.ByTarget(target)
	switch c.query().Get("groupBy") {
	case "", "access":
		return byAccess, nil
	case "subject":
		bySubject := map[string][]string{}
		for _, name := range []string{"CREATE", "READ", "EXECUTE", "UPDATE", "DELETE"} {
			for _, who := range byAccess[name] {
				bySubject[who.Type+":"+who.ID] = append(bySubject[who.Type+":"+who.ID], name)
			}
		}
		return bySubject, nil
	default:
		return nil, fault.Invalid("groupBy is access or subject")
	}
}

// maySee lets an administrator see anybody's permissions, and everybody their own.
func (c *call) maySee(userID string) error {
	if strings.EqualFold(userID, c.caller.ID()) {
		return nil
	}
	return c.caller.MayAdminister()
}

func (a *api) subjectGrants(c *call) (any, error) {
	if err := c.maySee(c.PathValue("id")); err != nil {
		return nil, err
	}
	type entry struct {
		Target conductor.Target `json:"target"`
		Access []string         `json:"access"`
	}
	list, wanted := []entry{}, c.query().Get("resourceType")
	grants, err := a.Access.Grants(c.PathValue("type"), c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	for _, grant := range grants {
		if grant.Tag == "" && (wanted == "" || strings.EqualFold(grant.Target.Type, wanted)) {
			list = append(list, entry{grant.Target, grant.Access})
		}
	}
	return list, nil
}

func (a *api) revokeSubject(c *call) (any, error) {
	if err := c.caller.MayAdminister(); err != nil {
		return nil, err
	}
	return message("Revoked grants"), a.Access.RevokeAll(c.Context(), c.PathValue("type"), c.PathValue("id"), c.query().Get("resourceType"))
}
