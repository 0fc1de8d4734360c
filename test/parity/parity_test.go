package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/test/original"
)

// TestRecorded plays every scenario on the embedded server and compares it with what the real one answered.
func TestRecorded(t *testing.T) {
	t.Parallel()
	book, err := readBook(".")
	require.NoError(t, err)
	for _, s := range book.scenarios {
		t.Run(s.area+"/"+s.name, func(t *testing.T) {
			t.Parallel()
			r := compareOne(t.Context(), s, embedded(), book.recorded())
			require.Empty(t, r.text())
		})
	}
}

func TestEveryDifferenceIsExplained(t *testing.T) {
	t.Parallel()
	book, err := readBook(".")
	require.NoError(t, err)
	require.NoError(t, book.explained())
}

// TestPublished: what docs/parity.md tells of the scenarios is so.
func TestPublished(t *testing.T) {
	t.Parallel()
	book, err := readBook(".")
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "parity.md"))
	require.NoError(t, err)
	_, found, _ := strings.Cut(string(page), publishedFrom)
	found, _, _ = strings.Cut(found, publishedTo)
	require.Equal(t, book.published(), publishedFrom+found+publishedTo, "go run ./test/parity -publish")
}

func TestRecordingsAreOfOneVersion(t *testing.T) {
	t.Parallel()
	book, err := readBook(".")
	require.NoError(t, err)
	for area, rec := range book.recordings {
		require.Equal(t, original.Version, rec.Conductor, area)
		require.NotEmpty(t, rec.Scenarios, area)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	nothing := func(string) string { return "" }
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"neither":          {[]string{"-against", "nobody"}, "-against nobody: it is recorded or real"},
		"no such scenario": {[]string{"-dir", ".", "-area", "nowhere"}, "no scenario has such an area and name"},
		"a bad area":       {[]string{"-area", "("}, "-area: "},
		"a bad name":       {[]string{"-run", "("}, "-run: "},
		"another folder":   {[]string{"-dir", "nowhere"}, "run it in the repository's folder"},
		"nobody listens":   {[]string{"-dir", ".", "-against", "real", "-url", "http://127.0.0.1:9"}, "no Conductor at http://127.0.0.1:9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, run(t.Context(), &strings.Builder{}, c.args, nothing), c.want)
		})
	}
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, []string{"-dir", ".", "-area", "^rerun$"}, nothing))
	require.Contains(t, out.String(), "AREA")
	require.Contains(t, out.String(), "100.0 %")
}
