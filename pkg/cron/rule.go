package cron

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// date is what the rules for days look at.
type date struct {
	day, last int // of the month; last is its last one
	weekday   int // from Monday, 1, to Sunday, 7
}

func dateOf(at time.Time) date {
	last := time.Date(at.Year(), at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return date{day: at.Day(), last: last, weekday: (int(at.Weekday())+6)%7 + 1}
}

func (d date) next() date { return date{day: d.day + 1, last: d.last, weekday: d.weekday%7 + 1} }

// among reports whether a field allows the date: by number, or by one of its rules.
func (d date) among(numbers set, n int, rules []dayRule) bool {
	if numbers.has(n) {
		return true
	}
	for _, rule := range rules {
		if rule.matches(d) {
			return true
		}
	}
	return false
}

// dayRule is a day that has no fixed number.
type dayRule struct {
	kind    ruleKind
	n       int
	weekday int
}

type ruleKind int

const (
	lastDay     ruleKind = iota // L, L-n: n days before the last
	lastWorkday                 // LW
	nearWorkday                 // nW: the working day nearest to day n of the same month
	lastOf                      // nL: the last such day of the week
	nthOf                       // d#n: the nth such day of the week
)

const (
	saturday = 6
	sunday   = 7
)

func (r dayRule) matches(d date) bool {
	switch r.kind {
	case lastDay:
		return d.day == d.last-r.n
	case lastWorkday:
		back := max(0, d.weekdayOf(d.last)-5) // one day from Saturday, two from Sunday
		return d.day == d.last-back
	case nearWorkday:
		return r.n <= d.last && d.day == r.nearest(d.weekdayOf(r.n))
	case lastOf:
		return d.weekday == r.weekday && d.day > d.last-7
	default:
		return d.weekday == r.weekday && (d.day-1)/7+1 == r.n
	}
}

// nearest is the day that stands for day n, which is that day of the week. It may be outside the month: then there is none.
func (r dayRule) nearest(weekday int) int {
	switch {
	case weekday == saturday && r.n == 1:
		return 3
	case weekday == saturday:
		return r.n - 1
	case weekday == sunday:
		return r.n + 1
	default:
		return r.n
	}
}

// weekdayOf is the day of the week of another day of the month.
func (d date) weekdayOf(day int) int { return ((d.weekday-1+day-d.day)%7+7)%7 + 1 }

func parseMonthdayRule(text string) (dayRule, error) {
	if text == "LW" {
		return dayRule{kind: lastWorkday}, nil
	}
	if offset, isLast := strings.CutPrefix(text, "L"); isLast {
		if offset == "" {
			return dayRule{kind: lastDay}, nil
		}
		n, err := number(offset)
		if err != nil || n >= 0 {
			return dayRule{}, errors.New("after L comes nothing, W, or the days before the last one, as in L-3")
		}
		return dayRule{kind: lastDay, n: -n}, nil
	}
	day, isNear := strings.CutSuffix(text, "W")
	n, err := number(day)
	if !isNear || err != nil || n < 1 || n > 31 {
		return dayRule{}, errors.New("before W comes a day of the month, as in 15W, or L")
	}
	return dayRule{kind: nearWorkday, n: n}, nil
}

func parseWeekdayRule(text string) (dayRule, error) {
	if day, isLast := strings.CutSuffix(text, "L"); isLast {
		weekday, err := weekdayOf(day)
		return dayRule{kind: lastOf, weekday: weekday}, err
	}
	if strings.Contains(text, "L") {
		return dayRule{}, errors.New("the letter L comes behind the day, as in 5L or FRIL")
	}
	at := strings.LastIndexByte(text, '#')
	weekday, err := weekdayOf(text[:at])
	if err != nil {
		return dayRule{}, err
	}
	n, err := number(text[at+1:])
	if err != nil || n < 1 {
		return dayRule{}, errors.New("behind # comes which one of the month, as in MON#1")
	}
	return dayRule{kind: nthOf, weekday: weekday, n: n}, nil
}

func weekdayOf(text string) (int, error) {
	n, err := number(text)
	switch {
	case err != nil || n < 0 || n > 7:
		return 0, fmt.Errorf("%q is no day of the week: 0 to 7, or MON to SUN", text)
	case n == 0:
		return sunday, nil
	default:
		return n, nil
	}
}
