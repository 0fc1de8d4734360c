package engine

import (
	"cmp"
	"sort"
)

// sortedRow is a row with the values that it is sorted by.
type sortedRow[T any] struct {
	row  T
	keys []fieldValue
}

func (s *search) keysOf(field func(name string) fieldValue) []fieldValue {
	values := make([]fieldValue, 0, len(s.keys))
	for _, key := range s.keys {
		values = append(values, field(key.field))
	}
	return values
}

// sorted orders rows of either kind by the search's keys, keeping their order where those are equal.
func (s *search) sorted(rows []sortedRow[*execution]) []*execution { return sortRows(s, rows) }

func sortRows[T any](s *search, rows []sortedRow[T]) []T {
	if len(s.keys) > 0 {
		sort.SliceStable(rows, func(i, j int) bool { return s.compare(rows[i].keys, rows[j].keys) < 0 })
	}
	list := make([]T, 0, len(rows))
	for _, row := range rows {
		list = append(list, row.row)
	}
	return list
}

func (s *search) compare(a, b []fieldValue) int {
	for i, key := range s.keys {
		order := cmp.Or(cmp.Compare(a[i].number, b[i].number), cmp.Compare(a[i].text, b[i].text))
		if key.down {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// pageOf cuts the rows that were asked for.
func pageOf[T any](s *search, rows []T) []T { return Page(rows, s.Start, s.Size) }

// Page cuts size rows from start on, as many as there are. Any two numbers will do: they come from a query as they are.
func Page[T any](list []T, start, size int) []T {
	from := min(max(start, 0), len(list))
	return list[from : from+min(max(size, 0), len(list)-from)] // start+size may be more than an int holds
}

// workflowField gives the fields of an execution that a query may name.
func workflowField(known facts) func(name string) fieldValue {
	return func(name string) fieldValue {
		switch name {
		case "workflowId":
			return textField(known.id)
		case "workflowType", "workflowName":
			return textField(known.name)
		case "correlationId":
			return textField(known.correlationID)
		case "status":
			return textField(known.status)
		case "parentWorkflowId":
			return textField(known.parentID)
		case "createdBy":
			return textField(known.createdBy)
		case "version":
			return numberField(known.version)
		case "priority":
			return numberField(known.priority)
		case "startTime":
			return numberField(known.started)
		case "endTime":
			return numberField(known.ended)
		case "updateTime":
			return numberField(known.updated)
		}
		return fieldValue{}
	}
}

// taskField gives the fields of a task that a query may name.
func taskField(t *task) func(name string) fieldValue {
	return func(name string) fieldValue {
		wire := &t.Wire
		switch name {
		case "taskId":
			return textField(wire.TaskID)
		case "taskType":
			return textField(wire.TaskType)
		case "taskDefName":
			return textField(wire.TaskDefName)
		case "status":
			return textField(wire.Status)
		case "workflowId":
			return textField(wire.WorkflowInstanceID)
		case "workflowType", "workflowName":
			return textField(wire.WorkflowType)
		case "correlationId":
			return textField(wire.CorrelationID)
		case "scheduledTime":
			return numberField(wire.ScheduledTime)
		case "startTime":
			return numberField(wire.StartTime)
		case "endTime":
			return numberField(wire.EndTime)
		case "updateTime":
			return numberField(wire.UpdateTime)
		}
		return fieldValue{}
	}
}
