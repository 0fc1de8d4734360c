package api

import (
	"encoding/json"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/access"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// vaultRoutes are secrets and environment variables. Open source only reads them.
func (a *api) vaultRoutes() {
	a.route("GET /api/environment", a.listVariables)
	a.route("GET /api/environment/{key}", a.getVariable)
	a.route("GET /api/secrets", a.listSecrets)
	if a.Access == nil {
		return
	}
	a.route("PUT /api/environment/{key}", a.putVariable)
	a.route("DELETE /api/environment/{key}", a.deleteVariable)
	a.tagsOf("/api/environment/{key}/tags", access.Variable, anyName, func(c *call, _, name string) error { return c.caller.MayWriteVariable(name) })
	a.route("POST /api/admin/cache/clear/{task}", a.clearCache)
	a.route("POST /api/secrets", func(*call) (any, error) { return a.Secrets.Names(), nil })
	a.route("GET /api/secrets-v2", a.listSecretsV2)
	a.route("GET /api/secrets/{key}", checked("key", "READ", a.knownSecret, mayUseSecret, a.getSecret))
	a.route("PUT /api/secrets/{key}", a.putSecret)
	a.route("DELETE /api/secrets/{key}", checked("key", "DELETE", a.knownSecret, mayUseSecret, a.deleteSecret))
	a.route("GET /api/secrets/{key}/exists", a.secretExists)
	a.tagsOf("/api/secrets/{key}/tags", access.Secret, a.knownSecret, mayUseSecret)
	a.route("GET /api/secrets/clearLocalCache", cleared)
	a.route("GET /api/secrets/clearRedisCache", cleared)
}

// anyName lets tags precede what they are on, as an SDK's tests do with variables.
func anyName(string) error { return nil }

// cleared answers that there is no cache.
func cleared(*call) (any, error) { return map[string]string{}, nil }

// clearCache forgets the outputs of a task that definitions let others have (cacheConfig).
func (a *api) clearCache(c *call) (any, error) {
	name := c.PathValue("task")
	if err := c.caller.MayWriteDefinition("UPDATE", taskTarget(name), a.taskExists(name)); err != nil {
		return nil, err
	}
	a.Engine.ClearCache(name)
	return nil, nil
}

// variable is an environment variable as it travels.
type variable struct {
	Name  string          `json:"name"`
	Value string          `json:"value"`
	Tags  []conductor.Tag `json:"tags,omitempty"`
}

func (a *api) listVariables(*call) (any, error) {
	list := []variable{}
	for _, name := range a.Environment.Names() {
		value, _ := a.Environment.Get(name)
		list = append(list, variable{Name: name, Value: value, Tags: a.inlineTags(access.Variable(name))})
	}
	return list, nil
}

// inlineTags are the tags of a thing; none without access rules.
func (a *api) inlineTags(target conductor.Target) []conductor.Tag {
	if a.Access == nil {
		return nil
	}
	return a.Access.Tags(target)
}

func (a *api) variableExists(name string) error {
	if _, known := a.Environment.Get(name); !known {
		return fault.NotFound("No such environment variable: %s", name)
	}
	return nil
}

// getVariable answers an unknown one by flavour: 404 on Orkes, an empty 200 on open source.
func (a *api) getVariable(c *call) (any, error) {
	value, known := a.Environment.Get(c.PathValue("key"))
	if !known && a.Access != nil {
		return nil, a.variableExists(c.PathValue("key"))
	}
	return text(value), nil
}

func (a *api) putVariable(c *call) (any, error) {
	name := c.PathValue("key")
	if err := c.caller.MayWriteVariable(name); err != nil {
		return nil, err
	}
	value, err := c.raw()
	if err != nil {
		return nil, err
	}
	return nil, a.Environment.Put(c.Context(), name, string(value))
}

func (a *api) deleteVariable(c *call) (any, error) {
	name := c.PathValue("key")
	if err := c.caller.MayWriteVariable(name); err != nil {
		return nil, err
	}
	old, err := a.Environment.Delete(c.Context(), name)
	if err != nil {
		return nil, err
	}
	return text(old), a.Access.Forget(c.Context(), access.Variable(name))
}

// listSecrets are the names that the caller may grant.
func (a *api) listSecrets(c *call) (any, error) {
	names := []string{}
	for _, name := range a.Secrets.Names() {
		if c.caller.MayGrant(access.Secret(name)) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

func (a *api) listSecretsV2(c *call) (any, error) {
	type secret struct {
		Name string          `json:"name"`
		Tags []conductor.Tag `json:"tags"`
	}
	list := []secret{}
	for _, name := range a.Secrets.Names() {
		if c.caller.MayGrant(access.Secret(name)) == nil {
			list = append(list, secret{name, append([]conductor.Tag{}, a.Access.Tags(access.Secret(name))...)})
		}
	}
	return list, nil
}

func (a *api) knownSecret(name string) error {
	if _, known := a.Secrets.Get(name); !known {
		return fault.NotFound("No such secret: %s", name)
	}
	return nil
}

func mayUseSecret(c *call, right, name string) error { return c.caller.MayUseSecret(right, name) }

func (a *api) getSecret(_ *call, name string) (any, error) {
	value, _ := a.Secrets.Get(name)
	return text(value), nil
}

func (a *api) secretExists(c *call) (any, error) {
	return a.knownSecret(c.PathValue("key")) == nil, nil
}

// putSecret takes the value as it is, or as a JSON string: documents send the one, SDKs the other.
func (a *api) putSecret(c *call) (any, error) {
	name := c.PathValue("key")
	existed := a.knownSecret(name) == nil
	err := c.caller.MayCreateSecret(name)
	if existed {
		err = c.caller.MayUseSecret("UPDATE", name)
	}
	if err != nil {
		return nil, err
	}
	data, err := c.raw()
	if err != nil {
		return nil, err
	}
	value := string(data)
	if quoted := ""; json.Unmarshal(data, &quoted) == nil {
		value = quoted
	}
	if err := a.Secrets.Put(c.Context(), name, value); err != nil {
		return nil, err
	}
	return map[string]any{}, c.written(access.Secret(name), existed, nil, false)
}

func (a *api) deleteSecret(c *call, name string) (any, error) {
	if _, err := a.Secrets.Delete(c.Context(), name); err != nil {
		return nil, err
	}
	return map[string]any{}, a.Access.Forget(c.Context(), access.Secret(name))
}

// tagsOf registers the three routes of the tags of something that is no definition; each takes a list.
func (a *api) tagsOf(
	path string, target func(string) conductor.Target, exists func(string) error, may func(c *call, right, name string) error,
) {
	with := func(right string, do func(c *call, on conductor.Target) (any, error)) handler {
		return checked("key", right, exists, may, func(c *call, name string) (any, error) { return do(c, target(name)) })
	}
	tags := func(c *call) (list []conductor.Tag, err error) { return list, c.body(&list, false) }
	a.route("GET "+path, with("READ", func(_ *call, on conductor.Target) (any, error) {
		return append([]conductor.Tag{}, a.Access.Tags(on)...), nil
	}))
	a.route("PUT "+path, with("UPDATE", func(c *call, on conductor.Target) (any, error) {
		list, err := tags(c)
		if err != nil {
			return nil, err
		}
		return nil, a.Access.AddTags(c.Context(), on, list)
	}))
	a.route("DELETE "+path, with("UPDATE", func(c *call, on conductor.Target) (any, error) {
		list, err := tags(c)
		if err != nil {
			return nil, err
		}
		return nil, a.Access.RemoveTags(c.Context(), on, list, false)
	}))
}
