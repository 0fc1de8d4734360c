package lint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/lint"
)

// Whatever a file holds, looking at it ends, each finding is of a known rule and stands in the file.
func FuzzLint(f *testing.F) {
	for _, seed := range []string{
		"name: f\ntasks:\n  - {name: a, taskReferenceName: a, type: FORK_JOIN, forkTasks: [[{name: b, taskReferenceName: b}]]}\n",
		"name: f\ninputParameters: [x]\ntasks: [{name: a, taskReferenceName: a, inputParameters: {y: '${workflow.input.z} ${b.output} ${a[0].x} ${.} ${a.}'}}]\n",
		"kind: TaskDef\nname: a\ninputKeys: [x, {}]\n---\nname: f\ntasks: [{name: a, taskReferenceName: a}, {name: a, taskReferenceName: j, type: JOIN, joinOn: [7, q]}]\n",
		"tasks: [{taskReferenceName: l, type: DO_WHILE, loopOver: [{name: s, taskReferenceName: s, type: SUB_WORKFLOW, subWorkflowParam: {name: 7}}]}]\n",
		"&a [*a]", "{", "name: [\xff",
	} {
		f.Add(seed)
	}
	known := map[string]lint.Level{}
	for _, rule := range lint.Rules() {
		known[rule.ID] = rule.Level
	}
	f.Fuzz(func(t *testing.T, text string) {
		report := lint.Files(t.Context(), lint.Targets{Shown: func(path string) string { return path }, Input: strings.NewReader(text)})
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029") + strings.Count(text, "\u0085") + 1
		for _, finding := range report.Findings {
			require.Equal(t, known[finding.ID], finding.Level, finding.ID)
			require.LessOrEqual(t, finding.Line, lines, finding.Message)
			require.NotEmpty(t, finding.Message)
		}
		require.Equal(t, len(report.Findings), report.Summary.Errors+report.Summary.Warnings+report.Summary.Infos)
	})
}
