package engine

import (
	"cmp"
	"slices"
	"strings"
)

// compareWith applies a filter's operator. Values of different kinds are never equal and never ordered.
func compareWith(operator string, left, right any) bool {
	switch operator {
	case "==", "===":
		return sameValue(left, right)
	case "!=", "!==":
		return !sameValue(left, right)
	case "<", "<=", ">", ">=":
		return ordered(operator, left, right)
	case "in":
		return memberOf(left, right)
	case "nin":
		return !memberOf(left, right)
	case "contains":
		return contains(left, right)
	case "size":
		number, ok := numberOf(right)
		return ok && float64(lengthOf(left)) == number
	case "empty":
		wanted, _ := right.(bool)
		return (lengthOf(left) == 0) == wanted
	}
	return compareSets(operator, left, right)
}

func compareSets(operator string, left, right any) bool {
	list, ok := left.([]any)
	if !ok {
		return false
	}
	in := func(item any) bool { return memberOf(item, right) }
	switch operator {
	case "subsetof":
		return !slices.ContainsFunc(list, func(item any) bool { return !in(item) })
	case "anyof":
		return slices.ContainsFunc(list, in)
	}
	return !slices.ContainsFunc(list, in) // noneof
}

func ordered(operator string, left, right any) bool {
	order, ok := orderOf(left, right)
	if !ok {
		return false
	}
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// orderOf compares two numbers or two texts.
func orderOf(left, right any) (int, bool) {
	if a, ok := numberOf(left); ok {
		b, ok := numberOf(right)
		return cmp.Compare(a, b), ok
	}
	a, isText := left.(string)
	b, isTextToo := right.(string)
	return strings.Compare(a, b), isText && isTextToo
}

// sameValue compares as JSON does; 1 and 1.0 are the same number.
func sameValue(left, right any) bool {
	if a, ok := numberOf(left); ok {
		b, ok := numberOf(right)
		return ok && a == b
	}
	switch a := left.(type) {
	case []any:
		b, ok := right.([]any)
		return ok && slices.EqualFunc(a, b, sameValue)
	case map[string]any:
		b, ok := right.(map[string]any)
		return ok && sameFields(a, b)
	case string:
		b, ok := right.(string)
		return ok && a == b
	case bool:
		b, ok := right.(bool)
		return ok && a == b
	}
	return left == nil && right == nil
}

func sameFields(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		other, ok := b[key]
		if !ok || !sameValue(value, other) {
			return false
		}
	}
	return true
}

func memberOf(item, list any) bool {
	values, ok := list.([]any)
	return ok && slices.ContainsFunc(values, func(value any) bool { return sameValue(value, item) })
}

func contains(whole, part any) bool {
	if text, ok := whole.(string); ok {
		piece, ok := part.(string)
		return ok && strings.Contains(text, piece)
	}
	return memberOf(part, whole)
}

// lengthOf counts elements, fields or characters; -1 for anything else.
func lengthOf(value any) int {
	switch v := value.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	case string:
		return len([]rune(v))
	}
	return -1
}
