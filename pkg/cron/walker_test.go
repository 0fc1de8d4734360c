package cron

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// names reports whether the wall clock shows a time that the expression allows: the rule of the package's comment, word for word.
func (e *Expression) names(wall time.Time) bool {
	return e.seconds.has(wall.Second()) && e.minutes.has(wall.Minute()) && e.hours.has(wall.Hour()) && e.months.has(int(wall.Month())) && e.allows(wall)
}

// walk goes second by second: slow, and too simple to be wrong.
func (e *Expression) walk(after time.Time, zone *time.Location, seconds int) (time.Time, bool) {
	for at := range seconds {
		if wall := time.Unix(after.Unix()+1+int64(at), 0).In(zone); e.names(wall) {
			return wall, true
		}
	}
	return time.Time{}, false
}

// changes are moments at which a zone's clock is set, or at which nothing happens.
func changes() map[string]string {
	return map[string]string{
		"UTC": "2026-02-28T22:00:00Z", "Europe/Berlin": "2026-03-29T01:00:00Z", "Europe/London": "2026-10-25T01:00:00Z",
		"America/New_York": "2026-11-01T06:00:00Z", "Australia/Lord_Howe": "2026-04-04T15:00:00Z", "America/Sao_Paulo": "2018-02-18T02:00:00Z",
		"America/St_Johns": "2002-10-27T02:31:00Z", "Pacific/Apia": "2011-12-30T10:00:00Z", "Asia/Beirut": "2026-03-28T22:00:00Z",
		"Africa/Casablanca": "2026-02-15T02:00:00Z", "Antarctica/Troll": "2026-03-29T01:00:00Z",
	}
}

// Next finds what the walker finds, on both sides of every kind of change of a clock.
func TestNextIsWhatTheWalkerFinds(t *testing.T) {
	const hours = 3
	draw := rand.New(rand.NewPCG(1, 2))
	found := 0
	for id, moment := range changes() {
		zone, err := Zone(id)
		require.NoError(t, err)
		at, err := time.Parse(time.RFC3339, moment)
		require.NoError(t, err)
		for range 40 {
			e, err := Parse(randomExpression(draw))
			require.NoError(t, err)
			after := at.Add(time.Duration(draw.IntN(hours*3600)-hours*1800) * time.Second)
			want, ok := e.walk(after, zone, hours*3600)
			got, comes := e.Next(after, zone)
			if !ok {
				require.True(t, !comes || got.Sub(after) > hours*time.Hour, "%s in %s after %s: %s", e, id, after, got)
				continue
			}
			found++
			require.Equal(t, want, got, "%s in %s after %s", e, id, after)
		}
	}
	require.Greater(t, found, 50, "many expressions come within hours")
}

// Any two answers in a row have nothing between them, and every answer is a time that the expression names.
func TestAnswersComeInOrder(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	zone, err := Zone("America/New_York")
	require.NoError(t, err)
	for range 200 {
		e, err := Parse(randomExpression(draw))
		require.NoError(t, err)
		at := time.Unix(draw.Int64N(2_000_000_000), 0)
		for range 5 {
			next, found := e.Next(at, zone)
			if !found {
				break
			}
			require.True(t, next.After(at))
			require.True(t, e.names(next), "%s names %s", e, next)
			between := at.Add(next.Sub(at) / 2)
			again, _ := e.Next(between, zone)
			require.Equal(t, next, again, "%s from the middle", e)
			at = next
		}
	}
}

func randomExpression(draw *rand.Rand) string {
	pick := func(list ...string) string { return list[draw.IntN(len(list))] }
	number := func(low, high int) string { return fmt.Sprint(low + draw.IntN(high-low+1)) }
	return strings.Join([]string{
		pick("0", "*/20", number(0, 59), "*"), pick("0", "*/7", "30,45", number(0, 59), "*"), pick("*", "*", "0-3", "*/2", number(0, 23)),
		pick("*", "*", "?", "L", "LW", "15W", "L-2", number(1, 28)), pick("*", "*", "*", "FEB-APR", "10,11"), pick("*", "*", "?", "SUN", "1-5", "7L", "0#4"),
	}, " ")
}

// No text makes Parse or Next panic or run forever, and what Parse takes has sets that Next can use.
func FuzzCron(f *testing.F) {
	for _, text := range []string{"0 0 0 * * *", "@daily", "*/7 1-2/3 ? L-3,LW JAN,5 FRI#2,5L", "0 0 0 31W 2 0/2", "+5 0 0 * * *"} {
		f.Add(text, int64(1_795_631_055))
	}
	zone, err := Zone("Europe/Berlin")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string, at int64) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		after := time.Unix(at%4_000_000_000, 0)
		if next, found := e.Next(after, zone); found {
			require.True(t, next.After(after), "%q after %s: %s", text, after, next)
			require.True(t, e.names(next), "%q names %s", text, next)
		}
	})
}
