package engine

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones also where the machine has none

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// waitKind is WAIT: it waits for a time, or for somebody who updates or signals the task.
func waitKind() kind { return kind{schedule: scheduleWait, execute: executeWait, early: true} }

// scheduleWait makes a task that waits from the start.
func scheduleWait(m *mapping) ([]*task, error) {
	t := m.newTask()
	until, refusal := waitUntil(t.Wire.InputData, m.env.now)
	if refusal != "" {
		t.ended(conductor.TaskFailedTerminally, refusal, m.env.now)
		return []*task{t}, nil
	}
	t.Wire.Status, t.Wire.StartTime, t.Wire.UpdateTime = conductor.TaskInProgress, m.env.now, m.env.now
	t.Wire.CallbackAfterSeconds = math.MaxInt32
	if until != never {
		t.WakeAt = until
		t.Wire.CallbackAfterSeconds = max((until-m.env.now)/1000, 0)
	}
	return []*task{t}, nil
}

func executeWait(_ *execution, t *task, env *environment) []command {
	if t.WakeAt == never || env.now < t.WakeAt {
		return nil
	}
	return []command{finishTask{task: t, status: conductor.TaskCompleted}}
}

// waitUntil is when a wait is over, or never, or why its input is wrong.
func waitUntil(input map[string]any, now int64) (at int64, refusal string) {
	duration, until := waitText(input["duration"]), waitText(input["until"])
	switch {
	case duration != "" && until != "":
		return never, "Both 'duration' and 'until' specified. Please provide only one input"
	case duration != "":
		wait, ok := parseDuration(duration)
		if !ok {
			return never, "Not valid duration: " + duration
		}
		return max(now+wait, 1), ""
	case until != "":
		at, ok := parseUntil(until)
		if !ok {
			return never, "Invalid/Unsupported Wait Until format.  Provided: " + until
		}
		return max(at, 1), ""
	}
	return never, ""
}

func waitText(value any) string {
	if value == nil {
		return ""
	}
	return strings.TrimSpace(javaText(value))
}

var durationPattern = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // as regexp.MustCompile, but later
	return regexp.MustCompile(`(?i)^\s*(?:(\d+)\s*d(?:ays?)?)?\s*(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:inutes?|ins?)?)?\s*(?:(\d+)\s*s(?:econds?|ecs?)?)?\s*$`)
})

// parseDuration reads "2 days 3h 4 mins 5s" as milliseconds. Every part may be left out, but not all of them.
func parseDuration(text string) (milliseconds int64, ok bool) {
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

// parseUntil reads "2030-01-31 10:15 CET", without zone or without time, in UTC where there is no zone.
func parseUntil(text string) (at int64, ok bool) {
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
