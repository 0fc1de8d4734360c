package cron

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// set holds numbers from 0 to 63.
type set uint64

func (s set) has(n int) bool { return s&(1<<n) != 0 }

// from is the smallest member that is not below n.
func (s set) from(n int) (int, bool) {
	rest := uint64(s) >> n << n
	return bits.TrailingZeros64(rest), rest != 0
}

// with adds every step-th number from low to high.
func (s set) with(low, high, step int) set {
	for n := low; n <= high; n += step {
		s |= 1 << n
	}
	return s
}

// span is what a field is called and the numbers that it takes.
type span struct {
	name      string
	low, high int
	names     string
}

const weekdays = "day of week"

// ranges are the six fields in the order in which they are written.
func ranges() []span {
	return []span{
		{name: "second", high: 59},
		{name: "minute", high: 59},
		{name: "hour", high: 23},
		{name: "day of month", low: 1, high: 31},
		{name: "month", low: 1, high: 12, names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
		{name: weekdays, low: 1, high: 7, names: "MON TUE WED THU FRI SAT SUN"},
	}
}

// read parses one field into its place.
func (e *Expression) read(r span, text string) (err error) {
	switch r.name {
	case "second":
		e.seconds, err = r.list(text)
	case "minute":
		e.minutes, err = r.list(text)
	case "hour":
		e.hours, err = r.list(text)
	case "month":
		e.months, err = r.list(r.numbered(text))
	case weekdays:
		e.daysOfWeek, e.daysOfWeekMore, err = r.days(r.numbered(text), "L#", parseWeekdayRule)
		if e.daysOfWeek.has(0) { // Sunday is 0 as well as 7
			e.daysOfWeek = e.daysOfWeek&^1 | 1<<7
		}
	default:
		e.daysOfMonth, e.daysOfMonthMore, err = r.days(text, "LW", parseMonthdayRule)
	}
	return err
}

// numbered replaces the names of months or days by their numbers.
func (r span) numbered(text string) string {
	text = strings.ToUpper(text)
	for i, name := range strings.Fields(r.names) {
		text = strings.ReplaceAll(text, name, strconv.Itoa(i+1))
	}
	return text
}

// days parses a field that may have rules besides numbers, told by letters.
func (r span) days(text, letters string, parse func(string) (dayRule, error)) (numbers set, rules []dayRule, err error) {
	if text == "?" {
		text = "*"
	}
	if !strings.ContainsAny(text, letters) {
		numbers, err = r.list(text)
		return numbers, nil, err
	}
	for part := range strings.SplitSeq(text, ",") {
		if part == "?" {
			part = "*"
		}
		if !strings.ContainsAny(part, letters) {
			more, err := r.list(part)
			if err != nil {
				return 0, nil, err
			}
			numbers |= more
			continue
		}
		rule, err := parse(part)
		if err != nil {
			return 0, nil, err
		}
		rules = append(rules, rule)
	}
	return numbers, rules, nil
}

func (r span) list(text string) (set, error) {
	var numbers set
	for part := range strings.SplitSeq(text, ",") {
		bounds, step, stepped := strings.Cut(part, "/")
		low, high, err := r.bounds(bounds)
		if err != nil {
			return 0, err
		}
		by := 1
		if stepped {
			if by, err = number(step); err != nil {
				return 0, err
			}
			if by < 1 {
				return 0, errors.New("a step is 1 or more")
			}
			if !strings.Contains(bounds, "-") {
				high = r.high
			}
		}
		numbers = numbers.with(low, high, min(by, 64))
	}
	return numbers, nil
}

func (r span) bounds(text string) (low, high int, err error) {
	if text == "*" {
		return r.low, r.high, nil
	}
	first, second, ranged := strings.Cut(text, "-")
	if low, err = r.value(first); err != nil {
		return 0, 0, err
	}
	if !ranged {
		return low, low, nil
	}
	if high, err = r.value(second); err != nil {
		return 0, 0, err
	}
	if r.name == weekdays && low == 7 {
		low = 0 // SUN-TUE begins the week
	}
	if low > high {
		return 0, 0, fmt.Errorf("%d-%d runs backwards", low, high)
	}
	return low, high, nil
}

func (r span) value(text string) (int, error) {
	n, err := number(text)
	switch {
	case err != nil:
		return 0, err
	case r.name == weekdays && n == 0:
		return 0, nil
	case n < r.low || n > r.high:
		return 0, fmt.Errorf("%d is not between %d and %d", n, r.low, r.high)
	}
	return n, nil
}

func number(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no number that it takes", text)
	}
	return int(n), nil
}
