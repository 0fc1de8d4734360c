package engine

import "github.com/orkesctl/orkesctl/pkg/conductor"

// SearchRequest is a page of a search: Start and Size count rows.
type SearchRequest struct {
	Start, Size           int
	Sort, FreeText, Query string
}

func (e *Engine) Search(SearchRequest) (conductor.SearchResult[conductor.WorkflowSummary], error) {
	panic("x")
}
func (e *Engine) SearchWorkflows(SearchRequest) (conductor.SearchResult[conductor.Workflow], error) {
	panic("x")
}
func (e *Engine) SearchTasks(SearchRequest) (conductor.SearchResult[conductor.Task], error) {
	panic("x")
}
func (e *Engine) Correlated(name string, ids []string, includeClosed, includeTasks bool) map[string][]conductor.Workflow {
	panic("x")
}
func (e *Engine) Running(name string, version int, from, to int64) []string { panic("x") }
func (e *Engine) RequeuePending(taskType string) int                        { panic("x") }
func (e *Engine) PendingTasks(taskType string, start, count int) []conductor.Task {
	panic("x")
}
