package api

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

func (a *api) metadataRoutes() {
	a.route("POST /api/metadata/taskdefs", a.postTaskDefs)
	a.route("PUT /api/metadata/taskdefs", a.putTaskDef)
	a.route("GET /api/metadata/taskdefs", a.listTaskDefs)
	a.route("GET /api/metadata/taskdefs/{name}", a.getTaskDef)
	a.route("DELETE /api/metadata/taskdefs/{name}", a.deleteTaskDef)
	a.route("POST /api/metadata/workflow", a.postWorkflowDef)
	a.route("PUT /api/metadata/workflow", a.putWorkflowDefs)
	a.route("GET /api/metadata/workflow", a.listWorkflowDefs)
	a.route("GET /api/metadata/workflow/{name}", a.getWorkflowDef)
	a.route("DELETE /api/metadata/workflow/{name}/{version}", a.deleteWorkflowDef)
	a.route("POST /api/metadata/workflow/validate", a.validateWorkflowDef)
	a.route("GET /api/metadata/workflow/names", a.workflowNames)
	a.route("GET /api/metadata/workflow/names-and-versions", a.namesAndVersions)
	a.route("GET /api/metadata/workflow/latest-versions", a.latestVersions)
	a.route("GET /api/metadata/workflow/{name}/versions", a.workflowVersions)
}

func taskTarget(name string) conductor.Target { return conductor.Target{Type: "TASK_DEF", ID: name} }

func workflowTarget(name string) conductor.Target {
	return conductor.Target{Type: "WORKFLOW_DEF", ID: name}
}

// mayPut checks the right to create or change a definition before anything is written.
func (c *call) mayPut(target conductor.Target, exists bool) error {
	return c.caller.MayWriteDefinition("UPDATE", target, exists)
}

// mayUse checks a right on a definition that is there.
func mayUse(target func(name string) conductor.Target) func(c *call, right, name string) error {
	return func(c *call, right, name string) error {
		if right == "READ" {
			return c.caller.MayRead(target(name))
		}
		return c.caller.MayWriteDefinition(right, target(name), true)
	}
}

// checked lets through who has the right on a thing that exists; key is what the path calls its name. What is not there is not there
// for anybody: that is asked before the right.
func checked(
	key, right string, exists func(name string) error, may func(c *call, right, name string) error,
	do func(c *call, name string) (any, error),
) handler {
	return func(c *call) (any, error) {
		name := c.PathValue(key)
		if err := exists(name); err != nil {
			return nil, err
		}
		if err := may(c, right, name); err != nil {
			return nil, err
		}
		return do(c, name)
	}
}

// written records the maker of a new definition, and takes its inline tags.
func (c *call) written(target conductor.Target, existed bool, tags []conductor.Tag, overwrite bool) error {
	if c.api.Access == nil {
		return nil
	}
	if !existed {
		if err := c.api.Access.Own(c.Context(), c.caller, target); err != nil {
			return err
		}
	}
	switch {
	case overwrite:
		return c.api.Access.SetTags(c.Context(), target, tags)
	case len(tags) > 0:
		return c.api.Access.AddTags(c.Context(), target, tags)
	}
	return nil
}

func (a *api) taskExists(name string) bool {
	_, err := a.Engine.TaskDef(name)
	return err == nil
}

func (a *api) postTaskDefs(c *call) (any, error) {
	var defs []conductor.TaskDef
	if err := c.body(&defs, false); err != nil {
		return nil, err
	}
	existed := make([]bool, len(defs))
	tags := make([][]conductor.Tag, len(defs))
	for i := range defs {
		existed[i] = a.taskExists(defs[i].Name)
		if err := c.mayPut(taskTarget(defs[i].Name), existed[i]); err != nil {
			return nil, err
		}
		tags[i], defs[i].Tags = defs[i].Tags, nil
	}
	if err := a.Engine.PutTaskDefs(c.Context(), defs, c.caller.ID()); err != nil {
		return nil, err
	}
	for i, def := range defs {
		if err := c.written(taskTarget(def.Name), existed[i], tags[i], def.OverwriteTags); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (a *api) putTaskDef(c *call) (any, error) {
	var def conductor.TaskDef
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	if err := c.mayPut(taskTarget(def.Name), a.taskExists(def.Name)); err != nil {
		return nil, err
	}
	tags := def.Tags
	def.Tags = nil
	if err := a.Engine.UpdateTaskDef(c.Context(), def, c.caller.ID()); err != nil {
		return nil, err
	}
	return nil, c.written(taskTarget(def.Name), true, tags, def.OverwriteTags)
}

// tagged says whether the tags match the tagKey and tagValue parameters, where given.
func (c *call) tagged(tags []conductor.Tag) bool {
	key, value := c.query().Get("tagKey"), c.query().Get("tagValue")
	if c.api.Access == nil || key == "" {
		return true
	}
	return slices.ContainsFunc(tags, func(t conductor.Tag) bool { return t.Key == key && (value == "" || t.Value == value) })
}

func (c *call) access() string {
	if name := c.query().Get("access"); name != "" {
		return name
	}
	return "READ"
}

func (a *api) listTaskDefs(c *call) (any, error) {
	list := []conductor.TaskDef{}
	for _, def := range a.Engine.TaskDefs() {
		tags := a.inlineTags(taskTarget(def.Name))
		if !c.caller.May(c.access(), taskTarget(def.Name)) || !c.tagged(tags) {
			continue
		}
		if c.flag("metadata", false) {
			def.Tags = tags
		}
		list = append(list, def)
	}
	return list, nil
}

func (a *api) getTaskDef(c *call) (any, error) {
	name := c.PathValue("name")
	def, err := a.Engine.TaskDef(name)
	if err != nil {
		return nil, err
	}
	if err := c.caller.MayRead(taskTarget(name)); err != nil {
		return nil, err
	}
	if c.flag("metadata", false) {
		def.Tags = a.inlineTags(taskTarget(name))
	}
	return def, nil
}

func (a *api) deleteTaskDef(c *call) (any, error) {
	name := c.PathValue("name")
	if err := c.caller.MayWriteDefinition("DELETE", taskTarget(name), a.taskExists(name)); err != nil {
		return nil, err
	}
	if err := a.Engine.DeleteTaskDef(c.Context(), name); err != nil {
		return nil, err
	}
	return nil, a.forget(c, taskTarget(name))
}

func (a *api) forget(c *call, target conductor.Target) error {
	if a.Access == nil {
		return nil
	}
	return a.Access.Forget(c.Context(), target)
}

func (a *api) workflowExists(name string) bool {
	_, err := a.Engine.WorkflowDef(name, 0)
	return err == nil
}

func (a *api) putWorkflowDef(c *call, def conductor.WorkflowDef, mode engine.PutMode) error {
	existed := a.workflowExists(def.Name)
	if err := c.mayPut(workflowTarget(def.Name), existed); err != nil {
		return err
	}
	tags := def.Tags
	def.Tags = nil
	if _, err := a.Engine.PutWorkflowDef(c.Context(), def, mode, c.caller.ID()); err != nil {
		return err
	}
	return c.written(workflowTarget(def.Name), existed, tags, def.OverwriteTags)
}

func (a *api) postWorkflowDef(c *call) (any, error) {
	var def conductor.WorkflowDef
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	mode := engine.PutMode{Overwrite: c.flag("overwrite", false), NewVersion: a.Access != nil && c.flag("newVersion", false)}
	return nil, a.putWorkflowDef(c, def, mode)
}

// putWorkflowDefs writes each definition by itself: open source answers what became of each, Orkes nothing or the first failure.
func (a *api) putWorkflowDefs(c *call) (any, error) {
	var defs []conductor.WorkflowDef
	if err := c.body(&defs, false); err != nil {
		return nil, err
	}
	mode := engine.PutMode{Overwrite: a.Access == nil || c.flag("overwrite", true), NewVersion: a.Access != nil && c.flag("newVersion", false)}
	if len(defs) == 0 && a.Access == nil {
		return nil, fault.Violated([]fault.Violation{{Path: "updateWorkflowDef.arg0", Message: "WorkflowDefList is empty"}})
	}
	if err := a.mayPutAll(c, defs, mode); err != nil {
		return nil, err
	}
	bulk := conductor.BulkResponse{BulkErrorResults: map[string]string{}, BulkSuccessfulResults: []string{}}
	for _, def := range defs {
		err := a.putWorkflowDef(c, def, mode)
		switch {
		case err != nil && a.Access != nil:
			return nil, err
		case err != nil:
			bulk.BulkErrorResults[def.Name] = err.Error()
		default:
			bulk.BulkSuccessfulResults = append(bulk.BulkSuccessfulResults, def.Name)
		}
	}
	if a.Access != nil {
		return nil, nil
	}
	return bulk, nil
}

// mayPutAll checks a list before any of it is written: one bad definition, or one that the caller may not write or that would be a
// conflict, be it with an earlier one of the list, refuses the whole list.
func (a *api) mayPutAll(c *call, defs []conductor.WorkflowDef, mode engine.PutMode) error {
	type version struct {
		name   string
		number int
	}
	taken := map[version]bool{}
	for i, def := range defs {
		if err := a.Engine.CheckWorkflowDef(fmt.Sprintf("updateWorkflowDef.arg0[%d]", i), def); err != nil {
			return err
		}
		if err := c.mayPut(workflowTarget(def.Name), a.workflowExists(def.Name)); err != nil {
			return err
		}
		it := version{def.Name, def.Version}
		if found, err := a.Engine.WorkflowDef(def.Name, def.Version); err == nil && found.Version == def.Version {
			taken[it] = true
		}
		if taken[it] && !mode.Overwrite && !mode.NewVersion {
			return fault.Conflict("Workflow with %s.%d already exists!", def.Name, def.Version)
		}
		taken[it] = true
	}
	return nil
}

func (a *api) validateWorkflowDef(c *call) (any, error) {
	var def conductor.WorkflowDef
	if err := c.body(&def, false); err != nil {
		return nil, err
	}
	return nil, a.Engine.CheckWorkflowDef("validateWorkflowDef.arg0", def)
}

func (a *api) readable(c *call) []conductor.WorkflowDef {
	list := []conductor.WorkflowDef{}
	for _, def := range a.Engine.WorkflowDefs() {
		if c.caller.May(c.access(), workflowTarget(def.Name)) {
			list = append(list, def)
		}
	}
	return list
}

func (a *api) listWorkflowDefs(c *call) (any, error) {
	list := []conductor.WorkflowDef{}
	for _, def := range a.readable(c) {
		tags := a.inlineTags(workflowTarget(def.Name))
		if !c.tagged(tags) || a.Access != nil && c.query().Get("name") != "" && c.query().Get("name") != def.Name {
			continue
		}
		if c.flag("metadata", false) {
			def.Tags = tags
		}
		list = append(list, def)
	}
	return list, nil
}

func (a *api) getWorkflowDef(c *call) (any, error) {
	version, err := c.number("version", 0)
	if err != nil {
		return nil, err
	}
	def, err := a.Engine.WorkflowDef(c.PathValue("name"), version)
	if err != nil {
		return nil, err
	}
	if err := c.caller.MayRead(workflowTarget(def.Name)); err != nil {
		return nil, err
	}
	if c.flag("metadata", false) {
		def.Tags = a.inlineTags(workflowTarget(def.Name))
	}
	return def, nil
}

func (a *api) deleteWorkflowDef(c *call) (any, error) {
	name := c.PathValue("name")
	version, err := strconv.Atoi(c.PathValue("version"))
	if err != nil {
		return nil, fault.Invalid("version %q is not a number", c.PathValue("version"))
	}
	_, missing := a.Engine.WorkflowDef(name, version)
	if err := c.caller.MayWriteDefinition("DELETE", workflowTarget(name), missing == nil); err != nil {
		return nil, err
	}
	if err := a.Engine.DeleteWorkflowDef(c.Context(), name, version); err != nil {
		return nil, err
	}
	if a.workflowExists(name) {
		return nil, nil
	}
	return nil, a.forget(c, workflowTarget(name))
}

type defSummary struct {
	Name       string `json:"name"`
	Version    int    `json:"version"`
	CreateTime int64  `json:"createTime"`
	UpdateTime int64  `json:"updateTime"`
}

func (a *api) workflowNames(c *call) (any, error) {
	names := []string{}
	for _, def := range a.readable(c) {
		if !slices.Contains(names, def.Name) {
			names = append(names, def.Name)
		}
	}
	return names, nil
}

func (a *api) namesAndVersions(c *call) (any, error) {
	found := map[string][]defSummary{}
	for _, def := range a.readable(c) {
		found[def.Name] = append(found[def.Name], defSummary{def.Name, def.Version, def.CreateTime, def.UpdateTime})
	}
	return found, nil
}

func (a *api) latestVersions(c *call) (any, error) {
	latest := []conductor.WorkflowDef{}
	for _, def := range a.readable(c) {
		if newest, err := a.Engine.WorkflowDef(def.Name, 0); err == nil && newest.Version == def.Version {
			latest = append(latest, def)
		}
	}
	return latest, nil
}

func (a *api) workflowVersions(c *call) (any, error) {
	name := c.PathValue("name")
	if err := c.caller.MayRead(workflowTarget(name)); err != nil {
		return nil, err
	}
	list := []defSummary{}
	for _, def := range a.Engine.WorkflowVersions(name) {
		list = append(list, defSummary{def.Name, def.Version, def.CreateTime, def.UpdateTime})
	}
	return list, nil
}
