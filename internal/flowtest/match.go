package flowtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/orkesctl/orkesctl/internal/render"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// The objects that stand for more than one value in what is expected.
const (
	matches = "$matches" // {$matches: PATTERN}: a text that has a match, or another value whose JSON has
	absent  = "$absent"  // {$absent: true}: no such key
)

// matcher tells what an expected value that is a matcher asks for.
func matcher(want any) (name string, argument any) {
	object, _ := want.(map[string]any)
	if len(object) != 1 {
		return "", nil
	}
	for _, name := range []string{matches, absent} {
		if argument, given := object[name]; given {
			return name, argument
		}
	}
	return "", nil
}

// matchers reports what is wrong with the matchers in a value.
func (v value) matchers() {
	name, _ := matcher(v.of)
	switch inner, _ := v.in(name); name {
	case matches:
		if _, err := regexp.Compile(inner.text()); err != nil {
			inner.wrong(false, "%v", err)
		}
		return
	case absent:
		if !inner.truth() {
			inner.wrong(false, "want true: what is to be there is said by its value")
		}
		return
	}
	switch of := v.of.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(of)) {
			inner, _ := v.in(key)
			inner.matchers()
		}
	case []any:
		for _, item := range v.list() {
			item.matchers()
		}
	}
}

// missing stands for a value that is not there. Null is as good as that: what an expression does not find is null.
type missing struct{}

// comparison gathers where values differ.
type comparison struct {
	exact  bool // objects hold nothing else than what is expected
	differ func(path []any, want, got any)
}

func (c comparison) values(path []any, want, got any) {
	_, missing := got.(missing)
	missing = missing || got == nil
	switch name, argument := matcher(want); {
	case name == matches && !missing && hasMatch(argument, got), name == absent && missing, want == nil && missing:
		return
	case name != "":
		c.differ(path, want, got)
		return
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			c.objects(path, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			for i := range w {
				c.values(with(path, i), w[i], g[i])
			}
			return
		}
	}
	if !same(want, got) {
		c.differ(path, want, got)
	}
}

func (c comparison) objects(path []any, want, got map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value := got[key]
		if value == nil {
			value = missing{}
		}
		c.values(with(path, key), want[key], value)
	}
	if !c.exact {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, expected := want[key]; !expected && got[key] != nil {
			c.differ(with(path, key), missing{}, got[key])
		}
	}
}

func with(path []any, step any) []any { return append(slices.Clone(path), step) }

func hasMatch(pattern, got any) bool {
	text, isText := got.(string)
	if !isText {
		text = encoded(got)
	}
	source, _ := pattern.(string)
	expression, err := regexp.Compile(source)
	return err == nil && expression.MatchString(text)
}

// same compares two values that hold no others: 1 and 1.0 are the same number.
func same(want, got any) bool {
	one, isNumber := want.(json.Number)
	other, isToo := got.(json.Number)
	if isNumber && isToo && one != other {
		a, errA := strconv.ParseFloat(one.String(), 64)
		b, errB := strconv.ParseFloat(other.String(), 64)
		return errA == nil && errB == nil && a == b
	}
	return simple(want) && simple(got) && want == got
}

// simple reports whether a value holds no others.
func simple(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// plain is a value as it is read from JSON, its numbers to the digit.
func plain(v any) any {
	var read any
	if conductor.Decode([]byte(encoded(v)), &read) != nil {
		return v
	}
	return read
}

// encoded is a value as JSON, in one line; <, > and & stay as they are.
func encoded(v any) string {
	if _, not := v.(missing); not {
		return "nothing"
	}
	data, err := render.Encode(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(bytes.TrimSpace(data))
}
