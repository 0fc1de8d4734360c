package cron_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/cron"
)

func TestBounds(t *testing.T) {
	e, err := cron.Parse("0 0 * * * *")
	require.NoError(t, err)
	at := func(hour, minute int) time.Time { return time.Date(2026, 1, 1, hour, minute, 0, 0, time.UTC) }
	tests := map[string]struct {
		start, end, from time.Time
		want             time.Time
	}{
		"none":                      {from: at(5, 30), want: at(6, 0)},
		"before the start":          {start: at(8, 30), from: at(5, 30), want: at(9, 0)},
		"the start is a time":       {start: at(8, 0), from: at(5, 30), want: at(8, 0)},
		"behind the start":          {start: at(3, 0), from: at(5, 30), want: at(6, 0)},
		"the end is a time":         {end: at(6, 0), from: at(5, 30), want: at(6, 0)},
		"behind the end":            {end: at(5, 59), from: at(5, 30)},
		"the end before the start":  {start: at(8, 0), end: at(7, 0), from: at(5, 30)},
		"nothing between the times": {start: at(8, 1), end: at(8, 59), from: at(5, 30)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			millis := func(at time.Time) int64 {
				if at.IsZero() {
					return 0
				}
				return at.UnixMilli()
			}
			next, found := cron.Bounds{Start: millis(tt.start), End: millis(tt.end)}.Next(e, tt.from, time.UTC)
			require.Equal(t, !tt.want.IsZero(), found)
			require.True(t, tt.want.Equal(next), "%s", next)
		})
	}
}
