package api

import (
	"strconv"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// maxSearch bounds one page of a search, as on the real server.
const maxSearch = 5000

func (a *api) workflowRoutes() {
	a.route("POST /api/workflow", a.startWorkflow)
	a.route("POST /api/workflow/{name}", a.startByName)
	a.route("GET /api/workflow/{id}", a.getWorkflow)
	a.route("GET /api/workflow/{id}/status", a.workflowStatus)
	a.route("GET /api/workflow/{id}/tasks", a.workflowTasks)
	a.route("GET /api/workflow/search", a.searchWorkflows)
	a.route("GET /api/workflow/search-v2", a.searchWorkflowsV2)
	a.route("GET /api/workflow/search-by-tasks", a.searchByTasks)
	a.route("GET /api/workflow/search-by-tasks-v2", a.searchByTasksV2)
	a.route("POST /api/workflow/bulk/search", a.bulkSearch)
	a.route("GET /api/workflow/running/{name}", a.runningWorkflows)
	a.route("GET /api/workflow/{name}/correlated/{correlationId}", a.correlatedOne)
	a.route("POST /api/workflow/{name}/correlated", a.correlatedMany)
	if a.Access != nil {
		a.route("POST /api/workflow/start/{name}/{version}", a.startByName)
		a.route("POST /api/workflow/correlated/batch", a.correlatedBatch)
	}
}

func (a *api) startWorkflow(c *call) (any, error) {
	var request conductor.StartWorkflowRequest
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	return a.start(c, request)
}

// start checks the rights on the definition that will run, and starts it.
func (a *api) start(c *call, request conductor.StartWorkflowRequest) (any, error) {
	id, err := a.started(c, request)
	if err != nil {
		return nil, err
	}
	return text(id), nil
}

func (a *api) started(c *call, request conductor.StartWorkflowRequest) (string, error) {
	if request.Input == nil {
		request.Input = map[string]any{}
	}
	if err := a.mayStart(c, request); err != nil {
		return "", err
	}
	if err := a.fetch(c, &request.ExternalInputPayloadPath, &request.Input); err != nil {
		return "", err
	}
	return a.Engine.Start(c.Context(), request, c.caller.ID())
}

// mayStart checks the rights on the definition that will run; one that is not there is the engine's to refuse.
func (a *api) mayStart(c *call, request conductor.StartWorkflowRequest) error {
	def, inline := request.WorkflowDef, request.WorkflowDef != nil
	if !inline && a.Access != nil {
		if found, err := a.Engine.WorkflowDef(request.Name, valueOf(request.Version)); err == nil {
			def = &found
		}
	}
	if def == nil {
		return nil
	}
	return c.caller.MayStart(*def, inline, a.taskExists)
}

func (a *api) startByName(c *call) (any, error) {
	request, err := c.namedStart()
	if err != nil {
		return nil, err
	}
	id, err := a.start(c, request)
	if version := request.Version; fault.KindOf(err) == fault.KindNotFound {
		if _, unknown := a.Engine.WorkflowDef(request.Name, valueOf(version)); unknown != nil {
			return nil, unknown // in the words of this route
		}
	}
	return id, err
}

func valueOf(version *int) int {
	if version == nil {
		return 0
	}
	return *version
}

// namedStart reads a start whose input is the body and the rest from the path, the query and the idempotency headers.
func (c *call) namedStart() (conductor.StartWorkflowRequest, error) {
	request := conductor.StartWorkflowRequest{
		Name: c.PathValue("name"), CorrelationID: c.query().Get("correlationId"), Input: map[string]any{},
		IdempotencyKey: c.Header.Get("X-Idempotency-Key"), IdempotencyStrategy: c.Header.Get("X-On-Conflict"),
	}
	if err := c.body(&request.Input, true); err != nil {
		return request, err
	}
	if request.Input == nil { // a body that is null
		request.Input = map[string]any{}
	}
	given := c.PathValue("version")
	if given == "" {
		given = c.query().Get("version")
	}
	if given != "" {
		version, err := strconv.Atoi(given)
		if err != nil {
			return request, fault.Invalid("version %q is not a number", given)
		}
		request.Version = &version
	}
	priority, err := c.number("priority", 0)
	request.Priority = priority
	return request, err
}

// execution returns an execution that the caller may see.
func (a *api) execution(c *call, id string, tasks bool) (conductor.Workflow, error) {
	w, err := a.Engine.Workflow(id, tasks)
	if err != nil {
		return w, err
	}
	return w, c.caller.MayReadExecution(w)
}

func (a *api) getWorkflow(c *call) (any, error) {
	return a.execution(c, c.PathValue("id"), c.flag("includeTasks", true))
}

func (a *api) workflowStatus(c *call) (any, error) {
	w, err := a.execution(c, c.PathValue("id"), false)
	if err != nil {
		return nil, err
	}
	status := conductor.WorkflowStatus{WorkflowID: w.WorkflowID, CorrelationID: w.CorrelationID, Status: w.Status}
	if c.flag("includeOutput", false) {
		status.Output = w.Output
	}
	if c.flag("includeVariables", false) {
		status.Variables = w.Variables
	}
	return status, nil
}

func (a *api) workflowTasks(c *call) (any, error) {
	w, err := a.execution(c, c.PathValue("id"), true)
	if err != nil {
		return nil, err
	}
	start, err := c.number("start", 0)
	if err != nil {
		return nil, err
	}
	count, err := c.number("count", 15)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, status := range c.list("status") {
		wanted[status] = true
	}
	result := conductor.SearchResult[conductor.Task]{Results: []conductor.Task{}}
	for _, task := range w.Tasks {
		if len(wanted) > 0 && !wanted[task.Status] {
			continue
		}
		if n := int(result.TotalHits); n >= start && n < start+count {
			result.Results = append(result.Results, task)
		}
		result.TotalHits++
	}
	return result, nil
}

func (c *call) search() (engine.SearchRequest, error) {
	start, size, err := c.page()
	if err != nil {
		return engine.SearchRequest{}, err
	}
	if size > maxSearch {
		return engine.SearchRequest{}, fault.Invalid("Cannot return more than %d workflows. Please use pagination.", maxSearch)
	}
	q := c.query()
	request := engine.SearchRequest{
		Start: start, Size: size, Sort: q.Get("sort"), FreeText: q.Get("freeText"), Query: q.Get("query"), KnownFields: c.api.Access != nil,
		TopLevel: c.flag("topLevelOnly", false),
	}
	if c.caller != nil {
		request.Visible = c.caller.MaySeeExecutions()
	}
	return request, nil
}

func (a *api) searchWorkflows(c *call) (any, error) {
	request, err := c.search()
	if err != nil {
		return nil, err
	}
	return a.Engine.Search(request)
}

func (a *api) searchWorkflowsV2(c *call) (any, error) {
	request, err := c.search()
	if err != nil {
		return nil, err
	}
	return a.Engine.SearchWorkflows(request, a.Access != nil) // open source answers them without their tasks
}

func (a *api) searchByTasks(c *call) (any, error) {
	found, err := a.executionsByTasks(c)
	rows := conductor.SearchResult[conductor.WorkflowSummary]{TotalHits: found.TotalHits, Results: []conductor.WorkflowSummary{}}
	for _, w := range found.Results {
		rows.Results = append(rows.Results, engine.Summarize(w))
	}
	return rows, err
}

func (a *api) searchByTasksV2(c *call) (any, error) { return a.executionsByTasks(c) }

// executionsByTasks is for those who may search tasks.
func (a *api) executionsByTasks(c *call) (conductor.SearchResult[conductor.Workflow], error) {
	request, err := c.taskSearch()
	if err != nil {
		return conductor.SearchResult[conductor.Workflow]{}, err
	}
	return a.Engine.SearchByTasks(request)
}

// bulkSearch answers whole executions by their ids, and why those are missing that the caller may not see or that there are not.
func (a *api) bulkSearch(c *call) (any, error) {
	var ids []string
	if err := c.body(&ids, false); err != nil {
		return nil, err
	}
	found := []conductor.Workflow{}
	outcome := eachOf(ids, func(id string) error {
		w, err := a.execution(c, id, c.flag("includeTasks", true))
		if err == nil {
			found = append(found, w)
		}
		return err
	})
	return map[string]any{"bulkErrorResults": outcome.BulkErrorResults, "bulkSuccessfulResults": found}, nil
}

func (a *api) visible(c *call, list []conductor.Workflow) []conductor.Workflow {
	kept := []conductor.Workflow{}
	for _, w := range list {
		if c.caller.MayReadExecution(w) == nil {
			kept = append(kept, w)
		}
	}
	return kept
}

func (a *api) runningWorkflows(c *call) (any, error) {
	version, err := c.number("version", 1)
	if err != nil {
		return nil, err
	}
	from, err := c.number("startTime", 0)
	if err != nil {
		return nil, err
	}
	to, err := c.number("endTime", 0)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, id := range a.Engine.Running(c.PathValue("name"), version, int64(from), int64(to)) {
		if _, err := a.execution(c, id, false); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (a *api) correlated(c *call, name string, ids []string) map[string][]conductor.Workflow {
	found := a.Engine.Correlated(name, ids, c.flag("includeClosed", false), c.flag("includeTasks", false))
	for id, list := range found {
		found[id] = a.visible(c, list)
	}
	return found
}

func (a *api) correlatedOne(c *call) (any, error) {
	id := c.PathValue("correlationId")
	if list := a.correlated(c, c.PathValue("name"), []string{id})[id]; list != nil {
		return list, nil
	}
	return []conductor.Workflow{}, nil
}

func (a *api) correlatedMany(c *call) (any, error) {
	var ids []string
	if err := c.body(&ids, false); err != nil {
		return nil, err
	}
	return a.correlated(c, c.PathValue("name"), ids), nil
}

// correlatedBatch looks for the same ids among the executions of several workflows.
func (a *api) correlatedBatch(c *call) (any, error) {
	var request struct {
		WorkflowNames  []string `json:"workflowNames"`
		CorrelationIDs []string `json:"correlationIds"`
	}
	if err := c.body(&request, false); err != nil {
		return nil, err
	}
	all := map[string][]conductor.Workflow{}
	for _, name := range request.WorkflowNames {
		for id, list := range a.correlated(c, name, request.CorrelationIDs) {
			all[id] = append(all[id], list...)
		}
	}
	return all, nil
}
