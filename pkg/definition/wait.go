package definition

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones also where the machine has none

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// waits applies the rules of a WAIT task: one of a duration and a time, which can be read unless it is an expression.
func (w *workflowRules) waits(at string, task conductor.WorkflowTask) {
	duration, until := inputText(task, "duration"), inputText(task, "until")
	_, lasts := ParseDuration(duration)
	broken := ""
	switch {
	case duration != "" && until != "":
		broken = "Both 'duration' and 'until' specified. Please provide only one input"
	case duration != "" && !isExpression(duration) && !lasts:
		broken = "Either date or duration is passed as null " // the real server's words
	case until != "" && !isExpression(until) && !looksLikeTime(until):
		broken = "Unable to parse date "
	}
	if broken != "" {
		w.broken(at, task.TaskReferenceName, "%s", broken)
	}
}

func inputText(task conductor.WorkflowTask, name string) string {
	value := task.InputParameters[name]
	if value == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(value))
}

func isExpression(text string) bool {
	return strings.HasPrefix(text, "${") && strings.HasSuffix(text, "}")
}

// looksLikeTime accepts also times that there are not, such as 99:99: the real server takes them for later ones.
func looksLikeTime(text string) bool {
	if _, ok := ParseUntil(text); ok {
		return true
	}
	matched, err := regexp.MatchString(`^\d+-\d+-\d+( \d+:\d+)?$`, text)
	return matched && err == nil
}

var durationPattern = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`(?i)^\s*(?:(\d+)\s*d(?:ays?)?)?\s*(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:inutes?|ins?)?)?\s*(?:(\d+)\s*s(?:econds?|ecs?)?)?\s*$`)
})

// ParseDuration reads "2 days 3h 4 mins 5s" as milliseconds. Every part may be left out, but not all of them.
func ParseDuration(text string) (milliseconds int64, ok bool) {
	parts := durationPattern().FindStringSubmatch(text)
	if parts == nil || strings.Join(parts[1:], "") == "" {
		return 0, false
	}
	seconds := int64(0)
	for i, unit := range []int64{86_400, 3600, 60, 1} {
		if parts[i+1] == "" {
			continue
		}
		number, err := strconv.ParseInt(parts[i+1], 10, 32)
		if err != nil {
			return 0, false
		}
		seconds += number * unit
	}
	return min(seconds, math.MaxInt32) * 1000, true
}

// ParseUntil reads "2030-01-31 10:15 CET", without zone or without time, in UTC where there is no zone.
func ParseUntil(text string) (at int64, ok bool) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed.UnixMilli(), true
		}
	}
	cutAt := strings.LastIndex(text, " ")
	if cutAt < 0 {
		return 0, false
	}
	zone, ok := zoneOf(text[cutAt+1:])
	if !ok {
		return 0, false
	}
	parsed, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(text[:cutAt]), zone)
	return parsed.UnixMilli(), err == nil
}

// zoneOf finds a time zone by its name, its usual abbreviation or its distance from Greenwich (GMT+04:00, +0400).
func zoneOf(name string) (*time.Location, bool) {
	short := map[string]string{
		"EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
		"MST": "America/Denver", "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
		"IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "BST": "Europe/London", "CEST": "Europe/Paris", "Z": "UTC",
	}
	if long := short[strings.ToUpper(name)]; long != "" {
		name = long
	}
	if zone, err := time.LoadLocation(name); err == nil && name != "" && !strings.EqualFold(name, "local") {
		return zone, true
	}
	offset := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(name), "GMT"), "UTC")
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if parsed, err := time.Parse(layout, offset); err == nil {
			return parsed.Location(), true
		}
	}
	return nil, false
}
