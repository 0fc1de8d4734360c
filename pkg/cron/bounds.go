package cron

import "time"

// Bounds are the times between which a schedule comes, in milliseconds since 1970; zero is none. Both count themselves.
type Bounds struct{ Start, End int64 }

// Next is the first time after the given one that the expression names in the zone within the bounds, and false where there is none.
func (b Bounds) Next(e *Expression, after time.Time, zone *time.Location) (time.Time, bool) {
	// Half a second before, since the start may be the very time; so does the real server.
	if earliest := time.UnixMilli(b.Start - 500); b.Start != 0 && after.Before(earliest) {
		after = earliest
	}
	next, found := e.Next(after, zone)
	if !found || b.End != 0 && next.UnixMilli() > b.End {
		return time.Time{}, false
	}
	return next, true
}
