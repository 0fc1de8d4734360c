package schema

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// node is one schema inside the document.
type node struct {
	at      string // for people: "#/properties/n"
	verdict *bool  // of a schema that is true or false
	raw     map[string]any
	place   place

	one      map[string]*node            // keywords that hold a schema
	several  map[string][]*node          // keywords that hold a list of them
	named    map[string]map[string]*node // keywords that hold them by name
	patterns map[string]*regexp.Regexp   // of pattern and patternProperties
	ref      *node
}

// place is where a schema stands: a JSON pointer in a resource, which is what an $id begins.
type place struct{ resource, pointer string }

func (p place) below(parts ...string) place {
	for _, part := range parts {
		p.pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part)
	}
	return p
}

type compiler struct {
	schema    *Schema
	made      map[string]*node // by place
	resources map[string]any   // the document of each
	anchors   map[string]place // by resource#anchor
	unlinked  []*node
}

func holdOne() []string {
	return []string{
		"not", "if", "then", "else", "items", "additionalItems", "contains", "additionalProperties", "propertyNames",
		"unevaluatedItems", "unevaluatedProperties",
	}
}

func holdSeveral() []string { return []string{"allOf", "anyOf", "oneOf", "prefixItems", "items"} }

func holdNamed() []string {
	return []string{"properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"}
}

// home is the resource that a schema belongs to, given that around it.
func (c *compiler) home(raw any, around string) string {
	object, _ := raw.(map[string]any)
	id, _ := object["$id"].(string)
	if _, refers := object["$ref"]; id == "" || c.schema.legacy && (refers || strings.HasPrefix(id, "#")) {
		return around
	}
	return resolve(around, id)
}

// resolve is a reference seen from a resource, without the fragment.
func resolve(from, reference string) string {
	reference, _, _ = strings.Cut(reference, "#")
	base, err := url.Parse(from)
	if err != nil {
		return reference
	}
	target, err := base.Parse(reference)
	if err != nil || reference == "" {
		return from
	}
	return target.String()
}

// index finds every $id and anchor before anything refers to them.
func (c *compiler) index(raw any, at place, around string) {
	switch v := raw.(type) {
	case map[string]any:
		if home := c.home(v, around); home != around || at == (place{}) {
			at, around = place{resource: home}, home
			c.resources[home] = v
		}
		for _, name := range anchorsOf(v) {
			c.anchors[around+"#"+name] = at
		}
		for key, item := range v {
			if key != "enum" && key != "const" {
				c.index(item, at.below(key), around)
			}
		}
	case []any:
		for i, item := range v {
			c.index(item, at.below(strconv.Itoa(i)), around)
		}
	default:
		if at == (place{}) {
			c.resources[""] = raw
		}
	}
}

// anchorsOf are the names that a schema goes by in its resource; drafts 6 and 7 wrote them into $id.
func anchorsOf(object map[string]any) []string {
	var names []string
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if name, _ := object[keyword].(string); name != "" {
			names = append(names, name)
		}
	}
	id, _ := object["$id"].(string)
	if name, found := strings.CutPrefix(id, "#"); found && name != "" {
		names = append(names, name)
	}
	return names
}

// compile makes the node of a schema, and those inside it.
func (c *compiler) compile(raw any, at place) (*node, error) {
	key := at.resource + "#" + at.pointer
	if n := c.made[key]; n != nil {
		return n, nil
	}
	n := &node{at: "#" + at.pointer, place: at}
	switch v := raw.(type) {
	case bool:
		n.verdict = &v
	case map[string]any:
		if home := c.home(v, at.resource); home != at.resource {
			n.place = place{resource: home}
			if key = home + "#"; c.made[key] != nil {
				return c.made[key], nil
			}
		}
		n.raw = v
	default:
		return nil, fmt.Errorf("%s: %s where a schema belongs", n.at, kindOf(raw))
	}
	c.made[key] = n
	if n.raw == nil {
		return n, nil
	}
	if err := n.checkKeywords(); err != nil {
		return nil, err
	}
	if n.reference() != "" {
		c.unlinked = append(c.unlinked, n)
		if c.schema.legacy {
			return n, nil
		}
	}
	for _, keyword := range []string{"unevaluatedItems", "unevaluatedProperties"} {
		if _, asks := n.raw[keyword]; asks {
			c.schema.tracks = true
		}
	}
	return n, c.inside(n)
}

func (c *compiler) inside(n *node) error {
	n.one, n.several, n.named = map[string]*node{}, map[string][]*node{}, map[string]map[string]*node{}
	for _, keyword := range holdOne() {
		raw, given := n.raw[keyword]
		if _, list := raw.([]any); !given || list {
			continue
		}
		inner, err := c.compile(raw, n.place.below(keyword))
		if err != nil {
			return err
		}
		n.one[keyword] = inner
	}
	for _, keyword := range holdSeveral() {
		list, _ := n.raw[keyword].([]any)
		for i, raw := range list {
			inner, err := c.compile(raw, n.place.below(keyword, strconv.Itoa(i)))
			if err != nil {
				return err
			}
			n.several[keyword] = append(n.several[keyword], inner)
		}
	}
	for _, keyword := range holdNamed() {
		object, _ := n.raw[keyword].(map[string]any)
		n.named[keyword] = make(map[string]*node, len(object))
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if _, list := object[name].([]any); list && keyword == "dependencies" {
				continue
			}
			inner, err := c.compile(object[name], n.place.below(keyword, name))
			if err != nil {
				return err
			}
			n.named[keyword][name] = inner
		}
	}
	return nil
}

// reference is what a schema refers to; empty where it refers to nothing.
func (n *node) reference() string {
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		if reference, ok := n.raw[keyword].(string); ok {
			return reference
		}
	}
	return ""
}

// link finds what the references lead to. What is no schema by its place becomes one.
func (c *compiler) link() error {
	for len(c.unlinked) > 0 {
		n := c.unlinked[0]
		c.unlinked = c.unlinked[1:]
		target, at, found := c.lookup(n.place.resource, n.reference())
		if !found {
			return fmt.Errorf("%s/$ref: %q is nowhere in the document", n.at, n.reference())
		}
		var err error
		if n.ref, err = c.compile(target, at); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) lookup(from, reference string) (any, place, bool) {
	home := resolve(from, reference)
	_, fragment, _ := strings.Cut(reference, "#")
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		at, known := c.anchors[home+"#"+fragment]
		if !known {
			return nil, place{}, false
		}
		home, fragment = at.resource, at.pointer
	}
	document, known := c.resources[home]
	if !known {
		return nil, place{}, false
	}
	return c.walk(document, place{resource: home}, fragment)
}

// walk follows a JSON pointer, through what an $id begins as well.
func (c *compiler) walk(raw any, at place, pointer string) (any, place, bool) {
	if pointer == "" {
		return raw, at, true
	}
	for part := range strings.SplitSeq(pointer[1:], "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch v := raw.(type) {
		case map[string]any:
			inner, has := v[part]
			if !has {
				return nil, at, false
			}
			raw = inner
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, at, false
			}
			raw = v[i]
		default:
			return nil, at, false
		}
		at = at.below(part)
		if home := c.home(raw, at.resource); home != at.resource {
			at = place{resource: home}
		}
	}
	return raw, at, true
}

// endless says whether a schema comes back to itself without looking deeper into a value. On holds the schemas that have been asked:
// true while one waits for the answers of others, false where it is settled, for whoever asks next.
func (n *node) endless(on map[*node]bool) bool {
	if n == nil || n.raw == nil {
		return false
	}
	if inProgress, seen := on[n]; seen {
		return inProgress
	}
	on[n] = true
	same := []*node{n.ref, n.one["not"], n.one["if"], n.one["then"], n.one["else"]}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		same = append(same, n.several[keyword]...)
	}
	for _, keyword := range []string{"dependentSchemas", "dependencies"} {
		same = append(same, slices.Collect(maps.Values(n.named[keyword]))...)
	}
	if slices.ContainsFunc(same, func(inner *node) bool { return inner.endless(on) }) {
		return true
	}
	on[n] = false
	return false
}
