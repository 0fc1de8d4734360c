package schema

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// scalars applies what is said of a value as a whole: its type, the values that it may have, numbers and texts.
func (s *scene) scalars() {
	if types := s.node.types(); types != nil && !slices.ContainsFunc(types, func(name any) bool { return isType(s.value, name) }) {
		s.fail("%s found, %s expected", kindOf(s.value), typeText(types))
		return
	}
	if list, given := s.node.raw["enum"].([]any); given {
		mine := canonical(s.value)
		if !slices.ContainsFunc(list, func(item any) bool { return canonical(item) == mine }) {
			s.fail("%s is none of %s", short(mine), short(canonical(list)))
		}
	}
	if wanted, given := s.node.raw["const"]; given && canonical(wanted) != canonical(s.value) {
		s.fail("%s found, %s expected", short(canonical(s.value)), short(canonical(wanted)))
	}
	switch v := s.value.(type) {
	case string:
		s.text(v)
	default:
		s.bounds()
	}
}

func typeText(types []any) string {
	names := make([]string, len(types))
	for i, name := range types {
		names[i], _ = name.(string)
	}
	return strings.Join(names, " or ")
}

func (s *scene) text(text string) {
	s.count("Length", utf8.RuneCountInString(text), "characters")
	if source, given := s.node.raw["pattern"].(string); given && !s.node.patterns[source].MatchString(text) {
		s.fail("does not match the pattern %s", source)
	}
}

// bounds applies the limits of numbers.
func (s *scene) bounds() {
	value, ok := number(s.value)
	if !ok {
		return
	}
	for _, limit := range []struct {
		keyword, exclusive, words string
		sign                      int
	}{{"minimum", "exclusiveMinimum", "minimum", -1}, {"maximum", "exclusiveMaximum", "maximum", 1}} {
		strict := s.node.raw[limit.exclusive] == true
		if bound, given := number(s.node.raw[limit.keyword]); given {
			if order := value.Cmp(bound); order == limit.sign || strict && order == 0 {
				s.fail("%s is past the %s of %s", numberText(value), limit.words, numberText(bound))
			}
		}
		if bound, given := number(s.node.raw[limit.exclusive]); given {
			if order := value.Cmp(bound); order == limit.sign || order == 0 {
				s.fail("%s is not within the exclusive %s of %s", numberText(value), limit.words, numberText(bound))
			}
		}
	}
	if step, given := number(s.node.raw["multipleOf"]); given && step.Sign() > 0 && !quotient(value, step).IsInt() {
		s.fail("%s is no multiple of %s", numberText(value), numberText(step))
	}
}

// count applies min… and max… of a number of things.
func (s *scene) count(keyword string, n int, things string) {
	if least, given := number(s.node.raw["min"+keyword]); given && count(n).Cmp(least) < 0 {
		s.fail("has %d %s, at least %s expected", n, things, least.RatString())
	}
	if most, given := number(s.node.raw["max"+keyword]); given && count(n).Cmp(most) > 0 {
		s.fail("has %d %s, at most %s expected", n, things, most.RatString())
	}
}
