package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// sortedKeys are an object's keys in the order in which everything here visits them.
func sortedKeys(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }

// numberOf reads any of the forms in which a number may be held.
func numberOf(value any) (float64, bool) {
	switch v := value.(type) {
	case json.Number:
		number, err := v.Float64()
		return number, err == nil
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// javaText is a value as Java prints it, which is what becomes of it inside a longer text: {a=1, b=x}, [1, 2], null.
func javaText(value any) string {
	var text strings.Builder
	writeJava(&text, value)
	return text.String()
}

func writeJava(text *strings.Builder, value any) {
	switch v := value.(type) {
	case nil:
		text.WriteString("null")
	case string:
		text.WriteString(v)
	case map[string]any:
		text.WriteByte('{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString(key)
			text.WriteByte('=')
			writeJava(text, v[key])
		}
		text.WriteByte('}')
	case []any:
		text.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				text.WriteString(", ")
			}
			writeJava(text, item)
		}
		text.WriteByte(']')
	default:
		text.WriteString(javaScalar(value))
	}
}

func javaScalar(value any) string {
	switch v := value.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v.String()
		}
		if number, err := v.Float64(); err == nil {
			return javaDouble(number)
		}
		return v.String()
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatInt(int64(v), 10) // JSON has it without a fraction
		}
		return javaDouble(v)
	}
	return fmt.Sprint(value)
}

// javaDouble prints as Double.toString: always with a fraction, with an exponent below 0.001 and from ten million.
func javaDouble(v float64) string {
	if size := math.Abs(v); size != 0 && (size < 1e-3 || size >= 1e7) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		power, _ := strconv.Atoi(exponent)
		return mantissa + "E" + strconv.Itoa(power)
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
