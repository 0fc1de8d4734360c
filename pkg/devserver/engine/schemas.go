package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// KindSchema is the kind of the records of registered schemas; the key is version/name.
const KindSchema = "schema"

// schemas are the registered ones, by name and version. They are never changed in place.
type schemas struct {
	writing sync.Mutex // held from the check of what is there to the change
	mu      sync.RWMutex
	byName  map[string]map[int]*registered
}

// registered is a schema with what was made of it, or why nothing could be.
type registered struct {
	def conductor.SchemaDef
	document
}

func newSchemas() *schemas { return &schemas{byName: map[string]map[int]*registered{}} }

// find returns a version, or the highest one for 0.
func (s *schemas) find(name string, version int) *registered {
	s.mu.RLock()
	defer s.mu.RUnlock()
	versions := s.byName[name]
	if version == 0 && len(versions) > 0 {
		version = slices.Max(slices.Collect(maps.Keys(versions)))
	}
	return versions[version]
}

func (s *schemas) put(def conductor.SchemaDef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName[def.Name] == nil {
		s.byName[def.Name] = map[int]*registered{}
	}
	s.byName[def.Name][def.Version] = &registered{def, documentOf(def.Type, def.Data)}
}

// PutSchemas registers schemas, all or none: POST /schema. A version that is there is replaced; newVersion registers each one past the
// highest of its name instead. by is who does it.
func (e *Engine) PutSchemas(ctx context.Context, defs []conductor.SchemaDef, newVersion bool, by string) error {
	e.schemas.writing.Lock()
	defer e.schemas.writing.Unlock()
	records, owned := make([]store.Record, 0, len(defs)), make([]conductor.SchemaDef, 0, len(defs))
	for i := range defs {
		def, err := clone(&defs[i])
		if err != nil {
			return err
		}
		if err := checkSchema(def, i); err != nil {
			return err
		}
		if newest := e.schemas.find(def.Name, 0); newVersion && newest != nil {
			def.Version = newest.def.Version + 1
		}
		def.Version = max(def.Version, 1)
		def.Audit = created(def.Audit, e.now(), by)
		if old := e.schemas.find(def.Name, def.Version); old != nil {
			def.Audit = renewed(old.def.Audit, defs[i].Audit, e.now(), by)
		}
		owned = append(owned, *def)
		records = append(records, store.Record{Kind: KindSchema, Key: versionKey(def.Name, def.Version), Value: def})
	}
	if err := e.store.Commit(ctx, records); err != nil {
		return fmt.Errorf("storing schemas: %w", err)
	}
	for _, def := range owned {
		e.schemas.put(def)
	}
	return nil
}

func checkSchema(def *conductor.SchemaDef, i int) error {
	if def.Name == "" {
		return violated(fmt.Sprintf("saveSchema.schemaDefs[%d].name", i), "Schema name cannot be null or empty", nil)
	}
	if def.Type != "" && !slices.Contains(schemaTypes(), def.Type) {
		return fault.Invalid("type: %s of schema %s should be one of %v", def.Type, def.Name, schemaTypes())
	}
	return nil
}

// Schema returns a version of a schema, or the highest one for version 0: GET /schema/{name}.
func (e *Engine) Schema(name string, version int) (conductor.SchemaDef, error) {
	held := e.schemas.find(name, version)
	if held == nil {
		return conductor.SchemaDef{}, noSchema(name, version)
	}
	return held.def, nil
}

func noSchema(name string, version int) error {
	if version == 0 {
		return fault.NotFound("No such schema found by name %s", name)
	}
	return fault.NotFound("No such schema found by name %s and version %d", name, version)
}

// Schemas returns every version of every schema, by name and version: GET /schema.
func (e *Engine) Schemas() []conductor.SchemaDef {
	e.schemas.mu.RLock()
	defer e.schemas.mu.RUnlock()
	list := []conductor.SchemaDef{}
	for _, versions := range e.schemas.byName {
		for _, held := range versions {
			list = append(list, held.def)
		}
	}
	slices.SortFunc(list, func(a, b conductor.SchemaDef) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return list
}

// DeleteSchema removes a version of a schema, or all of them for version 0: DELETE /schema/{name}. Executions that begin from then on are
// not held to it.
func (e *Engine) DeleteSchema(ctx context.Context, name string, version int) error {
	e.schemas.writing.Lock()
	defer e.schemas.writing.Unlock()
	if e.schemas.find(name, version) == nil {
		return noSchema(name, version)
	}
	e.schemas.mu.RLock()
	gone := slices.Collect(maps.Keys(e.schemas.byName[name]))
	e.schemas.mu.RUnlock()
	if version != 0 {
		gone = []int{version}
	}
	records := make([]store.Record, 0, len(gone))
	for _, version := range gone {
		records = append(records, store.Record{Kind: KindSchema, Key: versionKey(name, version)})
	}
	if err := e.store.Commit(ctx, records); err != nil {
		return fmt.Errorf("removing a schema: %w", err)
	}
	e.schemas.drop(name, gone)
	return nil
}

func (s *schemas) drop(name string, versions []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, version := range versions {
		delete(s.byName[name], version)
	}
	if len(s.byName[name]) == 0 {
		delete(s.byName, name)
	}
}
