package api

import (
	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) tagRoutes() {
	a.route("GET /api/metadata/tags", func(*call) (any, error) { return a.Access.AllTags(), nil })
	a.route("GET /api/metadata/tags/grouped", func(*call) (any, error) { return a.Access.TagGroups(), nil })
	a.route("GET /api/metadata/tags/resources", a.taggedResources)
	a.tagsOn("task", taskTarget, func(name string) error { _, err := a.Engine.TaskDef(name); return err })
	a.tagsOn("workflow", workflowTarget, func(name string) error { _, err := a.Engine.WorkflowDef(name, 0); return err })
}

// taggedResources lists what carries the tag, of one type where resourceType is given.
func (a *api) taggedResources(c *call) (any, error) {
	q := c.query()
	for _, name := range []string{"tagKey", "tagValue"} {
		if q.Get(name) == "" {
			return nil, fault.Invalid("Required request parameter '%s' is not present", name)
		}
	}
	return a.Access.Tagged(conductor.Tag{Key: q.Get("tagKey"), Value: q.Get("tagValue")}, q.Get("resourceType"))
}

// tagsOn registers the four tag routes of a kind of definition: POST and DELETE take one tag, PUT replaces all (access sheet §4.4).
func (a *api) tagsOn(kind string, target func(string) conductor.Target, exists func(string) error) {
	path := " /api/metadata/" + kind + "/{name}/tags"
	with := func(right string, do func(c *call, on conductor.Target) (any, error)) handler {
		return checked("name", right, exists, mayUse(target), func(c *call, name string) (any, error) { return do(c, target(name)) })
	}
	one := func(f func(c *call, on conductor.Target, tags []conductor.Tag) error) func(*call, conductor.Target) (any, error) {
		return func(c *call, on conductor.Target) (any, error) {
			var tag conductor.Tag
			if err := c.body(&tag, false); err != nil {
				return nil, err
			}
			return nil, f(c, on, []conductor.Tag{tag})
		}
	}
	a.route("GET"+path, with("READ", func(_ *call, on conductor.Target) (any, error) { return a.Access.Tags(on), nil }))
	a.route("POST"+path, with("UPDATE", one(func(c *call, on conductor.Target, tags []conductor.Tag) error {
		return a.Access.AddTags(c.Context(), on, tags)
	})))
	a.route("DELETE"+path, with("UPDATE", one(func(c *call, on conductor.Target, tags []conductor.Tag) error {
		return a.Access.RemoveTags(c.Context(), on, tags, true)
	})))
	a.route("PUT"+path, with("UPDATE", func(c *call, on conductor.Target) (any, error) {
		var tags []conductor.Tag
		if err := c.body(&tags, false); err != nil {
			return nil, err
		}
		return nil, a.Access.SetTags(c.Context(), on, tags)
	}))
}
