package cron

import (
	"fmt"
	"strings"
	"time"
)

// Zone returns the zone of an id as Java's ZoneId takes it: a name of the time zone database (Europe/Berlin), UTC, GMT, UT or Z, or an
// offset (+02:00, UTC+2). An empty one is UTC.
func Zone(id string) (*time.Location, error) {
	switch id {
	case "", "UTC", "GMT", "UT", "Z":
		return time.UTC, nil
	}
	if offset, known := offsetOf(id); known {
		return time.FixedZone(id, offset), nil
	}
	zone, err := time.LoadLocation(id)
	if err != nil || id == "Local" {
		return nil, fmt.Errorf("time zone %q is not known here: use a name such as Europe/Berlin, or an offset such as +02:00", id)
	}
	return zone, nil
}

// offsetOf reads +h, +hh, +hhmm, +hh:mm, also behind UTC, GMT or UT, in seconds east of Greenwich.
func offsetOf(id string) (int, bool) {
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, found := strings.CutPrefix(id, prefix); found {
			id = rest
			break
		}
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		padded := id
		if len(id) == 2 { // +2
			padded = id[:1] + "0" + id[1:]
		}
		if at, err := time.Parse(layout, padded); err == nil {
			_, offset := at.Zone()
			return offset, max(offset, -offset) <= 18*60*60
		}
	}
	return 0, false
}
