package engine

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/orkesctl/orkesctl/pkg/devserver/fault"
)

// condition is one term of a query: FIELD = VALUE, FIELD > VALUE, FIELD < VALUE or FIELD IN (VALUE, …).
// In a VALUE of = and IN, * stands for any text.
type condition struct {
	field    string
	operator string
	values   []string
}

var termPattern = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`(?s)^\s*([A-Za-z][A-Za-z0-9_.]*)\s*(=|>|<|\s(?i:IN)\b)\s*(.*?)\s*$`)
})

// parseQuery reads terms joined by AND. Quotes protect an AND inside a value; quotes and parentheses are not part of it.
// fault.Invalid names a term that is malformed.
func parseQuery(query string) ([]condition, error) {
	var conditions []condition
	for _, term := range splitTerms(query) {
		parts := termPattern().FindStringSubmatch(term)
		if parts == nil || parts[3] == "" {
			return nil, fault.Invalid("Incorrectly formatted query string: %s", strings.TrimSpace(term))
		}
		conditions = append(conditions, condition{
			field: parts[1], operator: strings.ToUpper(strings.TrimSpace(parts[2])), values: splitValues(parts[3]),
		})
	}
	return conditions, nil
}

// splitTerms cuts at AND between blanks, outside quotes. An empty query has no terms.
func splitTerms(query string) []string {
	if strings.TrimSpace(query) == "" {
		return nil
	}
	var terms []string
	quote, start := byte(0), 0
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if strings.IndexByte(query[i+1:], c) >= 0 {
				quote = c
			}
		case c == ' ' && len(query) >= i+5 && strings.EqualFold(query[i:i+5], " AND "):
			terms = append(terms, query[start:i])
			start = i + 5
			i += 3
		}
	}
	return append(terms, query[start:])
}

// splitValues cuts at commas and takes quotes, parentheses and blanks away.
func splitValues(text string) []string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"'()`, r) {
			return -1
		}
		return r
	}, text)
	values := strings.Split(text, ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

// matchesText applies the condition to a text.
func (c condition) matchesText(text string) bool {
	switch c.operator {
	case ">":
		return text > c.values[0]
	case "<":
		return text < c.values[0]
	}
	return slices.ContainsFunc(c.values, func(pattern string) bool { return wildcard(pattern, text) })
}

// matchesNumber applies the condition to a number or a time in milliseconds. A value may also be a date in RFC 3339.
func (c condition) matchesNumber(number int64) bool {
	return slices.ContainsFunc(c.values, func(value string) bool {
		wanted, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return false
			}
			wanted = at.UnixMilli()
		}
		switch c.operator {
		case ">":
			return number > wanted
		case "<":
			return number < wanted
		}
		return number == wanted
	})
}

// wildcard compares a text with a pattern in which * stands for any text.
func wildcard(pattern, text string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// only returns the one value that a field must equal, if the query says so.
func only(conditions []condition, field string) (string, bool) {
	for _, c := range conditions {
		if c.field == field && c.operator != ">" && c.operator != "<" && len(c.values) == 1 && !strings.Contains(c.values[0], "*") {
			return c.values[0], true
		}
	}
	return "", false
}

// sortKey is one part of FIELD:ASC,FIELD:DESC.
type sortKey struct {
	field string
	down  bool
}

// parseSort reads a sort; the order is ascending unless it says DESC.
func parseSort(sort string) []sortKey {
	var keys []sortKey
	for part := range strings.FieldsFuncSeq(sort, func(r rune) bool { return r == ',' || r == '|' }) {
		field, order, _ := strings.Cut(strings.TrimSpace(part), ":")
		if field != "" {
			keys = append(keys, sortKey{field: strings.TrimSpace(field), down: strings.EqualFold(strings.TrimSpace(order), "DESC")})
		}
	}
	return keys
}
