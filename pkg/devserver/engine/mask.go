package engine

import (
	"maps"
	"slices"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// hiddenValue stands in place of a value that a definition masks.
const hiddenValue = "***"

// masks are the names of fields whose values nobody sees who reads an execution; nil masks nothing.
//
// Orkes' guide ("Masking Parameters") names maskedFields, _secrets and _masked, says that each is shown as *** in executions, and that
// whoever may execute the task reads its data. That a name counts at every depth, in inputs, outputs and variables of the execution
// and of its tasks alike, is taken from its examples. Workers (polls, GET /tasks/{id}), scripts and ${…} get the values.
type masks map[string]bool

func masksOf(def *conductor.WorkflowDef) masks {
	m := masks{"_secrets": true, "_masked": true}
	for _, name := range def.MaskedFields {
		m[name] = true
	}
	return m
}

// of returns the values with the masked ones replaced: the same map where there are none, since values are never changed in place.
func (m masks) of(values map[string]any) map[string]any {
	if m == nil {
		return values
	}
	if hidden, changed := m.hide(values); changed {
		values, _ = hidden.(map[string]any)
	}
	return values
}

// hide copies only what holds something to mask.
func (m masks) hide(value any) (hidden any, changed bool) {
	switch v := value.(type) {
	case map[string]any:
		var copied map[string]any
		for key, item := range v {
			shown, differs := any(hiddenValue), true
			if !m[key] {
				shown, differs = m.hide(item)
			}
			if differs && copied == nil {
				copied = maps.Clone(v)
			}
			if differs {
				copied[key] = shown
			}
		}
		if copied != nil {
			return copied, true
		}
	case []any:
		var copied []any
		for i, item := range v {
			shown, differs := m.hide(item)
			if differs && copied == nil {
				copied = slices.Clone(v)
			}
			if differs {
				copied[i] = shown
			}
		}
		if copied != nil {
			return copied, true
		}
	}
	return value, false
}

// shown is the task as those see it who read executions.
func (t *task) shown() conductor.Task {
	wire := t.view()
	wire.InputData, wire.OutputData = t.x.plan.masks.of(wire.InputData), t.x.plan.masks.of(wire.OutputData)
	return wire
}

// shown is the execution's own record as those see it who read executions.
func (x *execution) shown() conductor.Workflow {
	wire, m := x.wf, x.plan.masks
	wire.Input, wire.Output, wire.Variables = m.of(wire.Input), m.of(wire.Output), m.of(wire.Variables)
	return wire
}
