package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// maxDigits bounds what is calculated exactly: a number may have an exponent that no memory can hold.
const maxDigits = 400

// number reads any of the forms in which a number may be held.
func number(value any) (*big.Rat, bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		text = strconv.FormatFloat(v, 'g', -1, 64)
	case int, int32, int64:
		text = fmt.Sprint(v)
	default:
		return nil, false
	}
	if _, exponent, _ := strings.Cut(strings.ToLower(text), "e"); exponent != "" {
		if power, err := strconv.Atoi(exponent); err != nil || power > maxDigits || power < -maxDigits {
			return extreme(text), true
		}
	}
	return new(big.Rat).SetString(text)
}

// extreme stands for a number that is too large or too small to be calculated with.
func extreme(text string) *big.Rat {
	sign := "1e"
	if strings.HasPrefix(text, "-") {
		sign = "-1e"
	}
	if strings.Contains(strings.ToLower(text), "e-") {
		sign += "-"
	}
	r, _ := new(big.Rat).SetString(sign + strconv.Itoa(maxDigits))
	return r
}

func count(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

func one() *big.Rat { return count(1) }

func quotient(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

func numberText(r *big.Rat) string {
	if r.IsInt() {
		return r.RatString()
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// kindOf is the type of a value as JSON Schema names it.
func kindOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	default:
		if r, ok := number(v); ok && r.IsInt() {
			return "integer"
		}
		return "number"
	}
}

func isType(value, name any) bool {
	kind := kindOf(value)
	return kind == name || kind == "integer" && name == "number"
}

// canonical is a text that two values have in common exactly when they are equal: 1 and 1.0 are, and the order of names counts nothing.
func canonical(value any) string {
	var b strings.Builder
	writeCanonical(&b, value)
	return b.String()
}

func writeCanonical(b *strings.Builder, value any) {
	switch v := value.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Quote(name) + ":")
			writeCanonical(b, v[name])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeCanonical(b, item)
		}
		b.WriteByte(']')
	case string:
		b.WriteString(strconv.Quote(v))
	default:
		if r, ok := number(v); ok {
			b.WriteString(r.RatString())
			return
		}
		fmt.Fprint(b, v)
	}
}

// short cuts a value for a message.
func short(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// plainName says whether a name can stand in a path as it is.
func plainName(name string) bool {
	for i, r := range name {
		letter := r == '_' || r == '$' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != ""
}

// ecma is a pattern of JavaScript as Go writes it: what both have is the same but for these.
func ecma(source string) string {
	return strings.NewReplacer(
		`\\`, `\\`, `\/`, `/`, `\-`, `\-`, `\d`, `[0-9]`, `\p{Letter}`, `\p{L}`, `\p{digit}`, `\p{Nd}`, `(?<`, `(?P<`, `(?P<=`, `(?<=`, `(?P<!`, `(?<!`,
	).Replace(source)
}
