package flowtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/flowtest"
)

// The examples of the repository pass, and with one expectation that is wrong, that one alone does not.
func TestExamples(t *testing.T) {
	dir := filepath.Join("..", "..", "examples")
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string]string{}
	for _, entry := range found {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(data)
	}
	require.Empty(t, fields(examples(t, files)))
	for right, wrong := range map[string]string{
		"parcel: P-1}\n      exact":      "parcel: P-2}\n      exact",
		"check_stock__2, charge, paid":   "charge, check_stock__2, paid",
		"attempts: 2":                    "attempts: 3",
		"reason: could not be charged":   "reason: no luck",
		"ship: {attempts: 0}":            "ship: {attempts: 1}",
		"path: [pack, pick_up]":          "path: [pack]",
		"variables: {charge: 7}":         "variables: {charge: 70}",
		"status: COMPLETED_WITH_ERRORS,": "status: COMPLETED,",
	} {
		require.Equal(t, 1, strings.Count(files["order.yaml"], right), right)
		changed := strings.Replace(files["order.yaml"], right, wrong, 1)
		report := examples(t, map[string]string{
			"order.yaml": changed, "order.workflow.yaml": files["order.workflow.yaml"],
			"shipment.workflow.yaml": files["shipment.workflow.yaml"], "tasks.yaml": files["tasks.yaml"],
		})
		require.Equal(t, flowtest.Summary{Tests: 3, Passed: 2, Failed: 1}, report.Summary, wrong)
		require.Len(t, fields(report), 1, wrong)
	}
}

func examples(t *testing.T, files map[string]string) (report flowtest.Report) {
	t.Helper()
	dir, loader := folder(t, files)
	suites, problems, err := loader.Load(dir)
	require.NoError(t, err)
	require.Empty(t, problems)
	for _, suite := range suites {
		require.NoError(t, report.Add(t.Context(), flowtest.Local{}, suite, everything))
	}
	require.NotEmpty(t, report.Tests)
	return report
}
