package api

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// row is what one route answers to whom: the call that is made, its body, and the status for each of columns.
type row struct {
	pattern, call, body string
	want                []int
}

// columns are the identities of the matrix whose token is good; none, bad and expired tokens get 401 on every route that is not open.
func columns() []string { return []string{"worker", "granted", "owner", "METADATA_API", "ADMIN"} }

// matrix reads a table of testdata: route, call where it differs, body, and the statuses, of which there are as many as sizes allow.
func matrix(t *testing.T, file string, sizes ...int) []row {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	var rows []row
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		require.Len(t, cells, 4, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		r := row{pattern: cells[0], call: cells[1], body: cells[2]}
		if r.call == "" {
			r.call = r.pattern
		} else {
			method, _, _ := strings.Cut(r.pattern, " ")
			r.call = method + " " + r.call
		}
		for word := range strings.FieldsSeq(cells[3]) {
			status, err := strconv.Atoi(word)
			require.NoError(t, err, line)
			r.want = append(r.want, status)
		}
		require.Contains(t, sizes, len(r.want), line)
		rows = append(rows, r)
	}
	return rows
}

// open reports whether anybody may call the row's route.
func (r row) open() bool { return len(r.want) == 1 }

// rules is the matrix of the Orkes flavour: each identity of columns, or one status for everybody.
func rules(t *testing.T) []row {
	t.Helper()
	return matrix(t, "matrix.txt", 1, len(columns()))
}

// Every route answers every identity as the matrix says, each on a server of its own, and every refusal has the right one of the
// two error shapes (access sheet §1.3).
func TestMatrix(t *testing.T) {
	for _, r := range rules(t) {
		t.Run(r.call, func(t *testing.T) {
			for _, as := range []string{"none", "bad", "expired"} {
				answer := newFixture(t).send(as, r.call, r.body)
				if r.open() {
					require.Equal(t, r.want[0], answer.Code, "%s: %s", as, answer.Body)
					continue
				}
				requireUnknown(t, as, answer)
			}
			for i, as := range columns() {
				want := r.want[min(i, len(r.want)-1)]
				answer := newFixture(t).send(as, r.call, r.body)
				require.Equal(t, want, answer.Code, "%s: %s", as, answer.Body)
				if want >= 400 && !r.open() {
					requireRefusal(t, answer)
				}
			}
		})
	}
}

func requireUnknown(t *testing.T, as string, answer *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, 401, answer.Code, "%s: %s", as, answer.Body)
	var body map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body))
	require.Equal(t, map[string]string{"none": "INVALID_TOKEN", "bad": "INVALID_TOKEN", "expired": "EXPIRED_TOKEN"}[as], body["error"])
	require.NotEmpty(t, body["message"])
	require.NotZero(t, body["timestamp"])
}

// requireRefusal checks the shape of an application's error: with it no SDK takes a refusal for a token's failure.
func requireRefusal(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body))
	require.EqualValues(t, answer.Code, body["status"])
	require.NotEmpty(t, body["message"])
	require.Equal(t, false, body["retryable"])
	require.NotContains(t, body, "error")
}

// Every route that the server has is in the matrix, unless it only says that it is missing: those answer 501 with the route's name, to
// whoever is known and, where a token is needed, 401 to the rest.
func TestMatrixIsComplete(t *testing.T) {
	f := newFixture(t)
	var known []string
	for _, r := range rules(t) {
		known = append(known, r.pattern)
	}
	closed, open := f.api.unsupported()
	for _, pattern := range f.patterns() {
		if slices.Contains(known, pattern) {
			continue
		}
		require.Contains(t, append(closed, open...), pattern, "a route without a row in testdata/matrix.txt")
		for _, as := range columns() {
			f.requireMissing(as, pattern)
		}
		for _, as := range []string{"none", "bad", "expired"} {
			if slices.Contains(open, pattern) {
				f.requireMissing(as, pattern)
			} else {
				requireUnknown(t, as, f.send(as, callOf(pattern), ""))
			}
		}
	}
	for _, pattern := range known {
		require.Contains(t, f.patterns(), pattern, "a row without a route")
	}
}

// callOf makes a call of a pattern: what its wildcards are called stands for them.
func callOf(pattern string) string { return strings.NewReplacer("{", "", "}", "").Replace(pattern) }

func (f *fixture) requireMissing(as, pattern string) {
	f.t.Helper()
	answer := f.send(as, callOf(pattern), "")
	require.Equal(f.t, 501, answer.Code, "%s: %s", pattern, answer.Body)
	requireRefusal(f.t, answer)
	require.Contains(f.t, answer.Body.String(), pattern)
}
