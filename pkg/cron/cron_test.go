package cron_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/cron"
)

func next(t *testing.T, text, zone, from string) string {
	t.Helper()
	return answer(t, text, zone, from, 1)
}

// A time that the clock leaves out does not come that day; one that it repeats comes twice.
func TestDaylightSaving(t *testing.T) {
	tests := map[string]struct{ text, zone, from, want string }{
		"before the gap":           {"0 30 1 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T00:30:00Z"},
		"in the gap":               {"0 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		"hourly across the gap":    {"0 0 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		"the first of two":         {"0 30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		"the second of two":        {"0 30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		"after both":               {"0 30 2 * * *", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
		"a midnight that is no":    {"0 0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T02:00:00Z"},
		"a day that is no":         {"0 0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2012-12-29T22:00:00Z"},
		"half an hour":             {"0 45 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
		"a fixed offset":           {"0 0 0 * * *", "+05:30", "2026-01-01T00:00:00Z", "2026-01-01T18:30:00Z"},
		"far away, in a leap year": {"0 0 0 1 1 *", "Pacific/Chatham", "2040-12-31T05:00:00Z", "2040-12-31T10:15:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, next(t, tt.text, tt.zone, tt.from)) })
	}
}

// Where Spring loses or shifts a time, this package keeps to its one rule (docs/parity.md). The second answer is Spring's.
func TestWhereSpringLosesATime(t *testing.T) {
	tests := []struct{ text, zone, from, want, spring string }{
		// asked on Sunday the 2nd, nobody sees that Monday the 3rd stands for Saturday the 1st
		{"0 0 3 1W * *", "UTC", "2034-04-02T11:10:39Z", "2034-04-03T03:00:00Z", "2034-05-01T03:00:00Z"},
		// clocks that go back by half an hour, or across midnight
		{"0 30 1 * * SUN", "Australia/Lord_Howe", "2039-04-02T14:30:00Z", "2039-04-02T15:00:00Z", "2039-04-09T15:00:00Z"},
		{"58 0 0 * * *", "America/St_Johns", "2002-10-26T02:30:58Z", "2002-10-27T02:30:58Z", "2002-10-27T03:30:58Z"},
		// the last working day is no Saturday, not even where Friday was left out
		{"0 0 0 LW * SAT", "Pacific/Apia", "2011-12-01T00:00:00Z", "never", "2011-12-30T10:00:00Z"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, next(t, tt.text, tt.zone, tt.from), "%s", tt.text)
		require.NotEqual(t, tt.want, tt.spring)
	}
}

func TestNever(t *testing.T) {
	for _, text := range []string{"0 0 0 30 2 *", "0 0 0 31 4,6,9,11 *", "0 0 0 ? * MON#6", "0 0 0 L-31 * *", "0 0 0 31W 2 *", "0 0 0 29 2 2#1"} {
		require.Equal(t, "never", next(t, text, "Europe/Berlin", "2026-01-01T00:00:00Z"), text)
	}
}

func TestErrorsNameTheFieldAndWhatItTakes(t *testing.T) {
	tests := map[string]string{
		"":                  "has 0 fields: it needs six",
		"* * * * *":         "has 5 fields: it needs six (second minute hour day-of-month month day-of-week) or a macro such as @daily",
		"@never":            "has 1 field",
		"60 * * * * *":      `second "60": 60 is not between 0 and 59`,
		"* -1 * * * *":      `minute "-1": "" is no number that it takes`,
		"* * 5-3 * * *":     `hour "5-3": 5-3 runs backwards`,
		"* * */0 * * *":     `hour "*/0": a step is 1 or more`,
		"* * */x * * *":     `hour "*/x": "x" is no number`,
		"* * * 0 * *":       `day of month "0": 0 is not between 1 and 31`,
		"* * * L3 * *":      `day of month "L3": after L comes nothing, W`,
		"* * * W * *":       "before W comes a day of the month",
		"* * * 32W * *":     "before W comes a day of the month",
		"* * * ?,1 * *":     `day of month "?,1"`,
		"* * * * JANUARY *": `month "JANUARY"`,
		"* * * * * 8":       `day of week "8": 8 is not between 1 and 7`,
		"* * * * * L":       `day of week "L": "" is no day of the week: 0 to 7, or MON to SUN`,
		"* * * * * L5":      "L comes behind the day, as in 5L or FRIL",
		"* * * * * MON#":    "behind # comes which one of the month",
		"* * * * * #2":      "is no day of the week",
		"* * * * * FRI-MON": "5-1 runs backwards",
	}
	for text, want := range tests {
		_, err := cron.Parse(text)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `cron expression "`+text+`"`)
	}
}

func TestStringIsWhatWasGiven(t *testing.T) {
	e, err := cron.Parse(" @Daily ")
	require.NoError(t, err)
	require.Equal(t, " @Daily ", e.String())
}

func TestZone(t *testing.T) {
	at := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for id, want := range map[string]int{
		"": 0, "UTC": 0, "Z": 0, "GMT": 0, "Europe/Berlin": 7200, "+2": 7200, "+02:30": 9000, "-0230": -9000, "UTC+2": 7200, "GMT-11:00": -39600, "UT+18": 64800,
	} {
		zone, err := cron.Zone(id)
		require.NoError(t, err, id)
		_, offset := at.In(zone).Zone()
		require.Equal(t, want, offset, id)
	}
	for _, id := range []string{"Mars/Base", "Local", "../etc/passwd", "+", "+19", "+1:2", "+01:99", "UTC+", "+123", "PST8", "+2:3x", strings.Repeat("x", 1000)} {
		_, err := cron.Zone(id)
		require.ErrorContains(t, err, "is not known here: use a name such as Europe/Berlin", id)
	}
}
