package engine

// jsonPath is a parsed path in the dialect of Jayway JsonPath, which Conductor uses.
type jsonPath struct {
	relative bool // starts at @, the element that a filter looks at
	steps    []pathStep
	call     *pathCall
}

// pathStep is one step; exactly one of its selections is set.
type pathStep struct {
	deep    bool // ..: also from everything below
	names   []string
	all     bool
	indexes []int
	slice   *pathSlice
	filter  predicate
}

// pathSlice is [from:to]; nil ends are open, negative ones count from the end.
type pathSlice struct{ from, to *int }

// pathCall is a function at the end of a path, such as .length().
type pathCall struct {
	name      string
	arguments []operand
}

// definite reports whether the path means at most one value. Others mean a list, even when it is empty.
func (p *jsonPath) definite() bool {
	for i, step := range p.steps {
		switch {
		case step.deep || step.all || step.slice != nil || step.filter != nil || len(step.indexes) > 1:
			return false
		case len(step.names) > 1 && i < len(p.steps)-1:
			return false
		}
	}
	return true
}

// lazyObject is an object of the expression's root whose fields are made when they are asked for.
type lazyObject interface {
	field(name string) (any, bool)
	tree() map[string]any
}

// pathBudget bounds how many values one evaluation may visit, since .. multiplies.
const pathBudget = 1_000_000

// walker evaluates one path.
type walker struct {
	root   any
	budget int
}

// evalPath returns what the path means in root, and whether it is there.
func evalPath(p *jsonPath, root any) (any, bool) {
	w := &walker{root: root, budget: pathBudget}
	value, found := w.eval(p, root)
	if w.budget < 0 {
		return nil, false
	}
	return plain(value), found
}

// plain turns a lazy object into a map.
func plain(value any) any {
	if lazy, ok := value.(lazyObject); ok {
		return lazy.tree()
	}
	return value
}

func (w *walker) eval(p *jsonPath, current any) (any, bool) {
	start := w.root
	if p.relative {
		start = current
	}
	found := []any{start}
	for i := range p.steps {
		found = w.step(&p.steps[i], i == len(p.steps)-1, found)
		if w.budget < 0 {
			return nil, false
		}
	}
	value, ok := any(nil), true
	switch {
	case !p.definite():
		for i := range found {
			found[i] = plain(found[i])
		}
		value = found
	case len(found) == 0:
		ok = false
	default:
		value = found[0]
	}
	if p.call == nil {
		return value, ok
	}
	return w.call(p.call, plain(value), current)
}

// step selects from each value.
func (w *walker) step(step *pathStep, last bool, from []any) []any {
	if step.deep {
		from = w.descendants(from)
	}
	selected := []any{}
	for _, value := range from {
		if w.budget--; w.budget < 0 {
			return nil
		}
		selected = w.selectFrom(step, last, value, selected)
	}
	return selected
}

func (w *walker) selectFrom(step *pathStep, last bool, value any, selected []any) []any {
	switch {
	case len(step.names) > 0:
		return selectNames(step, last, value, selected)
	case step.all:
		return append(selected, w.children(value)...)
	case len(step.indexes) > 0:
		return selectIndexes(step.indexes, value, selected)
	case step.slice != nil:
		return append(selected, step.slice.of(value)...)
	}
	return w.selectMatching(step, value, selected)
}

// selectNames takes fields. Several names at the end of a path give one object of those that are there.
func selectNames(step *pathStep, last bool, value any, selected []any) []any {
	if len(step.names) > 1 && last && !step.deep {
		merged := map[string]any{}
		for _, name := range step.names {
			if field, ok := fieldOf(value, name); ok {
				merged[name] = plain(field)
			}
		}
		return append(selected, merged)
	}
	for _, name := range step.names {
		if field, ok := fieldOf(value, name); ok {
			selected = append(selected, field)
		}
	}
	return selected
}

func fieldOf(value any, name string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		field, ok := v[name]
		return field, ok
	case lazyObject:
		return v.field(name)
	}
	return nil, false
}

func selectIndexes(indexes []int, value any, selected []any) []any {
	list, ok := value.([]any)
	if !ok {
		return selected
	}
	for _, index := range indexes {
		if index < 0 {
			index += len(list)
		}
		if index >= 0 && index < len(list) {
			selected = append(selected, list[index])
		}
	}
	return selected
}

// of returns the part of a list, or nothing of anything else.
func (s *pathSlice) of(value any) []any {
	list, ok := value.([]any)
	if !ok {
		return nil
	}
	bound := func(given *int, open int) int {
		if given == nil {
			return open
		}
		at := *given
		if at < 0 {
			at += len(list)
		}
		return min(max(at, 0), len(list))
	}
	from, to := bound(s.from, 0), bound(s.to, len(list))
	if from >= to {
		return nil
	}
	return list[from:to]
}

// selectMatching applies a filter to the elements of a list, or to an object itself. After .. every element comes by itself.
func (w *walker) selectMatching(step *pathStep, value any, selected []any) []any {
	value = plain(value)
	list, isList := value.([]any)
	if _, isObject := value.(map[string]any); isObject {
		list = []any{value}
	}
	if isList && step.deep {
		return selected
	}
	for _, item := range list {
		if w.budget--; w.budget < 0 {
			return selected
		}
		if step.filter.holds(w, item) {
			selected = append(selected, item)
		}
	}
	return selected
}

// children are the values directly inside, objects' by key.
func (w *walker) children(value any) []any {
	switch v := plain(value).(type) {
	case []any:
		w.budget -= len(v)
		return v
	case map[string]any:
		w.budget -= len(v)
		values := make([]any, 0, len(v))
		for _, key := range sortedKeys(v) {
			values = append(values, v[key])
		}
		return values
	}
	return nil
}

// descendants are the values and everything below them, parents first.
func (w *walker) descendants(from []any) []any {
	var found []any
	var visit func(value any)
	visit = func(value any) {
		if w.budget--; w.budget < 0 {
			return
		}
		found = append(found, value)
		for _, child := range w.children(value) {
			visit(child)
		}
	}
	for _, value := range from {
		visit(value)
	}
	return found
}
