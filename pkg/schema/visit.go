package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// visitor checks one value.
type visitor struct {
	schema *Schema
	visits int
}

// looked is which parts of a value a schema has looked at, for the unevaluated… keywords around it.
type looked struct {
	all   bool // every one
	names map[string]bool
	items map[int]bool
}

func (l *looked) add(other looked) {
	l.all = l.all || other.all
	if l.names == nil {
		l.names, l.items = map[string]bool{}, map[int]bool{}
	}
	maps.Copy(l.names, other.names)
	maps.Copy(l.items, other.items)
}

func (l *looked) name(name string) {
	if l.names == nil {
		l.names = map[string]bool{}
	}
	l.names[name] = true
}

func (l *looked) item(i int) {
	if l.items == nil {
		l.items = map[int]bool{}
	}
	l.items[i] = true
}

// check returns the problems of a value, and which of its parts the schema has looked at where there are none.
func (v *visitor) check(n *node, value any, path string) ([]Problem, looked) {
	if v.visits++; v.visits > maxVisits {
		return nil, looked{}
	}
	if n.verdict != nil {
		if *n.verdict {
			return nil, looked{}
		}
		return []Problem{{path, "is not allowed"}}, looked{}
	}
	s := &scene{visitor: v, node: n, value: value, path: path}
	if n.ref != nil {
		s.same(n.ref)
	}
	if n.ref == nil || !v.schema.legacy {
		s.scalars()
		s.combined()
		switch whole := value.(type) {
		case map[string]any:
			s.object(whole)
		case []any:
			s.array(whole)
		}
	}
	if len(s.problems) > maxProblems {
		s.problems = s.problems[:maxProblems]
	}
	return s.problems, s.seen
}

// scene is one schema over one value.
type scene struct {
	*visitor
	node     *node
	value    any
	path     string
	problems []Problem
	seen     looked
}

func (s *scene) fail(format string, args ...any) {
	s.problems = append(s.problems, Problem{s.path, fmt.Sprintf(format, args...)})
}

// same checks the value by another schema too, and takes over its problems.
func (s *scene) same(n *node) {
	if n == nil {
		return
	}
	found, seen := s.check(n, s.value, s.path)
	s.problems = append(s.problems, found...)
	s.take(seen)
}

func (s *scene) take(seen looked) {
	if s.schema.tracks {
		s.seen.add(seen)
	}
}

// inner checks a part of the value.
func (s *scene) inner(n *node, value any, path string) {
	found, _ := s.check(n, value, path)
	s.problems = append(s.problems, found...)
}

// combined applies the schemas that say more about the same value.
func (s *scene) combined() {
	for _, n := range s.node.several["allOf"] {
		s.same(n)
	}
	s.anyOf()
	s.oneOf()
	if n := s.node.one["not"]; n != nil {
		if found, _ := s.check(n, s.value, s.path); len(found) == 0 {
			s.fail("is what the schema rules out (not)")
		}
	}
	condition := s.node.one["if"]
	if condition == nil {
		return
	}
	found, seen := s.check(condition, s.value, s.path)
	if len(found) > 0 {
		s.same(s.node.one["else"])
		return
	}
	s.take(seen)
	s.same(s.node.one["then"])
}

func (s *scene) anyOf() {
	list := s.node.several["anyOf"]
	fits := false
	var closest []Problem
	for _, n := range list {
		found, seen := s.check(n, s.value, s.path)
		if len(found) == 0 {
			fits = true
			s.take(seen)
			if !s.schema.tracks {
				return
			}
		}
		if closest == nil || len(found) < len(closest) {
			closest = found
		}
	}
	if len(list) > 0 && !fits {
		s.problems = append(s.problems, closest...)
	}
}

func (s *scene) oneOf() {
	list := s.node.several["oneOf"]
	var fitting int
	var closest []Problem
	var seen looked
	for _, n := range list {
		found, parts := s.check(n, s.value, s.path)
		if len(found) == 0 {
			fitting++
			seen = parts
		}
		if closest == nil || len(found) < len(closest) {
			closest = found
		}
	}
	switch {
	case len(list) == 0:
	case fitting == 1:
		s.take(seen)
	case fitting == 0:
		s.problems = append(s.problems, closest...)
	default:
		s.fail("fits %d of the schemas of which only one may (oneOf)", fitting)
	}
}

// object applies what is said of objects.
func (s *scene) object(whole map[string]any) {
	s.required(whole)
	s.count("Properties", len(whole), "properties")
	names := slices.Sorted(maps.Keys(whole))
	for _, name := range names {
		s.property(name, whole[name])
	}
	if n := s.node.one["propertyNames"]; n != nil {
		for _, name := range names {
			s.inner(n, name, below(s.path, name))
		}
	}
	for _, keyword := range []string{"dependentSchemas", "dependencies"} {
		for _, name := range names {
			s.same(s.node.named[keyword][name])
		}
	}
	rest := s.node.one["unevaluatedProperties"]
	if rest == nil || s.seen.all {
		return
	}
	for _, name := range names {
		if !s.seen.names[name] {
			s.inner(rest, whole[name], below(s.path, name))
		}
	}
	s.seen.all = true
}

// property applies all that is said of one property.
func (s *scene) property(name string, value any) {
	path, matched := below(s.path, name), false
	if n := s.node.named["properties"][name]; n != nil {
		matched = true
		s.inner(n, value, path)
	}
	for source, n := range s.node.named["patternProperties"] {
		if s.node.patterns[source].MatchString(name) {
			matched = true
			s.inner(n, value, path)
		}
	}
	if n := s.node.one["additionalProperties"]; n != nil && !matched {
		matched = true
		if n.verdict != nil && !*n.verdict {
			s.problems = append(s.problems, Problem{path, "is not defined in the schema and the schema does not allow additional properties"})
		} else {
			s.inner(n, value, path)
		}
	}
	if matched && s.schema.tracks {
		s.seen.name(name)
	}
}

func (s *scene) required(whole map[string]any) {
	need := func(list any, because string) {
		names, _ := list.([]any)
		for _, item := range names {
			name, _ := item.(string)
			if _, has := whole[name]; !has {
				s.problems = append(s.problems, Problem{below(s.path, name), "is missing but it is required" + because})
			}
		}
	}
	need(s.node.raw["required"], "")
	for _, keyword := range []string{"dependentRequired", "dependencies"} {
		rules, _ := s.node.raw[keyword].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(rules)) {
			if _, has := whole[name]; has {
				need(rules[name], " beside "+name)
			}
		}
	}
}

// array applies what is said of lists.
func (s *scene) array(whole []any) {
	s.count("Items", len(whole), "items")
	first := s.node.several["prefixItems"]
	rest := s.node.one["items"]
	if old := s.node.several["items"]; first == nil && old != nil { // as older drafts write it
		first, rest = old, s.node.one["additionalItems"]
	}
	for i, value := range whole {
		n := rest
		if i < len(first) {
			n = first[i]
		}
		if n != nil {
			s.inner(n, value, element(s.path, i))
			s.looked(i)
		}
	}
	s.contains(whole)
	if s.node.raw["uniqueItems"] == true {
		known := make(map[string]bool, len(whole))
		for i, value := range whole {
			text := canonical(value)
			if known[text] {
				s.problems = append(s.problems, Problem{element(s.path, i), "is there twice, and the items must be unique"})
			}
			known[text] = true
		}
	}
	unevaluated := s.node.one["unevaluatedItems"]
	if unevaluated == nil || s.seen.all {
		return
	}
	for i, value := range whole {
		if !s.seen.items[i] {
			s.inner(unevaluated, value, element(s.path, i))
		}
	}
	s.seen.all = true
}

// looked notes that an item has been looked at, where something asks.
func (s *scene) looked(i int) {
	if s.schema.tracks {
		s.seen.item(i)
	}
}

func (s *scene) contains(whole []any) {
	n := s.node.one["contains"]
	if n == nil {
		return
	}
	fitting := 0
	for i, value := range whole {
		if found, _ := s.check(n, value, element(s.path, i)); len(found) == 0 {
			fitting++
			s.looked(i)
		}
	}
	least, given := number(s.node.raw["minContains"])
	if !given {
		least = one()
	}
	if count(fitting).Cmp(least) < 0 {
		s.fail("has %d items that fit (contains), at least %s expected", fitting, least.RatString())
	}
	if most, given := number(s.node.raw["maxContains"]); given && count(fitting).Cmp(most) > 0 {
		s.fail("has %d items that fit (contains), at most %s expected", fitting, most.RatString())
	}
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// below is the path of a property. A name that is no plain word stands in brackets.
func below(path, name string) string {
	if plainName(name) {
		return path + "." + name
	}
	return path + "[" + strconv.Quote(name) + "]"
}
