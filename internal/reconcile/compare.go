package reconcile

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"strings"

	"github.com/orkesctl/orkesctl/pkg/definition"
)

// Field is one difference: Path leads to it ("retryCount", "tasks.ship.inputParameters.id"), From and To are JSON values.
// A nil From means that the field is new, a nil To that it goes.
type Field struct {
	Path string `json:"path"`
	From any    `json:"from"`
	To   any    `json:"to"`
}

// String is the difference as people read it: retryCount 3 → 5.
func (f Field) String() string {
	return fmt.Sprintf("%s %s → %s", f.Path, show(f.From), show(f.To))
}

// maxShown bounds a value in a message, in characters.
const maxShown = 40

func show(value any) string {
	switch v := value.(type) {
	case nil:
		return "–"
	case string:
		if v == "" {
			return `""`
		}
		return cut(v)
	case json.Number:
		return v.String()
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return cut(string(data))
}

func cut(text string) string {
	runes := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(runes) <= maxShown {
		return string(runes)
	}
	return string(runes[:maxShown-1]) + "…"
}

// TaskDefs returns what writing want over have would change, sorted by path.
func TaskDefs(have, want Tree) []Field {
	c := comparison{}
	c.definition("", TaskDef(have), TaskDef(want), known(definition.TaskDefFields()))
	return c.fields
}

// WorkflowDefs returns what writing want over have would change. Tasks are matched by their reference names.
func WorkflowDefs(have, want Tree) []Field {
	c := comparison{}
	c.definition("", WorkflowDef(have), WorkflowDef(want), known(definition.WorkflowDefFields()))
	return c.fields
}

// Schedules returns what writing want over have would change. Whether a schedule is paused is somebody's decision of the moment: it is
// compared only where want says it.
func Schedules(have, want Tree) []Field {
	have = Schedule(have)
	if _, said := want["paused"]; !said {
		delete(have, "paused")
		delete(have, "pausedReason")
	}
	c := comparison{}
	c.definition("", have, Schedule(want), known(definition.ScheduleFields()))
	return c.fields
}

type comparison struct{ fields []Field }

func (c *comparison) add(path string, from, to any) {
	c.fields = append(c.fields, Field{Path: path, From: from, To: to})
}

// definition compares two objects of one kind. Fields that only the server knows, an owner that it filled in, and tags that it
// did not show are no difference.
func (c *comparison) definition(path string, have, want Tree, fields map[string]bool) {
	for _, name := range union(have, want) {
		from, had := have[name]
		to, wanted := want[name]
		switch {
		case !wanted && (!fields[name] || name == "ownerEmail" || name == "tags"):
		case isTaskList(name, from, to):
			c.tasks(join(path, name), from, to)
		case name == "decisionCases" && had && wanted:
			c.cases(join(path, name), from, to)
		case name == "forkTasks" && had && wanted:
			c.branches(join(path, name), from, to)
		default:
			c.value(join(path, name), from, to)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func union(a, b Tree) []string {
	names := make([]string, 0, len(a)+len(b))
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// value compares what a person put in: exactly, but 1 and 1.0 are the same number.
func (c *comparison) value(path string, from, to any) {
	a, objectA := from.(map[string]any)
	b, objectB := to.(map[string]any)
	if !objectA || !objectB {
		if !equal(from, to) {
			c.add(path, from, to)
		}
		return
	}
	for _, name := range union(a, b) {
		c.value(join(path, name), a[name], b[name])
	}
}

func equal(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && sameNumber(x, y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, value := range x {
			other, there := y[name]
			if !there || !equal(value, other) {
				return false
			}
		}
		return true
	default:
		return a == b
	}
}

func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if len(a) > 400 || len(b) > 400 || strings.ContainsAny(a.String()+b.String(), "eE") {
		x, errX := a.Float64()
		y, errY := b.Float64()
		return errX == nil && errY == nil && x == y
	}
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}
