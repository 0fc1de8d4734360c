package flowtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/orkesctl/orkesctl/internal/manifest"
	"github.com/orkesctl/orkesctl/pkg/definition"
)

// value is a value of a file with its place. Reading it as something that it is not makes a problem and gives nothing.
type value struct {
	Place
	of       any
	problems *[]manifest.Problem
}

func (v value) wrong(key bool, format string, args ...any) {
	line, column := v.document.Position(v.path, key)
	*v.problems = append(*v.problems, manifest.Problem{
		File: v.document.File, Line: line, Column: column, Field: field(v.path), Message: fmt.Sprintf(format, args...), Key: key,
	})
}

// field writes the way to a value: tests[1].expect.output.
func field(path []any) string {
	text := ""
	for _, step := range path {
		switch name := step.(type) {
		case int:
			text += fmt.Sprintf("[%d]", name)
		default:
			if text != "" {
				text += "."
			}
			text += fmt.Sprint(name)
		}
	}
	return text
}

// in is a member of an object, and whether it is there.
func (v value) in(key string) (value, bool) {
	object, _ := v.of.(map[string]any)
	of, given := object[key]
	return value{v.at(key), of, v.problems}, given
}

// known reports keys of an object that are none of these.
func (v value) known(keys ...string) {
	for _, key := range slices.Sorted(maps.Keys(v.object())) {
		if slices.Contains(keys, key) {
			continue
		}
		inner, _ := v.in(key)
		inner.wrong(true, "unknown key%s", meant(key, keys))
	}
}

func (v value) object() map[string]any {
	object, ok := v.of.(map[string]any)
	if !ok {
		v.wrong(false, "want an object, got %s", shown(v.of))
	}
	return object
}

func (v value) list() []value {
	items, ok := v.of.([]any)
	if !ok {
		v.wrong(false, "want a list, got %s", shown(v.of))
	}
	list := make([]value, 0, len(items))
	for i, item := range items {
		list = append(list, value{v.at(i), item, v.problems})
	}
	return list
}

func (v value) text() string {
	text, ok := v.of.(string)
	if !ok {
		v.wrong(false, "want a text, got %s", shown(v.of))
	}
	return text
}

// name is a text that is not empty; a number is as good, since 4711 is how people write one.
func (v value) name() string {
	if number, ok := v.of.(json.Number); ok {
		return number.String()
	}
	text := v.text()
	if text == "" {
		if _, ok := v.of.(string); ok {
			v.wrong(false, "is empty")
		}
	}
	return text
}

// word is one of several texts.
func (v value) word(words ...string) string {
	text := v.text()
	if _, ok := v.of.(string); ok && !slices.Contains(words, text) {
		v.wrong(false, "%q is none of %v%s", text, words, meant(text, words))
	}
	return text
}

func (v value) truth() bool {
	truth, ok := v.of.(bool)
	if !ok {
		v.wrong(false, "want true or false, got %s", shown(v.of))
	}
	return truth
}

// count is a whole number from least.
func (v value) count(least int) int {
	number, _ := v.of.(json.Number)
	n, err := strconv.Atoi(number.String())
	if err != nil || n < least {
		v.wrong(false, "want a whole number from %d, got %s", least, shown(v.of))
	}
	return n
}

// milliseconds is a duration (70s, 2m), or a number of milliseconds as the server's API has it.
func (v value) milliseconds() int64 {
	if text, ok := v.of.(string); ok {
		if d, err := time.ParseDuration(text); err == nil && d >= 0 {
			return d.Milliseconds()
		}
		v.wrong(false, "want a time such as 70s, got %s", shown(v.of))
		return 0
	}
	return int64(v.count(0))
}

// shown is a value as a line of JSON, cut where it is long.
func shown(v any) string {
	const longest = 200
	text := []rune(encoded(v))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// meant is the end of a message about a word that is none of these.
func meant(word string, words []string) string {
	if near, found := definition.Nearest(word, words); found {
		return "; did you mean " + near + "?"
	}
	return ""
}
