package engine

import (
	"math"
	"slices"
	"strings"
)

// knownFunction reports whether a path may end in the function.
func knownFunction(name string) bool {
	switch name {
	case "length", "size", "keys", "min", "max", "avg", "sum", "stddev", "concat", "append", "first", "last", "index":
		return true
	}
	return false
}

// call applies a function to what the path before it means.
func (w *walker) call(c *pathCall, value, current any) (any, bool) {
	arguments := make([]any, 0, len(c.arguments))
	for _, given := range c.arguments {
		argument, _ := given.value(w, current)
		arguments = append(arguments, argument)
	}
	switch c.name {
	case "length", "size":
		return countOf(value)
	case "keys":
		return keysOf(value)
	case "concat":
		return concat(value, arguments), true
	case "append":
		list, ok := value.([]any)
		return append(slices.Clone(list), arguments...), ok
	case "first":
		return elementOf(value, 0)
	case "last":
		return elementOf(value, -1)
	case "index":
		return indexOf(value, arguments)
	}
	return aggregate(c.name, value, arguments)
}

// countOf is length() of a list or object; of anything else there is none, as in Jayway.
func countOf(value any) (any, bool) {
	if _, isText := value.(string); isText {
		return nil, false
	}
	count := lengthOf(value)
	if count < 0 {
		return nil, false
	}
	return int64(count), true
}

func keysOf(value any) (any, bool) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	keys := []any{}
	for _, key := range sortedKeys(object) {
		keys = append(keys, key)
	}
	return keys, true
}

// concat joins the texts of a list and of the arguments.
func concat(value any, arguments []any) any {
	list, _ := value.([]any)
	var joined strings.Builder
	for _, item := range append(slices.Clone(list), arguments...) {
		if text, ok := item.(string); ok {
			joined.WriteString(text)
		}
	}
	return joined.String()
}

func elementOf(value any, index int) (any, bool) {
	found := selectIndexes([]int{index}, value, nil)
	if len(found) == 0 {
		return nil, false
	}
	return found[0], true
}

func indexOf(value any, arguments []any) (any, bool) {
	if len(arguments) != 1 {
		return nil, false
	}
	number, ok := numberOf(arguments[0])
	if !ok || math.Abs(number) > math.MaxInt32 {
		return nil, false
	}
	return elementOf(value, int(number))
}

// aggregate computes over the numbers of a list and of the arguments. Of no numbers there is no value.
func aggregate(name string, value any, arguments []any) (any, bool) {
	list, _ := value.([]any)
	var numbers []float64
	for _, item := range append(slices.Clone(list), arguments...) {
		if number, ok := numberOf(item); ok {
			numbers = append(numbers, number)
		}
	}
	if len(numbers) == 0 {
		return nil, false
	}
	sum := 0.0
	for _, number := range numbers {
		sum += number
	}
	mean := sum / float64(len(numbers))
	switch name {
	case "min":
		return slices.Min(numbers), true
	case "max":
		return slices.Max(numbers), true
	case "sum":
		return sum, true
	case "avg":
		return mean, true
	}
	spread := 0.0
	for _, number := range numbers {
		spread += (number - mean) * (number - mean)
	}
	return math.Sqrt(spread / float64(len(numbers))), true
}
