package flowtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/flowtest"
)

// Whatever a test file holds: it is read or what is wrong is said with its place, and what is read runs.
func FuzzTestFile(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "..", "examples", "order.yaml"))
	require.NoError(f, err)
	f.Add(string(example))
	f.Add("workflow: w.yaml\ntests: [{name: a, mocks: {a: [FAILED, {output: {x: 1}}]}, expect: {output: {x: {$matches: '^1'}}, path: [a]}}]")
	f.Add("workflow: w.yaml\nmocks: {a: {mocks: {b: COMPLETED}}}\ntests: [{expect: {tasks: {a: {attempts: 0, workflow: {exact: true}}}}}]")
	f.Add("workflow: &x w.yaml\nversion: 1\ndefinitions: *x\ntests:\n- {input: {<<: {a: 1}}, mocks: {a: {executionTime: 9h, queueWaitTime: 1}}}")
	f.Fuzz(func(t *testing.T, text string) {
		dir, loader := folder(t, map[string]string{
			"t.yaml": text, "w.yaml": "name: w\ntasks: [{name: a, taskReferenceName: a, retryCount: 1}]\noutputParameters: {x: '${a.output.x}'}",
		})
		suites, problems, err := loader.Load(filepath.Join(dir, "t.yaml"))
		if err != nil || len(problems) > 0 {
			for _, problem := range problems {
				require.NotEmpty(t, problem.Message)
			}
			return
		}
		var report flowtest.Report
		for _, suite := range suites {
			if suite.Def != nil {
				require.NoError(t, report.Add(t.Context(), flowtest.Local{}, suite, everything))
			}
		}
	})
}
