package api

import (
	"bytes"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// schemaRoutes are the registered schemas of inputs and outputs, which Conductor 3.32.1 does not have.
func (a *api) schemaRoutes() {
	if a.Access == nil {
		return
	}
	a.route("GET /api/schema", a.listSchemas)
	a.route("POST /api/schema", a.postSchemas)
	a.route("GET /api/schema/{name}", a.getSchema)
	a.route("GET /api/schema/{name}/{version}", a.getSchema)
	a.route("DELETE /api/schema/{name}", a.deleteSchema)
	a.route("DELETE /api/schema/{name}/{version}", a.deleteSchema)
}

func schemaTarget(name string) conductor.Target { return conductor.Target{Type: "SCHEMA", ID: name} }

// listSchemas leaves out everything but names and versions where short is asked for.
func (a *api) listSchemas(c *call) (any, error) {
	list := []conductor.SchemaDef{}
	for _, def := range a.Engine.Schemas() {
		if !c.caller.May(c.access(), schemaTarget(def.Name)) {
			continue
		}
		if c.flag("short", false) {
			def = conductor.SchemaDef{Name: def.Name, Version: def.Version}
		}
		list = append(list, def)
	}
	return list, nil
}

// postSchemas takes a list, or one schema by itself, as several SDKs send it.
func (a *api) postSchemas(c *call) (any, error) {
	data, err := c.raw()
	if err != nil {
		return nil, err
	}
	var defs []conductor.SchemaDef
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fault.Invalid("Required request body is missing")
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		data = append(append([]byte("["), data...), ']')
	}
	if err := decoded(data, &defs); err != nil {
		return nil, err
	}
	existed := make([]bool, len(defs))
	for i, def := range defs {
		_, err := a.Engine.Schema(def.Name, 0)
		existed[i] = err == nil
		if err := c.mayPut(schemaTarget(def.Name), existed[i]); err != nil {
			return nil, err
		}
	}
	if err := a.Engine.PutSchemas(c.Context(), defs, c.flag("newVersion", false), c.caller.ID()); err != nil {
		return nil, err
	}
	for i, def := range defs {
		if err := c.written(schemaTarget(def.Name), existed[i], nil, false); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// schemaOfPath is the name and version in the path, 0 for none.
func (c *call) schemaOfPath() (name string, version int, err error) {
	name = c.PathValue("name")
	if given := c.PathValue("version"); given != "" {
		if version, err = strconv.Atoi(given); err != nil || version < 1 {
			return name, 0, fault.Invalid("version %q is not a version of a schema: 1 or more", given)
		}
	}
	return name, version, nil
}

func (a *api) getSchema(c *call) (any, error) {
	name, version, err := c.schemaOfPath()
	if err != nil {
		return nil, err
	}
	def, err := a.Engine.Schema(name, version)
	if err != nil {
		return nil, err
	}
	return def, c.caller.MayRead(schemaTarget(name))
}

// deleteSchema forgets who made a schema with its last version.
func (a *api) deleteSchema(c *call) (any, error) {
	name, version, err := c.schemaOfPath()
	if err != nil {
		return nil, err
	}
	_, missing := a.Engine.Schema(name, version)
	if err := c.caller.MayWriteDefinition("DELETE", schemaTarget(name), missing == nil); err != nil {
		return nil, err
	}
	if err := a.Engine.DeleteSchema(c.Context(), name, version); err != nil {
		return nil, err
	}
	if _, err := a.Engine.Schema(name, 0); err == nil {
		return nil, nil //nolint:nilnil // other versions are left
	}
	return nil, a.Access.Forget(c.Context(), schemaTarget(name))
}
