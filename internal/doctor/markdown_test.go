package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
)

// The page is made from the table: complete, and as it lies in docs.
func TestMarkdown(t *testing.T) {
	page := doctor.Markdown()
	for _, check := range doctor.Checks() {
		require.Equal(t, 1, strings.Count(page, "### "+check.ID+": "), check.ID)
		require.Contains(t, page, check.Cause)
	}
	for _, category := range doctor.Categories() {
		if strings.Contains(page, "## "+string(category)) {
			require.Equal(t, 1, strings.Count(page, "\n## "+string(category)+"\n"))
		}
	}
	kept, err := os.ReadFile(filepath.Join("..", "..", "docs", "checks.md"))
	require.NoError(t, err)
	require.Equal(t, page, string(kept), "made anew by: go run ./docs/gen")
}
