// Package cron reads the cron expressions of Conductor's schedules, which are Spring's, and finds the times that they name: six fields
// (second, minute, hour, day of month, month, day of week) with *, ?, ranges, steps, lists, English names, L, LW, nW, n#m and nL, or
// a macro such as @daily.
//
// A time matches where the clock on the wall of the zone shows what all six fields allow. So a time that daylight saving leaves out
// does not come that day, and one that it repeats comes twice, as with Spring's CronExpression.
package cron

import (
	"fmt"
	"strings"
	"time"
)

// Expression is a parsed cron expression. It is safe for concurrent use.
type Expression struct {
	text                            string
	seconds, minutes, hours         set
	months                          set
	daysOfMonth, daysOfWeek         set
	daysOfMonthMore, daysOfWeekMore []dayRule
}

// Parse reads an expression. The error names the field that is wrong, and what it takes.
func Parse(text string) (*Expression, error) {
	fields := split(macro(text))
	if len(fields) != len(ranges()) {
		return nil, fmt.Errorf("cron expression %q has %s: it needs six (second minute hour day-of-month month day-of-week) or a macro such as @daily",
			text, count(len(fields)))
	}
	e := &Expression{text: text}
	for i, r := range ranges() {
		if err := e.read(r, fields[i]); err != nil {
			return nil, fmt.Errorf("cron expression %q: %s %q: %w", text, r.name, fields[i], err)
		}
	}
	return e, nil
}

func count(fields int) string {
	if fields == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", fields)
}

// split cuts at blanks alone, as Spring does: a tab is no separator, but it does not hurt beside one.
func split(text string) []string {
	var fields []string
	for field := range strings.SplitSeq(text, " ") {
		if field = strings.Trim(field, "\t\r\n"); field != "" {
			fields = append(fields, field)
		}
	}
	return fields
}

func macro(text string) string {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "@yearly", "@annually":
		return "0 0 0 1 1 *"
	case "@monthly":
		return "0 0 0 1 * *"
	case "@weekly":
		return "0 0 0 * * 0"
	case "@daily", "@midnight":
		return "0 0 0 * * *"
	case "@hourly":
		return "0 0 * * * *"
	default:
		return text
	}
}

// String is the expression as it was given.
func (e *Expression) String() string { return e.text }

// horizon is how far Next looks: after 400 years the calendar begins again, so what did not come by then never will.
const horizon = 400

// Next returns the first time after the given one that the expression names in the zone, and false where there is none (0 0 0 30 2 *).
func (e *Expression) Next(after time.Time, zone *time.Location) (time.Time, bool) {
	at := time.Unix(after.Unix()+1, 0).In(zone)
	limit := at.Year() + horizon
	for {
		// Until its offset changes, a zone's clock runs as evenly as UTC's: the fields are looked for there.
		_, offset := at.Zone()
		change := changeAfter(at)
		wall, found := e.nextWall(time.Unix(at.Unix()+int64(offset), 0).UTC(), limit)
		if !found {
			return time.Time{}, false
		}
		next := time.Unix(wall.Unix()-int64(offset), 0).In(zone)
		if change.IsZero() || next.Before(change) {
			return next, true
		}
		at = change
	}
}

// changeAfter is when the zone's offset may change next, and zero where it never does. On the last day of a leap year after 2037
// ZoneBounds ends a zone at the beginning of that very day (go1.26): nothing changes then.
func changeAfter(at time.Time) time.Time {
	_, end := at.ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		return at.AddDate(0, 0, 1)
	}
	return end
}

// nextWall is the first time on a clock without daylight saving that is not before at.
func (e *Expression) nextWall(at time.Time, limit int) (time.Time, bool) {
	year, month, day := at.Date()
	if e.months.has(int(month)) && e.allows(at) {
		if hour, minute, second, found := e.clock(at.Clock()); found {
			return time.Date(year, month, day, hour, minute, second, 0, time.UTC), true
		}
	}
	hour, minute, second, found := e.clock(0, 0, 0)
	for day++; found && year <= limit; year, month = year+1, time.January {
		for ; month <= time.December; month, day = month+1, 1 {
			if !e.months.has(int(month)) {
				continue
			}
			if day := e.dayFrom(year, month, day); day > 0 {
				return time.Date(year, month, day, hour, minute, second, 0, time.UTC), true
			}
		}
	}
	return time.Time{}, false
}

// clock is the first time of a day that is not before the given one.
func (e *Expression) clock(hour, minute, second int) (h, m, s int, found bool) {
	for h, found = e.hours.from(hour); found; h, found = e.hours.from(h + 1) {
		if h > hour {
			minute, second = 0, 0
		}
		for m, found = e.minutes.from(minute); found; m, found = e.minutes.from(m + 1) {
			if m > minute {
				second = 0
			}
			if s, found = e.seconds.from(second); found {
				return h, m, s, true
			}
		}
	}
	return 0, 0, 0, false
}

// dayFrom is the first day of the month that is allowed and not before the given one; zero where there is none.
func (e *Expression) dayFrom(year int, month time.Month, day int) int {
	for d := dateOf(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)); d.day <= d.last; d = d.next() {
		if d.day >= day && e.allowsDate(d) {
			return d.day
		}
	}
	return 0
}

func (e *Expression) allows(day time.Time) bool { return e.allowsDate(dateOf(day)) }

func (e *Expression) allowsDate(d date) bool {
	return d.among(e.daysOfMonth, d.day, e.daysOfMonthMore) && d.among(e.daysOfWeek, d.weekday, e.daysOfWeekMore)
}
