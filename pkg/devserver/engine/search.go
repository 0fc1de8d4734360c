package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/conductor"
	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// SearchRequest asks for a page of executions or tasks. Start and Size count rows; Size 0 means 100, the most is 5000.
// Query is terms joined by AND (FIELD = V, > V, < V, IN (V, …), * as wildcard; unknown fields are ignored), FreeText a part
// of the summary's JSON in any case ("" and * match all), Sort FIELD:ASC|DESC, … (newest first by default).
type SearchRequest struct {
	Start    int
	Size     int
	Sort     string
	FreeText string
	Query    string
	// TopLevel leaves out executions that another one started.
	TopLevel bool
	// KnownFields refuses a query with a field that is not known, as Orkes does, instead of ignoring it.
	KnownFields bool
	// Visible says which executions the caller may see, by their workflow and who started them; nil is all. It is asked before
	// the page is cut, so that pages are full and the hits are those of the caller.
	Visible func(workflow, createdBy string) bool
}

const (
	defaultPage = 100
	maxPage     = 5000
)

// search is a checked request.
type search struct {
	SearchRequest
	conditions []condition
	keys       []sortKey
	freeText   string
}

// newSearch checks a request against the fields that its rows have.
func newSearch(req SearchRequest, field func(name string) fieldValue) (*search, error) {
	if req.Size > maxPage {
		return nil, fault.Invalid("Cannot return more than %d workflows. Please use pagination.", maxPage)
	}
	if req.Start < 0 || req.Size < 0 {
		return nil, fault.Invalid("start and size of a search must not be negative")
	}
	if req.Size == 0 {
		req.Size = defaultPage
	}
	conditions, err := parseQuery(req.Query)
	if err != nil {
		return nil, err
	}
	for _, c := range conditions {
		if req.KnownFields && !field(c.field).known {
			return nil, fault.Invalid("Unknown field in the query: %s", c.field)
		}
	}
	s := &search{SearchRequest: req, conditions: conditions, keys: parseSort(req.Sort)}
	if text := strings.TrimSpace(req.FreeText); text != "*" {
		s.freeText = strings.ToLower(text)
	}
	return s, nil
}

// Search finds executions: GET /workflow/search. fault.Invalid for a malformed query or page.
func (e *Engine) Search(req SearchRequest) (conductor.SearchResult[conductor.WorkflowSummary], error) {
	page, hits, err := e.searchExecutions(req)
	if err != nil {
		return conductor.SearchResult[conductor.WorkflowSummary]{}, err
	}
	return conductor.SearchResult[conductor.WorkflowSummary]{TotalHits: hits, Results: views(page, (*execution).summary)}, nil
}

// SearchWorkflows is Search with whole executions as rows, with their tasks if asked: GET /workflow/search-v2.
func (e *Engine) SearchWorkflows(req SearchRequest, includeTasks bool) (conductor.SearchResult[conductor.Workflow], error) {
	page, hits, err := e.searchExecutions(req)
	if err != nil {
		return conductor.SearchResult[conductor.Workflow]{}, err
	}
	whole := func(x *execution) conductor.Workflow { return x.view(includeTasks) }
	return conductor.SearchResult[conductor.Workflow]{TotalHits: hits, Results: views(page, whole)}, nil
}

// views reads each execution under its lock.
func views[T any](page []*execution, view func(*execution) T) []T {
	rows := make([]T, 0, len(page))
	for _, x := range page {
		x.lock()
		rows = append(rows, view(x))
		x.unlock()
	}
	return rows
}

func (e *Engine) searchExecutions(req SearchRequest) ([]*execution, int64, error) {
	s, err := newSearch(req, workflowField(facts{}))
	if err != nil {
		return nil, 0, err
	}
	candidates := e.candidates(s.conditions, true)
	slices.Reverse(candidates)
	if len(s.conditions) == 0 && s.freeText == "" && len(s.keys) == 0 && s.Visible == nil && !s.TopLevel {
		return pageOf(s, candidates), int64(len(candidates)), nil
	}
	var rows []sortedRow[*execution]
	for _, x := range candidates {
		if row, fits := s.row(x); fits {
			rows = append(rows, row)
		}
	}
	return pageOf(s, s.sorted(rows)), int64(len(rows)), nil
}

// row is that of an execution, if the search finds it. One that is packed stays so, unless its text is searched.
func (s *search) row(x *execution) (sortedRow[*execution], bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	known := x.facts()
	field := workflowField(known)
	if x.removed || !s.visible(known) || s.TopLevel && known.parentID != "" || !s.matches(field) || !s.freeTextIn(func() any { return x.summary() }) {
		return sortedRow[*execution]{}, false
	}
	return sortedRow[*execution]{row: x, keys: s.keysOf(field)}, true
}

func (s *search) visible(known facts) bool {
	return s.Visible == nil || s.Visible(known.name, known.createdBy)
}

// candidates are the executions, oldest first, of the narrowest index that the query allows. Only a search over workflows
// may narrow by state: in one over tasks the field is the task's.
func (e *Engine) candidates(conditions []condition, byStatus bool) []*execution {
	if id, ok := only(conditions, "workflowId"); ok {
		if x := e.index.execution(id); x != nil {
			return []*execution{x}
		}
		return nil
	}
	if id, ok := only(conditions, "taskId"); ok {
		if x := e.index.task(id).x; x != nil {
			return []*execution{x}
		}
		return nil
	}
	if id, ok := only(conditions, "correlationId"); ok {
		return e.index.correlated(id)
	}
	if status, ok := only(conditions, "status"); ok && byStatus && !conductor.WorkflowTerminal(status) {
		return e.index.inStatus(status)
	}
	if name, ok := only(conditions, "workflowType"); ok {
		return e.index.named(name)
	}
	if status, ok := only(conditions, "status"); ok && byStatus {
		return e.index.inStatus(status)
	}
	return e.index.everything()
}

// fieldValue is one field of a row. Times and numbers compare as numbers; a field that is not known matches everything.
type fieldValue struct {
	text    string
	number  int64
	numeric bool
	known   bool
}

func textField(text string) fieldValue { return fieldValue{text: text, known: true} }
func numberField(number int64) fieldValue {
	return fieldValue{number: number, numeric: true, known: true}
}

func (s *search) matches(field func(name string) fieldValue) bool {
	for _, c := range s.conditions {
		value := field(c.field)
		switch {
		case !value.known:
		case value.numeric && !c.matchesNumber(value.number):
			return false
		case !value.numeric && !c.matchesText(value.text):
			return false
		}
	}
	return true
}

// freeTextIn looks for the free text in the JSON of a summary, which is made only if there is one.
func (s *search) freeTextIn(summary func() any) bool {
	if s.freeText == "" {
		return true
	}
	data, err := json.Marshal(summary())
	return err == nil && strings.Contains(strings.ToLower(string(data)), s.freeText)
}

// Correlated finds the executions of a workflow by correlation ids, oldest first, with those that ended if asked:
// POST /workflow/{name}/correlated. Each id has an entry, perhaps empty.
func (e *Engine) Correlated(name string, ids []string, includeClosed, includeTasks bool) map[string][]conductor.Workflow {
	found := make(map[string][]conductor.Workflow, len(ids))
	for _, id := range ids {
		found[id] = []conductor.Workflow{}
		for _, x := range e.index.correlated(id) {
			if x.name() != name {
				continue
			}
			x.lock()
			if includeClosed || !x.ended() {
				found[id] = append(found[id], x.view(includeTasks))
			}
			x.unlock()
		}
	}
	return found
}

// Running lists the ids of executions of a workflow that have not ended, oldest first: GET /workflow/running/{name}.
// Version 0 means any. With both from and to (milliseconds since 1970) it lists what started in that time, ended or not.
func (e *Engine) Running(name string, version int, from, to int64) []string {
	ids := []string{}
	for _, x := range e.index.named(name) {
		x.mu.Lock()
		known := x.facts()
		x.mu.Unlock()
		wanted := !conductor.WorkflowTerminal(known.status)
		if from != 0 && to != 0 {
			wanted = known.created >= from && known.created <= to
		}
		if wanted && (version == 0 || int64(version) == known.version) {
			ids = append(ids, x.id)
		}
	}
	return ids
}

// name is the workflow's name, which never changes.
func (x *execution) name() string { return x.plan.def.Name }
