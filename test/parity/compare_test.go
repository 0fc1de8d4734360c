package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func one(t *testing.T, text string) *scenario {
	t.Helper()
	all, err := parseScript("area", "== one\n"+text)
	require.NoError(t, err)
	return all[0]
}

func TestCompare(t *testing.T) {
	t.Parallel()
	said := func(step, text string) answer { return answer{Step: step, Answer: []string{text}} }
	theirs := []answer{said("show a", "1"), said("show b", "2")}
	for name, c := range map[string]struct {
		script string
		got    []answer
		want   string // of its report
	}{
		"the same":             {"show a\nshow b", theirs, ""},
		"another answer":       {"show a\nshow b", []answer{said("show a", "1"), said("show b", "3")}, "real     2\n  embedded 3"},
		"no answer":            {"show a\nshow b", []answer{said("show b", "2")}, "real     1\n  embedded (nothing)"},
		"meant":                {"show a\nbecause x\n~ 7\nshow b", []answer{said("show a", "7"), said("show b", "2")}, ""},
		"meant to have none":   {"show a\nbecause x\n~\nshow b", []answer{said("show b", "2")}, ""},
		"other than is marked": {"show a\nbecause x\n~ 7\nshow b", []answer{said("show a", "8"), said("show b", "2")}, "marked   7"},
		"no longer different":  {"show a\nbecause x\n~ 7\nshow b", theirs, "differs no longer"},
		"of another script":    {"show a", []answer{said("show a", "1")}, "record it anew"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := one(t, c.script)
			found, err := compare(s, theirs, c.got)
			r := result{scenario: s, differences: found, err: err}
			require.Contains(t, r.text(), c.want)
			require.Equal(t, c.want == "", r.meant())
			require.Equal(t, c.want == "", r.text() == "")
		})
	}
}

func TestScores(t *testing.T) {
	t.Parallel()
	s := one(t, "show a\nbecause x\n~ 7")
	other := &scenario{area: "other", name: "n"}
	meant := difference{step: &s.steps[0], meant: true}
	results := []result{{scenario: s}, {scenario: s, differences: []difference{meant}}, {scenario: other, err: errors.New("no")}}
	var out strings.Builder
	require.ErrorContains(t, report(&out, nil, results, options{}), "1 of 3 scenarios differ and are not marked as meant")
	require.Regexp(t, `area +2 +1 +1 +0 +50.0 %`, out.String())
	require.Regexp(t, `other +1 +0 +0 +1 +0.0 %`, out.String())
	require.Regexp(t, `all +3 +1 +1 +1 +33.3 %`, out.String())
	require.Contains(t, out.String(), "✗ other/n: no\n")
}

// TestRealRaces: a real server is asked again before a difference counts, and recorded only when it says the same thing twice.
func TestRealRaces(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	fickle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" && asked.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if r.URL.Path == "/api/counter" {
			_, _ = io.WriteString(w, time.Duration(asked.Add(1)).String())
		}
	}))
	t.Cleanup(fickle.Close)
	_, err := realServer(t.Context(), fickle.URL, "", nil)
	require.ErrorContains(t, err, "502")
	there, err := realServer(t.Context(), fickle.URL+"/api", "", nil)
	require.NoError(t, err)

	asked.Store(0)
	s := one(t, "call GET /api/version")
	same := func() (*server, error) { return overNetwork(fickle.URL), nil }
	asked.Store(1)
	sane, err := play(t.Context(), same, s)
	require.NoError(t, err)
	asked.Store(0)
	answers, err := twice(t.Context(), there, s)
	require.NoError(t, err)
	require.Equal(t, sane, answers)
	require.EqualValues(t, 3, asked.Load())
	_, err = twice(t.Context(), there, one(t, "call GET /api/counter"))
	require.ErrorContains(t, err, "it never settles")
}

func TestRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, folder := range []string{"scenario", "recorded"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, folder), 0o700))
	}
	write := func(path, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600))
	}
	write("scenario/reasons.txt", "")
	write("scenario/area.txt", "== one\ncall GET /api/version\n== two\ncall GET /api/nothing\n")
	write("recorded/area.json", `{"conductor":"1","scenarios":{"gone":[]}}`)
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" {
			_, _ = io.WriteString(w, "3.0.0")
			return
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(there.Close)
	args := []string{"-dir", dir, "-record", "-url", there.URL}
	require.NoError(t, run(t.Context(), &strings.Builder{}, args, nil))
	data, err := os.ReadFile(filepath.Join(dir, "recorded", "area.json"))
	require.NoError(t, err)
	require.JSONEq(t, `{"conductor":"3.0.0","scenarios":{"one":[{"step":"call GET /api/version","answer":["200 3.0.0"]}],
		"two":[{"step":"call GET /api/nothing","answer":["418"]}]}}`, string(data))

	var out strings.Builder
	require.ErrorContains(t, run(t.Context(), &out, []string{"-dir", dir}, nil), "2 of 2 scenarios differ")
	require.NoError(t, run(t.Context(), &out, []string{"-dir", dir, "-note"}, nil))
	require.ErrorContains(t, run(t.Context(), &out, []string{"-dir", dir}, nil), "a difference needs `because KEY`")
	noted, err := os.ReadFile(filepath.Join(dir, "scenario", "area.txt"))
	require.NoError(t, err)
	write("scenario/area.txt", strings.ReplaceAll(string(noted), "because ?", "because odd"))
	write("scenario/reasons.txt", "odd: it is odd\n")
	require.NoError(t, run(t.Context(), &out, []string{"-dir", dir}, nil))
	require.NoError(t, run(t.Context(), &out, []string{"-dir", dir, "-against", "real", "-url", there.URL}, nil))
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s := one(t, "show a\nbecause odd\n~ 7\nshow b\nbecause odd\n~ 7")
	book := &book{scenarios: []*scenario{s, {area: "area", name: "two"}}, reasons: map[string]string{"odd": "a | b"}}
	page := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(page, []byte("before\n"+publishedFrom+"old\n"+publishedTo+"after\n"), 0o600))
	require.NoError(t, publish(book, page))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, "before\n"+publishedFrom+`| area | scenarios | the same | different on purpose | score |
|---|---|---|---|---|
| area | 2 | 1 | 1 | 50.0 % |
| all | 2 | 1 | 1 | 50.0 % |

| what differs on purpose | in scenario |
|---|---|
| a \| b | area/one |
`+publishedTo+"after\n", string(text))
	require.NoError(t, os.WriteFile(page, []byte("no place\n"), 0o600))
	require.ErrorContains(t, publish(book, page), "has no place for the scores")
	require.Error(t, publish(book, filepath.Join(t.TempDir(), "absent.md")))
}

func TestInParallel(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	err := inParallel(t.Context(), 20, 3, func(_ context.Context, i int) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		if i == 7 {
			return errors.New("seven")
		}
		return nil
	})
	require.ErrorContains(t, err, "seven")
	require.LessOrEqual(t, most.Load(), int64(3))
}
