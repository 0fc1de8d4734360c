package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every route of the open-source flavour answers as the table says, with any token or none.
func TestOpenSourceMatrix(t *testing.T) {
	for _, r := range matrix(t, "oss.txt", 1) {
		t.Run(r.call, func(t *testing.T) {
			for name, token := range map[string]string{"without a token": "", "with any token": "of another server"} {
				f := newOpenFixture(t)
				f.tokens["anybody"] = token
				answer := f.send("anybody", r.call, r.body)
				require.Equal(t, r.want[0], answer.Code, "%s: %s", name, answer.Body)
				switch {
				case answer.Code < 400:
				case strings.HasSuffix(r.pattern, "/messages") && answer.Code != 400: // in plain text on the real server too
					require.Contains(t, answer.Body.String(), "Workflow ")
				default:
					requireRefusal(t, answer)
				}
			}
		})
	}
}

// Every route of the open-source flavour is in the table or answers 501, and nothing that only Orkes has is there.
func TestOpenSourceMatrixIsComplete(t *testing.T) {
	f := newOpenFixture(t)
	closed, open := f.api.unsupported()
	require.Empty(t, open)
	var known []string
	for _, r := range matrix(t, "oss.txt", 1) {
		require.Contains(t, f.patterns(), r.pattern, "a row without a route")
		known = append(known, r.pattern)
	}
	for _, pattern := range f.patterns() {
		if !slices.Contains(known, pattern) {
			require.Contains(t, closed, pattern, "a route without a row in testdata/oss.txt")
			f.requireMissing("anybody", pattern)
		}
	}
	for _, pattern := range newFixture(t).patterns() {
		if slices.Contains(f.patterns(), pattern) || taken(pattern) {
			continue
		}
		answer := f.send("anybody", callOf(pattern), "")
		require.Contains(t, []int{404, 405}, answer.Code, "%s is Orkes' alone: %s", pattern, answer.Body) // 405: the path has another method
		requireRefusal(t, answer)
	}
}

// taken says which of Orkes' paths look like a path of open source with a parameter, as there.
func taken(pattern string) bool {
	return slices.Contains([]string{
		"GET /api/event/execution", "GET /api/event/handler", "GET /api/event/message", // an event of that name
		"GET /api/scheduler/schedules/tags",         // a schedule of that name
		"DELETE /api/metadata/workflow/{name}/tags", // a version of that name
	}, pattern)
}
