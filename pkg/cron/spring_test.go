package cron_test

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a machine with nothing but Go may have no zones

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/pkg/cron"
)

// answer is what is recorded of Spring: the next times, "never" behind the last, or "bad" for an expression that it refuses.
func answer(t *testing.T, text, zone, from string, times int) string {
	t.Helper()
	expression, err := cron.Parse(text)
	if err != nil {
		return "bad"
	}
	location, err := cron.Zone(zone)
	require.NoError(t, err)
	at, err := time.Parse(time.RFC3339, from)
	require.NoError(t, err)
	var list []string
	for range times {
		next, found := expression.Next(at, location)
		if !found {
			return strings.Join(append(list, "never"), " ")
		}
		require.True(t, next.After(at))
		list, at = append(list, next.UTC().Format(time.RFC3339)), next
	}
	return strings.Join(list, " ")
}

// What Spring's own CronExpression 6.2.19, the one inside Conductor 3.32.1, answered (testdata/spring.txt; its first lines say how it was
// made): expressions of every shape, wrong ones too, in zones with every kind of daylight saving.
func TestAnswersAsSpringDoes(t *testing.T) {
	file, err := os.Open("testdata/spring.txt")
	require.NoError(t, err)
	defer file.Close()
	seen := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "//") {
			continue
		}
		cells := strings.Split(line, "|")
		require.Len(t, cells, 4, line)
		want := cells[3]
		times := max(1, len(strings.Fields(want)))
		require.Equal(t, want, answer(t, cells[0], cells[1], cells[2], times), "%s", line)
		seen++
	}
	require.NoError(t, lines.Err())
	require.Greater(t, seen, 1000)
}
